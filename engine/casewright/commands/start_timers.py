"""Timer start events: set with a release, each turn starts a case and sets the next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from casewright import bpmn
from casewright.commands import access
from casewright.commands.unit import Answer, handles
from casewright.commands.work import Work
from casewright.domain.clock import instant, micros
from casewright.domain.errors import Refused
from casewright.domain.ids import derived_id, new_id
from casewright.store import start_timers
from casewright.store.start_timers import StartTimerRow
from casewright.xml.findings import Finding

# A turn that is later than this was missed: nothing was running when it came.
MISSED = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class FireStartTimer:
    """The time of a start event has come."""

    timer: str


def schedule(work: Work, definition: str, process: bpmn.Definition) -> None:
    """Set the timers of a new version; those of the one before are gone with it."""
    for start in process.timer_starts:
        parameters = work.ports.definitions.of(work.connection, definition)[1].parameters
        try:
            found = bpmn.first_start(start, work.now, work.ports.zone, parameters)
        except ValueError as problem:
            bad = Finding(process.file, start.element, 0, "timer-text", str(problem), "error")
            raise Refused("deploy-refused", findings=[bad], count=1) from None
        if found is not None:
            due, anchor = found
            key = new_id(work.now)
            row = StartTimerRow(
                key, definition, process.process_id, start.element, micros(due), 0, micros(anchor)
            )
            start_timers.add(work.connection, row)
            work.topics.add("timers")


@handles(FireStartTimer)
def fire_start_timer(work: Work, command: FireStartTimer) -> Answer:
    """Start a case; a timer that another worker fired, or that is gone or not due, is no error."""
    access.engine(work.principal)
    row = start_timers.load(work.connection, command.timer)
    if row is None or row.due_at > work.at:
        return {"timer": command.timer, "fired": False, "instance": None}
    definition, _ = work.ports.definitions.of(work.connection, row.definition_id)
    start = next(one for one in definition.timer_starts if one.element == row.element)
    skipped = start.catch_up == "skip" and work.now - instant(row.due_at) > MISSED
    _again(work, row, start)
    if skipped:
        return {"timer": row.id, "fired": True, "instance": None}
    target = work.ports.definitions.row(work.connection, row.definition_id)
    case = work.begin(
        target,
        bpmn.Start({}, row.element),
        instance=derived_id("start", row.id, str(row.due_at)),
    )
    return {"timer": row.id, "fired": True, "instance": case.row.id}


def _again(work: Work, row: StartTimerRow, start: bpmn.TimerStart) -> None:
    """Set the next turn: behind this one where each is made up for, else behind now."""
    release = work.ports.definitions.of(work.connection, row.definition_id)[1]
    made = replace(row, fired=row.fired + 1)
    after = instant(row.due_at) if start.catch_up == "each" else work.now
    due = bpmn.next_start(
        start,
        after,
        made.fired,
        instant(row.anchor),
        work.now,
        work.ports.zone,
        release.parameters,
    )
    if due is None:
        start_timers.drop(work.connection, row.id)
    else:
        start_timers.again(work.connection, row.id, micros(due), made.fired)
