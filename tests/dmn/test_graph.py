"""Files, requirements between decisions, boxed expressions, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from casewright import dmn, xml
from dmn.dmn_files import (
    DMN15,
    codes,
    data,
    decision,
    definitions,
    literal,
    load,
    needs,
    table,
    text,
)


@pytest.mark.parametrize(
    "namespace",
    [xml.NS[prefix] for prefix in ("dmn11", "dmn12", "dmn13", "dmn14", "dmn15")],
)
def test_every_version_is_read(namespace: str) -> None:
    model = load(decision(literal("1 + 1")), namespace=namespace)
    assert model.problems == ()
    assert model.decision("Result", {}).value == 2


def test_files_are_given_in_three_ways(tmp_path: Any) -> None:
    content = definitions(decision(literal("1")))
    path = tmp_path / "a.dmn"
    path.write_bytes(content)
    for source in (path, str(path), content, ("a.dmn", content)):
        assert dmn.load([source]).decision("result", {}).value == 1


def test_a_broken_file_is_the_only_thing_that_raises() -> None:
    with pytest.raises(dmn.DmnProblem) as caught:
        dmn.load([("bad.dmn", b"<!DOCTYPE x><definitions/>")])
    assert (caught.value.code, caught.value.file) == ("xml-doctype", "bad.dmn")
    assert codes(dmn.load([b"<x/>"])) == ["dmn-not-dmn"]
    assert codes(load(namespace="urn:other")) == ["dmn-not-dmn"]


def test_decisions_require_each_other_and_the_trace_nests() -> None:
    model = load(
        data("Price", "number"),
        data("Cost", "number"),
        decision(
            literal("(Price - Cost) / Price * 100"), "Margin", needs("input:price", "input:cost")
        ),
        decision(
            table([("Margin", "number")], ["route"], [["< 20", '"b"'], [">= 20", '"h"']]),
            "Route",
            needs("decision:margin"),
        ),
        decision(literal('Route + "!"'), needs=needs("decision:route", "decision:margin")),
    )
    assert model.problems == ()
    found = model.decision("Result", {"Price": 200, "Cost": 180, "Margin": 99, "Route": "x"})
    assert found.value == "b!"
    assert found.trace["kind"] == "literal"
    route, margin = found.trace["requires"]
    assert route["rules"][0]["index"] == 1
    assert route["requires"][0]["output"] == 10
    assert margin == {"decision": "margin", "name": "Margin", "kind": "literal", "output": 10}


def test_undeclared_names_come_from_the_inputs() -> None:
    simple = load(decision(literal("price * 2")))
    assert simple.problems == ()
    assert simple.decision("result", {"price": 4}).value == 8
    strict = load(data("cost"), decision(literal("price * 2")))
    assert [(item.code, item.severity) for item in strict.problems] == [
        ("dmn-undeclared", "warning")
    ]


def test_types_are_checked_on_the_way_in_and_out() -> None:
    item = (
        '<itemDefinition name="tOffer"><itemComponent name="net price"><typeRef>number</typeRef>'
        '</itemComponent><itemComponent name="kind"><typeRef>string</typeRef><allowedValues>'
        + text('"a","b"')
        + "</allowedValues></itemComponent></itemDefinition>"
    )
    model = load(
        item,
        data("offer", "tOffer"),
        decision(literal("offer.net price"), needs=needs("input:offer"), kind="number"),
        decision(literal('"text"'), "Wrong", kind="number"),
        decision(literal("[5]"), "One", kind="number"),
        decision(literal("5"), "Unknown type", kind="tNothing"),
    )
    assert codes(model) == ["dmn-unknown-type"]
    right = {"offer": {"net price": 5, "kind": "a", "more": True}}
    assert model.decision("result", right).value == 5
    for wrong in ({"net price": 5}, {"net price": 5, "kind": "c"}, {"net price": "5", "kind": "a"}):
        found = model.decision("result", {"offer": wrong})
        assert found.value is None
        assert found.warnings[0].code == "dmn-type"
    wrong_result = model.decision("Wrong", {})
    assert (wrong_result.value, wrong_result.warnings[0].code) == (None, "dmn-type")
    assert model.decision("One", {}).value == 5


def test_knowledge_models_are_functions() -> None:
    body = (
        '<encapsulatedLogic><formalParameter name="n" typeRef="number"/>'
        + literal("if n <= 1 then 1 else n * factorial(n - 1)")
        + "</encapsulatedLogic>"
    )
    model = load(
        f'<businessKnowledgeModel id="f" name="factorial">{body}</businessKnowledgeModel>',
        data("n"),
        decision(literal("factorial(n)"), needs=needs("knowledge:f", "input:n")),
    )
    assert model.problems == ()
    assert model.decision("result", {"n": 5}).value == 120
    deep = model.decision("result", {"n": 10_000})
    assert (deep.value, deep.failed) == (None, True)
    assert model.decision("result", {"n": "x"}).value is None


BOXED = {
    "context": (
        '<context><contextEntry><variable name="net price"/>' + literal("100") + "</contextEntry>"
        '<contextEntry><variable name="vat"/>' + literal("net price * 0.23") + "</contextEntry>"
        "<contextEntry>" + literal("net price + vat") + "</contextEntry></context>",
        Decimal(123),
    ),
    "list": (f"<list>{literal('1')}{literal('x')}</list>", [Decimal(1), Decimal(3)]),
    "relation": (
        '<relation><column name="a"/><column name="b"/><row>'
        + literal("1")
        + literal("2")
        + "</row></relation>",
        [{"a": Decimal(1), "b": Decimal(2)}],
    ),
    "function": (
        '<context><contextEntry><variable name="twice"/><functionDefinition>'
        '<formalParameter name="n" typeRef="number"/>' + literal("n * 2") + "</functionDefinition>"
        "</contextEntry><contextEntry><invocation>" + literal("twice") + "<binding>"
        '<parameter name="n"/>' + literal("x") + "</binding></invocation></contextEntry></context>",
        Decimal(6),
    ),
    "conditional": (
        f"<conditional><if>{literal('x > 2')}</if><then>{literal('1')}</then>"
        f"<else>{literal('2')}</else></conditional>",
        Decimal(1),
    ),
    "filter": (
        f"<filter><in>{literal('[1,2,3]')}</in><match>{literal('item >= x')}</match></filter>",
        [Decimal(3)],
    ),
    "for": (
        f'<for iteratorVariable="i"><in>{literal("[1,2]")}</in>'
        f"<return>{literal('i * x')}</return></for>",
        [Decimal(3), Decimal(6)],
    ),
    "some": (
        f'<some iteratorVariable="i"><in>{literal("[1,3]")}</in>'
        f"<satisfies>{literal('i = x')}</satisfies></some>",
        True,
    ),
    "every": (
        f'<every iteratorVariable="i"><in>{literal("[1,3]")}</in>'
        f"<satisfies>{literal('i = x')}</satisfies></every>",
        False,
    ),
}


@pytest.mark.parametrize("kind", BOXED)
def test_boxed_expressions(kind: str) -> None:
    body, value = BOXED[kind]
    model = load(data("x", "number"), decision(body, needs=needs("input:x")))
    assert model.problems == ()
    found = model.decision("result", {"x": 3})
    assert found.value == value
    kinds = {"function": "context", "for": "loop", "some": "loop", "every": "loop"}
    assert found.trace["kind"] == kinds.get(kind, kind)


def test_a_table_in_a_context_is_in_the_trace() -> None:
    body = (
        '<context><contextEntry><variable name="t"/>'
        + table([("x", "number")], ["o"], [["> 1", '"big"', "why"]])
        + "</contextEntry><contextEntry>"
        + literal("t")
        + "</contextEntry></context>"
    )
    found = load(decision(body)).decision("result", {"x": 3})
    assert found.value == "big"
    assert found.trace["tables"][0]["rules"][0]["annotation"] == "why"


def test_services_take_their_input_decisions_as_given() -> None:
    model = load(
        data("x", "number"),
        decision(literal("x + 1"), "Inner", needs("input:x")),
        decision(literal("Inner * 10"), "Outer", needs("decision:inner")),
        '<decisionService id="s" name="Service"><variable name="Service"/>'
        '<outputDecision href="#outer"/><inputDecision href="#inner"/></decisionService>',
        decision(literal("Service(7)"), needs=needs("knowledge:s")),
    )
    assert model.problems == ()
    assert model.decision("result", {}).value == 70
    assert model.service("Service", {"Inner": 5}).value == 50
    assert model.decision("Outer", {"x": 1}).value == 20


def test_imports_are_seen_under_their_name() -> None:
    library = definitions(
        data("who"), decision(literal('"Hello " + who'), "Say Hello", needs("input:who"))
    )
    library = library.replace(b"urn:test", b"urn:lib")
    main = definitions(
        f'<import namespace="urn:lib" name="lib" importType="{DMN15}"/>',
        decision(
            literal('lib.Say Hello + "!"'),
            needs='<informationRequirement><requiredDecision href="urn:lib#say-hello"/>'
            "</informationRequirement>",
        ),
    )
    model = dmn.load([("main.dmn", main), ("lib.dmn", library)])
    assert model.problems == ()
    assert model.decision("result", {"who": "Ann"}).value == "Hello Ann!"


JUEL = '<literalExpression expressionLanguage="juel"><text>1</text></literalExpression>'
RULE = '<rule id="r"><inputEntry><text>1</text></inputEntry></rule>'


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ((decision(literal("1 +")),), ["feel-syntax"]),
        ((decision(table([("x", "")], ["o"], [["> >", "1"]])),), ["feel-syntax"]),
        ((decision(table([("x", "")], ["o"], [["1", "1"]], "HIGHEST")),), ["dmn-hit-policy"]),
        ((decision(table([("x", "")], [], [["1"]])),), ["dmn-no-output"]),
        ((decision(table([("", "")], ["o"], [["1", "1"]])),), ["dmn-no-expression"]),
        (
            (decision(f'<decisionTable id="t"><output id="o"/>{RULE}</decisionTable>'),),
            ["dmn-rule-width"],
        ),
        (
            (decision(table([("x", "")], ["a", "a"], [["1", "1", "2"]])),),
            ["dmn-output-name"],
        ),
        (
            (decision(table([("x", "")], ["a"], [["1", "1"]], "FIRST", 'aggregation="SUM"')),),
            ["dmn-aggregation"],
        ),
        ((decision(JUEL),), ["dmn-language"]),
        (
            (decision(f'<functionDefinition kind="Java">{literal("1")}</functionDefinition>'),),
            ["dmn-function-kind"],
        ),
        ((decision(literal("1"), needs=needs("input:none")),), ["dmn-missing"]),
        ((decision(literal("1"), needs=needs("decision:result")),), ["dmn-cycle"]),
        (
            (decision(literal("1")), decision(literal("2"))),
            ["dmn-duplicate-id", "dmn-duplicate-name"],
        ),
        (
            ('<import namespace="u" name="p" importType="http://www.dmg.org/PMML"/>',),
            ["dmn-unsupported"],
        ),
        (('<processModel id="p"/>',), ["dmn-unsupported"]),
        (('<decision id="a"/>',), ["dmn-no-name"]),
        (('<textAnnotation id="t"/>', '<knowledgeSource id="k" name="law"/>'), []),
    ],
)
def test_what_is_wrong_has_a_place(parts: tuple[str, ...], found: list[str]) -> None:
    model = load(*parts)
    assert codes(model) == found
    for problem in model.problems:
        assert problem.file == "t.dmn"
        assert problem.severity == "error"
        assert problem.line > 0


def test_decisions_that_need_each_other_fail() -> None:
    model = load(
        decision(literal("B"), "A", needs("decision:b")),
        decision(literal("A"), "B", needs("decision:a")),
        decision(literal("A"), needs=needs("decision:a")),
    )
    assert codes(model) == ["dmn-cycle", "dmn-cycle"]
    found = model.decision("result", {})
    assert (found.value, found.failed) == (None, True)


def test_a_diamond_is_evaluated_once_per_decision() -> None:
    parts = [decision(literal("1"), "D0")]
    for level in range(1, 40):
        body = literal(f"D{level - 1} + D{level - 1}")
        parts.append(decision(body, f"D{level}", needs(f"decision:d{level - 1}") * 2))
    found = load(*parts).decision("D39", {})
    assert found.value == 2**39
    assert len(str(found.trace)) < 20_000


def test_an_id_that_is_used_twice_means_the_first() -> None:
    model = load(data("x"), decision(literal("1"), "X"), decision(literal("2")))
    assert codes(model) == ["dmn-duplicate-id"]
    assert list(model.decisions) == ["result"]
    assert model.decision("X", {}).failed


def test_a_function_may_be_passed_on() -> None:
    model = load(data("x"), decision(literal("sort([2, 1], precedes)"), "Sorted"))
    assert codes(model) == ["dmn-undeclared"]
    model = load(data("x"), decision(literal("[sum][1]([1, 2])")))
    assert model.problems == ()
