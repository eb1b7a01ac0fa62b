"""Gaps and overlaps are right where they are told, and not told where unknown."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casewright import dmn, feel
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
        ([("x", "number"), ("x", "number")], [["-", "< 20", "1"]], {}),
        ([("a", ""), ("a.b", "number")], [["-", "< 20", "1"]], {}),
        ([("when", "date and time")], [['< @"2026-01-01T00:00:00@Europe/Warsaw"', "1"]], {}),
        ([("at", "time")], [['< @"10:30:00"', "1"]], {}),
    ],
)
def test_what_is_right_or_cannot_be_known(
    inputs: list[tuple[str, str]], rules: list[list[str]], more: dict[str, Any]
) -> None:
    assert warnings(inputs, rules, **more) == []


BOTH = [("a", "boolean"), ("x", "number")]
ONE_AND_TWO = [["< 20", "1"], [">= 20", "2"]]


@pytest.mark.parametrize(
    ("inputs", "rules", "policy", "more", "message"),
    [
        (
            NUMBER,
            [["< 20", "1"], ["< 10", "2"], [">= 20", "3"]],
            "FIRST",
            {},
            "rule 2 never hits: rule 1 takes all that it would",
        ),
        (
            NUMBER,
            [*ONE_AND_TWO, ["[10..30]", "3"]],
            "FIRST",
            {},
            "rule 3 never hits: the rules 1, 2 take all that it would",
        ),
        (
            BOTH,
            [["true", "< 5", "1"], ["-", ">= 5", "2"], ["true", "not(null)", "3"]],
            "FIRST",
            {"default": "0"},
            "",
        ),
        (
            BOTH,
            [["true", "< 5", "1"], ["-", ">= 5", "2"], ["true", "[1..9]", "3"]],
            "FIRST",
            {"default": "0"},
            "rule 3 never hits: the rules 1, 2 take all that it would",
        ),
        (
            TEXT,
            [['"a"', "1"], ['"c"', "2"]],
            "COLLECT",
            {"values": {"kind": '"a","b"'}},
            'rule 2 never hits: no value of “kind” meets "c"',
        ),
        # What is null, or of no declared type, goes to the last rule.
        (NUMBER, [*ONE_AND_TWO, ["-", "3"]], "FIRST", {}, ""),
        ([("x", "")], [["< 20", "1"], ["not(< 20)", "2"], ["-", "3"]], "FIRST", {}, ""),
    ],
)
def test_a_rule_that_never_hits(
    inputs: list[tuple[str, str]],
    rules: list[list[str]],
    policy: str,
    more: dict[str, Any],
    message: str,
) -> None:
    expected = [("dmn-unreachable", message)] if message else []
    assert warnings(inputs, rules, policy, **more) == expected


def test_rules_of_any_may_overlap_with_the_same_outputs_only() -> None:
    rules = [["< 20", '"a"'], ["< 10", '"a"'], ["> 5", '"b"'], ["> 30", "x"]]
    assert warnings(NUMBER, rules, "ANY") == [
        ("dmn-inconsistent", "the rules 1 and 3 both hit for x = 7.5, with different outputs")
    ]


def test_outputs_are_among_the_values_that_give_the_priority() -> None:
    rules = [["-", '"low"'], ["-", '"urgent"']]
    more = {"values": {"=o": '"high","low"'}}
    assert warnings(NUMBER, rules, "PRIORITY", **more) == [
        ("dmn-output-value", '"urgent" is not one of the values of “o”, which give the priority')
    ]
    assert warnings(NUMBER, rules, "COLLECT", **more) == [
        ("dmn-output-value", '"urgent" is not one of the values of “o”')
    ]


@pytest.mark.parametrize(
    ("kind", "low", "high", "gap"),
    [
        ("date", '@"2026-01-01"', 'date("2026-01-03")', '@"2026-01-02"'),
        (
            "date and time",
            '@"2026-01-01T00:00:00Z"',
            'date and time("2026-01-01T10:00:00Z")',
            '@"2026-01-01T05:00:00Z"',
        ),
        ("date and time", '@"2026-01-01T00:00:00"', '@"2026-01-02T00:00:00"', ""),
        ("days and time duration", '@"PT1H"', 'duration("PT3H")', '@"PT2H"'),
        ("years and months duration", '@"P1M"', '@"P1Y"', '@"P2M"'),
        ("integer", "10", "12", "11"),
        ("number", "0.1", "0.2", "0.15"),
    ],
)
def test_columns_on_a_line_have_values_between(kind: str, low: str, high: str, gap: str) -> None:
    found = warnings([("x", kind)], [[f"<= {low}", "1"], [f">= {high}", "2"]])
    gap = gap or '@"2026-01-01T12:00:00"'
    assert found == [("dmn-gap", f"no rule hits for x = {gap}")]


def test_values_at_the_end_of_what_there_is_have_none_beyond() -> None:
    for kind, first in (("date", '@"0001-01-01"'), ("number", "9" * 34), ("number", "0.1")):
        assert warnings([("x", kind)], [[f"<= {first}", "1"], [f"> {first}", "2"]]) == []


def test_a_column_that_is_not_judged_leaves_the_others() -> None:
    inputs = [("x", "number"), ("x * 2", "number")]
    rules = [["< 20", "< 5", "1"], ["< 10", "-", "2"], ["< 5", "-", "3"]]
    assert warnings(inputs, rules) == [
        ("dmn-overlap", "the rules 2 and 3 both hit for x = 4"),
        ("dmn-gap", "no rule hits for x = 20; x = 21"),
    ]


def test_a_text_that_a_decision_gives_may_be_another_one() -> None:
    rules = [['"a"', "1"], ['not("b")', "2"], ["-", "3"]]
    body = table([("Kind", "string")], ["o"], rules, "FIRST")
    model = load(decision(literal('"c"'), "Kind"), decision(body, needs=needs("decision:kind")))
    assert model.problems == ()


def test_a_table_that_is_too_large_to_judge_says_so() -> None:
    rules = [[f"[{row}..{row + 1})", "1"] for row in range(800)]
    assert [code for code, _message in warnings(NUMBER, rules)] == ["dmn-not-checked"]
    inputs = [(f"x{index}", "number") for index in range(9)]
    rules = [
        [*("-" if index != row % 9 else f"[{row}..{row + 40}]" for index in range(9)), "1"]
        for row in range(60)
    ]
    last = [[*["-"] * 9, "2"], ["> 1", *["-"] * 8, "3"]]
    assert warnings(inputs, [*rules, *last], "FIRST") == [
        ("dmn-unreachable", "rule 62 never hits: rule 61 takes all that it would"),
        (
            "dmn-not-checked",
            "the table is too large to look for every gap and rule that never hits: "
            "there are more than 100,000 combinations of its conditions",
        ),
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


LINES = {
    "number": ["1", "2.5", "4"],
    "date": ['@"2026-01-01"', '@"2026-01-02"', '@"2026-03-01"'],
    "date and time": ['@"2026-01-01T10:00:00Z"', '@"2026-01-01T12:00:00+02:00"'],
    "days and time duration": ['@"PT1H"', '@"P1D"'],
    "years and months duration": ['@"P1M"', '@"P2M"', '@"P1Y"'],
}
VALUE = re.compile(r'(\w) = (any other text|@"[^"]*"|"[^"]*"|-?[\d.]+)')
OUTPUTS = st.sampled_from(['"p"', '"q"', '"odd"'])
POLICIES = st.sampled_from(["UNIQUE", "ANY", "FIRST", "PRIORITY"])


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, str, list[list[str]], list[str]]:
    """Make a policy, the type of the first column, rules, and values worth trying."""
    kind = draw(st.sampled_from(sorted(LINES)))
    end = st.sampled_from(LINES[kind])
    cell = st.one_of(
        st.just("-"),
        end,
        st.builds("{} {}".format, st.sampled_from(["<", "<=", ">", ">="]), end),
        st.builds("not({})".format, end),
        st.builds("{}, {}".format, end, end),
        st.just(f"[{LINES[kind][0]}..{LINES[kind][-1]})"),
    )
    rule = st.tuples(cell, KINDS, OUTPUTS).map(list)
    rules = draw(st.lists(rule, min_size=1, max_size=5))
    return draw(POLICIES), kind, rules, [*LINES[kind], "null"]


def shown(message: str) -> list[dict[str, Any]]:
    """Return the inputs that a message gives as examples."""
    made = []
    for example in message.split(" for ", 1)[1].split("; "):
        pairs = {
            name: "zzz" if value == "any other text" else feel.evaluate(value, {})[0]
            for name, value in VALUE.findall(example)
        }
        made.append(pairs)
    return made


@given(tables())
@settings(max_examples=150)
def test_every_example_of_a_finding_shows_it(
    made: tuple[str, str, list[list[str]], list[str]],
) -> None:
    policy, kind, rules, values = made
    body = table([("x", kind), ("k", "string")], ["o"], rules, policy, values={"=o": '"p","q"'})
    model = load(data("x", kind), decision(body, needs=needs("input:x")), data("k", "string"))
    for found in model.problems:
        if found.code == "dmn-gap":
            for inputs in shown(found.message):
                given_back = model.decision("result", inputs)
                assert "dmn-no-rule" in {one.code for one in given_back.warnings}, found.message
                assert given_back.trace["rules"] == []
        elif found.code in ("dmn-overlap", "dmn-inconsistent"):
            (inputs,) = shown(found.message)
            given_back = model.decision("result", inputs)
            assert given_back.failed, found.message
            assert {rule["index"] for rule in given_back.trace["rules"]} >= {
                int(number) for number in re.findall(r"\d+", found.message.split(" both ")[0])
            }
        elif found.code == "dmn-unreachable":
            number = int(found.message.split()[1])
            for x in values:
                for k in ("a", "b", "z", None):
                    inputs = {"x": feel.evaluate(x, {})[0], "k": k}
                    trace = model.decision("result", inputs).trace
                    assert all(rule["index"] != number for rule in trace["rules"])
        else:
            assert found.code in ("dmn-output-value", "dmn-undeclared")


@given(RULES)
def test_a_rule_is_told_to_never_hit_when_it_never_does(rules: list[tuple[str, str]]) -> None:
    body = table(
        [("x", "number"), ("k", "string")],
        ["o"],
        [[*rule, str(index)] for index, rule in enumerate(rules)],
        "FIRST",
    )
    model = load(decision(body))
    hit = {
        rule["index"]
        for x in (None, *(x / 2 for x in range(-2, 10)))
        for k in (None, "a", "b", "z")
        for rule in model.decision("result", {"x": x, "k": k}).trace["rules"]
    }
    told = {int(one.message.split()[1]) for one in model.problems if one.code == "dmn-unreachable"}
    assert told == set(range(1, len(rules) + 1)) - hit
