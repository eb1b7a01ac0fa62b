"""What holds for any values and any text."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from casewright import feel
from casewright.feel.functions import BUILTINS

ZONES = [ZoneInfo(name) for name in ("Europe/Warsaw", "America/New_York", "Asia/Kathmandu")]
truths = st.sampled_from([True, False, None])
numbers = st.decimals(
    allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12
)
offsets = st.integers(-18 * 3600, 18 * 3600).map(lambda s: dt.timezone(dt.timedelta(seconds=s)))
zones = st.one_of(st.none(), offsets, st.sampled_from(ZONES))
datetimes = st.datetimes(timezones=st.sampled_from(ZONES)) | st.builds(
    lambda moment, zone: moment.replace(tzinfo=zone, fold=0), st.datetimes(), st.none() | offsets
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    texts,
    st.decimals(allow_nan=False, allow_infinity=False),
    st.integers(-(2**60), 2**60).map(Decimal),
    st.dates(),
    st.builds(lambda time, zone: time.replace(tzinfo=zone, fold=0), st.times(), zones),
    datetimes,
    st.timedeltas(),
    st.integers(-(10**9), 10**9).map(feel.YearsMonths),
)
ranges = st.builds(feel.Range, numbers | st.none(), numbers, st.booleans(), st.booleans())
values = st.recursive(
    scalars | ranges,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(texts | st.just("@"), inner, max_size=4)
    ),
    max_leaves=12,
)


def run(text: str, **context: Any) -> Any:
    value, problems = feel.evaluate(text, context)
    assert not problems
    return value


def kleene_and(*operands: bool | None) -> bool | None:
    if False in operands:
        return False
    return None if None in operands else True


def negated(value: bool | None) -> bool | None:
    return None if value is None else not value


@given(truths, truths, truths)
def test_logic_is_three_valued(a: Any, b: Any, c: Any) -> None:
    context = {"a": a, "b": b, "c": c}
    assert run("a and b and c", **context) is kleene_and(a, b, c)
    either = negated(kleene_and(negated(a), negated(b), negated(c)))
    assert run("a or b or c", **context) is either
    assert run("not(a and b) = (not(a) or not(b))", **context) in (True,)
    assert run("(a and b) or c", **context) is run("(a or c) and (b or c)", **context)


@given(numbers, numbers)
def test_arithmetic_is_that_of_decimal(a: Decimal, b: Decimal) -> None:
    assert run("a + b", a=a, b=b) == a + b
    assert run("a - b", a=a, b=b) == a - b
    assert run("-(a - b) = b - a", a=a, b=b) is True
    assert run("a + b = b + a and a * b = b * a", a=a, b=b) is True
    assert run("a < b", a=a, b=b) is (a < b)
    assert run("a in [b..b]", a=a, b=b) is (a == b)
    if b:
        assert abs(run("a / b", a=a, b=b) * b - a) <= Decimal("1e-12") * max(Decimal(1), abs(a))


@given(numbers, st.integers(0, 4))
def test_rounding_stays_near(a: Decimal, digits: int) -> None:
    step = Decimal(1).scaleb(-digits)
    for name in ("round up", "round down", "round half up", "round half down", "round half even"):
        assert abs(run(f"{name}(a, {digits})", a=a) - a) < step
    assert run(f"floor(a, {digits}) <= a and a <= ceiling(a, {digits})", a=a) is True


@given(st.lists(numbers, max_size=20))
def test_lists(items: list[Decimal]) -> None:
    assert run("count(l)", l=items) == len(items)
    assert run("sort(l, function(a, b) a < b)", l=items) == sorted(items)
    assert run("reverse(reverse(l)) = l", l=items) is True
    assert run("for i in l return i", l=items) == items
    assert run("l[item > 0]", l=items) == [i for i in items if i > 0] or not items
    assert run("every i in l satisfies list contains(l, i)", l=items) is True
    if items:
        assert run("sum(l)", l=items) == sum(items)
        assert run("[min(l), max(l)]", l=items) == [min(items), max(items)]


@given(st.dates(dt.date(1900, 1, 1), dt.date(2900, 1, 1)), st.integers(-5000, 5000))
def test_days_come_back(day: dt.date, count: int) -> None:
    assert run('d + n * duration("P1D") - d', d=day, n=count) == dt.timedelta(days=count)
    assert run("date(string(d)) = d", d=day) is True


@given(values)
def test_codec_keeps_every_value(value: Any) -> None:
    stored = json.loads(json.dumps(feel.codec.to_json(value)))
    back = feel.codec.from_json(stored)
    assert feel.codec.to_json(back) == feel.codec.to_json(value)
    assert repr(back) == repr(value)


@given(values)
def test_plain_is_json_with_decimals(value: Any) -> None:
    json.dumps(feel.codec.plain(value), default=lambda number: float(number))


@given(scalars)
def test_a_literal_gives_its_value_again(value: Any) -> None:
    if isinstance(value, Decimal) and value.adjusted() > 6000:
        return
    back, _ = feel.evaluate(feel.feel_text(value), {})
    if back is not None and not isinstance(value, Decimal):
        assert back == value


TOKENS = st.sampled_from(
    [
        *("1", "2.5", '"a"', "a", "b", "c", "true", "false", "null", "sum(a)", "string(b)"),
        *"()[]{},:.+-*/=<>?@#`~\\",
        *("..", "**", "!=", "<=", ">=", "and", "or", "in", "if", "then", "else", "for", "some"),
        *("every", "satisfies", "return", "function", "instance of", "between", "not", "external"),
        *("date", "count", "list<number>", "item", "partial", "sort", '"2020-01-01"', "a b"),
    ]
)


@given(st.text(max_size=60) | st.lists(TOKENS, max_size=25).map(" ".join), values)
def test_nothing_raises(text: str, value: Any) -> None:
    context = {"a": value, "b": [value], "c": {"b": value}}
    for expression in (feel.parse(text), feel.parse(text, frozenset({"a b", "b-c"}))):
        _, problems = expression.evaluate(context)
        assert all(problem.kind != "internal" for problem in problems)
    answer, problems = feel.unary(text).evaluate(value, context)
    assert answer in (True, False, None)
    assert all(problem.kind != "internal" for problem in problems)


FUNCTIONS = sorted(BUILTINS)


@given(st.sampled_from(FUNCTIONS), st.lists(values, max_size=4))
def test_no_function_raises(name: str, arguments: list[Any]) -> None:
    context = {f"a{index}": value for index, value in enumerate(arguments)}
    _, problems = feel.evaluate(f"{name}({', '.join(context)})", context)
    assert all(problem.kind != "internal" for problem in problems)
