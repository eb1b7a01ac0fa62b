"""Functions on dates and times."""

from __future__ import annotations

import calendar
import datetime as dt
from decimal import Decimal

from ..problems import FeelError
from ..runtime import Run
from .registry import builtin

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _now(run: Run) -> dt.datetime:
    if run.now is None:
        raise FeelError("the present time is not at hand here", "not-allowed")
    if run.zone is None:
        return run.now
    try:
        return run.now.astimezone(run.zone)
    except OverflowError:
        raise FeelError("outside the years 1 to 9999", "date") from None


@builtin("now()", run=True)
def now(run: Run) -> dt.datetime:
    """Give the time that was handed in, in the zone that was handed in."""
    return _now(run)


@builtin("today()", run=True)
def today(run: Run) -> dt.date:
    """Give the day that was handed in, in the zone that was handed in."""
    return _now(run).date()


@builtin("day of year(date: day)")
def day_of_year(date: dt.date) -> Decimal:
    """Give the number of the day in its year."""
    return Decimal(date.timetuple().tm_yday)


@builtin("day of week(date: day)")
def day_of_week(date: dt.date) -> str:
    """Name the day of the week."""
    return _DAYS[date.weekday()]


@builtin("month of year(date: day)")
def month_of_year(date: dt.date) -> str:
    """Name the month."""
    return _MONTHS[date.month - 1]


@builtin("week of year(date: day)")
def week_of_year(date: dt.date) -> Decimal:
    """Give the ISO week."""
    return Decimal(date.isocalendar().week)


@builtin("last day of month(date: day)")
def last_day_of_month(date: dt.date) -> dt.date:
    """Give the last day of the date's month."""
    return dt.date(date.year, date.month, calendar.monthrange(date.year, date.month)[1])
