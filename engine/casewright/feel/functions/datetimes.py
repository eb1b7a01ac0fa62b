"""Functions on dates and times."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from .. import wide
from ..problems import FeelError
from ..runtime import Run
from ..temporal import in_zone
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


def _now(run: Run) -> wide.AnyDateTime:
    if run.now is None:
        raise FeelError("the present time is not at hand here", "not-allowed")
    return run.now if run.zone is None else in_zone(run.now, run.zone)


@builtin("now()", run=True)
def now(run: Run) -> wide.AnyDateTime:
    """Give the time that was handed in, in the zone that was handed in."""
    return _now(run)


@builtin("today()", run=True)
def today(run: Run) -> wide.AnyDate:
    """Give the day that was handed in, in the zone that was handed in."""
    return _now(run).date()


def _like(date: wide.Day) -> dt.date:
    return date if isinstance(date, dt.date) else date.like


@builtin("day of year(date: day)")
def day_of_year(date: wide.Day) -> Decimal:
    """Give the number of the day in its year."""
    return Decimal(_like(date).timetuple().tm_yday)


@builtin("day of week(date: day)")
def day_of_week(date: wide.Day) -> str:
    """Name the day of the week."""
    return _DAYS[date.isoweekday() - 1]


@builtin("month of year(date: day)")
def month_of_year(date: wide.Day) -> str:
    """Name the month."""
    return _MONTHS[date.month - 1]


@builtin("week of year(date: day)")
def week_of_year(date: wide.Day) -> Decimal:
    """Give the ISO week."""
    return Decimal(_like(date).isocalendar().week)


@builtin("last day of month(date: day)")
def last_day_of_month(date: wide.Day) -> wide.AnyDate:
    """Give the last day of the date's month."""
    last = wide.days_in(date.year, date.month)
    return wide.date_at(date.toordinal() + last - date.day)
