"""Timers: one command for each that is due."""

from __future__ import annotations

from dataclasses import dataclass

from casewright import bpmn
from casewright.commands import access
from casewright.commands.unit import Answer, handles
from casewright.commands.work import Work
from casewright.domain.errors import Refused
from casewright.store import timers


@dataclass(frozen=True, slots=True)
class FireTimer:
    """The time of a timer has come."""

    timer: str


@handles(FireTimer, roots=lambda connection, command: timers.root_of(connection, command.timer))
def fire_timer(work: Work, command: FireTimer) -> Answer:
    """Fire; one that another worker fired, that was cancelled or is not due is no error."""
    access.engine(work.principal)
    row = timers.load(work.connection, command.timer)
    if row is None or row.due_at > work.at:
        return {"timer": command.timer, "fired": False}
    case = work.case(row.instance_id)
    try:
        work.step(case, bpmn.FireTimer(row.token))
    except Refused as refused:
        if refused.code not in ("token-not-open", "instance-ended"):
            raise
        # Its token is gone: a row that nothing waits for would come up every second.
        timers.drop(work.connection, row.id)
        return {"timer": command.timer, "fired": False}
    return {"timer": command.timer, "fired": True}
