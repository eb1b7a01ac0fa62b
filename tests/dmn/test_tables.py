"""Decision tables: every hit policy, their checks at run time, and the trace."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright import dmn, feel
from dmn.dmn_files import codes, data, decision, load, needs, table

MARGIN = data("margin", "number") + decision(
    table(
        [("margin", "number")],
        ["route"],
        [["< 20", '"board"', "below the minimum"], [">= 20", '"head"', ""]],
    ),
    needs=needs("input:margin"),
)


def decide(model: dmn.Model, **inputs: Any) -> dmn.Evaluation:
    return model.decision("result", inputs)


def simple(policy: str, *rules: tuple[str, str], extra: str = "", **more: Any) -> dmn.Model:
    body = table([("x", "number")], ["out"], rules, policy, extra, **more)
    return load(data("x", "number"), decision(body, needs=needs("input:x")))


def test_a_decision_is_found_by_id_or_name() -> None:
    model = load(MARGIN)
    assert not model.problems
    assert model.decisions["result"].name == "Result"
    assert model.decision("Result", {"margin": 25}).value == "head"
    missing = model.decision("nothing", {})
    assert (missing.value, missing.failed) == (None, True)


@pytest.mark.parametrize(
    ("margin", "route"), [("19.99", "board"), ("20", "head"), ("20.01", "head")]
)
def test_a_threshold_is_exact(margin: str, route: str) -> None:
    assert decide(load(MARGIN), margin=Decimal(margin)).value == route


def test_the_trace_tells_which_rule_hit_and_why() -> None:
    found = decide(load(MARGIN), margin=Decimal("19.99"))
    assert found.trace == {
        "decision": "result",
        "name": "Result",
        "kind": "table",
        "table": "table",
        "hit_policy": "UNIQUE",
        "inputs": [{"label": "margin", "expression": "margin", "value": "19.99"}],
        "rules": [
            {
                "id": "r1",
                "index": 1,
                "annotation": "below the minimum",
                "conditions": ["< 20"],
                "outputs": {"route": "board"},
            }
        ],
        "output": "board",
        "requires": [],
    }
    json.dumps(found.trace)


def test_unique_is_checked_at_run_time() -> None:
    model = simple("UNIQUE", ("> 1", '"a"'), ("> 2", '"b"'), ("> 9", '"c"'))
    assert decide(model, x=2).value == "a"
    found = decide(model, x=3)
    assert (found.value, found.failed) == (None, True)
    assert "the rules 1, 2 of a UNIQUE table" in str(found.warnings[0])
    assert [rule["index"] for rule in found.trace["rules"]] == [1, 2]


def test_any_is_checked_at_run_time() -> None:
    model = simple("ANY", ("> 1", '"a"'), ("> 2", '"a"'), ("> 9", "1"), ("> 8", "true"))
    assert decide(model, x=3).value == "a"
    found = decide(model, x=10)
    assert (found.value, found.failed) == (None, True)
    assert [notice.code for notice in found.warnings] == ["dmn-any"]


def test_true_is_not_one() -> None:
    model = simple("ANY", ("> 1", "1"), ("> 2", "true"))
    assert decide(model, x=3).failed


def test_first_and_rule_order_and_collect() -> None:
    rules = (("> 1", "30"), ("> 2", "10"), ("> 3", "20"))
    assert decide(simple("FIRST", *rules), x=5).value == 30
    assert decide(simple("RULE ORDER", *rules), x=5).value == [30, 10, 20]
    assert decide(simple("COLLECT", *rules), x=5).value == [30, 10, 20]
    for name, value in (("SUM", 60), ("MIN", 10), ("MAX", 30), ("COUNT", 3)):
        model = simple("COLLECT", *rules, extra=f'aggregation="{name}"')
        found = decide(model, x=5)
        assert found.value == value
        assert found.trace["hit_policy"] == f"COLLECT {name}"


def test_priority_and_output_order() -> None:
    rules = (("> 1", '"low"'), ("> 2", '"high"'))
    values = {"=out": '"high", "low"'}
    assert decide(simple("PRIORITY", *rules, values=values), x=5).value == "high"
    assert decide(simple("OUTPUT ORDER", *rules, values=values), x=5).value == ["high", "low"]
    assert codes(simple("PRIORITY", *rules)) == ["dmn-priority"]


@pytest.mark.parametrize(
    ("policy", "extra", "value"),
    [
        ("UNIQUE", "", None),
        ("FIRST", "", None),
        ("ANY", "", None),
        ("COLLECT", "", []),
        ("RULE ORDER", "", []),
        ("COLLECT", 'aggregation="SUM"', None),
        ("COLLECT", 'aggregation="COUNT"', Decimal(0)),
    ],
)
def test_no_rule_hits(policy: str, extra: str, value: Any) -> None:
    found = decide(simple(policy, ("> 5", "1"), extra=extra), x=1)
    assert (found.value, found.failed) == (value, False)
    assert found.trace["rules"] == []


def test_default_outputs() -> None:
    model = simple("UNIQUE", ("> 5", "1"), default="x * 2")
    assert decide(model, x=4).value == 8
    assert codes(model) == []


def test_several_outputs_are_a_context() -> None:
    body = table(
        [("x", "number"), ("y", "string")],
        ["route", "days to answer"],
        [["-", '"a","b"', '"board"', "x + 1", "note", "more"], ["-", 'not("a","b")', "", "2"]],
    )
    model = load(decision(body))
    assert not model.problems
    found = decide(model, x=4, y="a")
    assert found.value == {"route": "board", "days to answer": Decimal(5)}
    assert found.trace["rules"][0]["annotation"] == "note; more"
    assert decide(model, x=4, y="z").value == {"route": None, "days to answer": Decimal(2)}


def test_allowed_values() -> None:
    body = table(
        [("kind", "string")],
        ["route"],
        [['"a"', '"board"'], ['"b"', '"nowhere"'], ["-", '"head"']],
        "FIRST",
        values={"kind": '"a","b","c"', "=route": '"board","head"'},
    )
    model = load(decision(body))
    assert decide(model, kind="c").value == "head"
    wrong = decide(model, kind="b")
    assert (wrong.value, wrong.failed) == (None, False)
    assert [notice.code for notice in wrong.warnings] == ["dmn-output-value"]
    unknown = decide(model, kind="z")
    assert (unknown.value, unknown.failed) == (None, True)
    assert [notice.code for notice in unknown.warnings] == ["dmn-input-value"]


def test_a_wrong_input_is_null_with_a_warning_that_does_not_quote_it() -> None:
    found = decide(load(MARGIN), margin="secret")
    assert (found.value, found.failed) == (None, False)
    assert "dmn-type" in [notice.code for notice in found.warnings]
    assert "secret" not in " ".join(map(str, found.warnings))


def test_names_with_spaces_and_dates() -> None:
    body = table(
        [("Day of order", "date"), ("Is new", "boolean")],
        ["r"],
        [['< date("2026-01-01")', "true", '"old"'], ["-", "false", "Day of order"]],
    )
    inputs = data("Day of order", "date") + data("Is new", "boolean")
    model = load(inputs, decision(body, needs=needs("input:day-of-order", "input:is-new")))
    assert not [item for item in model.problems if item.severity == "error"]
    day = dt.date(2025, 12, 31)
    assert decide(model, **{"Day of order": day, "Is new": True}).value == "old"
    assert decide(model, **{"Day of order": day, "Is new": False}).value == day


def test_the_time_is_the_one_handed_in() -> None:
    model = simple("UNIQUE", ("-", "now().year"))
    now = dt.datetime(2031, 1, 1, tzinfo=dt.UTC)
    assert model.decision("result", {"x": 1}, now=now, zone=dt.UTC).value == 2031
    assert decide(model, x=1).value is None


def test_limits_end_an_evaluation() -> None:
    model = simple("COLLECT", ("-", "sum(for i in 1..9999 return i)"))
    found = model.decision("result", {"x": 1}, limits=feel.Limits(steps=100))
    assert (found.value, found.failed) == (None, True)
    assert found.warnings[-1].code in ("dmn-limit", "feel-limit")


LIMITS = st.lists(st.integers(-50, 50), min_size=1, max_size=8)


@given(LIMITS, LIMITS, st.integers(-60, 60))
def test_unique_agrees_with_an_oracle(lows: list[int], widths: list[int], x: int) -> None:
    ranges = [(low, low + abs(width)) for low, width in zip(lows, widths, strict=False)]
    model = simple(
        "UNIQUE", *((f"[{low}..{high})", f'"{index}"') for index, (low, high) in enumerate(ranges))
    )
    hits = [str(index) for index, (low, high) in enumerate(ranges) if low <= x < high]
    found = decide(model, x=x)
    assert found.failed == (len(hits) > 1)
    assert found.value == (hits[0] if len(hits) == 1 else None)


@given(st.lists(st.integers(0, 20), max_size=6), st.integers(0, 20))
def test_collect_agrees_with_an_oracle(limits: list[int], x: int) -> None:
    rules = [(f">= {limit}", str(limit)) for limit in limits] or [("< 0", "0")]
    hits = [Decimal(limit) for limit in limits if x >= limit]
    found = {
        name: decide(simple("COLLECT", *rules, extra=f'aggregation="{name}"'), x=x).value
        for name in ("SUM", "MIN", "MAX", "COUNT")
    }
    assert found["COUNT"] == len(hits)
    assert found["SUM"] == (sum(hits) if hits else None)
    assert found["MIN"] == min(hits, default=None)
    assert found["MAX"] == max(hits, default=None)


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)


@given(st.recursive(VALUES, lambda i: st.lists(i, max_size=2) | st.dictionaries(st.text(), i)))
def test_any_input_gives_an_evaluation(x: Any) -> None:
    found = decide(simple("UNIQUE", ("> 1", "x"), ("<= 1", "x + 1")), x=x)
    json.dumps(found.trace)
