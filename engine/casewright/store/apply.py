"""Events become rows: the only place that writes what a step or a command decided.

`APPLIERS` has a function for every event type; those that only the journal keeps are listed
as such. The inbox, timers, jobs and incidents are rows written in the transaction of the
step that causes them, so no page can lag behind the truth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Text,
    bindparam,
    case,
    delete,
    insert,
    literal_column,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from casewright.domain import events as e
from casewright.domain.clock import instant
from casewright.domain.ids import derived_id, new_id
from casewright.domain.retry import DEFAULT_RETRIES
from casewright.store.instances import InstanceRow
from casewright.store.statements import Statement
from casewright.store.tables import (
    DecisionRow,
    Incident,
    Job,
    Note,
    Subscription,
    TaskCandidate,
    Timer,
    UserTask,
)


@dataclass(slots=True)
class Target:
    """Where events go: the instance's row, the connection, and who did it when (micros)."""

    connection: Connection
    row: InstanceRow
    at: int
    who: str


Applier = Callable[[Target, Any], None]


def apply(target: Target, events: Iterable[e.Event]) -> None:
    """Write the rows of all `events`, in order."""
    for event in events:
        applier = APPLIERS[type(event)]
        if applier is not None:
            applier(target, event)


def task_id(instance: str, token: str) -> str:
    """Return the id of the user task at `token`: derived, so that links outlive a restore."""
    return derived_id("task", instance, token)


def job_id(instance: str, token: str) -> str:
    """Return the id of the job at `token`."""
    return derived_id("job", instance, token)


_task = UserTask.__table__  # type: ignore[attr-defined]
_candidate = TaskCandidate.__table__  # type: ignore[attr-defined]
_timer = Timer.__table__  # type: ignore[attr-defined]
_job = Job.__table__  # type: ignore[attr-defined]
_incident = Incident.__table__  # type: ignore[attr-defined]
_subscription = Subscription.__table__  # type: ignore[attr-defined]
_decision = DecisionRow.__table__  # type: ignore[attr-defined]
_note = Note.__table__  # type: ignore[attr-defined]


def _reopen_task(statement: Any) -> Any:
    """Let an activity that is entered again by a retry open its task anew, under its id."""
    kept = {"id", "instance_id", "root_id", "version"}
    fresh = {c.name: statement.excluded[c.name] for c in _task.c if c.name not in kept}
    fresh["version"] = _task.c.version + 1
    return statement.on_conflict_do_update(index_elements=["id"], set_=fresh)


def _reoffer(statement: Any) -> Any:
    keys = ["task_id", "kind", "name"]
    return statement.on_conflict_do_update(index_elements=keys, set_={"open": 1})


_add_task = Statement(
    _reopen_task(sqlite.insert(_task)), postgresql=_reopen_task(postgresql.insert(_task))
)
_add_candidate = Statement(
    _reoffer(sqlite.insert(_candidate)), postgresql=_reoffer(postgresql.insert(_candidate))
)
_close_task = Statement(
    update(_task)
    .where(_task.c.id == bindparam("key"), _task.c.state == "open")
    .values(
        state=bindparam("to"),
        completed_at=bindparam("at"),
        completed_by=bindparam("who"),
        version=_task.c.version + 1,
    )
)
_close_candidates = Statement(
    update(_candidate).where(_candidate.c.task_id == bindparam("key")).values(open=0)
)
_assign = Statement(
    update(_task)
    .where(_task.c.id == bindparam("key"), _task.c.state == "open")
    .values(assignee=bindparam("to"), version=_task.c.version + 1)
)
_add_timer = Statement(insert(_timer))
_drop_timer = Statement(
    delete(_timer).where(
        _timer.c.instance_id == bindparam("instance"), _timer.c.token == bindparam("token")
    )
)


def _begin_again(statement: Any) -> Any:
    """Let a service task that is entered again order its job anew: same row, key and place."""
    kept = {"id", "kind", "instance_id", "root_id", "app", "token", "element", "created_at"}
    fresh = {c.name: statement.excluded[c.name] for c in _job.c if c.name not in kept}
    fresh |= {"generation": _job.c.generation, "fence": _job.c.fence}
    return statement.on_conflict_do_update(index_elements=["id"], set_=fresh)


_add_job = Statement(
    _begin_again(sqlite.insert(_job)), postgresql=_begin_again(postgresql.insert(_job))
)
# Written out: a list that is expanded late would want the other values at compile time.
_UNFINISHED: tuple[ColumnElement[str], ...] = tuple(
    literal_column(f"'{state}'") for state in ("ready", "running", "failed")
)
_end_job = Statement(
    update(_job)
    .where(_job.c.id == bindparam("key"), _job.c.state.in_(_UNFINISHED))
    .values(state=bindparam("to"), ended_at=bindparam("at"))
)
_fail_job = Statement(
    update(_job)
    .where(_job.c.id == bindparam("key"), _job.c.state.in_(_UNFINISHED))
    .values(
        state=bindparam("to"),
        attempt=bindparam("tried"),
        next_at=bindparam("again"),
        outcome=bindparam("how"),
        message=bindparam("why"),
        lease_until=0,
        unreachable_since=case(
            (bindparam("how", type_=Text()) != "unreachable", 0),
            (_job.c.unreachable_since == 0, bindparam("at", type_=BigInteger())),
            else_=_job.c.unreachable_since,
        ),
    )
)
_retry_job = Statement(
    update(_job)
    .where(_job.c.id == bindparam("key"), _job.c.state.in_(_UNFINISHED))
    .values(
        state="ready",
        attempt=0,
        next_at=bindparam("again"),
        generation=bindparam("gen"),
        lease_until=0,
        unreachable_since=0,
    )
)
_add_incident = Statement(insert(_incident))
_resolve_incident = Statement(
    update(_incident)
    .where(
        _incident.c.instance_id == bindparam("instance"),
        _incident.c.token == bindparam("at_token"),
        _incident.c.state == "open",
    )
    .values(state="resolved", resolved_at=bindparam("at"), resolved_by=bindparam("who"))
)
_resolve_all = Statement(
    update(_incident)
    .where(_incident.c.instance_id == bindparam("instance"), _incident.c.state == "open")
    .values(state="resolved", resolved_at=bindparam("at"), resolved_by=bindparam("who"))
)
_add_subscription = Statement(insert(_subscription))
_drop_subscription = Statement(
    delete(_subscription).where(
        _subscription.c.instance_id == bindparam("instance"),
        _subscription.c.token == bindparam("token"),
    )
)
_add_decision = Statement(insert(_decision))
_add_note = Statement(insert(_note))


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _instance_started(target: Target, event: e.InstanceStarted) -> None:
    if event.business_key:
        target.row.business_key = event.business_key


def _instance_completed(target: Target, event: e.InstanceCompleted) -> None:
    _ended(target, "completed")


def _instance_cancelled(target: Target, event: e.InstanceCancelled) -> None:
    _ended(target, "cancelled")


def _ended(target: Target, state: str) -> None:
    row = target.row
    row.state, row.ended_at = state, target.at
    if row.incidents:
        values = {"instance": row.id, "at": target.at, "who": target.who}
        _resolve_all.run(target.connection, values)
        row.incidents = 0


def _task_created(target: Target, event: e.TaskCreated) -> None:
    row = target.row
    task = task_id(row.id, event.token)
    _add_task.run(
        target.connection,
        {
            "id": task,
            "instance_id": row.id,
            "root_id": row.root_id,
            "definition_id": row.definition_id,
            "app": row.app,
            "process_id": row.process_id,
            "business_key": row.business_key,
            "token": event.token,
            "element": event.element,
            "name": event.name,
            "form": event.form,
            "lane": event.lane,
            "state": "open",
            "assignee": event.assignee or None,
            "priority": event.priority,
            "due_at": event.due,
            "follow_up_at": event.follow_up,
            "created_at": target.at,
            "completed_at": None,
            "completed_by": None,
            "settings": _json(event.settings or {}),
            "fields": "{}",
            "version": 0,
        },
    )
    offered = [("person", name) for name in event.users] + [("group", n) for n in event.groups]
    _add_candidate.run_many(
        target.connection,
        [{"task_id": task, "kind": k, "name": n, "open": 1} for k, n in dict.fromkeys(offered)],
    )


def _close(target: Target, token: str, state: str) -> None:
    key = task_id(target.row.id, token)
    _close_task.run(
        target.connection, {"key": key, "to": state, "at": target.at, "who": target.who}
    )
    _close_candidates.run(target.connection, {"key": key})


def _task_completed(target: Target, event: e.TaskCompleted) -> None:
    _close(target, event.token, "completed")


def _task_cancelled(target: Target, event: e.TaskCancelled) -> None:
    _close(target, event.token, "cancelled")


def _task_assigned(target: Target, event: e.TaskAssigned) -> None:
    key = task_id(target.row.id, event.token)
    _assign.run(target.connection, {"key": key, "to": event.assignee or None})


def _job_created(target: Target, event: e.JobCreated) -> None:
    row = target.row
    _add_job.run(
        target.connection,
        {
            "id": job_id(row.id, event.token),
            "kind": "operation",
            "instance_id": row.id,
            "root_id": row.root_id,
            "app": row.app,
            "token": event.token,
            "element": event.element,
            "operation": event.operation,
            "input": _json(event.input),
            "headers": _json(event.headers or {}),
            "retries": DEFAULT_RETRIES if event.retries is None else event.retries,
            "attempt": 0,
            "generation": 0,
            "state": "ready",
            "order_key": event.order_key,
            "next_at": target.at,
            "lease_until": 0,
            "fence": 0,
            "worker": "",
            "outcome": "",
            "message": "",
            "unreachable_since": 0,
            "created_at": target.at,
            "ended_at": None,
        },
    )


def _end(target: Target, token: str, state: str) -> None:
    key = job_id(target.row.id, token)
    _end_job.run(target.connection, {"key": key, "to": state, "at": target.at})


def _job_completed(target: Target, event: e.JobCompleted) -> None:
    _end(target, event.token, "done")


def _job_cancelled(target: Target, event: e.JobCancelled) -> None:
    _end(target, event.token, "cancelled")
    _resolve(target, event.token)


def _job_failed(target: Target, event: e.JobFailed) -> None:
    _fail_job.run(
        target.connection,
        {
            "key": job_id(target.row.id, event.token),
            "to": "ready" if event.next_at is not None else "failed",
            "tried": event.attempt,
            "again": event.next_at or 0,
            "how": event.outcome,
            "why": event.message,
            "at": target.at,
        },
    )


def _job_retried(target: Target, event: e.JobRetried) -> None:
    key = job_id(target.row.id, event.token)
    _retry_job.run(target.connection, {"key": key, "again": target.at, "gen": event.generation})


def _timer_scheduled(target: Target, event: e.TimerScheduled) -> None:
    _add_timer.run(
        target.connection,
        {
            "id": new_id(instant(target.at)),
            "instance_id": target.row.id,
            "root_id": target.row.root_id,
            "token": event.token,
            "element": event.element,
            "due_at": event.due,
        },
    )


def _timer_gone(target: Target, event: e.TimerFired | e.TimerCancelled) -> None:
    _drop_timer.run(target.connection, {"instance": target.row.id, "token": event.token})


def _subscription_opened(target: Target, event: e.SubscriptionOpened) -> None:
    row = target.row
    _add_subscription.run(
        target.connection,
        {
            "id": new_id(instant(target.at)),
            "name": event.name,
            "correlation_key": event.key,
            "definition_id": row.definition_id,
            "process_id": row.process_id,
            "instance_id": row.id,
            "root_id": row.root_id,
            "token": event.token,
            "element": event.element,
            "created_at": target.at,
            "kind": event.kind,
        },
    )


def _subscription_closed(target: Target, event: e.SubscriptionClosed) -> None:
    _drop_subscription.run(target.connection, {"instance": target.row.id, "token": event.token})


def _decision_evaluated(target: Target, event: e.DecisionEvaluated) -> None:
    _add_decision.run(
        target.connection,
        {
            "id": new_id(instant(target.at)),
            "instance_id": target.row.id,
            "root_id": target.row.root_id,
            "token": event.token,
            "element": event.element,
            "decision": event.decision,
            "version": event.version,
            "output": _json(event.output),
            "trace": _json(event.trace),
            "at": target.at,
        },
    )


def _incident_raised(target: Target, event: e.IncidentRaised) -> None:
    row = target.row
    row.incidents += 1
    _add_incident.run(
        target.connection,
        {
            "id": new_id(instant(target.at)),
            "instance_id": row.id,
            "root_id": row.root_id,
            "app": row.app,
            "process_id": row.process_id,
            "business_key": row.business_key,
            "token": event.token,
            "element": event.element,
            "code": event.code,
            "message": event.message,
            "details": _json(event.details),
            "job_id": event.details.get("job"),
            "state": "open",
            "raised_at": target.at,
            "resolved_at": None,
            "resolved_by": None,
        },
    )


def _incident_resolved(target: Target, event: e.IncidentResolved) -> None:
    _resolve(target, event.token)


def _resolve(target: Target, token: str) -> None:
    if not target.row.incidents:
        return
    done = _resolve_incident.run(
        target.connection,
        {"instance": target.row.id, "at_token": token, "at": target.at, "who": target.who},
    )
    target.row.incidents = max(0, target.row.incidents - done.rowcount)


def _note_added(target: Target, event: e.NoteAdded) -> None:
    _add_note.run(
        target.connection,
        {
            "id": new_id(instant(target.at)),
            "instance_id": target.row.id,
            "root_id": target.row.root_id,
            "body": event.text,
            "author": event.author or target.who,
            "job_id": event.job,
            "at": target.at,
        },
    )


APPLIERS: dict[type[e.Event], Applier | None] = {
    e.InstanceStarted: _instance_started,
    e.InstanceCompleted: _instance_completed,
    e.InstanceCancelled: _instance_cancelled,
    e.TaskCreated: _task_created,
    e.TaskCompleted: _task_completed,
    e.TaskCancelled: _task_cancelled,
    e.TaskAssigned: _task_assigned,
    e.JobCreated: _job_created,
    e.JobCompleted: _job_completed,
    e.JobCancelled: _job_cancelled,
    e.JobFailed: _job_failed,
    e.JobRetried: _job_retried,
    e.TimerScheduled: _timer_scheduled,
    e.TimerFired: _timer_gone,
    e.TimerCancelled: _timer_gone,
    e.SubscriptionOpened: _subscription_opened,
    e.SubscriptionClosed: _subscription_closed,
    e.DecisionEvaluated: _decision_evaluated,
    e.IncidentRaised: _incident_raised,
    e.IncidentResolved: _incident_resolved,
    e.NoteAdded: _note_added,
    # Kept by the journal alone; the snapshot holds what they change.
    e.ElementCompleted: None,
    e.ElementCancelled: None,
    e.VariablesChanged: None,
    e.CallStarted: None,
    e.CallEnded: None,
    e.ErrorCaught: None,
    e.EscalationThrown: None,
    # Their rows are written by `commands.thrown`, behind those of all cases of the command.
    e.SignalThrown: None,
    e.MessageThrown: None,
}
