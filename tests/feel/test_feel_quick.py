"""The short way of a table's cell and of a plain name gives what the long way gives."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from casewright import feel
from casewright.feel.expression import UnaryTests
from casewright.feel.runtime import MISSING

NUMBERS = st.sampled_from(["0", "1", "-1", "2", "10", "1.5", "-0.5", "1.50", "1e3", ".5"])
TEXTS = st.sampled_from(["", "a", "b", "ab", "ä", "true", "1", "\U0001f40e"]).map(
    lambda body: f'"{body}"'
)
CONSTANTS = NUMBERS | TEXTS | st.sampled_from(["true", "false"])
ENDS = NUMBERS | TEXTS
RANGES = st.tuples(st.sampled_from("[(]"), ENDS, ENDS, st.sampled_from("])[")).map(
    lambda parts: f"{parts[0]}{parts[1]}..{parts[2]}{parts[3]}"
)
HALVES = st.tuples(st.sampled_from(["<", "<=", ">", ">=", "=", "!="]), CONSTANTS).map(" ".join)
OTHERS = st.sampled_from(
    ["null", "-(1)", "(1)", "1 + 1", "? > 1", "[1, 2]", "x", '@"2026-01-31"', "(> 1)", "not(1)"]
)
TESTS = st.lists(CONSTANTS | RANGES | HALVES | OTHERS, min_size=1, max_size=4).map(", ".join)
CELLS = TESTS | TESTS.map(lambda text: f"not({text})")
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 12),
    st.sampled_from([1.5, float("inf"), Decimal("1.0"), Decimal("-0"), Decimal("NaN")]),
    st.sampled_from(["", "a", "b", "ab", "ä", "true", "1", "\U0001f40e", "z"]),
    st.sampled_from([dt.date(2026, 1, 31), dt.timedelta(1), [1], ["a", 2], {"a": 1}, (1,), object]),
)


def _whole(tests: UnaryTests, value: Any) -> Any:
    return tests.evaluate(value, {"x": 1})[0]


@settings(max_examples=1500)
@given(CELLS, VALUES)
def test_a_quick_answer_is_the_whole_one(text: str, value: Any) -> None:
    tests = feel.unary(text, {"x"})
    if tests.quick is None or value != value:
        # Not a number is no value of FEEL; a table never gets it so far.
        return
    answer = tests.quick(value)
    assert answer is MISSING or answer is _whole(tests, value)


@given(ENDS, ENDS, VALUES)
def test_most_cells_have_a_quick_answer(low: str, high: str, value: Any) -> None:
    sound = feel.evaluate(f"{low} <= {high}", {})[0] is True
    for text in (low, f"< {low}", f"not({low})", f"[{low}..{high}]"):
        tests = feel.unary(text)
        if ".." in text and not sound:
            assert tests.quick is None
            continue
        assert tests.quick is not None
        numeric = type(value) is Decimal and value.is_finite() and low[0] != '"'
        if (type(value) is str and low[0] == '"') or numeric:
            assert tests.quick(value) is _whole(tests, value)


@given(st.sampled_from(["a", "count", "first name", "date and time"]), VALUES)
def test_a_plain_name_is_known_as_one(name: str, value: Any) -> None:
    expression = feel.parse(name, {name})
    assert expression.name == name
    found, problems = expression.evaluate({name: value})
    try:
        expected = feel.from_python(value)
    except feel.FeelError:
        assert problems
        return
    assert found == expected
    assert type(found) is type(expected)


def test_more_than_a_name_is_not_taken_for_one() -> None:
    for text in ("a.b", "(a + 1)", "-a", "a[1]", "1", '"a"', "a()", "?.a", "a b"):
        assert feel.parse(text).name is None, text
