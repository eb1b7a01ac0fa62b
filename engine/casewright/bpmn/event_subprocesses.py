"""Event sub-processes: they wait while their scope is open, and run when their event comes."""

from __future__ import annotations

from casewright.bpmn.activities import SubProcess


class EventSubProcess(SubProcess):
    """A sub-process that an event of its scope starts."""

    by_event = True
