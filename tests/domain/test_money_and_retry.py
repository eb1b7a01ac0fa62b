"""Money is rounded once, half up; failed jobs wait longer each time."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright.domain.money import amount_of, rounded, scaled
from casewright.domain.retry import LONGEST, RetryPolicy


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("0.005", "PLN", "0.01"),
        ("0.004", "PLN", "0.00"),
        ("-0.005", "PLN", "-0.01"),
        ("2.675", "EUR", "2.68"),
        ("10.5", "JPY", "11"),
        ("1.2345", "KWD", "1.235"),
    ],
)
def test_rounding_is_half_up_at_the_exponent(amount: str, currency: str, expected: str) -> None:
    """As tables of ISO 4217 give the exponent."""
    assert rounded(Decimal(amount), currency) == Decimal(expected)


@given(st.decimals("-1e9", "1e9", places=2))
def test_stored_money_comes_back(amount: Decimal) -> None:
    """Scaled to minor units and back is the same amount."""
    assert amount_of(scaled(amount, "PLN"), "PLN") == amount


def test_backoff_doubles_up_to_its_limit_and_ends() -> None:
    """Five attempts by default, then none."""
    policy = RetryPolicy(retries=12)
    waits = [policy.delay(attempt) for attempt in range(1, 12)]
    assert waits[:3] == [timedelta(seconds=s) for s in (5, 10, 20)]
    assert waits[-1] == LONGEST
    assert policy.delay(12) is None
    assert RetryPolicy().delay(5) is None


def test_the_other_sides_wish_holds_when_it_is_longer() -> None:
    """Retry-After never shortens the backoff."""
    policy = RetryPolicy()
    assert policy.delay(1, timedelta(minutes=2)) == timedelta(minutes=2)
    assert policy.delay(1, timedelta(seconds=1)) == timedelta(seconds=5)
