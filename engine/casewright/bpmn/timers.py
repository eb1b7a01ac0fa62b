"""When a timer is due: ISO text or FEEL, counted from now in the process's zone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from casewright import feel
from casewright.bpmn.expressions import Setting
from casewright.bpmn.incidents import Incident
from casewright.bpmn.tokens import Token
from casewright.bpmn.zeebe import Timer
from casewright.domain import cycles
from casewright.domain.clock import instant as from_micros
from casewright.domain.clock import micros
from casewright.domain.events import TimerScheduled
from casewright.feel.values import YearsMonths
from casewright.feel.wide import nearest

_READ = {
    "duration": feel.parse("duration(text)"),
    "datetime": feel.parse("date and time(text)"),
    "date": feel.parse("date(text)"),
}
_ADD = feel.parse("start + span")
_DURATIONS = (timedelta, YearsMonths)


def read(kind: str, text: str) -> Any:
    """Return the duration, date or instant that ISO `text` stands for; None for bad text."""
    first = "date" if kind == "date" and "T" not in text else "datetime"
    name = "duration" if kind == "duration" else first
    return _READ[name].evaluate({"text": text.strip()})[0]


def schedule(token: Token, timer: Timer) -> None:
    """Set the token's due time and tell it."""
    if timer.kind == "cycle":
        token.due = _turn(token, timer)
    else:
        token.due = _due(token, timer.kind, timer.value)
    if token.due is None and not (token.host or token.task_spec.watches):
        text = f"no turn of “{timer.value.text}” is to come: the process would wait for ever"
        raise Incident("timer-failed", text, expression=timer.value.text)
    if token.due is None:
        return
    token.top.tell(TimerScheduled(token=token.id, element=token.element, due=token.due))


def again(before: Token, timer: Timer | None) -> dict[str, Any] | None:
    """Return where a cycle stands behind the turn of `before`; None if that was the last one."""
    if timer is None:
        return {}
    state = before.cycle
    if state is None:
        return None
    turn = cycles.next(
        state["text"],
        from_micros(state["due"]),
        state["n"],
        from_micros(state["anchor"]),
        before.top.surroundings.zone,
    )
    return None if turn is None else {**state, "n": state["n"] + 1, "due": micros(turn)}


def _turn(token: Token, timer: Timer) -> int | None:
    """Return the instant of a cycle's turn; None where none is to come."""
    if token.cycle is None:
        around = token.top.surroundings
        text = around.strict(timer.value, token.scope, (str,), "a cycle as text")
        try:
            found = cycles.first(text, around.now, around.zone)
            whole = cycles.read(text)
        except ValueError as problem:
            raise Incident("timer-failed", str(problem), expression=timer.value.text) from None
        if found is None:
            return None
        due, left, anchor = found
        times = whole.times if isinstance(whole, cycles.Interval) else None
        passed = 1 if left is None or times is None else times - left + 1
        token.cycle = {"text": text, "n": passed, "due": micros(due), "anchor": micros(anchor)}
    return int(token.cycle["due"])


def instant(value: Any, zone: Any) -> datetime | None:
    """Return the instant of a date, a date and time, or ISO text; None if it is neither."""
    if isinstance(value, str):
        value = read("date", value)
    value = nearest(value)
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=zone)
    if isinstance(value, date):
        return datetime.combine(value, time(), zone)
    return None


def due_setting(token: Token, item: Setting | None) -> int | None:
    """Return a due date of a task in microseconds; None where there is none.

    An expression may give null, which means no date.
    """
    if item is None:
        return None
    around = token.top.surroundings
    value, problems = around.evaluate(item, token.scope)
    if value is None and not problems:
        return None
    found = instant(value, around.zone)
    if found is None:
        raise around.failure(
            "expression-failed", f"{item.place} is no date", item, token.scope, value, problems
        )
    return micros(found)


def _due(token: Token, kind: str, item: Setting) -> int:
    around = token.top.surroundings
    value, problems = around.evaluate(item, token.scope)
    if isinstance(value, str):
        value = read(kind, value)
    value = nearest(value)
    if kind == "duration" and isinstance(value, _DURATIONS):
        start = around.now.astimezone(around.zone)
        value = _ADD.evaluate({"start": start, "span": value}, zone=around.zone)[0]
    elif kind == "duration":
        value = None
    found = instant(value, around.zone)
    if found is None:
        raise around.failure(
            "timer-failed", f"{item.place} is no {kind}", item, token.scope, value, problems
        )
    return micros(found)
