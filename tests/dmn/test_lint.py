"""Mistakes of type in the texts of a decision are warnings with the place; nothing else is."""

from __future__ import annotations

import pytest

from casewright import dmn
from dmn.dmn_files import data, decision, literal, load, needs, table, text

PERSON = (
    '<itemDefinition name="tPerson"><itemComponent name="first name"><typeRef>string</typeRef>'
    '</itemComponent><itemComponent name="age"><typeRef>number</typeRef></itemComponent>'
    '</itemDefinition><itemDefinition name="tPeople" isCollection="true">'
    "<typeRef>tPerson</typeRef></itemDefinition>"
)
INPUTS = (
    PERSON,
    data("n", "number"),
    data("s", "string"),
    data("d", "date"),
    data("p", "tPerson"),
    data("all", "tPeople"),
)
NEEDS = needs("input:n", "input:s", "input:d", "input:p", "input:all")


def told(body: str, kind: str = "") -> list[tuple[str, str, str]]:
    """Return code, message and place of what is told of a decision."""
    model = load(*INPUTS, decision(body, needs=NEEDS, kind=kind))
    assert all(found.severity == "warning" for found in model.problems)
    return [(found.code, found.message, found.place) for found in model.problems]


@pytest.mark.parametrize(
    ("expression", "code", "message"),
    [
        ("n + s", "feel-type", "cannot add number and string"),
        ("n > s", "feel-type", "number and string cannot be compared"),
        ("upper case(n)", "feel-type", "“string” of “upper case” must be a string"),
        ("substring(s)", "feel-function", "does not take 1 argument"),
        ("p.agge", "feel-unknown-property", "the context has no “agge”; did you mean “age”?"),
        ("all[first name > 5]", "feel-type", "string and number cannot be compared"),
        ("for one in all return one.age + d", "feel-type", "cannot add number and date"),
        ("d.hour", "feel-unknown-property", "a date has no “hour”"),
    ],
)
def test_mistakes(expression: str, code: str, message: str) -> None:
    ((found, said, place),) = told(literal(expression))
    assert (found, place) == (code, "Result")
    assert message in said


@pytest.mark.parametrize(
    "expression",
    [
        "n + n * 2",
        "string(n) + s",
        "p.first name + s",
        "all[age > 18].first name",
        "sum(all.age) / count(all)",
        "some one in all satisfies one.age > n",
        "d + duration(s)",
        "elsewhere > 5 and elsewhere + s > n",
        "all[1].age",
        "if n > 5 then s else null",
        "get value(p, s)",
        "n in [1..5]",
        "{p: n, q: p + 1}.q",
    ],
)
def test_what_is_right(expression: str) -> None:
    assert [one for one in told(literal(expression)) if one[0] != "dmn-undeclared"] == []


def test_cells_of_a_table_have_the_type_of_their_column() -> None:
    rules = [["< 5", '"a"', "n"], ['"low"', "-", "n"], ["> d", "5", "s + n"]]
    found = told(table([("n", "number"), ("s", "")], ["o"], rules, "COLLECT"))
    assert [(code, place) for code, _message, place in found] == [
        ("feel-type", "Result, rule 2, input 1"),
        ("feel-type", "Result, rule 3, input 1"),
        ("feel-type", "Result, rule 3, input 2"),
        ("feel-type", "Result, rule 3, output 1"),
    ]


def test_a_value_that_is_never_of_its_type() -> None:
    assert told(literal("n * 2"), "string") == [
        ("dmn-type", "the value is a number, but the type is string", "Result")
    ]
    assert told(literal("d"), "date and time") == []
    assert told(literal("p"), "tPeople") == []


def test_boxed_expressions_see_the_types_of_what_is_around() -> None:
    entry = '<contextEntry><variable name="{}"/>{}</contextEntry>'
    body = (
        "<context>"
        + entry.format("half", literal("n / 2"))
        + entry.format("bad", literal("half + s"))
        + "</context>"
    )
    assert [(code, "number and string" in said) for code, said, _ in told(body)] == [
        ("feel-type", True)
    ]
    body = f"<filter><in>{literal('all')}</in><match>{literal('item.age > s')}</match></filter>"
    assert [code for code, _said, _place in told(body)] == ["feel-type"]
    body = (
        f'<for iteratorVariable="one"><in>{literal("all")}</in>'
        f"<return>{literal('one.first name - n')}</return></for>"
    )
    assert [code for code, _said, _place in told(body)] == ["feel-type"]
    body = (
        f"<conditional><if>{literal('n + 1')}</if><then>{literal('1')}</then>"
        f"<else>{literal('2')}</else></conditional>"
    )
    assert [said for _code, said, _place in told(body)] == [
        "the condition must be true or false, not a number"
    ]


def test_functions_know_their_parameters() -> None:
    formal = '<formalParameter name="x" typeRef="number"/>'
    knowledge = (
        '<businessKnowledgeModel id="f" name="f"><encapsulatedLogic>'
        f"{formal}{literal('upper case(x)')}</encapsulatedLogic></businessKnowledgeModel>"
    )
    model = load(knowledge, decision(literal("f(1)"), needs=needs("knowledge:f")))
    assert [(one.code, one.place) for one in model.problems] == [("feel-type", "f")]


def test_a_name_that_is_nearly_declared() -> None:
    model = load(
        data("margin", "number"), decision(literal("margn * 2"), needs=needs("input:margin"))
    )
    assert [one.message for one in model.problems] == [
        "“Result” reads “margn”, which no requirement declares; did you mean “margin”?"
    ]


def test_types_within_themselves_end() -> None:
    tree = (
        '<itemDefinition name="tTree"><itemComponent name="next"><typeRef>tTree</typeRef>'
        "</itemComponent></itemDefinition>"
    )
    model = load(tree, data("t", "tTree"), decision(literal("t.next.next"), needs=needs("input:t")))
    assert model.problems == ()


def test_what_is_wrong_names_element_and_node() -> None:
    """An error tells the id of the element and the name that people know it by."""
    imported = '<import id="imp" namespace="urn:none" name="rates" importType="{}"/>'
    kinds = "https://www.omg.org/spec/DMN/20230324/MODEL/"
    cases = {
        "dmn-missing-import": load(imported.format(kinds), decision(literal("1"))),
        "dmn-missing": load(decision(literal("1"), "Route", needs("decision:none"))),
        "dmn-cycle": load(
            decision(literal("1"), "A", needs("decision:b")),
            decision(literal("1"), "B", needs("decision:a")),
        ),
        "feel-syntax": load(decision(literal("1 +"), "Route")),
        "dmn-unknown-type": load(decision(literal("1"), "Route", kind="tNone")),
        "dmn-no-expression": load(decision("<conditional/>", "Route")),
    }
    for code, model in cases.items():
        found = next(one for one in model.problems if one.code == code)
        assert found.element, code
        assert found.place.split(",")[0] in ("rates", "Route", "A"), code
        assert found.severity == "error"


def test_warnings_of_an_evaluation_name_element_and_node() -> None:
    model = load(data("n", "number"), decision(literal("n"), "Route", needs("input:n")))
    (warning,) = model.decision("Route", {"n": "text"}).warnings
    assert str(warning) == "n: the input “n” is a string that is not of type number"
    model = load(decision(literal('1 + "a"'), "Route"))
    (warning,) = model.decision("Route", {}).warnings
    assert (warning.element, warning.name) == ("lit", "Route")
    assert str(warning).startswith("lit (“Route”): ")


def test_a_decision_that_is_not_there_has_its_nearest_told() -> None:
    (warning,) = load(decision(literal("1"), "Route")).decision("Rute", {}).warnings
    assert warning.message == "there is no decision “Rute”; did you mean “Route”?"
    assert load(decision(literal("1"), "Route")).service("none", {}).failed


def test_imports_that_are_there_are_no_problem() -> None:
    kinds = "https://www.omg.org/spec/DMN/20230324/MODEL/"
    library = (
        f'<definitions xmlns="{kinds}" id="l" name="l" namespace="urn:lib">'
        f"{decision(literal('2'), 'Two')}</definitions>"
    ).encode()
    main = (
        f'<definitions xmlns="{kinds}" id="m" name="m" namespace="urn:main">'
        f'<import namespace="urn:lib" name="lib" importType="{kinds}"/>'
        '<decision id="r" name="R"><variable name="R"/><informationRequirement>'
        '<requiredDecision href="urn:lib#two"/></informationRequirement>'
        f"<literalExpression>{text('lib.Two + 1')}</literalExpression></decision></definitions>"
    ).encode()
    model = dmn.load([("m.dmn", main), ("l.dmn", library)])
    assert model.problems == ()
    assert model.decision("R", {}).value == 3
