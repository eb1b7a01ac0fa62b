"""One step of an instance: a snapshot and a change in, a snapshot and events out.

    load      SpiffWorkflow's tasks are built from the snapshot's tokens
    apply     the change makes a token ready, or writes variables
    run       ready tasks run, one after the other, until all wait or the budget is spent
    save      the open tokens become the new snapshot

Nothing else happens here: what an element does stands in `activities`, `events` and
`gateways`, how a level joins and ends in `workflow` and `joins`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from SpiffWorkflow.util.task import TaskState

from casewright.bpmn import changes, conditions, errors, escalations, signals
from casewright.bpmn.activities import CallActivity, ServiceTask, UserTask
from casewright.bpmn.adhoc import AdHoc
from casewright.bpmn.definition import Definition
from casewright.bpmn.incidents import Incident
from casewright.bpmn.results import StepContext, StepResult
from casewright.bpmn.scopes import LIMIT, TOTAL, Scope, TooLarge, size
from casewright.bpmn.snapshot import load, save
from casewright.bpmn.tokens import Token
from casewright.bpmn.workflow import Instance
from casewright.domain.errors import Refused
from casewright.domain.events import CallStarted, InstanceCancelled, InstanceStarted
from casewright.feel import codec
from casewright.feel.values import from_python


def step(
    definition: Definition,
    snapshot: dict[str, Any] | None,
    change: changes.Change,
    ctx: StepContext,
) -> StepResult:
    """Move an instance by one change; neither the definition nor the snapshot is written."""
    instance = Instance(definition, ctx) if snapshot is None else load(definition, snapshot, ctx)
    return move(instance, change)


def move(instance: Instance, change: changes.Change) -> StepResult:
    """Apply a change to an instance in memory, run it, and return its snapshot."""
    if instance.completed and not isinstance(change, changes.Continue):
        raise Refused("instance-ended", getattr(change, "token", ""))
    _APPLY[type(change)](instance, change)
    more = run(instance)
    instance.events += instance.log.take()
    return StepResult(
        snapshot=save(instance),
        events=tuple(instance.events),
        requests=tuple(instance.requests),
        more=more,
        done=instance.completed,
        error=instance.error,
        escalations=tuple(instance.escalations),
    )


def run(instance: Instance) -> bool:
    """Run ready tasks until all wait; return True if the budget was spent before."""
    limits = instance.context.limits
    end = time.thread_time() + limits.cpu_seconds
    settle(instance)
    if instance.conditions:
        conditions.look(instance)
    while instance.queue:
        if instance.runs >= max(1, limits.element_runs):
            return True
        # Looked at each time: one script may take as long as all other elements together.
        if instance.runs and time.thread_time() > end:
            return True
        token = instance.queue.popleft()
        if token._state == TaskState.READY:
            instance.runs += 1
            token.run()
            settle(instance)
            if instance.conditions:
                conditions.look(instance)
    return False


def settle(instance: Instance) -> None:
    """Let the levels in which something finished join, forget and end, innermost first."""
    while instance.touched:
        path = max(instance.touched, key=lambda path: (path.count("/"), path))
        instance.touched.pop(path).settle()


# Changes.

Kind = type[Any] | tuple[type[Any], ...]


def _token(instance: Instance, token_id: str, kind: Kind | None = None) -> Token:
    token = instance.find(token_id)
    if token is None or (kind is not None and not isinstance(token.task_spec, kind)):
        raise Refused("token-not-open", token_id)
    return token


def _waiting(instance: Instance, token_id: str, kind: Kind | None = None) -> Token:
    token = _token(instance, token_id, kind)
    if token._state != TaskState.WAITING or token.stop is not None:
        raise Refused("token-not-open", token_id)
    return token


def check(name: str, data: Any) -> int:
    """Return how many bytes a JSON value has; refuse one that no variable may hold."""
    try:
        return size(data)
    except TooLarge:
        raise Refused("value-too-large", name, name=name, limit=LIMIT) from None


def _accept(variables: Mapping[str, Any], scope: Scope | None = None) -> dict[str, Any]:
    """Return the variables as FEEL values; what `scope` cannot hold is refused at the door.

    What comes from another case or a message (no scope) has nobody to be refused to: it
    becomes an incident when it is written.
    """
    values = {name: from_python(value) for name, value in variables.items()}
    if scope is None or not values:
        return values
    added = 0
    for name, value in values.items():
        added += check(name, codec.to_json(value))
    if not scope.log.room.fits(added, scope.held(values)):
        raise Refused("value-too-large", "variables", name="variables", limit=TOTAL)
    return values


def _go_on(token: Token, values: dict[str, Any]) -> None:
    token.outcome = values
    token._ready()


def _start(instance: Instance, change: changes.Start) -> None:
    definition, root = instance.definition, instance.task_tree
    none = definition.none_start
    name = change.element if change.element is not None else none.element if none else ""
    spec = next((s for s in instance.spec.bpmn_start_events if s.origin == name), None)
    if spec is None:
        raise Refused("not-startable", name, process=definition.process_id)
    values = _accept(change.variables, instance.scope)
    token = root._add_child(spec, TaskState.FUTURE)
    if spec.settings.outputs:
        token.outcome = values
    else:
        instance.scope.update(values, measured=True)
        instance.log.take()
    instance.tell(
        InstanceStarted(
            process=definition.process_id,
            business_key=instance.context.business_key or _business_key(instance, spec),
            variables={key: codec.to_json(value) for key, value in values.items()},
            parent=instance.context.parent,
            parent_token=instance.context.parent_token,
        )
    )
    instance.arm()
    spec._update(token)


def _business_key(instance: Instance, spec: Any) -> str:
    """Return the name that the start event gives the case; none where FEEL gives no text."""
    named = spec.settings.properties.get("casewright:businessKey")
    if named is None:
        return ""
    try:
        return instance.surroundings.key(named, instance.scope)
    except Incident:
        return ""


def _complete_task(instance: Instance, change: changes.CompleteTask) -> None:
    token = _waiting(instance, change.token, UserTask)
    _go_on(token, _accept(change.variables, token.scope))


def _complete_job(instance: Instance, change: changes.CompleteJob) -> None:
    token = _waiting(instance, change.token, ServiceTask)
    _go_on(token, _accept(change.variables, token.scope))


def _throw_error(instance: Instance, change: changes.ThrowError) -> None:
    token = _waiting(instance, change.token, (UserTask, ServiceTask))
    _error(token, change, _accept(change.variables, token.scope))


def _call_failed(instance: Instance, change: changes.CallFailed) -> None:
    _error(_waiting(instance, change.token, CallActivity), change, _accept(change.variables))


def _error(
    token: Token, change: changes.ThrowError | changes.CallFailed, values: dict[str, Any]
) -> None:
    incident = errors.throw(token, change.code, change.message, values)
    if incident is not None:
        token.task_spec.close(token)
        token.halt(incident, "enter")


def _fire_timer(instance: Instance, change: changes.FireTimer) -> None:
    token = _waiting(instance, change.token)
    if token.due is None:
        raise Refused("token-not-open", change.token)
    token._ready()


def _receive(instance: Instance, change: changes.ReceiveMessage) -> None:
    token = _waiting(instance, change.token)
    if token.task_spec.settings.message is None:
        raise Refused("token-not-open", change.token)
    _go_on(token, _accept(change.variables))


def _signalled(instance: Instance, change: changes.Signalled) -> None:
    if not signals.deliver(instance, change.name, _accept(change.variables)):
        raise Refused("token-not-open", change.name)


def _escalated(instance: Instance, change: changes.Escalated) -> None:
    token = _waiting(instance, change.token, (UserTask, ServiceTask, CallActivity))
    escalations.throw(token, change.code, _accept(change.variables))


def _choose(instance: Instance, change: changes.Choose) -> None:
    token = _token(instance, change.token, AdHoc)
    token.task_spec.choose(token, change.elements)


def _finish(instance: Instance, change: changes.Finish) -> None:
    token = _token(instance, change.token, AdHoc)
    token.task_spec.say_finished(token)


def _continue(instance: Instance, change: changes.Continue) -> None:
    """Do nothing but run."""


def _cancel(instance: Instance, change: changes.Cancel) -> None:
    instance.clear()
    instance.tell(InstanceCancelled(reason=change.reason))
    instance.completed = True


def _retry(instance: Instance, change: changes.Retry) -> None:
    token = _token(instance, change.token)
    if token.stop is None and not isinstance(token.task_spec, ServiceTask):
        raise Refused("incident-resolved", change.token)
    token.scope.update(_accept(change.variables, token.scope), measured=True)
    if token.stop is not None and token.stop.code == "surplus-token":
        token.workflow.discard(token)
    else:
        token.again()


def _set_variables(instance: Instance, change: changes.SetVariables) -> None:
    scope = instance.scope if not change.scope else _token(instance, change.scope).scope
    scope.update(_accept(change.values, scope), measured=True)


def _answered(instance: Instance, change: changes.Answered) -> None:
    token_id = change.request.removeprefix("call:")
    token = _waiting(instance, token_id, CallActivity)
    if change.problem:
        token.halt(Incident("call-failed", change.problem), "enter")
        return
    token.child = str(change.value)
    process = instance.surroundings.text(token.task_spec.settings.call.process, token.scope)
    instance.tell(
        CallStarted(token=token.id, element=token.element, process=process, child=token.child)
    )


def _answers(instance: Instance, change: changes.Answers) -> None:
    for answer in change.answers:
        _answered(instance, answer)


def _call_ended(instance: Instance, change: changes.CallEnded) -> None:
    _go_on(_waiting(instance, change.token, CallActivity), _accept(change.variables))


_APPLY: dict[type[Any], Callable[[Instance, Any], None]] = {
    changes.Start: _start,
    changes.CompleteTask: _complete_task,
    changes.CompleteJob: _complete_job,
    changes.ThrowError: _throw_error,
    changes.FireTimer: _fire_timer,
    changes.ReceiveMessage: _receive,
    changes.Signalled: _signalled,
    changes.Escalated: _escalated,
    changes.Choose: _choose,
    changes.Finish: _finish,
    changes.Continue: _continue,
    changes.Cancel: _cancel,
    changes.Retry: _retry,
    changes.SetVariables: _set_variables,
    changes.Answered: _answered,
    changes.Answers: _answers,
    changes.CallEnded: _call_ended,
    changes.CallFailed: _call_failed,
}
