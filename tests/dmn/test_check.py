"""Gaps and overlaps are right where they are told, and not told where unknown."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright import dmn
from dmn.dmn_files import data, decision, literal, load, needs, table


def warnings(
    inputs: list[tuple[str, str]], rules: list[list[str]], policy: str = "UNIQUE", **more: Any
) -> list[tuple[str, str]]:
    model = load(decision(table(inputs, ["o"], rules, policy, **more)))
    assert all(item.severity == "warning" for item in model.problems)
    return [(item.code, item.message) for item in model.problems]


NUMBER = [("x", "number")]
TEXT = [("kind", "string")]


@pytest.mark.parametrize(
    ("inputs", "rules", "code", "message"),
    [
        (NUMBER, [["< 20", "1"], ["> 20", "2"]], "dmn-gap", "no rule hits for x = 20"),
        (NUMBER, [["<= 10", "1"], [">= 11", "2"]], "dmn-gap", "no rule hits for x = 10.5"),
        (
            NUMBER,
            [["<= 20", "1"], [">= 20", "2"]],
            "dmn-overlap",
            "the rules 1 and 2 both hit for x = 20",
        ),
        (TEXT, [['"a","b"', "1"]], "dmn-gap", "no rule hits for kind = any other text"),
        (
            TEXT,
            [["-", "1"], ['"b"', "2"]],
            "dmn-overlap",
            'the rules 1 and 2 both hit for kind = "b"',
        ),
        (
            [("a", "boolean"), ("b", "boolean")],
            [["true", "-", "1"], ["false", "false", "2"]],
            "dmn-gap",
            "no rule hits for a = false, b = true",
        ),
        (
            [("d", "date")],
            [['< date("2026-01-01")', "1"], ['> @"2026-01-01"', "2"]],
            "dmn-gap",
            'no rule hits for d = @"2026-01-01"',
        ),
        (
            [("a.b", "number"), ("a.c", "number")],
            [["> 1", "-", "1"], ["<= 1", "[0..5]", "2"]],
            "dmn-gap",
            "no rule hits for a.b = 0, a.c = -1; a.b = 0, a.c = 6; a.b = 1, a.c = -1; "
            "a.b = 1, a.c = 6",
        ),
    ],
)
def test_what_is_found(
    inputs: list[tuple[str, str]], rules: list[list[str]], code: str, message: str
) -> None:
    assert warnings(inputs, rules) == [(code, message)]


@pytest.mark.parametrize(
    ("inputs", "rules", "more"),
    [
        (NUMBER, [["< 20", "1"], [">= 20", "2"]], {}),
        (NUMBER, [["< 20", "1"], ["not(< 20)", "2"]], {}),
        (NUMBER, [["< limit", "1"], ["> limit", "2"]], {}),
        (NUMBER, [["< 20", "1"]], {"default": "3"}),
        (NUMBER, [["[0..100]", "1"]], {"values": {"x": "[0..100]"}}),
        ([("x", "integer")], [["<= 10", "1"], [">= 11", "2"]], {}),
        (NUMBER, [["< 20", "1"], ["-", "2"]], {"policy": "FIRST"}),
        (NUMBER, [["< 20", "1"]], {"policy": "COLLECT"}),
        (TEXT, [['"a"', "1"], ['"b"', "2"]], {"values": {"kind": '"a","b"'}}),
        (TEXT, [['"a"', "1"], ['not("a")', "2"]], {}),
        (TEXT, [["string length(?) > 3", "1"], ["-", "2"]], {}),
        ([("x * 2", "number")], [["< 20", "1"]], {}),
        ([("x", "number"), ("x", "number")], [["< 20", "-", "1"]], {}),
        ([("a", ""), ("a.b", "number")], [["-", "< 20", "1"]], {}),
        ([("when", "date and time")], [['< date and time("2026-01-01T00:00:00Z")', "1"]], {}),
    ],
)
def test_what_is_right_or_cannot_be_known(
    inputs: list[tuple[str, str]], rules: list[list[str]], more: dict[str, Any]
) -> None:
    assert warnings(inputs, rules, **more) == []


def test_a_rule_that_never_hits() -> None:
    rules = [["< 20", "1"], ["< 10", "2"], [">= 20", "3"]]
    assert warnings(NUMBER, rules, "FIRST") == [
        ("dmn-unreachable", "rule 2 never hits: rule 1 takes all that it would")
    ]


def test_what_another_decision_gives_is_taken_as_listed() -> None:
    body = table([("Kind", "string")], ["o"], [['"a"', "1"], ['"b"', "2"]])
    model = load(decision(literal('"a"'), "Kind"), decision(body, needs=needs("decision:kind")))
    assert model.problems == ()
    body = table([("Count", "number")], ["o"], [[">= 0", "1"]])
    model = load(decision(literal("5"), "Count"), decision(body, needs=needs("decision:count")))
    assert model.problems == ()


def test_the_type_of_the_input_data_bounds_a_column() -> None:
    item = (
        '<itemDefinition name="tKind"><typeRef>string</typeRef><allowedValues>'
        '<text>"a","b"</text></allowedValues></itemDefinition>'
    )
    body = table([("kind", "string")], ["o"], [['"a"', "1"]])
    model = load(item, data("kind", "tKind"), decision(body, needs=needs("input:kind")))
    assert [found.message for found in model.problems] == ['no rule hits for kind = "b"']


def test_a_large_table_is_checked_quickly() -> None:
    inputs = [(f"x{index}", "number") for index in range(6)]
    rules = [[*(f"[{row}..{row + 9})" for _ in inputs), "1"] for row in range(0, 1000, 10)]
    load(decision(table(inputs, ["o"], rules)))


CELLS = st.sampled_from(
    ["-", "< 1", "<= 1", "> 1", ">= 2", "1", "2,3", "[1..3]", "(1..3)", "not(2)", "not([1..2])"]
)
KINDS = st.sampled_from(["-", '"a"', '"b"', '"a","b"', 'not("a")'])
RULES = st.lists(st.tuples(CELLS, KINDS), min_size=1, max_size=4)


@given(RULES)
def test_the_check_agrees_with_evaluating(rules: list[tuple[str, str]]) -> None:
    body = table(
        [("x", "number"), ("k", "string")],
        ["o"],
        [[*rule, str(index)] for index, rule in enumerate(rules)],
        "COLLECT",
    )
    counts = load(decision(body))
    grid = [(x / 2, k) for x in range(-2, 10) for k in ("a", "b", "z")]
    hits = [len(counts.decision("result", {"x": x, "k": k}).value) for x, k in grid]
    unique: dmn.Model = load(decision(body.replace("COLLECT", "UNIQUE")))
    found = {item.code for item in unique.problems}
    assert ("dmn-gap" in found) == (0 in hits)
    assert ("dmn-overlap" in found) == any(count > 1 for count in hits)
