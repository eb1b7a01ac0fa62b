"""User tasks: claim, give back, assign, keep a draft, complete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from casewright import bpmn, forms
from casewright.commands import access
from casewright.commands.unit import Answer, Kind, handles
from casewright.commands.work import Case, Work
from casewright.domain import events as e
from casewright.domain.clock import instant
from casewright.domain.errors import Refused
from casewright.domain.people import Kind as Who
from casewright.domain.people import Permission
from casewright.feel.values import from_python
from casewright.store import people, tasks
from casewright.store.tasks import TaskRow

DRAFT_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class ClaimTask:
    """Take an offered task for oneself."""

    task: str


@dataclass(frozen=True, slots=True)
class UnclaimTask:
    """Give a claimed task back to those it was offered to."""

    task: str


@dataclass(frozen=True, slots=True)
class AssignTask:
    """Give a task to a person; an empty `assignee` offers it to all candidates again."""

    task: str
    assignee: str


@dataclass(frozen=True, slots=True)
class SaveDraft:
    """Keep what was typed into a task's form, as it was typed."""

    task: str
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CompleteTask:
    """Complete a task with form values: texts from a page, or typed values from the API."""

    task: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ThrowTaskError:
    """End a task in a BPMN error."""

    task: str
    code: str
    message: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EscalateTask:
    """Throw an escalation at an open task; the task stays open unless a catcher interrupts it."""

    task: str
    code: str
    variables: Mapping[str, Any] = field(default_factory=dict)


def _seen(work: Work, task: str) -> TaskRow:
    """Return a task that the principal may see; for others it does not exist."""
    row = tasks.load(work.connection, task)
    if row is None:
        raise Refused("not-found")
    if not access.offered_to(work.principal, row.assignee, row.candidates):
        may = work.principal.may(Permission.OPERATE) or work.principal.may(Permission.CASES)
        raise Refused("not-candidate" if may else "not-found")
    return row


def _open(work: Work, task: str) -> TaskRow:
    """Return a task that is open and not claimed by somebody else."""
    row = _seen(work, task)
    if row.state == "completed":
        who = tasks.person_name(work.connection, row.completed_by or "")
        raise Refused("task-done", who=who, when=_moment(work, row.completed_at or 0))
    if row.state != "open":
        raise Refused("task-gone")
    if not access.may_work(work.principal, row.assignee, row.candidates):
        who = tasks.person_name(work.connection, row.assignee or "")
        raise Refused("task-claimed", who=who)
    return row


def _moment(work: Work, at: int) -> str:
    return instant(at).astimezone(work.ports.zone).strftime("%Y-%m-%d %H:%M:%S")


@handles(ClaimTask, Kind.HOUSEKEEPING)
def claim_task(work: Work, command: ClaimTask) -> Answer:
    """Claim; a second claim by the same person changes nothing."""
    row = _open(work, command.task)
    if not tasks.claim(work.connection, row.id, work.principal.effective):
        raise Refused("task-claimed", who=tasks.person_name(work.connection, row.assignee or ""))
    work.topics |= {"inbox", f"case:{row.root_id}"}
    return {"task": row.id, "assignee": work.principal.effective}


@handles(UnclaimTask, Kind.HOUSEKEEPING)
def unclaim_task(work: Work, command: UnclaimTask) -> Answer:
    """Give back one's own task."""
    row = _open(work, command.task)
    if not tasks.release(work.connection, row.id, work.principal.effective):
        raise Refused("task-not-claimed")
    work.topics |= {"inbox", f"case:{row.root_id}"}
    return {"task": row.id, "assignee": None}


@handles(AssignTask, roots=lambda connection, command: tasks.root_of(connection, command.task))
def assign_task(work: Work, command: AssignTask) -> Answer:
    """Assign; needs the right to operate cases."""
    access.require(work.principal, Permission.OPERATE)
    row = tasks.load(work.connection, command.task)
    if row is None:
        raise Refused("not-found")
    if row.state != "open":
        raise Refused("task-gone")
    if command.assignee:
        person = people.load(work.connection, command.assignee)
        if person is None or not person.active:
            raise Refused("invalid-input", fields={"assignee": {"code": "choice", "params": {}}})
    work.case(row.instance_id).events.append(e.TaskAssigned(row.token, command.assignee))
    return {"task": row.id, "assignee": command.assignee or None}


@handles(SaveDraft, Kind.HOUSEKEEPING)
def save_draft(work: Work, command: SaveDraft) -> Answer:
    """Keep a draft of at most 256 KiB."""
    row = _open(work, command.task)
    body = orjson.dumps(dict(command.body), default=str)
    if len(body) > DRAFT_BYTES:
        raise Refused("value-too-large", name="draft", limit=DRAFT_BYTES)
    tasks.save_draft(work.connection, row.id, work.principal.effective, body.decode(), work.at)
    return {"task": row.id}


@handles(CompleteTask, roots=lambda connection, command: tasks.root_of(connection, command.task))
def complete_task(work: Work, command: CompleteTask) -> Answer:
    """Check the form, complete the task, move the case; tell where it went."""
    row = _open(work, command.task)
    case = work.case(row.instance_id)
    values = _submitted(work, case, row, command.values)
    work.step(case, bpmn.CompleteTask(row.token, values))
    tasks.drop_drafts(work.connection, row.id)
    return {"task": row.id, **work.summary(case)}


@handles(ThrowTaskError, roots=lambda connection, command: tasks.root_of(connection, command.task))
def throw_task_error(work: Work, command: ThrowTaskError) -> Answer:
    """End the task in a BPMN error; the nearest boundary event for its code catches it."""
    row = _open(work, command.task)
    case = work.case(row.instance_id)
    if command.variables:
        _may_write_freely(work)
    work.step(
        case, bpmn.ThrowError(row.token, command.code, command.message, dict(command.variables))
    )
    if not _caught(work):
        _may_raise_incidents(work, command.code)
    tasks.drop_drafts(work.connection, row.id)
    return {"task": row.id, **work.summary(case)}


@handles(EscalateTask, roots=lambda connection, command: tasks.root_of(connection, command.task))
def escalate_task(work: Work, command: EscalateTask) -> Answer:
    """Escalate; where nobody catches the code nothing happens, and the answer says so."""
    row = _open(work, command.task)
    case = work.case(row.instance_id)
    if command.variables:
        _may_write_freely(work)
    values = {name: from_python(value) for name, value in command.variables.items()}
    work.step(case, bpmn.Escalated(row.token, command.code, values))
    caught = any(
        isinstance(event, e.EscalationThrown) and event.catcher
        for touched in work.cases.values()
        for event in touched.events
    )
    return {"task": row.id, "caught": caught, **work.summary(case)}


def _submitted(
    work: Work, case: Case, row: TaskRow, values: Mapping[str, Any]
) -> Mapping[str, Any]:
    if not row.form:
        if values:
            _may_write_freely(work)
        return values
    seen = bpmn.variables(case.row.snapshot, row.token)
    return checked(work, case.release.form(row.form), values, seen)


def checked(
    work: Work, form: forms.FormSchema, values: Mapping[str, Any], variables: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return the typed values of a submission, or refuse with a reason for each field."""
    result = form.submit(values, variables, now=work.now, zone=work.ports.zone)
    problems = {
        key: {"code": error.code, "params": dict(error.params)}
        for key, error in result.errors.items()
    }
    problems |= {key: {"code": "unknown-field", "params": {}} for key in result.extra}
    if problems:
        raise Refused("invalid-input", fields=problems)
    return result.values


def _caught(work: Work) -> bool:
    return any(isinstance(event, e.ErrorCaught) for c in work.cases.values() for event in c.events)


def _may_raise_incidents(work: Work, code: str) -> None:
    """Refuse an error that no step handles, but from the engine itself and operators."""
    if work.principal.kind is not Who.SYSTEM and not work.principal.may(Permission.OPERATE):
        raise Refused("error-uncaught", error=code)


def _may_write_freely(work: Work) -> None:
    """Refuse variables that no form declares, but from the engine itself and operators."""
    if work.principal.kind is not Who.SYSTEM and not work.principal.may(Permission.OPERATE):
        raise Refused("unknown-field", field="variables")
