"""Cycles of timers: ISO 8601 repeating intervals (`R3/PT1H`, `R/2026-01-31/P1M`), and cron.

The instants of an interval are counted from its anchor, never from the one before: the 31st of
January plus months gives the 28th of February and then the 31st of March. Years, months, weeks
and days are those of the calendar in the zone, so that a daily cycle keeps its hour in summer
time; hours, minutes and seconds are exact.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from casewright.domain import cron

_INTERVAL = re.compile(r"R(-1|\d{0,9})/(?:([^P].*)/)?(P[^/]*)")
_SPAN = re.compile(
    r"P(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,7})D)?"
    r"(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:[.,]\d{1,9})?)S)?)?"
)
_MONTH = timedelta(days=30.436875)
# By how much some months, and the days of a change of clocks, are longer than on average.
_SLACK = timedelta(days=4)


@dataclass(frozen=True, slots=True)
class Interval:
    """A repeating interval: how often (None for ever), since when, and how far apart."""

    times: int | None
    start: datetime | None
    months: int
    days: int
    exact: timedelta

    @property
    def usual(self) -> timedelta:
        """How far apart the instants are on average."""
        return self.months * _MONTH + timedelta(days=self.days) + self.exact

    def at(self, index: int, base: datetime) -> datetime:
        """Return the instant that lies `index` spans behind `base`, in UTC."""
        months = base.month - 1 + self.months * index
        year, month = base.year + months // 12, months % 12 + 1
        last = calendar.monthrange(year, month)[1]
        moved = base.replace(year=year, month=month, day=min(base.day, last))
        moved = moved + timedelta(days=self.days * index)
        return moved.astimezone(UTC) + self.exact * index


def read(text: str) -> Interval | str:
    """Return the interval, or the plain cron expression; ValueError tells what is wrong."""
    stripped = text.strip()
    found = _INTERVAL.fullmatch(stripped)
    if found is None:
        if stripped.startswith(("R", "P")):
            raise ValueError(f"“{text}” is no cycle: R, a number of times, /, a duration")
        return cron.read(text)
    times, start, span = found.groups()
    months, days, exact = _span(span)
    return Interval(
        None if times in ("", "-1") else int(times),
        None if start is None else _start(start),
        months,
        days,
        exact,
    )


def first(text: str, now: datetime, zone: tzinfo) -> tuple[datetime, int | None, datetime] | None:
    """Return the first instant from `now` on, how many are left with it, and the anchor; in UTC.

    None where none is to come: all of them passed before `now`. Without a start the anchor is
    `now`, and the first instant lies one span behind it. ValueError for what is no cycle.
    """
    cycle = read(text)
    if isinstance(cycle, str):
        due = cron.after(cycle, now, zone)
        return None if due is None else (due, None, now.astimezone(UTC))
    base = _base(cycle, now, zone)
    index = _index(cycle, base, now, inclusive=True)
    if index is None:
        return None
    number = index + (cycle.start is not None)
    left = None if cycle.times is None else cycle.times - number + 1
    return cycle.at(index, base), left, base.astimezone(UTC)


def next(
    text: str, previous: datetime, count: int, anchor: datetime, zone: tzinfo
) -> datetime | None:
    """Return the instant behind `previous`, after `count` of them; None after the last one."""
    cycle = read(text)
    if isinstance(cycle, str):
        return cron.after(cycle, previous, zone)
    if cycle.times is not None and count >= cycle.times:
        return None
    base = _base(cycle, anchor, zone)
    index = _index(cycle, base, previous, inclusive=False)
    return None if index is None else cycle.at(index, base)


def _base(cycle: Interval, anchor: datetime, zone: tzinfo) -> datetime:
    start = cycle.start
    if start is None:
        return anchor.astimezone(zone)
    return start if start.tzinfo is not None else start.replace(tzinfo=zone)


def _index(cycle: Interval, base: datetime, moment: datetime, *, inclusive: bool) -> int | None:
    """Return the number of the first instant behind `moment`, or at it; None if it is not one."""
    lowest = 0 if cycle.start is not None else 1
    highest = None if cycle.times is None else cycle.times - 1 + lowest
    moment = moment.astimezone(UTC)
    slack = _SLACK if cycle.months or cycle.days else timedelta()
    index = max(lowest, (moment - base.astimezone(UTC) - slack) // cycle.usual)
    while highest is None or index <= highest:
        try:
            at = cycle.at(index, base)
        except (ValueError, OverflowError):
            return None
        if at > moment or (inclusive and at == moment):
            return index
        index += 1
    return None


def _span(text: str) -> tuple[int, int, timedelta]:
    found = _SPAN.fullmatch(text)
    if found is None or text[-1] in "PT":
        raise ValueError(f"“{text}” is no ISO 8601 duration")
    years, months, weeks, days, hours, minutes = (int(part or 0) for part in found.groups()[:6])
    seconds = float((found[7] or "0").replace(",", "."))
    exact = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    total = years * 12 + months, weeks * 7 + days, exact
    if not any(total):
        raise ValueError(f"“{text}” is no time at all: the cycle would never move on")
    return total


def _start(text: str) -> datetime:
    """Return an ISO instant; its zone may be given by an offset, by `[name]` or `@name`."""
    body, mark, name = text.removesuffix("]").replace("@", "[").partition("[")
    try:
        found = datetime.fromisoformat(body)
        if not mark:
            return found
        zone = ZoneInfo(name)
        return found.astimezone(zone) if found.tzinfo is not None else found.replace(tzinfo=zone)
    except (ValueError, ZoneInfoNotFoundError):
        raise ValueError(f"“{text}” is no date, and no date and time") from None
