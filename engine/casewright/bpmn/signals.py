"""Signals: thrown to everybody who waits for the name, in this instance and all others.

Within the instance they arrive at once; commands bring them to the others (`SignalThrown`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from casewright.bpmn.expressions import Setting
from casewright.bpmn.tokens import Token
from casewright.domain.events import SignalThrown, SubscriptionOpened
from casewright.feel import codec

if TYPE_CHECKING:
    from casewright.bpmn.workflow import Instance


def listen(token: Token, name: Setting) -> None:
    """Let the token wait for a signal."""
    token.signal = token.top.surroundings.text(name, token.scope)
    token.top.tell(
        SubscriptionOpened(token=token.id, element=token.element, name=token.signal, kind="signal")
    )


def throw(token: Token, name: Setting, variables: Mapping[str, Any]) -> None:
    """Broadcast a signal with these FEEL values."""
    text = token.top.surroundings.text(name, token.scope)
    told = {key: codec.to_json(value) for key, value in variables.items()}
    token.top.tell(SignalThrown(element=token.element, name=text, variables=told))
    deliver(token.top, text, variables)


def deliver(instance: Instance, name: str, variables: Mapping[str, Any]) -> int:
    """Move every token of the instance that waits for the signal; return how many."""
    waiting = [
        token
        for level in instance.levels()
        for token in sorted(level.open.values(), key=lambda token: token.id)
        if token.signal == name and token._state == TaskState.WAITING and token.stop is None
    ]
    for token in waiting:
        happen(token, variables)
    return len(waiting)


def happen(token: Token, variables: Mapping[str, Any]) -> None:
    """Let the event of a waiting token come, with what it carries.

    One that waits again does so at once: a second event of the same step is not lost.
    """
    if token._state != TaskState.WAITING:
        return
    token.outcome = dict(variables)
    token._ready()
    if getattr(token.task_spec, "rearms", False):
        token.run()
