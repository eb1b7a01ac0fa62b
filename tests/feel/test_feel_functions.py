"""The built-in functions, by examples."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from casewright import feel

NOW = dt.datetime(2026, 3, 29, 23, 30, tzinfo=dt.UTC)

# Each expression on the left equals the one on the right.
SAME = [
    # conversion
    ('number("1 234,56", " ", ",")', "1234.56"),
    ('number("1,234.56", ",", ".")', "1234.56"),
    ('number("x")', "null"),
    ("string(1.50)", '"1.5"'),
    ("string(1e20)", '"100000000000000000000"'),
    ("string(null)", "null"),
    ('string([1, "a", {b: true}])', '"[1, \\"a\\", {b: true}]"'),
    ('string(@"2026-01-02T03:04:05@Europe/Warsaw")', '"2026-01-02T03:04:05@Europe/Warsaw"'),
    ('string(@"P400D")', '"P400D"'),
    ('string(@"P14M")', '"P1Y2M"'),
    ('string(@"-PT90M")', '"-PT1H30M"'),
    ("date(2024, 2, 29)", '@"2024-02-29"'),
    ("date(2023, 2, 29)", "null"),
    ('date("2023-2-9")', "null"),
    ('date(date and time("2026-01-02T03:04:05Z"))', '@"2026-01-02"'),
    ('time(10, 30, 0, @"PT2H")', '@"10:30:00+02:00"'),
    ("time(12, 0, 0, null)", '@"12:00:00"'),
    ('time("25:00:00")', "null"),
    ('date and time(@"2026-01-02", @"03:04:05")', '@"2026-01-02T03:04:05"'),
    ('date and time("2026-07-01T10:00:00Z", "x")', "null"),
    (
        'string(date and time(@"2026-07-01T10:00:00Z", "Europe/Warsaw"))',
        '"2026-07-01T12:00:00@Europe/Warsaw"',
    ),
    ('duration("P1Y2M")', '@"P14M"'),
    ('duration("P1Y2D")', "null"),
    ('years and months duration(@"2024-02-29", @"2025-02-28")', '@"P11M"'),
    ('years and months duration(@"2026-05-10", @"2025-03-11")', '@"-P1Y1M"'),
    # strings
    ('substring("foobar", 3)', '"obar"'),
    ('substring("foobar", -2, 1)', '"a"'),
    ('substring("foobar", 9)', "null"),
    ('string length("\\U01F40E")', "1"),
    ('upper case("zażółć")', '"ZAŻÓŁĆ"'),
    ('substring before("a-b", "-") + substring after("a-b", "-")', '"ab"'),
    ('substring after("foobar", "x")', '""'),
    ('contains("foobar", "ob") and starts with("ab", "a") and ends with("ab", "b")', "true"),
    ('matches("foobar", "^fo*b") and not(matches("x", "y"))', "true"),
    ('matches("FOO", "o+", "i")', "true"),
    ('matches("b", "[a-z-[aeiou]]") and not(matches("e", "[a-z-[aeiou]]"))', "true"),
    ('matches("x", "(")', "null"),
    ('matches("x", "x", "w")', "null"),
    ('replace("banana", "a", "o")', '"bonono"'),
    ('replace("abcd", "(ab)|(cd)", "[$1]")', '"[ab][]"'),
    ('replace("abc", "b", "\\\\$")', '"a$c"'),
    ('replace("abc", "x*", "-")', "null"),
    ('split("a;b;;", ";")', '["a", "b", "", ""]'),
    ('string join(["a", null, "c"], ", ")', '"a, c"'),
    ('string join(["a", "b"])', '"ab"'),
    ('string join(["a", 1])', "null"),
    ('extract("a1b22", "[0-9]+")', '["1", "22"]'),
    ('trim("  a ")', '"a"'),
    ('is blank(" ") and not(is blank("a"))', "true"),
    ('to base64("FEEL")', '"RkVFTA=="'),
    # lists
    ("list contains([1, null], null)", "true"),
    ("count([1, 2]) + count([]) + count(5)", "3"),
    ("min(1, 2, 3) + max([1, 2, 3])", "4"),
    ('max("a", "b")', '"b"'),
    ("min([])", "null"),
    ("sum(1, 2, 3)", "6"),
    ('sum([@"P1D", @"PT12H"])', '@"PT36H"'),
    ("sum([])", "null"),
    ('sum([1, "a"])', "null"),
    ("mean([1, 2, 3, 4])", "2.5"),
    ("product(2, 3, 4)", "24"),
    ("median([8, 2, 5, 3, 4])", "4"),
    ("median([6, 1, 2, 3])", "2.5"),
    ("decimal(stddev([2, 4, 7, 5]), 10)", "2.0816659995"),
    ("mode([6, 1, 9, 6, 1])", "[1, 6]"),
    ("all([true, null, false])", "false"),
    ("all([true, null])", "null"),
    ("any([false, null, true])", "true"),
    ("any([false, null])", "null"),
    ("sublist([4, 5, 6], 1, 2)", "[4, 5]"),
    ("sublist([4, 5, 6], -2)", "[5, 6]"),
    ("append([1], 2, 3)", "[1, 2, 3]"),
    ("concatenate([1, 2], [3])", "[1, 2, 3]"),
    ("insert before([1, 3], 1, 2)", "[2, 1, 3]"),
    ("insert before([1, 3], -1, 2)", "[1, 2, 3]"),
    ("remove([1, 2, 3], 2)", "[1, 3]"),
    ("remove([1, 2, 3], 4)", "null"),
    ("list replace([2, 4, 7, 8], 3, 6)", "[2, 4, 6, 8]"),
    ("list replace([2, 4, 7], function(item, newItem) item < newItem, 5)", "[5, 5, 7]"),
    ("reverse([1, 2, 3])", "[3, 2, 1]"),
    ("index of([1, 2, 3, 2], 2)", "[2, 4]"),
    ("union([1, 2], [2, 3])", "[1, 2, 3]"),
    ("distinct values([1, 2, 1, true, [1], [1]])", "[1, 2, true, [1]]"),
    ("duplicate values([1, 2, 3, 2, 1, 1])", "[2, 1]"),
    ("flatten([[1, 2], [[3]], 4])", "[1, 2, 3, 4]"),
    ("partition([1, 2, 3], 2)", "[[1, 2], [3]]"),
    ("sort([3, 1, 2], function(x, y) x > y)", "[3, 2, 1]"),
    ("sort([3, 1, 2])", "[1, 2, 3]"),
    # numbers
    ("decimal(1 / 3, 2)", "0.33"),
    ("decimal(2.5, 0) + decimal(1.5, 0)", "4"),
    ("floor(-1.56, 1) + ceiling(1.56, 1)", "0"),
    ("round up(-5.1, 0)", "-6"),
    ("round down(5.9, 0)", "5"),
    ("round half up(2.5, 0) + round half down(2.5, 0)", "5"),
    ("abs(-10)", "10"),
    ('abs(@"-PT5H")', '@"PT5H"'),
    ("modulo(-12, 5)", "3"),
    ("modulo(10.1, 4.5)", "1.1"),
    ("modulo(1, 0)", "null"),
    ("sqrt(16) + exp(0) + log(1)", "5"),
    ("sqrt(-1)", "null"),
    ("odd(5) and even(2) and not(even(2.5))", "true"),
    # dates and times
    ('day of week(@"2019-09-17")', '"Tuesday"'),
    ('day of year(@"2019-09-17")', "260"),
    ('month of year(@"2019-09-17")', '"September"'),
    ('week of year(@"2005-01-01")', "53"),
    ('last day of month(@"2024-02-03")', '@"2024-02-29"'),
    ("today()", '@"2026-03-30"'),
    ("string(now())", '"2026-03-30T01:30:00@Europe/Warsaw"'),
    # ranges
    ("before(1, 10) and before([1..5], 10) and before([1..5), [5..10])", "true"),
    ("after([5..10], [1..5)) and not(after([5..10], [1..5]))", "true"),
    ("meets([1..5], [5..10]) and met by([5..10], [1..5])", "true"),
    ("overlaps([1..5], [3..8]) and not(overlaps([1..5), [5..8]))", "true"),
    ("overlaps before([1..5], [3..8]) and overlaps after([3..8], [1..5])", "true"),
    ("finishes(10, [1..10]) and finishes([5..10], [1..10])", "true"),
    ("finished by([1..10], 10) and includes([1..10], 5)", "true"),
    ("includes([1..10], [4..6]) and during([4..6], [1..10]) and during(5, [1..10])", "true"),
    ("starts(1, [1..10]) and starts([1..5], [1..10]) and started by([1..10], 1)", "true"),
    ("coincides(5, 5) and coincides([1..5], [1..5]) and not(coincides([1..5], [1..6]))", "true"),
    ('range("[1..3)")', "[1..3)"),
    ('range("[3..1]")', "null"),
    # contexts
    ('get value({a: 1}, "a")', "1"),
    ('get value({a: {b: 2}}, ["a", "b"])', "2"),
    ("get entries({a: 1})", '[{key: "a", value: 1}]'),
    ('context put({a: 1}, "b", 2)', "{a: 1, b: 2}"),
    ('context put({x: {y: 1}}, ["x", "y"], 2)', "{x: {y: 2}}"),
    ("context merge([{a: 1, b: 1}, {b: 2}])", "{a: 1, b: 2}"),
    ('context([{key: "a", value: 1}])', "{a: 1}"),
    # boolean and others
    ("not(null)", "null"),
    ("get or else(null, 1) + get or else(2, 1)", "3"),
    ("[is defined(a), is defined({b: null}.b), is defined({b: null}.c)]", "[false, true, false]"),
    ('is(@"10:00:00Z", @"10:00:00+00:00") and not(is(@"10:00:00Z", @"12:00:00+02:00"))', "true"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_function(one: str, other: str) -> None:
    zone = ZoneInfo("Europe/Warsaw")
    given, _ = feel.evaluate(one, {}, NOW, zone)
    wanted, problems = feel.evaluate(other, {})
    assert problems == ()
    assert given == wanted
    assert feel.type_name(given) == feel.type_name(wanted)


def test_wrong_arguments_are_problems() -> None:
    for text, kind in [
        ("substring()", "function"),
        ('substring(text: "a", from: 1)', "function"),
        ("abs(1, 2)", "function"),
        ('abs("a")', "type"),
        ("upper case(5)", "type"),
        ("now()", "not-allowed"),
        ("nothing(1)", "unknown-name"),
        ("1()", "function"),
        ("(function(a) a)(1, 2)", "function"),
        ('(function(a: number) a)("x")', "type"),
        ('date("2026-02-30")', "date"),
        ('@"2026-02-30"', "date"),
        ("1 / 0", "number"),
        ("10 ** 10000", "limit"),
    ]:
        value, problems = feel.evaluate(text, {})
        assert value is None, text
        assert [problem.kind for problem in problems] == [kind], text


def test_nulls_go_through_without_a_problem() -> None:
    for text in ("null + 1", "upper case(null)", "null < 1", "{a: null}.a.b", "-null", "not(null)"):
        assert feel.evaluate(text, {}) == (None, ())


def test_python_functions_can_be_called() -> None:
    tax = feel.function(("net", "rate"), lambda net, rate: net * rate)
    assert feel.evaluate("tax(10, 2) + tax(rate: 3, net: 1)", {"tax": tax})[0] == 23


def test_a_function_keeps_the_context_it_was_made_in() -> None:
    add, _ = feel.evaluate("function(x) x + base", {"base": 10})
    assert feel.evaluate("[add(1), base]", {"add": add, "base": 1})[0] == [11, 1]
    _, problems = feel.evaluate('add("a")', {"add": add})
    assert [problem.kind for problem in problems] == ["type"]


def test_powers_of_zero() -> None:
    assert feel.evaluate("0 ** 0", {}) == (Decimal(1), ())
    value, problems = feel.evaluate("0 ** -1", {})
    assert value is None
    assert problems[0].kind == "number"


def test_context_put_makes_no_contexts_on_the_way() -> None:
    assert feel.evaluate('context put({}, ["a", "b"], 1)', {})[0] is None


def test_list_replace_of_a_single_value() -> None:
    assert feel.evaluate("list replace(2, function(a, b) a > 1, true)", {}) == ([True], ())


def test_count_takes_one_list() -> None:
    assert feel.evaluate("count([1], [2])", {})[1]


def test_not_around_tests_with_open_ranges() -> None:
    assert feel.unary("not(]1..3))").evaluate(2, {}) == (False, ())
    assert feel.unary("not((1..3[, > 5)").evaluate(4, {}) == (True, ())
    assert feel.unary("not(true) and false").evaluate(False, {}) == (True, ())


def test_a_list_may_begin_with_an_open_range() -> None:
    assert feel.evaluate("count([]1..3[, 5])", {}) == (Decimal(2), ())


def test_a_condition_that_is_no_boolean_is_not_true() -> None:
    value, problems = feel.evaluate('if "yes" then 1 else 2', {})
    assert value == 2
    assert problems[0].kind == "type"
