"""Events with several definitions: the first that comes is enough, or all have to come.

For each definition a token waits on behalf of the event's token, which is its host. What came
is known by the waits that are gone; what it carried is kept in the outcome of the event's token.
"""

from __future__ import annotations

from SpiffWorkflow.util.task import TaskState

from casewright.bpmn import timers
from casewright.bpmn.tokens import Token
from casewright.bpmn.zeebe import Settings


def comes_again(made: Settings) -> bool:
    """Whether an event of one definition can come more than once."""
    if made.timer is not None:
        return made.timer.kind == "cycle"
    others = (made.message, made.signal, made.escalation, made.condition)
    return any(item is not None for item in others)


def listen(token: Token) -> None:
    """Begin to wait for each definition of the token's event."""
    for name in token.task_spec.waits_by:
        token.workflow.spec.task_specs[name].attach(token)


def waits(token: Token) -> list[Token]:
    """Return the tokens that wait on behalf of an event's token, by id."""
    names = token.task_spec.waits_by
    found = [
        one
        for one in token.workflow.open.values()
        if one.host == token.id and one.task_spec.name in names
    ]
    return sorted(found, key=lambda one: one.id)


def close(token: Token) -> None:
    """Wait no longer."""
    for one in waits(token):
        one.cancel()


def came(wait: Token) -> None:
    """Take what came for the event's token, which goes on when that is enough."""
    event = wait.workflow.open[wait.host]
    spec = event.task_spec
    wait.host = ""
    event.outcome = {**(event.outcome or {}), **(wait.outcome or {})}
    rest = waits(event)
    if spec.settings.all_parts and rest:
        return
    again = getattr(spec, "rearms", False)
    if again:
        _rearm(event, wait, rest)
    else:
        close(event)
    event._ready()
    if again:
        event.run()


def _rearm(event: Token, wait: Token, rest: list[Token]) -> None:
    """Let another token of the event wait: for all anew, or for the rest and what comes again."""
    spec = event.task_spec
    part = wait.task_spec
    everything = spec.settings.all_parts
    repeats = comes_again(part.settings) and timers.again(wait, part.settings.timer) is not None
    if not (everything or rest or repeats):
        return
    token = event.workflow.task_tree._add_child(spec, TaskState.FUTURE)
    token.host = event.host
    token.wait()
    if everything:
        listen(token)
        return
    for one in rest:
        one.host = token.id
    if repeats:
        part.attach(token, wait)


def outermost(token: Token) -> Token:
    """Return the token whose variables one sees that waits beside it, or for one beside it."""
    while token.host and token.host in token.workflow.open:
        token = token.workflow.open[token.host]
    return token
