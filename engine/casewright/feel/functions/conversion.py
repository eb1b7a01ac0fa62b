"""Functions that make a value of another type."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from .. import temporal, wide
from ..problems import FeelError
from ..runtime import Run
from ..text import string_of
from ..values import YearsMonths, number
from ..wide import AnyDate, AnyDateTime, AnyDuration, AnyTime
from .registry import builtin

_PLAIN_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_SEPARATORS = (" ", ",", ".")


@builtin("string(from: any)", "string(value: any)", run=True)
def string(run: Run, value: Any) -> str | None:
    """Write a value as text."""
    made = string_of(value, run.limits.text)
    if made is not None:
        run.text(len(made))
    return made


@builtin("number(from: any)", "number(from: any, grouping separator: any, decimal separator: any)")
def to_number(value: Any, grouping: Any = None, decimal: Any = None) -> Decimal | None:
    """Read a number from text; the separators may be given."""
    if value is None or type(value) is Decimal:
        return value
    if type(value) is not str:
        raise FeelError("a number is read from text")
    if grouping is not None and grouping not in _SEPARATORS:
        raise FeelError("the grouping separator is a space, comma or period", "function")
    if decimal is not None and decimal not in (".", ","):
        raise FeelError("the decimal separator is a period or comma", "function")
    if grouping is not None and grouping == decimal:
        raise FeelError("the separators are the same", "function")
    if grouping is not None:
        value = value.replace(grouping, "")
    if decimal == ",":
        if "." in value:
            raise FeelError("not a number", "number")
        value = value.replace(",", ".")
    if len(value) > 10_000 or not _PLAIN_NUMBER.fullmatch(value):
        raise FeelError("not a number", "number")
    return number(value)


def _single(value: Any) -> Any:
    return value[0] if type(value) is list and len(value) == 1 else value


@builtin("date(from: any)")
def date(value: Any) -> AnyDate | None:
    """Make a date of text, of a date, or of a date and time."""
    value = _single(value)
    kind = wide.plain_type(value)
    if value is None or kind is dt.date:
        return value  # type: ignore[no-any-return]
    if kind is dt.datetime:
        return wide.date_at(value.toordinal())
    if type(value) is str:
        return temporal.parse_date(value)
    raise FeelError("a date is made of text or of a date and time")


@builtin("date(year: number, month: number, day: number)")
def date_of(year: Decimal, month: Decimal, day: Decimal) -> AnyDate:
    """Make a date of its parts."""
    return temporal.make_date(int(year), int(month), int(day))


@builtin("time(from: any)")
def time(value: Any) -> AnyTime | None:
    """Make a time of text, of a time, or of a date and time."""
    value = _single(value)
    kind = wide.plain_type(value)
    if value is None or kind is dt.time:
        return value  # type: ignore[no-any-return]
    if kind is dt.datetime:
        return wide.clock_at(wide.nano_of_day(value), value.tzinfo)
    if kind is dt.date:
        return dt.time(0, 0, tzinfo=dt.UTC)
    if type(value) is str:
        return temporal.parse_time(value)
    raise FeelError("a time is made of text or of a date and time")


@builtin("time(hour: number, minute: number, second: number, offset: duration??)")
def time_of(
    hour: Decimal, minute: Decimal, second: Decimal, offset: AnyDuration | None = None
) -> AnyTime:
    """Make a time of its parts."""
    zone = None if offset is None else temporal.offset_zone(round(temporal.seconds_of(offset)))
    whole = int(second)
    nano = int((second - whole) * wide.SECOND)
    return temporal.make_time(int(hour), int(minute), whole, nano, zone)


@builtin("date and time(from: any)")
def date_and_time(value: Any) -> AnyDateTime | None:
    """Make a date and time of text or of a date."""
    value = _single(value)
    kind = wide.plain_type(value)
    if value is None or kind is dt.datetime:
        return value  # type: ignore[no-any-return]
    if kind is dt.date:
        return temporal.at_midnight(value, dt.UTC)
    if type(value) is str:
        return temporal.parse_datetime(value)
    raise FeelError("a date and time is made of text")


@builtin("date and time(date: day, time: time)")
def date_and_time_of(date: wide.Day, time: AnyTime) -> AnyDateTime:
    """Make a date and time of its parts."""
    return temporal.combine(wide.date_at(date.toordinal()), time)


@builtin("date and time(date: day, timezone: string)")
def date_and_time_in(date: wide.Day, timezone: str) -> AnyDateTime:
    """See a date and time in a zone."""
    zone = temporal.zone_named(timezone)
    if isinstance(date, dt.datetime | wide.WideDateTime):
        return temporal.in_zone(date, zone)
    return temporal.at_midnight(date, zone)


@builtin("duration(from: any)")
def duration(value: Any) -> AnyDuration | YearsMonths | None:
    """Make a duration of text."""
    value = _single(value)
    if value is None or wide.plain_type(value) in (dt.timedelta, YearsMonths):
        return value  # type: ignore[no-any-return]
    if type(value) is str:
        return temporal.parse_duration(value)
    raise FeelError("a duration is made of text")


@builtin("years and months duration(from: day, to: day)")
def years_and_months_duration(start: wide.Day, end: wide.Day) -> YearsMonths:
    """Give the whole months between two dates."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and _rest(end) < _rest(start):
        months -= 1
    elif months < 0 and _rest(end) > _rest(start):
        months += 1
    return YearsMonths(months)


def _rest(value: wide.Day) -> tuple[int, int]:
    # A date without a time counts as its midnight.
    if wide.plain_type(value) is dt.date:
        return value.day, 0
    assert isinstance(value, dt.datetime | wide.WideDateTime)
    return value.day, wide.nano_of_day(value)
