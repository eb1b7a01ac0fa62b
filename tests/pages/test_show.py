"""How values are shown."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright import feel
from casewright.web.pages import addresses, prose, show

ZONE = ZoneInfo("Europe/Warsaw")
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FRACTIONS = st.decimals(-1, 1, allow_nan=False, allow_infinity=False, places=20)


@pytest.mark.parametrize(
    ("margin", "minimum", "shown"),
    [
        ("0.199999", "0.2", "19.9999 %"),
        ("0.1999", "0.2", "19.99 %"),
        ("0.2", "0.2", "20 %"),
        ("0.20", "0.2", "20 %"),
        ("0.2001", "0.2", "20.01 %"),
        ("0.19999999999999999", "0.20", "19.999999999999999 %"),
        ("0.3333333333333333333333333333333333", "0.2", "33.33 %"),
        ("-0.05", "0.2", "−5 %"),
        ("0.25", None, "25 %"),
        (None, "0.2", "–"),
    ],
)
def test_margin_beside_its_minimum(margin: str | None, minimum: str | None, shown: str) -> None:
    found = None if margin is None else Decimal(margin)
    assert show.percent(found, None if minimum is None else Decimal(minimum)) == shown


@given(FRACTIONS, FRACTIONS)
def test_different_fractions_never_look_equal(one: Decimal, other: Decimal) -> None:
    looks_equal = show.percent(one, other) == show.percent(other, one)
    assert looks_equal == (one == other)


def test_below_compares_unrounded() -> None:
    assert show.below(Decimal("0.19999999999999999999999999"), Decimal("0.2"))
    assert not show.below(Decimal("0.20"), Decimal("0.2"))
    assert not show.below(None, Decimal("0.2"))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("48600"), "48,600"),
        (Decimal("-1234.5"), "−1,234.5"),
        (Decimal("0.19999897119341563786"), "0.199998971193…"),
        (True, "yes"),
        (None, "–"),
        (date(2026, 3, 31), "31 Mar 2026"),
        (AT, "2 Mar 2026, 10:00"),
        (["a", Decimal(1)], "a, 1"),
        ({"head_note": "x"}, "Head note: x"),
        ("approval-route", "approval-route"),
        (Decimal("1E+6000"), "1E+6000"),
    ],
)
def test_value(value: object, shown: str) -> None:
    assert show.value(value, ZONE) == shown


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        'two\nlines and "quotes" \\ ',
        Decimal("-12.50"),
        date(2026, 1, 2),
        timedelta(hours=3),
        [Decimal(1), "a", None],
        {"a b": [False]},
    ],
)
def test_what_is_typed_in_gives_the_value_again(value: object) -> None:
    found, problems = feel.parse(show.typed_in(value)).evaluate({})
    assert not problems
    assert found == value


def test_money_and_distance() -> None:
    assert show.money(Decimal("48600")) == "48,600.00"
    assert show.money(Decimal("0.125")) == "0.125"
    assert show.distance(AT + timedelta(hours=49), AT) == "in 2 days"
    assert show.distance(AT - timedelta(minutes=1), AT) == "1 minute ago"
    assert show.distance(AT, AT + timedelta(seconds=5)) == "just now"
    assert show.readable("approval-route") == "Approval route"
    assert show.readable("Zgoda Zarządu") == "Zgoda Zarządu"


@pytest.mark.parametrize(
    "address",
    [
        "/\\evil", "https:evil", "\\\\evil", "javascript:alert(1)", "/%09/evil", "//evil.example",
        "https://good.example@evil", "https://good.example.evil", "/\t/evil", "/%5cevil", "", "x",
        "/%2f%2fevil", "/%252f%252fevil", "/sign-out", "/\u2028/evil", "/" + "a" * 3000,
    ],
)  # fmt: skip
def test_only_paths_of_our_own_are_followed(address: str) -> None:
    assert addresses.local(address) == "/"


@pytest.mark.parametrize("address", ["/inbox", "/inbox?search=a%20b&group=head%20of", "/cases/x"])
def test_own_paths_are_followed(address: str) -> None:
    assert addresses.local(address) == address


def test_prose_knows_a_little_markdown_and_no_links() -> None:
    found = prose.blocks("### Head\nOne **bold** word.\n- a\n- b\n\n[x](javascript:alert(1))")
    assert [block.kind for block in found] == ["heading", "paragraph", "list", "paragraph"]
    assert found[1].lines[0][1] == prose.Span("bold", "strong")
    assert found[3].lines[0][0].text == "[x](javascript:alert(1))"
    assert prose.words("<p>Hi<script>alert(1)</script></p><b>you</b>") == "Hi\n\nyou"
