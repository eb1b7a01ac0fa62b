"""The named parts of dates, times, durations and ranges."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from . import wide
from .runtime import MISSING
from .values import Range, YearsMonths
from .wide import AnyDuration, WideDate, WideDateTime, WideDuration, WideTime


def _zone(value: Any) -> str | None:
    key: str | None = getattr(value.tzinfo, "key", None)
    return key


def _offset(value: Any) -> dt.timedelta | None:
    if isinstance(value, dt.time | WideTime):
        return wide.time_offset(value)
    found: dt.timedelta | None = value.utcoffset()
    return found


def _part(unit: int, modulus: int) -> Callable[[Any], Decimal]:
    def part(value: AnyDuration) -> Decimal:
        nanos = wide.nanos_of(value)
        count = abs(nanos) // (unit * wide.SECOND)
        count = count % modulus if modulus else count
        return Decimal(-count if nanos < 0 else count)

    return part


def _months(remainder: bool) -> Callable[[Any], Decimal]:
    def part(value: YearsMonths) -> Decimal:
        count = abs(value.months) % 12 if remainder else abs(value.months) // 12
        return Decimal(-count if value.months < 0 else count)

    return part


_Parts = Mapping[str, Callable[[Any], Any]]
_DATE: _Parts = {
    "year": lambda v: Decimal(v.year),
    "month": lambda v: Decimal(v.month),
    "day": lambda v: Decimal(v.day),
    "weekday": lambda v: Decimal(v.isoweekday()),
}
_TIME: _Parts = {
    "hour": lambda v: Decimal(v.hour),
    "minute": lambda v: Decimal(v.minute),
    "second": lambda v: Decimal(v.second),
    "time offset": _offset,
    "timezone": _zone,
}
_DATE_TIME: _Parts = {**_DATE, **_TIME}
_DURATION: _Parts = {
    "days": _part(86_400, 0),
    "hours": _part(3_600, 24),
    "minutes": _part(60, 60),
    "seconds": _part(1, 60),
}
_PARTS: dict[type, _Parts] = {
    dt.date: _DATE,
    dt.time: _TIME,
    dt.datetime: _DATE_TIME,
    dt.timedelta: _DURATION,
    WideDate: _DATE,
    WideTime: _TIME,
    WideDateTime: _DATE_TIME,
    WideDuration: _DURATION,
    YearsMonths: {"years": _months(False), "months": _months(True)},
    Range: {
        "start": lambda v: v.low,
        "end": lambda v: v.high,
        "start included": lambda v: v.low_included,
        "end included": lambda v: v.high_included,
    },
}
NAMES = frozenset(name for parts in _PARTS.values() for name in parts if " " in name)


def property_of(value: Any, name: str) -> Any:
    """Give a named part of a value, or MISSING."""
    part = _PARTS.get(type(value), {}).get(name)
    return MISSING if part is None else part(value)
