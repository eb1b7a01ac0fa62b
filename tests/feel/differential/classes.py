"""The explained classes of differences: what it is, who is right by DMN 1.5, and why."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from feel.differential.grammar import Case

Answer = dict[str, Any]
Test = Callable[[Case, Answer, Answer], bool]
_UNSUPPORTED = frozenset(
    {"coincides", "finishes", "finished by", "during", "starts", "started by"}
    | {"overlaps before", "overlaps after", "range"}
)


@dataclass(frozen=True)
class Class:
    """A class of differences; the first whose test holds takes a difference."""

    title: str
    section: str
    right: str
    why: str
    test: Test


def _said(*patterns: str) -> Test:
    """Hold where a problem of ours says one of the patterns."""
    wanted = re.compile("|".join(patterns))
    return lambda _case, ours, _theirs: any(map(wanted.search, ours["problems"]))


def _whole(case: Case) -> str:
    return f"{case.text}\n{case.input}" if case.unary else case.text


def _text(pattern: str) -> Test:
    wanted = re.compile(pattern)
    return lambda case, _ours, _theirs: wanted.search(_whole(case)) is not None


def _uses(*names: str) -> Test:
    return lambda case, _ours, _theirs: not case.functions.isdisjoint(names)


def _fails(pattern: str) -> Test:
    wanted = re.compile(pattern)
    return lambda _case, _ours, theirs: theirs["t"] == "error" and bool(wanted.search(theirs["v"]))


def _both(one: Test, two: Test) -> Test:
    return lambda *given: one(*given) and two(*given)


def _null(_case: Case, ours: Answer, _theirs: Answer) -> bool:
    return bool(ours["t"] == "null")


def _ours_is(*kinds: str) -> Test:
    return lambda _case, ours, _theirs: ours["t"] in kinds


def _theirs_is(*kinds: str) -> Test:
    return lambda _case, _ours, theirs: theirs["t"] in kinds


def _has(ours_has: str, theirs_has: str) -> Test:
    return lambda _case, ours, theirs: bool(
        re.search(ours_has, str(ours)) and re.search(theirs_has, str(theirs))
    )


def _rule(*rules: str) -> Test:
    return lambda case, _ours, _theirs: not case.rules.isdisjoint(rules)


def _nan(_case: Case, _ours: Answer, theirs: Answer) -> bool:
    return bool(re.search("NaN|Infinity", str(theirs)))


CLASSES = [
    Class("numbers with an exponent", "10.3.1.2, rule 35", "ours",
          "1e2 is 100 (a grammar without exponents would refuse it); feelin reads 1 and "
          "drops the rest", _text(r"\d[eE][-+]?\d")),
    Class("six digits after \\U", "10.3.1.2, rule 64", "ours",
          "\\U takes six hexadecimal digits; feelin reads four", _text(r"\\U")),
    Class("functions that feelin lacks", "10.3.4.7", "ours",
          "feelin has no body for them, or does not know them", _uses(*_UNSUPPORTED)),
    Class("the present time", "10.3.4.6", "both",
          "ours takes the clock that is handed in", _uses("now", "today")),
    Class("the x flag", "10.3.4.3, XPath 7.2", "ours",
          "feelin does not implement it", _fails("not implemented: matches <x> flag")),
    Class("names that nobody declared", "10.3.1.2, name", "both",
          "a name of several words that is not declared is an error of ours, null in feelin",
          _text(r"\bno such\b")),
    Class("a range type", "10.3.1.2, rule 52", "ours",
          "feelin's grammar has no range<…>", _both(_text(r"range<"), _fails("Incomplete"))),
    Class("two points before a point, [ at the end of a range", "10.3.1.2", "ours",
          "1...5 is 1 to .5, and [1..3[ has an open end; feelin does not read it everywhere",
          _both(_text(r"\.\.\.|\["), _fails("Unrecognized token"))),
    Class("NaN and infinity", "10.3.2.3.1", "ours",
          "FEEL has no such number: the result is null", _nan),
    Class("comparison that feelin refuses", "10.3.2.15", "ours",
          "values that have no order compare to null; feelin throws",
          _fails("unsupported range")),
    Class("ranges that end before they start, or with unlike ends", "10.3.2.7", "ours",
          "such a range is null; feelin turns it round or keeps it",
          _said("ends before it starts")),
    Class("comparison of values of different types", "10.3.2.2, 10.3.2.15", "ours",
          "it is null; feelin compares as JavaScript does, or says false",
          _said("cannot (compare|order)")),
    Class("times with and without offset", "10.3.2.3.4, 10.3.2.3.6", "ours",
          "they have no order; feelin takes UTC", _said("has a zone or offset")),
    Class("arithmetic on values that have none", "10.3.2.15", "ours",
          "it is null; feelin adds, or ignores the duration",
          _said("cannot (add|subtract|multiply|divide|negate|raise)")),
    Class("positions outside", "10.3.4.3, 10.3.4.4", "ours",
          "the parameter domain is broken, so the result is null; feelin cuts or appends",
          _said("out of range", "division by zero")),
    Class("a range with an open end in a relation", "10.3.4.7", "ours",
          "the relations compare ends, and an open end is null, so the result is null; feelin "
          "takes the end as infinite", _said("a range has no end here")),
    Class("a condition that is no boolean", "10.3.2.15", "ours",
          "if e1 is true then e2 else e3: what is no boolean is not true; feelin takes what "
          "JavaScript holds for true",
          _said("a condition gave")),
    Class("arguments of another type, or too many", "10.3.4, 10.3.2.13", "ours",
          "they are not in the parameter domain, so the result is null; feelin ignores them",
          _said("must be an? ", "does not take", "no parameters named", "gave no true or false",
                "only (strings|contexts)", "has a .* in it")),
    Class("texts that are no number, time or duration", "10.3.4.1", "ours",
          "feelin reads the empty text as 0, 10:30 as a time, P1Y1D as a duration",
          _said("not a (number|time|duration|date)", "separators are the same", "no such time")),
    Class("bounds of between", "10.3.2.15", "ours",
          "x between a and b is x >= a and x <= b; feelin turns a and b round when a > b",
          _both(_rule("between"), _theirs_is("boolean"))),
    Class("days in years and months", "10.3.4.1", "ours",
          "the duration has no days; feelin keeps them", _both(
              _uses("years and months duration"), _has("P", r"\dD"))),
    Class("a date and a duration with hours", "10.3.2.15", "ours",
          "a date plus or minus a duration is a date; feelin makes a date and time of it",
          _has("'date'", "'date and time'")),
    Class("durations negated, multiplied and divided", "10.3.2.15", "ours",
          "they are durations; feelin gives null", _both(_has("duration|PT?-?\\d", "null"),
          _rule("arithmetic negation", "arithmetic *", "arithmetic /"))),
    Class("named parameters", "10.3.2.13, 10.3.4", "ours",
          "feelin does not know the names that DMN gives", _both(
              _rule("named parameters"), _theirs_is("null"))),
    Class("going over a single value", "10.3.2.9.4", "ours",
          "a value is taken as the list of it; feelin gives null", _both(
              _rule("for expression", "quantified some", "quantified every"),
              _has("", "null"))),
    Class("is with values of different types", "10.3.4.6", "ours",
          "it is false; feelin gives null", _both(_uses("is"), _theirs_is("null"))),
    Class("a range with a null end", "10.3.2.7", "ours",
          "a range whose ends are written has two; feelin keeps the null",
          _both(_null, _has("", "range"))),
    Class("equality of values of different types", "10.3.2.2", "ours",
          "it is null, and so is what follows from it; feelin says false, or true for !=",
          _both(_null, _theirs_is("boolean"))),
    Class("equality of lists", "10.3.2.2", "ours",
          "lists are equal when their items are; feelin gives null when one list holds one item "
          "or none",
          _both(_rule("comparison =", "comparison !="), _text(r"\[|people|words|\bl\b"))),
    Class("a null end of an interval among the tests", "10.3.2.7", "ours",
          "a range with a null end is null and holds nothing; feelin takes it as open",
          _both(_rule("interval", "in"), _text(r"null|none"))),
    Class("string of a range or a context", "10.3.4.1", "both",
          "feelin writes <range>, and puts keys with a space in quotes; the specification names "
          "no form for either", _both(_uses("string"), _has("", r"<range>|\{.*\{"))),
    Class("characters beyond the first plane", "10.3.1.2, 10.3.4.3", "ours",
          "one is one character; feelin counts halves of it", _text("😀")),
    Class("a number read with separators", "10.3.4.1", "both",
          "the specification reads strings only; ours gives a number as it is",
          _both(_uses("number"), _theirs_is("null"))),
    Class("min, max, sum and mean of other values than numbers", "10.3.4.4", "ours",
          "what can be compared or added has them; feelin takes numbers only",
          _both(_uses("min", "max", "sum", "mean"), _theirs_is("null"))),
    Class("negative positions", "10.3.4.4", "ours",
          "-1 is the last item; feelin counts it wrongly or cuts before it",
          _both(_uses("remove", "insert before", "list replace"), _text(r"-\d"))),
    Class("positions and parts that are no integers", "10.3.4.3, 10.3.4.5", "both",
          "the specification wants an integer; ours cuts the fraction off, feelin does not",
          _both(_uses("substring", "sublist", "time", "round down", "round up", "round half up",
                      "round half down", "decimal", "floor", "ceiling"),
                _text(r"\.\d|half|net-amount|/"))),
    Class("groups that the pattern does not have", "10.3.4.3, XPath 7.6.3", "ours",
          "$1 of no such group is the empty text; feelin keeps it",
          _both(_uses("replace"), _text(r"\$1"))),
    Class("a list of keys of get value", "10.3.4.10", "both",
          "the specification has one key; ours takes a path of keys as well, as Camunda does",
          _both(_uses("get value"), _text(r"\["))),
    Class("null among the items of a list type", "10.3.2.9", "ours",
          "null conforms to each type, so [null] is a list<string>",
          _both(_rule("instance of"), _text("null"))),
    Class("order of numbers in median and mode", "10.3.4.4", "ours",
          "median and mode sort by value; feelin sorts as texts, or by the order of keys",
          _uses("median", "mode")),
    Class("difference of times in zones", "10.3.2.3.6", "ours",
          "the instants are subtracted; feelin leaves the offset of a named zone out",
          _both(_text("Europe/Berlin"), _has("duration", "duration"))),
    Class("a path of keys through what is no context", "10.3.4.10", "ours",
          "the path has contexts on its way, else the result is null; feelin makes one of a list",
          _said("goes through what is no context")),
    Class("a null length", "10.3.4.3, 10.3.4.4", "ours",
          "null is not in the parameter domain, so the result is null; feelin takes it as 0",
          _both(_null, _both(_uses("substring", "sublist"), _text("null")))),
    Class("a range as the input of tests", "10.3.2.15", "ours",
          "a range equals a range or does not; feelin looks whether one holds the other",
          _both(_rule("unary tests"), _text(r"\nr$|\n[\[(\]].*[\])\[]$"))),
    Class("null in the place of a list", "10.3.4.4", "ours",
          "it is not in the parameter domain, so the result is null",
          _both(_null, _uses("concatenate", "union"))),
    Class("a value in the place of a list", "10.3.2.9.4", "ours",
          "a value is taken as the list of it; feelin throws", _uses("union", "concatenate")),
    Class("years before 1", "10.3.4.1, XML Schema", "ours",
          "a year has four digits or more; feelin writes six", _has("'-0", "'-00")),
    Class("a range that begins with ]", "10.3.1.2, rules 8-12", "ours",
          "feelin does not read it here", _both(_text(r"\]"), _theirs_is("error"))),
    Class("durations in what is computed further", "10.3.2.15", "ours",
          "feelin could not multiply or divide them, and goes on with null",
          _both(_rule("arithmetic *", "arithmetic /", "arithmetic negation"),
                _text(r"\bdur|\bym\b|P[T\d]"))),
    Class("between with a null bound", "10.3.2.15", "ours",
          "x >= null and false is false, by the table of and; feelin gives null",
          _both(_rule("between"), _text("null"))),
]  # fmt: skip


def explain(case: Case, ours: Answer, theirs: Answer) -> Class | None:
    """Give the class of a difference, or None for one that nobody explained."""
    return next((c for c in CLASSES if c.test(case, ours, theirs)), None)
