"""Dates, times and durations: reading, writing and reckoning."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from . import wide
from .problems import FeelError
from .values import DECIMAL, YearsMonths, months
from .wide import AnyDate, AnyDateTime, AnyDuration, AnyTime

UTC = dt.UTC
_DATE = r"(-?(?:[1-9]\d{4,8}|\d{4}))-(\d\d)-(\d\d)"
_TIME = r"(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|z|[+-]\d\d:\d\d(?::\d\d)?|@[\w/+-]+)?"
_DATE_RE = re.compile(_DATE, re.ASCII)
_TIME_RE = re.compile(_TIME, re.ASCII)
_DATETIME_RE = re.compile(f"{_DATE}T{_TIME}", re.ASCII)
_MONTHS_RE = re.compile(r"(-)?P(?:(\d+)Y)?(?:(\d+)M)?", re.ASCII)
_DAYS_RE = re.compile(
    r"(-)?P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", re.ASCII
)
_MICROSECOND = dt.timedelta(microseconds=1)
_MAX_OFFSET = 18 * 3600


def _bad(message: str) -> FeelError:
    return FeelError(message, "date")


@lru_cache(maxsize=256)
def zone_named(name: str) -> ZoneInfo:
    """Give the zone of a name; a FeelError if there is none."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        raise _bad("no such time zone") from None


def make_date(year: int, month: int, day: int) -> AnyDate:
    """Make a date, in the years -999999999 to 999999999."""
    try:
        return dt.date(year, month, day)
    except (ValueError, OverflowError):
        return wide.date_at(wide.day_number(year, month, day))


def parse_date(text: str) -> AnyDate:
    """Read 2026-01-31."""
    match = _DATE_RE.fullmatch(text)
    if match is None:
        raise _bad("not a date")
    return make_date(int(match[1]), int(match[2]), int(match[3]))


def _zone(text: str | None) -> dt.tzinfo | None:
    if not text:
        return None
    if text in ("Z", "z"):
        return UTC
    if text[0] == "@":
        return zone_named(text[1:])
    parts = [int(part) for part in text[1:].split(":")]
    seconds = parts[0] * 3600 + parts[1] * 60 + (parts[2] if len(parts) > 2 else 0)
    return offset_zone(-seconds if text[0] == "-" else seconds)


def offset_zone(seconds: int) -> dt.tzinfo:
    """Make the zone of an offset of at most 18 hours."""
    if abs(seconds) > _MAX_OFFSET:
        raise _bad("an offset is at most 18 hours")
    return UTC if seconds == 0 else dt.timezone(dt.timedelta(seconds=seconds))


def parse_time(text: str) -> AnyTime:
    """Read 10:30:00, with an offset or a zone after it."""
    match = _TIME_RE.fullmatch(text)
    if match is None:
        raise _bad("not a time")
    hour, minute, second = int(match[1]), int(match[2]), int(match[3])
    nano = _nano(match[4])
    if (hour, minute, second, nano) == (24, 0, 0, 0):
        hour = 0
    return make_time(hour, minute, second, nano, _zone(match[5]))


def make_time(hour: int, minute: int, second: int, nano: int, zone: dt.tzinfo | None) -> AnyTime:
    """Make a time of its parts."""
    micro, rest = divmod(nano, 1000)
    try:
        made = dt.time(hour, minute, second, micro, zone)
    except (ValueError, OverflowError):
        raise _bad("no such time") from None
    return wide.clock_at(wide.nano_of_day(made) + rest, zone) if rest else made


def _nano(text: str | None) -> int:
    return int(text[:9].ljust(9, "0")) if text else 0


def parse_datetime(text: str) -> AnyDateTime:
    """Read 2026-01-31T10:30:00, with an offset or a zone after it, or a date alone."""
    if "T" not in text:
        return at_midnight(parse_date(text), None)
    match = _DATETIME_RE.fullmatch(text)
    if match is None:
        raise _bad("not a date and time")
    day = make_date(int(match[1]), int(match[2]), int(match[3]))
    made = combine(day, parse_time(text.split("T", 1)[1]))
    return shift(made, dt.timedelta(days=1)) if match[4] == "24" else made


def combine(day: AnyDate, time: AnyTime) -> AnyDateTime:
    """Make a date and time of its parts."""
    if isinstance(day, dt.date) and isinstance(time, dt.time):
        return dt.datetime.combine(day, time)
    return wide.moment_at(day.toordinal(), wide.nano_of_day(time), time.tzinfo)


def at_midnight(day: AnyDate, zone: dt.tzinfo | None) -> AnyDateTime:
    """Give the start of a day."""
    if not isinstance(day, dt.date):
        return wide.moment_at(day.toordinal(), 0, zone)
    return dt.datetime(day.year, day.month, day.day, tzinfo=zone)


def parse_duration(text: str) -> AnyDuration | YearsMonths:
    """Read P1Y2M or P1DT2H3M4.5S."""
    match = _MONTHS_RE.fullmatch(text)
    if match is not None and (match[2] or match[3]):
        if len(text) > 40:
            raise _bad("the duration is too long")
        count = int(match[2] or 0) * 12 + int(match[3] or 0)
        return months(-count if match[1] else count)
    match = _DAYS_RE.fullmatch(text)
    if match is None or not any(match.group(2, 3, 4, 5)) or len(text) > 80:
        raise _bad("not a duration")
    whole, _, part = (match[5] or "0").partition(".")
    days, hours, minutes = (int(match[index] or 0) for index in (2, 3, 4))
    seconds = ((days * 24 + hours) * 60 + minutes) * 60 + int(whole)
    nanos = seconds * wide.SECOND + _nano(part)
    return wide.span_of(-nanos if match[1] else nanos)


def parse_at(text: str) -> Any:
    """Read what stands in @"…"; a FeelError object if it is nothing."""
    reader: Callable[[str], Any] = parse_date
    if text.lstrip("-").startswith("P"):
        reader = parse_duration
    elif "T" in text.split("@")[0]:
        reader = parse_datetime
    elif ":" in text:
        reader = parse_time
    try:
        return reader(text)
    except FeelError as error:
        return error


# -- writing


def zone_text(zone: dt.tzinfo | None, moment: dt.datetime | None = None) -> str:
    """Write a zone: Z, +02:00 or @Europe/Warsaw."""
    if zone is None:
        return ""
    key = getattr(zone, "key", None)
    if key is not None:
        return f"@{key}"
    offset = zone.utcoffset(moment)
    if offset is None:
        return ""
    seconds = round(offset.total_seconds())
    if seconds == 0:
        return "Z"
    hours, rest = divmod(abs(seconds), 3600)
    minutes, left = divmod(rest, 60)
    tail = f":{left:02}" if left else ""
    return f"{'-' if seconds < 0 else '+'}{hours:02}:{minutes:02}{tail}"


def _clock(value: AnyTime | AnyDateTime) -> str:
    fraction = ""
    if isinstance(value, dt.time | dt.datetime):
        if value.microsecond:
            fraction = f".{value.microsecond:06}".rstrip("0")
    elif rest := value.nano % wide.SECOND:
        fraction = f".{rest:09}".rstrip("0")
    return f"{value.hour:02}:{value.minute:02}:{value.second:02}{fraction}"


def time_text(value: AnyTime) -> str:
    """Write a time."""
    return _clock(value) + zone_text(value.tzinfo)


def date_text(value: wide.Day) -> str:
    """Write a date, or the date of a date and time."""
    year = value.year
    sign = "-" if year < 0 else ""
    return f"{sign}{abs(year):04}-{value.month:02}-{value.day:02}"


def datetime_text(value: AnyDateTime) -> str:
    """Write a date and time."""
    moment = value if isinstance(value, dt.datetime) else None
    return f"{date_text(value)}T{_clock(value)}{zone_text(value.tzinfo, moment)}"


def duration_text(value: AnyDuration) -> str:
    """Write a days and time duration: P1DT2H."""
    nanos = wide.nanos_of(value)
    sign = "-" if nanos < 0 else ""
    seconds, nano = divmod(abs(nanos), wide.SECOND)
    days, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, left = divmod(rest, 60)
    second = str(left) + (f".{nano:09}".rstrip("0") if nano else "")
    time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    time += f"{second}S" if second != "0" else ""
    if not days and not time:
        return "PT0S"
    return f"{sign}P" + (f"{days}D" if days else "") + (f"T{time}" if time else "")


# -- reckoning


def total_micros(value: dt.timedelta) -> int:
    """Count the microseconds of a duration."""
    return (value.days * 86400 + value.seconds) * 1_000_000 + value.microseconds


def from_micros(micros: int) -> AnyDuration:
    """Make a duration of microseconds."""
    try:
        return dt.timedelta(microseconds=micros)
    except OverflowError:
        return wide.span_of(micros * 1000)


def seconds_of(value: AnyDuration) -> Decimal:
    """Give the seconds of a duration as a number."""
    return DECIMAL.divide(Decimal(wide.nanos_of(value)), Decimal(wide.SECOND))


def instant(value: dt.datetime) -> AnyDateTime:
    """Bring a zoned date and time to UTC; a local one stays."""
    if value.tzinfo is None:
        return value
    try:
        return value.astimezone(UTC)
    except OverflowError:
        return wide.moment_of(wide.instant_of(value), UTC)


def in_zone(value: AnyDateTime, zone: dt.tzinfo) -> AnyDateTime:
    """See a date and time in a zone; a local one is taken to be there."""
    if value.tzinfo is None:
        return value.replace(tzinfo=zone)
    if isinstance(value, dt.datetime):
        try:
            return value.astimezone(zone)
        except OverflowError:
            pass
    return wide.moment_of(wide.instant_of(value), zone)


def shift(value: AnyDateTime, by: AnyDuration) -> AnyDateTime:
    """Move a date and time along the time line (not along the wall clock)."""
    if isinstance(value, dt.datetime) and isinstance(by, dt.timedelta):
        try:
            if value.tzinfo is None or isinstance(value.tzinfo, dt.timezone):
                return value + by
            return (value.astimezone(UTC) + by).astimezone(value.tzinfo)
        except OverflowError:
            pass
    return wide.shift(value, wide.nanos_of(by))


def shift_date(value: AnyDate, by: AnyDuration) -> AnyDate:
    """Move a date; hours count from its midnight."""
    return wide.shift_date(value, wide.nanos_of(by))


def shift_months(value: Any, by: int) -> Any:
    """Move a date, or date and time, by months; the day is at most the month's last."""
    if isinstance(value, dt.date):
        year, month = divmod(value.year * 12 + value.month - 1 + by, 12)
        if 1 <= year <= 9999:
            day = min(value.day, calendar.monthrange(year, month + 1)[1])
            return value.replace(year=year, month=month + 1, day=day)
    return wide.shift_months(value, by)


def time_micros(value: dt.time) -> int:
    """Count a time's microseconds from midnight, in UTC when its offset is known."""
    micros = ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond
    offset = wide.time_offset(value)
    return micros - total_micros(offset) if offset is not None else micros


def shift_time(value: AnyTime, by: AnyDuration) -> AnyTime:
    """Move a time round the clock."""
    return wide.shift_time(value, wide.nanos_of(by))


def difference(left: wide.Day, right: wide.Day) -> AnyDuration:
    """Give left - right for dates and dates and times; a date counts as midnight in UTC."""
    if type(left) is type(right) is dt.date:
        return left - right
    return wide.difference(left, right)


time_offset = wide.time_offset
