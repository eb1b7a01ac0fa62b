"""The language itself: names, places of problems, tests, types, dates."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from casewright import feel


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("1 +", 1, 4),
        ("if true\nthen 1", 2, 7),
        ('a = "open', 1, 5),
        ("a /* open", 1, 3),
        ("a b", 1, 3),
        ("{a 1}", 1, 2),
        ("[1, 2", 1, 6),
        ("f(a: 1, 2)", 1, 11),
        ("", 1, 1),
        ("for x in [1]", 1, 13),
        ("1 = = 2", 1, 5),
    ],
)
def test_syntax_problems_have_a_place(text: str, line: int, column: int) -> None:
    expression = feel.parse(text)
    (problem,) = expression.problems
    assert (problem.kind, problem.line, problem.column) == ("syntax", line, column)
    assert expression.evaluate({}) == (None, expression.problems)


def test_problems_at_run_time_have_a_place() -> None:
    _, problems = feel.evaluate('1 +\n  "a" * 2', {})
    assert problems[0] == feel.Problem("type", "cannot multiply string and number", 2, 7)


def test_unknown_names_are_null_with_a_problem() -> None:
    value, problems = feel.evaluate("missing = null", {})
    assert value is True
    assert [(p.kind, p.column) for p in problems] == [("unknown-name", 1)]
    assert feel.evaluate("a.missing.too", {"a": {}}) == (None, ())
    assert feel.evaluate("l[x > 1]", {"l": [{"x": 2}, {}]})[1] == ()


def test_external_functions_are_refused() -> None:
    text = 'function(a) external {java: {class: "java.lang.Math"}}'
    assert feel.parse(text).problems[0].kind == "not-allowed"


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("order.total > limit", {"order", "limit"}),
        ("count(items)", {"items"}),
        ("count + 1", {"count"}),
        ("for i in items return i + rate", {"items", "rate"}),
        ("some x in a satisfies x = y", {"a", "y"}),
        ("{a: b, c: a}.c", {"b"}),
        ("(function(x) x + z)(1)", {"z"}),
        ("monthly fee * 2", {"monthly fee"}),
        ("total-net + total - net", {"total-net", "total", "net"}),
        ('today() + @"P1D"', set()),
    ],
)
def test_reads(text: str, reads: set[str]) -> None:
    expression = feel.parse(text, {"monthly fee", "total-net"} if "total - " not in text else ())
    if "total - " in text:
        reads = {"total", "net"}
    assert expression.reads == reads


def test_calls_are_the_built_in_functions_used() -> None:
    expression = feel.parse("now() > due and count(items) > 1 and check(1)")
    assert expression.calls == {"now", "count"}
    assert expression.reads == {"due", "items", "check"}


def test_names_in_filters_are_uncertain() -> None:
    expression = feel.parse("orders[amount > threshold].id")
    assert expression.reads == {"orders", "amount", "threshold"}
    assert expression.uncertain == {"amount", "threshold"}


def test_names_with_spaces_and_signs() -> None:
    names = frozenset({"first name", "price (net)", "a-b", "days in week", "Größe"})
    context = {"first name": "A", "price (net)": 2, "a-b": 3, "days in week": 7, "Größe": 1, "a": 9}
    text = "[first  name, price (net) * 2, a-b, days in week, Größe, a - 1]"
    assert feel.parse(text, names).evaluate(context)[0] == ["A", 4, 3, 7, 1, 8]


def test_keys_may_be_keywords_or_hold_spaces() -> None:
    value = {"in": 1, "for": {"of": 2}, "net price": 3}
    assert feel.evaluate("a.in + a.for.of + a.net price", {"a": value})[0] == 6
    assert feel.evaluate("{in: 1}.in", {})[0] == 1
    assert feel.parse("m.d + 1", {"m.d"}).evaluate({"m.d": 4})[0] == 5


def test_a_variable_may_be_called_like_a_function() -> None:
    assert feel.evaluate("count + count([1])", {"count": 2})[0] == 3
    assert feel.evaluate("[item, list] = [1, 2]", {"item": 1, "list": 2})[0] is True


@pytest.mark.parametrize(
    ("text", "value", "answer"),
    [
        ("-", 1, True),
        ("", None, True),
        ('"a", "b"', "b", True),
        ('not("a", "b")', "b", False),
        ("< 5, > 10", 11, True),
        ("[1..5)", 5, False),
        ("]1..5]", 1, False),
        ("null", None, True),
        ("null", 1, False),
        ("> 5", None, None),
        ('> "a"', 1, None),
        ("true", None, False),
        ("? > 3 and ? < other", 4, True),
        ("limits", 2, True),
        ("other > 1", 4, True),
        ('@"2026-01-01"', dt.date(2026, 1, 1), True),
        ('>= date("2026-01-01")', dt.date(2025, 1, 1), False),
        ("-5", -5, True),
        ("- 5, 7", 7, True),
        ('starts with(?, "a")', "abc", True),
        ("!= 3", 4, True),
        ("other", 10, True),
    ],
)
def test_unary_tests(text: str, value: Any, answer: bool | None) -> None:
    assert feel.unary(text).evaluate(value, {"other": 10, "limits": [1, 2]})[0] is answer


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 in [1, 2]", True),
        ("1 in (2, > 0)", True),
        ("1 in (2..5)", False),
        ("1 in [[0..1], [5..6]]", True),
        ("[1] in [[1], [2]]", True),
        ('"b" in ["a".."c"]', True),
        ("null in [1..2]", None),
        ('1 = "1"', None),
        ("1 != null", True),
        ("[1, 2] = [1, 2] and {a: 1} = {a: 1.0}", True),
        ("null = null", True),
        ('"a" < "b"', True),
        ("true < false", None),
        ("5 between 1 and 5", True),
        ('@"2026-01-01T12:00:00Z" = @"2026-01-01T13:00:00+01:00"', True),
        ('@"2026-01-01T12:00:00Z" < @"2026-01-01T12:00:00"', None),
        ("if null then 1 else 2", 2),
        ('if "x" then 1 else 2', 2),
        ("[][1]", None),
        ("[1, 2, 3][item > 5]", []),
        ("5[1]", 5),
        ("[{a: 1}, {b: 2}].a", [1, None]),
        ("{a: 1, a: 2}", None),
        ("for i in 1..2, j in [i..3] return i * j", [1, 2, 3, 4, 6]),
        ("(> 5).start", 5),
        ("[1..5).end included", False),
        ("some i in [null, true] satisfies i", True),
        ("every i in [null, true] satisfies i", None),
    ],
)
def test_semantics(text: str, value: Any) -> None:
    assert feel.evaluate(text, {})[0] == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 instance of number", True),
        ("null instance of Any", False),
        ("null instance of Null", True),
        ('@"2026-01-01" instance of date and time', False),
        ('@"P1Y" instance of years and months duration', True),
        ('[1, "a"] instance of list<number>', False),
        ("{a: 1} instance of context<a: number>", True),
        ("{a: 1} instance of context<a: string, b: number>", False),
        ("[1..2] instance of range<number>", True),
        ("(function(a) a) instance of function<Any> -> Any", True),
        ("(function(a: number) a) instance of function<string> -> number", False),
        ("(function(a: number) a) instance of function<number> -> number", True),
        ("(function(a: number) a) instance of function<Any> -> Any", False),
        ("(function(a: Any) a) instance of function<string> -> Any", True),
        ("(function(a: list<Any>) a) instance of function<list<number>> -> Any", True),
        ("(function(a: list<number>) a) instance of function<list> -> Any", False),
        ("(function(a: context<x: Any>) a) instance of function<context<x: date>> -> Any", True),
        ("(function(a: context<x: date>) a) instance of function<context> -> Any", False),
        (
            "(function(f: function<Any> -> date) f) "
            "instance of function<function<Any> -> date> -> Any",
            True,
        ),
        (
            "(function(f: function<Any> -> date) f) "
            "instance of function<function<date> -> date> -> Any",
            False,
        ),
        ("1 instance of tPerson", None),
    ],
)
def test_instance_of(text: str, value: bool | None) -> None:
    assert feel.evaluate(text, {})[0] is value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('@"2024-01-31" + @"P1M"', dt.date(2024, 2, 29)),
        ('@"2024-03-31" - @"P1M"', dt.date(2024, 2, 29)),
        ('@"2024-01-01" + @"PT36H"', dt.date(2024, 1, 2)),
        ('@"2024-03-01" - @"2024-02-01"', dt.timedelta(days=29)),
        (
            'string(@"2026-03-28T12:00:00@Europe/Warsaw" + @"P1D")',
            "2026-03-29T13:00:00@Europe/Warsaw",
        ),
        (
            'string(@"2026-03-28T12:00:00@Europe/Warsaw" + @"P1M")',
            "2026-04-28T12:00:00@Europe/Warsaw",
        ),
        ('string(@"23:00:00" + @"PT2H")', "01:00:00"),
        ('@"P1D" / @"PT6H"', Decimal(4)),
        ('@"P1Y" * 1.5', feel.YearsMonths(18)),
        ('@"2024-01-01".weekday', Decimal(1)),
        ('@"PT50H10M".days * 100 + @"PT50H10M".hours', Decimal(202)),
        ('@"-P14M".months', Decimal(-2)),
        ('@"2024-01-01T10:00:00@Europe/Warsaw".timezone', "Europe/Warsaw"),
        ('@"2024-01-01T10:00:00+02:00".time offset', dt.timedelta(hours=2)),
        ('string(@"9999-12-31" + @"P1D")', "10000-01-01"),
        ('string(@"0001-01-01" - @"P1M")', "0000-12-01"),
        ('date("1000000000-01-01")', None),
    ],
)
def test_dates(text: str, value: Any) -> None:
    assert feel.evaluate(text, {})[0] == value


def test_python_values_become_feel_values() -> None:
    value, problems = feel.evaluate(
        "[a, b, c.d, e]", {"a": 1, "b": 0.1, "c": {"d": (1, 2)}, "e": None}
    )
    assert (value, problems) == ([Decimal(1), Decimal("0.1"), [1, 2], None], ())
    value, problems = feel.evaluate("a", {"a": object()})
    assert (value, [problem.kind for problem in problems]) == (None, ["type"])
    assert feel.evaluate("a", {"a": float("nan")})[0] is None
