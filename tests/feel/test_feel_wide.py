"""Dates and times beyond datetime's range: they agree with datetime where both can hold a value."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright import feel
from casewright.bpmn import timers
from casewright.feel import codec, temporal, wide
from casewright.feel.operators import add, equals, order, subtract

ZONES = (None, dt.UTC, dt.timezone(dt.timedelta(hours=-5)), ZoneInfo("Europe/Warsaw"))
days = st.integers(wide._FIRST_DAY + 1000, wide._LAST_DAY - 1000)
nanos = st.integers(0, wide.DAY - 1)
moments = st.builds(wide.moment_at, days, nanos, st.sampled_from(ZONES))
spans = st.builds(wide.span_of, st.integers(-(10**20), 10**20))
values = st.one_of(
    st.builds(wide.date_at, days),
    st.builds(wide.clock_at, nanos, st.sampled_from(ZONES)),
    moments,
    spans,
)
plain = st.datetimes(
    dt.datetime.fromisoformat("0100-01-01"), dt.datetime.fromisoformat("9900-01-01")
)


def value_of(text: str) -> Any:
    found, problems = feel.evaluate(text, {})
    assert problems == (), text
    return found


@given(plain, st.sampled_from(ZONES), st.timedeltas(dt.timedelta(-9999), dt.timedelta(9999)))
def test_moving_agrees_with_datetime(at: dt.datetime, zone: Any, by: dt.timedelta) -> None:
    at = at.replace(tzinfo=zone)
    if zone is not None:
        at = at.astimezone(dt.UTC).astimezone(zone)
    held = wide.WideDateTime(at.toordinal(), wide.nano_of_day(at), zone, at.fold)
    assert wide.shift(held, wide.nanos_of(by)) == temporal.shift(at, by)
    assert held.utcoffset() == at.utcoffset()
    assert (held.year, held.month, held.day) == (at.year, at.month, at.day)


@given(st.dates(), st.integers(-5000, 5000))
def test_months_agree_with_datetime(day: dt.date, by: int) -> None:
    moved = wide.shift_months(wide.WideDate(day.toordinal()), by)
    assert moved == temporal.shift_months(day, by)


@given(plain, plain)
def test_order_and_difference_agree_with_datetime(one: dt.datetime, two: dt.datetime) -> None:
    held = [wide.WideDateTime(at.toordinal(), wide.nano_of_day(at)) for at in (one, two)]
    assert wide.difference(*held) == one - two
    assert (held[0] < held[1]) == (one < two)
    assert (held[0] < two) == (one < two)


@given(moments, spans)
def test_adding_is_undone_by_subtracting(at: Any, span: Any) -> None:
    try:
        moved = add(at, span)
    except feel.problems.FeelError:
        return
    assert equals(subtract(moved, span), at)
    assert equals(subtract(moved, at), span)
    assert order(moved, at) == order(span, dt.timedelta())


@given(values)
def test_every_value_survives_text_and_storage(value: Any) -> None:
    stored = json.loads(json.dumps(codec.to_json(value)))
    for again in (codec.from_json(stored), value_of(feel.feel_text(value))):
        assert type(again) is type(value)
        assert equals(again, value)


@given(values)
def test_wide_values_are_made_only_where_datetime_fails(value: Any) -> None:
    if type(value) in wide.WIDE:
        assert wide.nearest(value) != value


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('string(@"9999-12-31" + @"P1D")', "10000-01-01"),
        ('string(@"10000-01-01" - @"P1D")', "9999-12-31"),
        ('@"10000-01-01" - @"P1D" = @"9999-12-31"', True),
        ('@"-2018-12-08" in [@"-2019-01-01"..@"2018-01-01"]', True),
        ('@"2018-12-08" between @"-0001-01-01" and @"99999-12-09"', True),
        ('@"9999-12-31T23:30:00-05:00" = @"10000-01-01T04:30:00Z"', True),
        ('@"9999-12-31T23:30:00-05:00" < @"10000-01-01T05:00:00Z"', True),
        ('@"2020-01-01T00:00:00.000000001Z" > @"2020-01-01T00:00:00Z"', True),
        ('day of week(@"10000-01-01")', "Saturday"),
        ('day of year(@"-0004-12-31")', 366),
        ('week of year(@"10000-01-01")', 52),
        ('string(last day of month(@"-0001-02-01"))', "-0001-02-28"),
        ('@"99999-01-01".weekday', 5),
        ('@"99999-01-01" instance of date', True),
        ('string(duration("P2129706043D"))', "P2129706043D"),
        ('sum([@"P1D", @"PT0.000000001S"]) = @"P1DT0.000000001S"', True),
        ('count(for d in @"9999-12-30"..@"10000-01-02" return d)', 4),
        (
            'string(@"99999-06-01T00:00:00@Europe/Paris" + @"P1D")',
            "99999-06-02T00:00:00@Europe/Paris",
        ),
        ('string(time(11, 59, 45.123456789, @"PT0S"))', "11:59:45.123456789Z"),
        ('is(@"12:00:00.000000001", @"12:00:00.000000001")', True),
    ],
)
def test_expressions_take_them(text: str, wanted: Any) -> None:
    assert value_of(text) == wanted


@pytest.mark.parametrize(
    "text", ['date("1000000000-01-01")', '@"999999999-12-31" + @"P1D"', 'date("99999-02-30")']
)
def test_what_is_no_date_stays_null(text: str) -> None:
    value, problems = feel.evaluate(text, {})
    assert value is None
    assert [problem.kind for problem in problems] == ["date"]


def test_a_timer_takes_nanoseconds_and_no_year_10000() -> None:
    fine = value_of('@"2026-01-01T10:00:00.123456789Z"')
    assert timers.instant(fine, dt.UTC) == dt.datetime(2026, 1, 1, 10, 0, 0, 123456, dt.UTC)
    assert timers.instant(value_of('@"10000-01-01"'), dt.UTC) is None
