"""Dates, times and durations: reading, writing and reckoning."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from .problems import FeelError
from .values import DECIMAL, YearsMonths, months

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


def make_date(year: int, month: int, day: int) -> dt.date:
    """Make a date, in the years 1 to 9999."""
    try:
        return dt.date(year, month, day)
    except (ValueError, OverflowError):
        raise _bad("no such date, or its year is not within 1 to 9999") from None


def parse_date(text: str) -> dt.date:
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


def parse_time(text: str) -> dt.time:
    """Read 10:30:00, with an offset or a zone after it."""
    match = _TIME_RE.fullmatch(text)
    if match is None:
        raise _bad("not a time")
    hour, minute, second = int(match[1]), int(match[2]), int(match[3])
    if (hour, minute, second) == (24, 0, 0) and not int(match[4] or 0):
        hour = 0
    try:
        return dt.time(hour, minute, second, _micro(match[4]), _zone(match[5]))
    except ValueError:
        raise _bad("no such time") from None


def _micro(text: str | None) -> int:
    return int((text or "0")[:6].ljust(6, "0"))


def parse_datetime(text: str) -> dt.datetime:
    """Read 2026-01-31T10:30:00, with an offset or a zone after it, or a date alone."""
    if "T" not in text:
        return at_midnight(parse_date(text), None)
    match = _DATETIME_RE.fullmatch(text)
    if match is None:
        raise _bad("not a date and time")
    day = make_date(int(match[1]), int(match[2]), int(match[3]))
    time = parse_time(text.split("T", 1)[1])
    made = dt.datetime.combine(day, time)
    return shift(made, dt.timedelta(days=1)) if match[4] == "24" else made


def at_midnight(day: dt.date, zone: dt.tzinfo | None) -> dt.datetime:
    """Give the start of a day."""
    return dt.datetime(day.year, day.month, day.day, tzinfo=zone)


def parse_duration(text: str) -> dt.timedelta | YearsMonths:
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
    try:
        made = dt.timedelta(
            days=int(match[2] or 0),
            hours=int(match[3] or 0),
            minutes=int(match[4] or 0),
            seconds=int(whole),
            microseconds=_micro(part),
        )
    except OverflowError:
        raise _bad("the duration is too long") from None
    return -made if match[1] else made


def parse_at(text: str) -> Any:
    """Read what stands in @"…"; a FeelError object if it is nothing."""
    reader = parse_date
    if text.lstrip("-").startswith("P"):
        reader = parse_duration  # type: ignore[assignment]
    elif "T" in text.split("@")[0]:
        reader = parse_datetime
    elif ":" in text:
        reader = parse_time  # type: ignore[assignment]
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


def _clock(value: dt.time | dt.datetime) -> str:
    micro = f".{value.microsecond:06}".rstrip("0") if value.microsecond else ""
    return f"{value.hour:02}:{value.minute:02}:{value.second:02}{micro}"


def time_text(value: dt.time) -> str:
    """Write a time."""
    return _clock(value) + zone_text(value.tzinfo)


def datetime_text(value: dt.datetime) -> str:
    """Write a date and time."""
    zone = zone_text(value.tzinfo, value)
    return f"{value.year:04}-{value.month:02}-{value.day:02}T{_clock(value)}{zone}"


def duration_text(value: dt.timedelta) -> str:
    """Write a days and time duration: P1DT2H."""
    micros = total_micros(value)
    sign = "-" if micros < 0 else ""
    seconds, micro = divmod(abs(micros), 1_000_000)
    days, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, left = divmod(rest, 60)
    second = str(left) + (f".{micro:06}".rstrip("0") if micro else "")
    time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    time += f"{second}S" if second != "0" else ""
    if not days and not time:
        return "PT0S"
    return f"{sign}P" + (f"{days}D" if days else "") + (f"T{time}" if time else "")


# -- reckoning


def total_micros(value: dt.timedelta) -> int:
    """Count the microseconds of a duration."""
    return (value.days * 86400 + value.seconds) * 1_000_000 + value.microseconds


def from_micros(micros: int) -> dt.timedelta:
    """Make a duration of microseconds."""
    try:
        return dt.timedelta(microseconds=micros)
    except OverflowError:
        raise _bad("the duration is too long") from None


def seconds_of(value: dt.timedelta) -> Decimal:
    """Give the seconds of a duration as a number."""
    return DECIMAL.divide(Decimal(total_micros(value)), Decimal(1_000_000))


def instant(value: dt.datetime) -> dt.datetime:
    """Bring a zoned date and time to UTC; a local one stays."""
    if value.tzinfo is None:
        return value
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise _bad("outside the years 1 to 9999") from None


def shift(value: dt.datetime, by: dt.timedelta) -> dt.datetime:
    """Move a date and time along the time line (not along the wall clock)."""
    try:
        if value.tzinfo is None or isinstance(value.tzinfo, dt.timezone):
            return value + by
        return (value.astimezone(UTC) + by).astimezone(value.tzinfo)
    except OverflowError:
        raise _bad("outside the years 1 to 9999") from None


def shift_date(value: dt.date, by: dt.timedelta) -> dt.date:
    """Move a date; hours count from its midnight."""
    return shift(at_midnight(value, None), by).date()


def shift_months(value: Any, by: int) -> Any:
    """Move a date, or date and time, by months; the day is at most the month's last."""
    year, month = divmod(value.year * 12 + value.month - 1 + by, 12)
    if not 1 <= year <= 9999:
        raise _bad("outside the years 1 to 9999")
    day = min(value.day, calendar.monthrange(year, month + 1)[1])
    return value.replace(year=year, month=month + 1, day=day)


def time_micros(value: dt.time) -> int:
    """Count a time's microseconds from midnight, in UTC when its offset is known."""
    micros = ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond
    offset = time_offset(value)
    return micros - total_micros(offset) if offset is not None else micros


def time_offset(value: dt.time) -> dt.timedelta | None:
    """Give the offset of a time; a named zone has its standard offset."""
    zone = value.tzinfo
    if zone is None:
        return None
    offset = zone.utcoffset(None)
    if offset is None:
        winter = dt.datetime(2000, 1, 1, tzinfo=zone)
        offset = (zone.utcoffset(winter) or dt.timedelta()) - (zone.dst(winter) or dt.timedelta())
    return offset


def shift_time(value: dt.time, by: dt.timedelta) -> dt.time:
    """Move a time round the clock."""
    micros = ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond
    micros = (micros + total_micros(by)) % 86_400_000_000
    made = (dt.datetime(2000, 1, 1, tzinfo=UTC) + micros * _MICROSECOND).time()
    return made.replace(tzinfo=value.tzinfo)


def difference(left: Any, right: Any) -> dt.timedelta:
    """Give left - right for dates and dates and times; a date counts as midnight in UTC."""
    one = left if isinstance(left, dt.datetime) else None
    two = right if isinstance(right, dt.datetime) else None
    if one is None and two is None:
        made: dt.timedelta = left - right
        return made
    first = one if one is not None else at_midnight(left, UTC)
    second = two if two is not None else at_midnight(right, UTC)
    if (first.tzinfo is None) != (second.tzinfo is None):
        raise FeelError("one has a zone or offset and the other has none")
    return instant(first) - instant(second)
