"""Incidents: sent on again, with variables mended where a person edited them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from casewright import bpmn
from casewright.commands import access
from casewright.commands.unit import Answer, handles
from casewright.commands.work import Case, Work
from casewright.domain import events as e
from casewright.domain.errors import Refused
from casewright.domain.people import Permission
from casewright.feel.values import from_python
from casewright.store import incidents, jobs
from casewright.store.apply import job_id
from casewright.store.incidents import IncidentRow

# With these the other side may keep an answer under the old key, so edits need a new one.
_ANSWERED = ("permanent", "unknown", "business")


@dataclass(frozen=True, slots=True)
class RetryIncident:
    """Run again what stopped, after writing `variables` where it stopped."""

    incident: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@handles(
    RetryIncident, roots=lambda connection, command: incidents.root_of(connection, command.incident)
)
def retry_incident(work: Work, command: RetryIncident) -> Answer:
    """Retry; needs the right to operate cases."""
    access.require(work.principal, Permission.OPERATE)
    row = incidents.load(work.connection, command.incident)
    if row is None:
        raise Refused("not-found")
    if row.state != "open":
        raise Refused("incident-resolved")
    case = work.case(row.instance_id)
    if case.row.state != "active":
        raise Refused("instance-ended")
    values = {name: from_python(value) for name, value in command.variables.items()}
    begun = len(case.events)
    if row.token == "":
        _go_on(work, case, values)
    elif row.job_id is not None and not values:
        _again(work, case, row, row.job_id)
    else:
        _step(work, case, row, values, begun)
    if not any(isinstance(event, e.IncidentResolved) for event in case.events[begun:]):
        # First in line: a retry that fails again raises a new incident behind it.
        case.events.insert(begun, e.IncidentResolved(row.token, row.element))
    return {"incident": row.id, **work.summary(case)}


def _go_on(work: Work, case: Case, values: Mapping[str, Any]) -> None:
    """Give a case that went in circles another chance."""
    case.row.stalls = 0
    work.step(case, bpmn.SetVariables(values) if values else bpmn.Continue())


def _again(work: Work, case: Case, row: IncidentRow, job: str) -> None:
    """Make the same job ready once more, under the same key."""
    known = jobs.load(work.connection, job)
    if known is None or known.state != "failed":
        raise Refused("incident-resolved")
    case.events.append(e.JobRetried(row.token, known.generation))


def _step(work: Work, case: Case, row: IncidentRow, values: Mapping[str, Any], begun: int) -> None:
    """Run the element again; a service task orders its job anew, with the edited input."""
    known = jobs.load(work.connection, job_id(row.instance_id, row.token))
    work.step(case, bpmn.Retry(row.token, values))
    if known is None or known.state == "done":
        return
    ordered = any(
        isinstance(event, e.JobCreated) and event.token == row.token
        for event in case.events[begun:]
    )
    if not ordered:
        # It stopped before the job: nothing must stand in line for it.
        case.events.insert(begun, e.JobCancelled(row.token, row.element))
    elif values and known.outcome in _ANSWERED:
        case.events.append(e.JobRetried(row.token, known.generation + 1))
