"""What is known of an expression without values, and never a false alarm."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest

from casewright import feel, xml
from casewright.feel.analysis import analyse
from casewright.feel.complete import completions
from casewright.feel.functions import BUILTINS
from casewright.feel.kinds import PARTS, RESULTS, Kind
from casewright.feel.properties import property_of
from casewright.feel.runtime import MISSING
from parts import SHARED, requires

KIT = SHARED / "conformance" / "data" / "tck" / "TestCases"
NOW = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
NAMES: dict[str, Kind | str] = {
    "amount": "number",
    "title": "string",
    "due": "date",
    "customer": Kind("context", None, {"first name": Kind("string"), "age": Kind("number")}),
    "lines": Kind("list", Kind("context", None, {"price": Kind("number")})),
    "anything": "Any",
}


@pytest.mark.parametrize(
    ("text", "kind", "place", "said"),
    [
        ('"a" + 1', "type", (1, 5), "cannot add string and number"),
        ('not("x")', "type", (1, 5), "“not” needs true or false"),
        ('sum("a")', "type", (1, 5), "“sum” needs numbers, not a string"),
        ('sum(1, "a")', "type", (1, 8), "“sum” needs numbers, not a string"),
        ('amount > "5"', "type", (1, 8), "number and string cannot be compared"),
        ("true and\n  amount", "type", (2, 3), "“and” joins conditions"),
        ("ammount > 5", "unknown-name", (1, 1), "did you mean “amount”?"),
        ('substrng("abc", 1)', "unknown-name", (1, 1), "did you mean “substring”?"),
        ('upper_case("a")', "unknown-name", (1, 1), "did you mean “upper case”?"),
        ('substring("a")', "function", (1, 1), "write substring(string, start position, length?)"),
        ('substring(string: "a", start: 1)', "function", (1, 1), "named string, start"),
        ("upper case(5)", "type", (1, 12), "must be a string, not a number"),
        ("customer.frist name", "unknown-property", (1, 9), "did you mean “first name”?"),
        ("due.yeer", "unknown-property", (1, 4), "did you mean “year”?"),
        ("if amount then 1 else 2", "type", (1, 4), "must be true or false, not a number"),
        ('for x in [1, 2] return x + "a"', "type", (1, 26), "cannot add number and string"),
        ('lines[price > "a"]', "type", (1, 13), "number and string cannot be compared"),
        ("lines[item.prize > 5]", "unknown-property", (1, 11), "did you mean “price”?"),
        ('amount in ("a")', "type", (1, 12), "number and string cannot be compared"),
        ('due > "2026-01-01"', "type", (1, 5), 'write a date as @"2026-01-31"'),
        ("amount(1)", "function", (1, 1), "a number cannot be called"),
        ("some x in lines satisfies x.price", "type", (1, 28), "“some” asks"),
    ],
)
def test_a_mistake_is_told_with_its_place(
    text: str, kind: str, place: tuple[int, int], said: str
) -> None:
    first = analyse(text, NAMES).problems[0]
    assert first.kind == kind
    assert said in first.message
    assert (first.line, first.column) == place


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("amount + 1", "number"),
        ('title + "!"', "string"),
        ("due + duration(title)", "Any"),
        ('due + @"P1D"', "date"),
        ("due - due", "days and time duration"),
        ("amount > 1", "boolean"),
        ("lines.price", "list<number>"),
        ("sum(lines.price)", "number"),
        ("lines[price > 1]", "list<context<price: number>>"),
        ("lines[1].price", "number"),
        ("for x in lines return x.price", "list<number>"),
        ("{a: 1, b: a}.b", "number"),
        ("if anything then 1 else null", "number"),
        ('if anything then 1 else "a"', "Any"),
        ("[1..3]", "range<number>"),
        ("anything.of.it + 1", "Any"),
        ("function(x) x + anything", "function"),
        ("due.year", "number"),
    ],
)
def test_the_type_of_a_result(text: str, wanted: str) -> None:
    found = analyse(text, NAMES)
    assert (str(found.type), found.problems) == (wanted, ())


def test_unary_tests_know_their_input() -> None:
    assert analyse('"a", "b"', unary=True, input_type="string").problems == ()
    assert analyse("[1..5], > 9", unary=True, input_type="number").problems == ()
    assert analyse('< 5, "a"', unary=True, input_type="number").problems[0].column == 6
    assert analyse("? > 5 and ? < limit", ["limit"], unary=True).problems == ()
    assert analyse("-", unary=True).problems == ()


def test_open_names_are_no_problem() -> None:
    assert analyse("whatever > 5", closed=False).problems == ()
    assert analyse("whatever(5)", closed=False).problems == ()


def test_every_part_is_one_that_values_have() -> None:
    written = {
        "date": '@"2026-01-01"',
        "time": '@"10:00:00Z"',
        "date and time": '@"2026-01-01T10:00:00Z"',
        "days and time duration": '@"P1D"',
        "years and months duration": '@"P1M"',
        "range": "[1..2]",
    }
    for name, text in written.items():
        value, problems = feel.evaluate(text, {})
        assert not problems
        assert all(property_of(value, part) is not MISSING for part in PARTS[name]), name


def test_every_function_has_a_known_result() -> None:
    untyped = {"duration", "get value", "get or else"}
    assert set(BUILTINS) - untyped <= set(RESULTS)


def _kit_texts() -> list[tuple[str, bool]]:
    tests = {"inputEntry", "inputValues", "outputValues", "allowedValues", "typeConstraint"}
    found: dict[tuple[str, bool], None] = {}
    for file in sorted(KIT.glob("compliance-*/*/*.dmn")):
        for node in xml.descendants(xml.parse(file.read_bytes()), "text"):
            above = xml.parent(node)
            name = "" if above is None else xml.local(above)
            if xml.text(node).strip():
                found[(xml.text(node).strip(), name in tests)] = None
    return list(found)


# Told although the whole has a value: an operand that is no condition, a key that no item has.
_TOLD = re.compile(r'\b(false|true) (and|or) (123|"true")|(123|"true") (and|or)|\{ x: 1 \} \]\.y')


@requires("shared")
def test_no_false_alarm_and_no_wrong_type_in_the_compatibility_kit() -> None:
    false: list[Any] = []
    for text, unary in _kit_texts():
        looked = analyse(text, (), unary=unary, closed=False)
        told = [p for p in looked.problems if p.kind not in ("syntax", "not-allowed")]
        if unary:
            false += [(text, told)] if told else []
            continue
        value, problems = feel.evaluate(text, {}, now=NOW, zone=dt.UTC)
        if told and value is not None and not problems and not _TOLD.search(text):
            false.append((text, told, value))
        if value is not None and looked.type.sure and looked.type.name != feel.type_name(value):
            false.append((text, str(looked.type), value))
    assert false == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("am", ["amount"]),
        ("1 + am", ["amount"]),
        ("customer.", ["age", "first name"]),
        ("amount > customer.f", ["first name"]),
        ("due.mo", ["month"]),
        ('"am', []),
        ("substring a", ["substring after"]),
    ],
)
def test_completion(text: str, wanted: list[str]) -> None:
    assert [one.label for one in completions(text, len(text), NAMES)][: len(wanted)] == wanted


def test_completion_tells_how_a_function_is_called() -> None:
    (found,) = completions("string le", 9)
    assert (found.label, found.detail) == ("string length", "string length(string)")
