"""Cycles: counted from their anchor, right in summer time, and never twice the same instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casewright.domain import cycles

WARSAW = ZoneInfo("Europe/Warsaw")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WARSAW)


def series(text: str, now: datetime, most: int, zone=WARSAW) -> list[datetime]:
    found = cycles.first(text, now, zone)
    if found is None:
        return []
    due, left, anchor = found
    dues = [due]
    while len(dues) < most:
        following = cycles.next(text, dues[-1], len(dues), anchor, zone)
        if following is None:
            break
        dues.append(following)
    assert left is None or len(dues) == most or len(dues) == left
    return dues


def walls(text: str, now: str, most: int) -> list[str]:
    return [due.astimezone(WARSAW).strftime("%m-%d %H:%M") for due in series(text, at(now), most)]


def test_a_cycle_without_a_start_counts_from_now() -> None:
    assert walls("R3/PT1H", "2026-06-01T10:00", 9) == ["06-01 11:00", "06-01 12:00", "06-01 13:00"]
    assert walls("R/P1D", "2026-06-01T10:00", 2) == ["06-02 10:00", "06-03 10:00"]
    assert len(walls("R2/PT0.5S", "2026-06-01T10:00", 9)) == 2
    assert walls("R0/PT1H", "2026-06-01T10:00", 9) == []


def test_months_do_not_drift() -> None:
    assert walls("R/2026-01-31/P1M", "2026-01-01T00:00", 5) == [
        "01-31 00:00",
        "02-28 00:00",
        "03-31 00:00",
        "04-30 00:00",
        "05-31 00:00",
    ]


def test_a_start_in_the_past_uses_up_what_passed() -> None:
    assert walls("R5/2026-01-01T06:00/P1D", "2026-01-03T12:00", 9) == ["01-04 06:00", "01-05 06:00"]
    assert walls("R5/2026-01-01T06:00/P1D", "2026-02-03T12:00", 9) == []
    assert walls("R2/2026-01-01T06:00/P1D", "2026-01-01T06:00", 9) == ["01-01 06:00", "01-02 06:00"]


def test_days_keep_their_hour_when_clocks_change_and_hours_their_length() -> None:
    assert walls("R/P1D", "2026-03-28T06:00", 2) == ["03-29 06:00", "03-30 06:00"]
    assert walls("R/PT24H", "2026-03-28T06:00", 2) == ["03-29 07:00", "03-30 07:00"]
    assert walls("R/2026-03-28T02:30/P1D", "2026-03-28T00:00", 3) == [
        "03-28 02:30",
        "03-29 03:30",
        "03-30 02:30",
    ]


def test_the_zone_of_the_start_holds() -> None:
    utc = series("R2/2026-01-01T00:00Z/P1D", at("2025-12-01T00:00"), 9)
    assert [due.astimezone(UTC).hour for due in utc] == [0, 0]
    tokyo = series("R1/2026-07-01T09:00[Asia/Tokyo]/P1D", at("2025-12-01T00:00"), 9)
    assert [due.astimezone(UTC).hour for due in tokyo] == [0]


def test_cron_with_five_and_with_six_fields() -> None:
    assert walls("0 9 * * MON-FRI", "2026-05-29T10:00", 2) == ["06-01 09:00", "06-02 09:00"]
    assert walls("0 0 9-17 * * MON-FRI", "2026-05-29T16:30", 2) == ["05-29 17:00", "06-01 09:00"]
    assert walls("@daily", "2026-05-29T16:30", 1) == ["05-30 00:00"]
    assert walls("0 0 6 ? * FRIL", "2026-05-01T00:00", 2) == ["05-29 06:00", "06-26 06:00"]
    # Unix takes either day, Spring both: Friday the 13th.
    assert walls("0 0 13 * FRI", "2026-05-31T00:00", 2) == ["06-05 00:00", "06-12 00:00"]
    assert walls("0 0 0 13 * FRI", "2026-05-31T00:00", 2) == ["11-13 00:00", "08-13 00:00"]


@pytest.mark.parametrize("text", ["30 2 * * *", "0 30 2 * * *"])
def test_a_daily_cron_happens_once_a_day_when_clocks_change(text: str) -> None:
    assert walls(text, "2026-03-28T12:00", 2) == ["03-29 03:30", "03-30 02:30"]
    assert walls(text, "2026-10-24T12:00", 2) == ["10-25 02:30", "10-26 02:30"]
    late = datetime(2026, 10, 25, 2, 10, tzinfo=WARSAW, fold=1)
    assert series(text, late, 1)[0] > late + timedelta(hours=12)


def test_a_cron_within_the_hours_goes_on_in_even_steps() -> None:
    dues = series("0 */30 * * * *", at("2026-10-25T01:45"), 8)
    steps = {b - a for a, b in pairwise(dues)}
    assert steps == {timedelta(minutes=30)}


@pytest.mark.parametrize(
    "text",
    ["", "R3", "R3/", "PT1H", "R/P0D", "R/PT0S", "R/P", "R/PT", "R/-PT1H", "R/P0.5M", "R/x/P1D",
     "R/P1D/2026-01-01", "R/2026-02-30/P1D", "R/2026-01-01T00:00[Nowhere]/P1D", "* * *",
     "61 * * * *", "0 0 30 2 *", "@reboot", "every day"],
)  # fmt: skip
def test_what_is_no_cycle_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(ValueError, match=r"“|five"):
        cycles.first(text, at("2026-01-01T00:00"), WARSAW)


def test_a_far_start_is_found_at_once_and_the_end_of_time_is_an_end() -> None:
    assert walls("R/1990-01-01T00:00:00.5Z/PT1S", "2026-01-01T00:00", 1) == ["01-01 00:00"]
    assert len(series("R/P2000Y", at("2026-01-01T00:00"), 9)) == 3


_SPANS = st.builds(
    lambda y, mo, d, h, s: f"P{y}Y{mo}M{d}DT{h}H{s}S",
    st.integers(0, 2), st.integers(0, 14), st.integers(0, 40),
    st.integers(0, 50), st.integers(1, 9),
)  # fmt: skip
_NOWS = st.integers(1_577_836_800, 2_208_988_800).map(lambda s: datetime.fromtimestamp(s, UTC))
_ZONES = st.sampled_from(
    [WARSAW, ZoneInfo("America/St_Johns"), ZoneInfo("Australia/Lord_Howe"), UTC]
)


@settings(max_examples=150, deadline=None)
@given(_SPANS, _NOWS, _ZONES, st.sampled_from(["", "2019-08-31T02:30/", "2031-01-31/"]))
def test_the_instants_of_an_interval_rise_and_depend_on_the_anchor_alone(
    span: str, now: datetime, zone, start: str
) -> None:
    text = f"R/{start}{span}"
    found = cycles.first(text, now, zone)
    assert found is not None
    due, _, anchor = found
    assert due >= now
    for count in range(1, 5):
        following = cycles.next(text, due, count, anchor, zone)
        assert following is not None
        assert following > due
        # Whoever slept meanwhile finds the same instant.
        between = due + (following - due) / 2
        assert cycles.next(text, between, count, anchor.astimezone(UTC), zone) == following
        due = following


@settings(max_examples=100, deadline=None)
@given(
    _NOWS, _ZONES, st.sampled_from(["0 3 * * *", "0 30 1,2,3 * * *", "*/20 * * * *", "0 0 0 L * *"])
)
def test_the_instants_of_a_cron_rise(now: datetime, zone, text: str) -> None:
    dues = series(text, now, 6, zone)
    assert [now, *dues] == sorted({now, *dues})
