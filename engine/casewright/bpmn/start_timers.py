"""When a process starts by itself: the turns of a timer start event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any

from casewright import feel
from casewright.bpmn.definition import TimerStart
from casewright.bpmn.timers import instant, read
from casewright.domain import cycles
from casewright.feel.values import YearsMonths
from casewright.feel.wide import nearest

_ADD = feel.parse("start + span")


def first_start(
    start: TimerStart, now: datetime, zone: tzinfo, parameters: Mapping[str, Any]
) -> tuple[datetime, datetime] | None:
    """Return the first turn after a deployment, and the anchor of the cycle.

    None where no turn is to come: a date that passed does not start anything again with every
    release. ValueError says what is wrong with the text.
    """
    value = _value(start, now, zone, parameters)
    if start.kind == "cycle":
        if not isinstance(value, str):
            raise ValueError(f"{start.text} gives no cycle as text")
        found = cycles.first(value, now, zone)
        return None if found is None else (found[0], found[2])
    if isinstance(value, str):
        value = read(start.kind, value)
    value = nearest(value)
    if start.kind == "duration":
        span = value if isinstance(value, (timedelta, YearsMonths)) else None
        value = _ADD.evaluate({"start": now.astimezone(zone), "span": span}, zone=zone)[0]
    due = instant(value, zone)
    if due is None:
        raise ValueError(f"{start.text} is no {start.kind}")
    return (due, now) if due >= now else None


def next_start(
    start: TimerStart,
    after: datetime,
    fired: int,
    anchor: datetime,
    now: datetime,
    zone: tzinfo,
    parameters: Mapping[str, Any],
) -> datetime | None:
    """Return the turn behind `after`, None where there is none or its text is no cycle any more."""
    if start.kind != "cycle":
        return None
    value = _value(start, now, zone, parameters)
    try:
        return cycles.next(value, after, fired, anchor, zone) if isinstance(value, str) else None
    except ValueError:
        return None


def _value(start: TimerStart, now: datetime, zone: tzinfo, parameters: Mapping[str, Any]) -> Any:
    if not start.text.startswith("="):
        return start.text
    known = {"parameters": parameters}
    return feel.evaluate(start.text.removeprefix("="), known, now=now, zone=zone)[0]
