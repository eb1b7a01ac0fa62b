"""Dates, times and durations that Python's datetime cannot hold.

They count in days (1 is 0001-01-01, as date.toordinal() does) and nanoseconds. The functions here
give datetime's own types whenever those hold the value, so a wide value is the exception: a year
outside 1 to 9999, a fraction finer than a microsecond, or a very long duration.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from .problems import FeelError

UTC = dt.UTC
SECOND = 1_000_000_000
DAY = 86_400 * SECOND
MAX_YEAR = 999_999_999
_CYCLE = 146_097  # days in 400 years, after which the calendar and the weekdays come again
_LAST = dt.date.max.toordinal()
_YEAR = 366
# Zones have had no rules before the first of these years, and keep their last one after the second.
_PAST, _FUTURE = 400, 9200
_PAST_START = dt.date(_PAST, 1, 1).toordinal()
_FUTURE_START = dt.date(_FUTURE, 1, 1).toordinal()
_MAX_SECONDS = 2**63 - 1


def _outside() -> FeelError:
    return FeelError("outside the years -999999999 to 999999999", "date")


def like(ordinal: int) -> dt.date:
    """Give the day itself, or the same day of a year with the same calendar that datetime has."""
    if _YEAR < ordinal <= _LAST - _YEAR:
        return dt.date.fromordinal(ordinal)
    start = _PAST_START if ordinal <= _YEAR else _FUTURE_START
    return dt.date.fromordinal(start + (ordinal - start) % _CYCLE)


class _Day:
    """What every value with a day has; `ordinal` is the day's number."""

    __slots__ = ()
    ordinal: int

    @property
    def like(self) -> dt.date:
        """The same day of a year with the same calendar."""
        return like(self.ordinal)

    @property
    def year(self) -> int:
        """The year, astronomical: 0 is the year before 1."""
        near = self.like
        return near.year + (self.ordinal - near.toordinal()) // _CYCLE * 400

    @property
    def month(self) -> int:
        """The month."""
        return self.like.month

    @property
    def day(self) -> int:
        """The day of the month."""
        return self.like.day

    def isoweekday(self) -> int:
        """Give the day of the week, 1 for Monday."""
        return self.like.isoweekday()

    def toordinal(self) -> int:
        """Give the day's number."""
        return self.ordinal


class _Clock:
    """What every value with a time of day has; `nano` counts from midnight."""

    __slots__ = ()
    nano: int

    @property
    def hour(self) -> int:
        """The hour."""
        return self.nano // (3600 * SECOND)

    @property
    def minute(self) -> int:
        """The minute."""
        return self.nano // (60 * SECOND) % 60

    @property
    def second(self) -> int:
        """The whole second."""
        return self.nano // SECOND % 60


class _Ordered:
    """Order among values of one kind, wide or not; raises TypeError as datetime does."""

    __slots__ = ()

    def __lt__(self, other: Any) -> bool:
        return self._compare(other) < 0

    def __le__(self, other: Any) -> bool:
        return self._compare(other) <= 0

    def __gt__(self, other: Any) -> bool:
        return self._compare(other) > 0

    def __ge__(self, other: Any) -> bool:
        return self._compare(other) >= 0

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and _key(other) == _key(self)

    def __hash__(self) -> int:
        return hash(_key(self))

    def _compare(self, other: Any) -> int:
        if plain_type(other) is not plain_type(self):
            raise TypeError("values of different kinds have no order")
        try:
            return order(self, other)
        except FeelError as error:
            raise TypeError(error.message) from None


@dataclass(frozen=True, slots=True, eq=False)
class WideDate(_Ordered, _Day):
    """A date outside the years 1 to 9999."""

    ordinal: int


@dataclass(frozen=True, slots=True, eq=False)
class WideTime(_Ordered, _Clock):
    """A time of day to the nanosecond."""

    nano: int
    tzinfo: dt.tzinfo | None = None

    def replace(self, tzinfo: dt.tzinfo | None) -> WideTime:
        """Give the same wall clock in another zone."""
        return WideTime(self.nano, tzinfo)


@dataclass(frozen=True, slots=True, eq=False)
class WideDateTime(_Ordered, _Day, _Clock):
    """A date and time outside the years 1 to 9999, or to the nanosecond."""

    ordinal: int
    nano: int
    tzinfo: dt.tzinfo | None = None
    fold: int = 0

    def utcoffset(self) -> dt.timedelta | None:
        """Give the offset from UTC; that of a zone is the one of an equivalent year."""
        if self.tzinfo is None:
            return None
        clock = dt.time(self.hour, self.minute, self.second, tzinfo=self.tzinfo, fold=self.fold)
        return dt.datetime.combine(self.like, clock).utcoffset()

    def date(self) -> dt.date | WideDate:
        """Give the day."""
        return date_at(self.ordinal)

    def timetz(self) -> dt.time | WideTime:
        """Give the time with its zone."""
        return clock_at(self.nano, self.tzinfo)

    def replace(self, tzinfo: dt.tzinfo | None) -> WideDateTime:
        """Give the same wall clock in another zone."""
        return WideDateTime(self.ordinal, self.nano, tzinfo, self.fold)


@dataclass(frozen=True, slots=True, eq=False)
class WideDuration(_Ordered):
    """A days and time duration to the nanosecond, or longer than a timedelta."""

    nanos: int


AnyDate = dt.date | WideDate
AnyTime = dt.time | WideTime
AnyDateTime = dt.datetime | WideDateTime
AnyDuration = dt.timedelta | WideDuration
Day = dt.date | WideDate | WideDateTime
_PLAIN: dict[type, type] = {
    WideDate: dt.date,
    WideTime: dt.time,
    WideDateTime: dt.datetime,
    WideDuration: dt.timedelta,
}
WIDE = frozenset(_PLAIN)


def plain_type(value: Any) -> type:
    """Give the type of a value, datetime's for a wide one."""
    kind = type(value)
    return _PLAIN.get(kind, kind)


# -- making: datetime's types where they hold the value


def day_number(year: int, month: int, day: int) -> int:
    """Count the days to a date; a FeelError if there is no such date."""
    if abs(year) > MAX_YEAR:
        raise _outside()
    cycle, within = divmod(year, 400)
    try:
        near = dt.date(_PAST + within, month, day)
    except (ValueError, OverflowError):
        raise FeelError("no such date", "date") from None
    return near.toordinal() + (cycle - 1) * _CYCLE


_FIRST_DAY = day_number(-MAX_YEAR, 1, 1)
_LAST_DAY = day_number(MAX_YEAR, 12, 31)


def date_at(ordinal: int) -> AnyDate:
    """Make the date of a day's number."""
    if 1 <= ordinal <= _LAST:
        return dt.date.fromordinal(ordinal)
    if not _FIRST_DAY <= ordinal <= _LAST_DAY:
        raise _outside()
    return WideDate(ordinal)


def clock_at(nano: int, zone: dt.tzinfo | None) -> AnyTime:
    """Make the time that is so many nanoseconds after midnight."""
    micros, rest = divmod(nano, 1000)
    return WideTime(nano, zone) if rest else _clock(micros, zone)


def _clock(micros: int, zone: dt.tzinfo | None, fold: int = 0) -> dt.time:
    seconds, micro = divmod(micros, 1_000_000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return dt.time(hour, minute, second, micro, zone, fold=fold)


def moment_at(ordinal: int, nano: int, zone: dt.tzinfo | None, fold: int = 0) -> AnyDateTime:
    """Make a date and time of a day's number and the nanoseconds from its midnight."""
    if 1 <= ordinal <= _LAST and nano % 1000 == 0:
        clock = _clock(nano // 1000, zone, fold)
        return dt.datetime.combine(dt.date.fromordinal(ordinal), clock)
    if not _FIRST_DAY <= ordinal <= _LAST_DAY:
        raise _outside()
    return WideDateTime(ordinal, nano, zone, fold)


def span_of(nanos: int) -> AnyDuration:
    """Make a duration of nanoseconds."""
    if nanos % 1000 == 0:
        try:
            return dt.timedelta(microseconds=nanos // 1000)
        except OverflowError:
            pass
    if abs(nanos) > _MAX_SECONDS * SECOND:
        raise FeelError("the duration is too long", "date")
    return WideDuration(nanos)


# -- taking apart: of wide values and of datetime's


def nanos_of(value: AnyDuration) -> int:
    """Count the nanoseconds of a duration."""
    if isinstance(value, WideDuration):
        return value.nanos
    return ((value.days * 86_400 + value.seconds) * 1_000_000 + value.microseconds) * 1000


def nano_of_day(value: Any) -> int:
    """Count the nanoseconds from midnight on the wall clock."""
    if isinstance(value, _Clock):
        return value.nano
    seconds = (value.hour * 60 + value.minute) * 60 + value.second
    return int(seconds * SECOND + value.microsecond * 1000)


def instant_of(value: AnyDateTime) -> int:
    """Count the nanoseconds from 0001-01-01, in UTC when a zone or offset is known."""
    offset = value.utcoffset()
    behind = nanos_of(offset) if offset is not None else 0
    return (value.toordinal() - 1) * DAY + nano_of_day(value) - behind


def moment_of(instant: int, zone: dt.tzinfo | None) -> AnyDateTime:
    """Make the date and time of an instant, seen in a zone."""
    days, nano = divmod(instant, DAY)
    if zone is None or zone is UTC:
        return moment_at(days + 1, nano, zone)
    near = dt.datetime.combine(like(days + 1), _clock(nano // 1000, UTC)).astimezone(zone)
    behind = near.utcoffset()
    days, nano = divmod(instant + (nanos_of(behind) if behind is not None else 0), DAY)
    return moment_at(days + 1, nano, zone, near.fold)


def time_offset(value: AnyTime) -> dt.timedelta | None:
    """Give the offset of a time; a named zone has its standard offset."""
    zone = value.tzinfo
    if zone is None:
        return None
    offset = zone.utcoffset(None)
    if offset is None:
        winter = dt.datetime(2000, 1, 1, tzinfo=zone)
        offset = (zone.utcoffset(winter) or dt.timedelta()) - (zone.dst(winter) or dt.timedelta())
    return offset


def _key(value: Any) -> tuple[bool, int]:
    """Give what orders a value, and whether its zone or offset is known."""
    kind = plain_type(value)
    if kind is dt.timedelta:
        return False, nanos_of(value)
    if kind is dt.date:
        return False, value.toordinal()
    zoned = value.tzinfo is not None
    if kind is dt.datetime:
        return zoned, instant_of(value)
    offset = time_offset(value)
    return zoned, nano_of_day(value) - (nanos_of(offset) if offset is not None else 0)


def alike(left: Any, right: Any) -> bool:
    """Tell whether two values are dates, or times, and so on, at least one of them wide."""
    one, two = type(left), type(right)
    return (one in WIDE or two in WIDE) and _PLAIN.get(one, one) is _PLAIN.get(two, two)


def order(left: Any, right: Any) -> int:
    """Give -1, 0 or 1 for two values of one kind."""
    one, two = _key(left), _key(right)
    if one[0] is not two[0]:
        raise FeelError("one has a zone or offset and the other has none")
    return (one[1] > two[1]) - (one[1] < two[1])


def same(left: Any, right: Any) -> bool:
    """Tell whether two values of one kind are equal."""
    return _key(left) == _key(right)


# -- reckoning


def shift(value: AnyDateTime, nanos: int) -> AnyDateTime:
    """Move a date and time along the time line."""
    return moment_of(instant_of(value) + nanos, value.tzinfo)


def shift_date(value: AnyDate, nanos: int) -> AnyDate:
    """Move a date; hours count from its midnight."""
    return date_at(value.toordinal() + nanos // DAY)


def shift_time(value: AnyTime, nanos: int) -> AnyTime:
    """Move a time round the clock."""
    return clock_at((nano_of_day(value) + nanos) % DAY, value.tzinfo)


def shift_months(value: Day, by: int) -> Day:
    """Move a date, or date and time, by months; the day is at most the month's last."""
    year, month = divmod(value.year * 12 + value.month - 1 + by, 12)
    if abs(year) > MAX_YEAR:
        raise _outside()
    ordinal = day_number(year, month + 1, min(value.day, days_in(year, month + 1)))
    if isinstance(value, dt.datetime | WideDateTime):
        return moment_at(ordinal, nano_of_day(value), value.tzinfo, value.fold)
    return date_at(ordinal)


def days_in(year: int, month: int) -> int:
    """Count the days of a month."""
    after = (year + month // 12, month % 12 + 1)
    first = dt.date(_PAST + year % 400, month, 1).toordinal()
    last = dt.date(_PAST + year % 400 + (after[0] - year), after[1], 1).toordinal()
    return last - first


def difference(left: Day, right: Day) -> AnyDuration:
    """Give left - right; a date beside a date and time counts as its midnight in UTC."""
    one, two = plain_type(left), plain_type(right)
    if one is two is dt.date:
        return span_of((left.toordinal() - right.toordinal()) * DAY)
    first, second = (
        value
        if isinstance(value, dt.datetime | WideDateTime)
        else moment_at(value.toordinal(), 0, UTC)
        for value in (left, right)
    )
    if (first.tzinfo is None) != (second.tzinfo is None):
        raise FeelError("one has a zone or offset and the other has none")
    return span_of(instant_of(first) - instant_of(second))


def time_difference(left: AnyTime, right: AnyTime) -> AnyDuration:
    """Give left - right of two times of day."""
    one, two = _key(left), _key(right)
    if one[0] is not two[0]:
        raise FeelError("one time has a zone or offset and the other has none")
    return span_of(one[1] - two[1])


def nearest(value: Any) -> Any:
    """Give datetime's value for a wide one, cut to the microsecond, or None if it has none."""
    kind = type(value)
    if kind not in WIDE:
        return value
    try:
        if kind is WideDuration:
            found: Any = span_of(value.nanos // 1000 * 1000)
        elif kind is WideTime:
            found = clock_at(value.nano // 1000 * 1000, value.tzinfo)
        elif kind is WideDateTime:
            nano = value.nano // 1000 * 1000
            found = moment_at(value.ordinal, nano, value.tzinfo, value.fold)
        else:
            return None
    except FeelError:
        return None
    return None if type(found) in WIDE else found
