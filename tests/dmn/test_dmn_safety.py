"""No model and no input takes the process down: each is stopped, with the limit named."""

from __future__ import annotations

import time
from typing import Any

import pytest

from casewright import dmn
from casewright.dmn.cycles import cyclic
from casewright.feel import Limits
from dmn.dmn_files import codes, data, decision, literal, load, needs, table

DEEP = 3000


def stopped(found: dmn.Evaluation) -> list[str]:
    assert found.value is None
    assert found.failed
    return [notice.message for notice in found.warnings if notice.code == "dmn-limit"]


def knowledge(name: str, body: str, parameters: str = "n", needed: str = "") -> str:
    formal = "".join(f'<formalParameter name="{item}"/>' for item in parameters.split())
    return (
        f'<businessKnowledgeModel id="{name}" name="{name}">{needs(*needed.split())}'
        f"<encapsulatedLogic>{formal}{body}</encapsulatedLogic></businessKnowledgeModel>"
    )


def item(name: str, ref: str = "", inner: str = "", many: bool = False) -> str:
    listed = ' isCollection="true"' if many else ""
    type_ref = f"<typeRef>{ref}</typeRef>" if ref else ""
    return f'<itemDefinition name="{name}"{listed}>{type_ref}{inner}</itemDefinition>'


def chain(length: int) -> list[str]:
    first = decision(literal("1"), "d0")
    return [
        first,
        *(
            decision(literal(f"d{index - 1} + 1"), f"d{index}", needs(f"decision:d{index - 1}"))
            for index in range(1, length)
        ),
    ]


def test_a_chain_of_decisions_goes_as_deep_as_the_limit_says() -> None:
    assert load(*chain(60)).problems == ()
    model = load(*chain(DEEP))
    assert [(one.code, one.element, one.message) for one in model.problems] == [
        ("dmn-limit", "d60", "“d60” needs decisions nested more than 60 deep")
    ]
    assert model.decision("d59", {}).value == 60
    assert stopped(model.decision(f"d{DEEP - 1}", {})) == [
        "decisions and calls are nested more than 60 deep"
    ]
    assert model.decision("d10", {}).value == 11


def test_a_circle_of_many_decisions_is_found_at_once() -> None:
    parts = [
        decision(literal("1"), f"d{index}", needs(f"decision:d{(index + 1) % DEEP}"))
        for index in range(DEEP)
    ]
    outside = decision(literal("2"), "outside", needs("decision:d0"))
    started = time.monotonic()
    model = load(*parts, outside)
    assert time.monotonic() - started < 20
    assert codes(model) == ["dmn-cycle"] * DEEP
    assert "the decision “d7” needs itself" in {problem.message for problem in model.problems}
    assert {problem.element for problem in model.problems} == {f"d{i}" for i in range(DEEP)}
    found = model.decision("d5", {})
    assert (found.value, found.failed) == (None, True)
    assert [notice.code for notice in found.warnings] == ["dmn-cycle"]


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        ({}, ""),
        ({"a": "b", "b": ""}, ""),
        ({"a": "a", "b": "a"}, "a"),
        ({"a": "b", "b": "ca", "c": "d", "d": "c", "e": "a"}, "abcd"),
        ({"a": "bc", "b": "d", "c": "d", "d": ""}, ""),
        ({"a": "bx", "b": "c", "c": "b"}, "bc"),
    ],
)
def test_only_what_is_on_a_circle_counts(edges: dict[str, str], expected: str) -> None:
    assert cyclic(edges) == frozenset(expected)


@pytest.mark.parametrize("body", ["f(n + 1)", "1 + f(n)", "[f(n)]", "{a: f(n)}", "f(n) + f(n)"])
def test_a_knowledge_model_that_never_ends_is_stopped(body: str) -> None:
    model = load(
        knowledge("f", literal(body)), decision(literal("f(1)"), needs=needs("knowledge:f"))
    )
    assert model.problems == ()
    assert len(stopped(model.decision("Result", {}))) == 1


def test_knowledge_models_that_call_each_other_are_stopped() -> None:
    model = load(
        knowledge("f", literal("g(n)"), needed="knowledge:g"),
        knowledge("g", literal("f(n)"), needed="knowledge:f"),
        decision(literal("f(1)"), needs=needs("knowledge:f")),
    )
    assert stopped(model.decision("Result", {})) == [
        "decisions and calls are nested more than 60 deep"
    ]


def test_sound_recursion_passes_and_leaves_no_trace_behind() -> None:
    model = load(
        knowledge("f", literal("if n = 0 then 0 else n + f(n - 1)")),
        decision(literal("for i in 1..40 return f(i)"), needs=needs("knowledge:f")),
    )
    assert model.decision("Result", {}).value[-1] == 820


def test_an_argument_of_the_wrong_type_does_not_use_up_the_depth() -> None:
    f = knowledge("f", literal("n")).replace('name="n"', 'name="n" typeRef="number"')
    model = load(f, decision(literal('for i in 1..200 return f("x")'), needs=needs("knowledge:f")))
    found = model.decision("Result", {})
    assert found.value == [None] * 200
    assert not found.failed


def test_a_service_that_calls_itself_is_stopped() -> None:
    service = '<decisionService id="s" name="s"><outputDecision href="#result"/></decisionService>'
    model = load(decision(literal("s()"), needs=needs("knowledge:s")), service)
    assert stopped(model.service("s", {})) == ["decisions and calls are nested more than 60 deep"]
    assert stopped(model.decision("Result", {}))


@pytest.mark.parametrize(
    ("expression", "inputs"),
    [
        ("context put({}, for i in 1..9000 return string(i), 1)", {}),
        ('context put(a, for i in 1..900 return "k", 1)', {"a": "nested"}),
        (
            '{f: function(c, n) if n = 0 then c else f(context put({}, "k", c), n - 1), '
            "g: f({}, 5000)}.g",
            {},
        ),
        ("a", {"a": "nested"}),
        ("[a, a]", {"a": "circle"}),
    ],
)
def test_deep_contexts_are_no_way_out(expression: str, inputs: dict[str, Any]) -> None:
    nested: dict[str, Any] = {}
    for _ in range(DEEP):
        nested = {"k": nested}
    circle: list[Any] = []
    circle.append(circle)
    given = {key: {"nested": nested, "circle": circle}[kind] for key, kind in inputs.items()}
    model = load(data("a"), decision(literal(expression), needs=needs("input:a")))
    found = model.decision("Result", given)
    assert found.value is None
    assert found.warnings
    assert load(decision(literal("1 + 1"))).decision("Result", {}).value == 2


def test_a_service_takes_deep_input_no_worse() -> None:
    circle: list[Any] = []
    circle.append(circle)
    service = (
        '<decisionService id="s" name="s"><outputDecision href="#result"/><inputData href="#a"/>'
        "</decisionService>"
    )
    model = load(data("a"), decision(literal("a"), needs=needs("input:a")), service)
    assert stopped(model.service("s", {"a": circle}))


def test_boxed_expressions_do_not_add_up_to_more_than_a_result_may_hold() -> None:
    rows = "".join(f"<row>{literal(f'x + x + {index}')}</row>" for index in ['"a"', '"b"'] * 4)
    body = f'<relation><column name="a"/>{rows}</relation>'
    model = load(data("x"), decision(body, needs=needs("input:x")))
    assert len(model.decision("Result", {"x": "x" * 10_000}).value) == 8
    large = model.decision("Result", {"x": "x" * 100_000})
    assert stopped(large) == ["the result is too large"]
    few = Limits(result=500)
    assert stopped(model.decision("Result", {"x": "x" * 50}, limits=few))


def test_memory_that_is_not_there_is_a_limit() -> None:
    model = load(data("a"), decision(literal("a"), needs=needs("input:a")))

    class Full(dict[str, Any]):
        def get(self, *_: Any) -> Any:
            raise MemoryError

    assert stopped(model.decision("Result", Full())) == ["nested too deeply, or too large"]


def test_types_that_are_each_other_are_named() -> None:
    model = load(
        item("tA", "tB"),
        item("tB", "tC"),
        item("tC", "tA"),
        data("a", "tA"),
        decision(table([("a", "tA")], ["out"], [["1", "2"]]), needs=needs("input:a"), kind="tB"),
    )
    assert codes(model) == ["dmn-type-cycle"] * 3
    assert model.problems[0].message == "the type “tA” is defined by itself"
    assert model.decision("Result", {"a": 1}).value == 2


def test_a_type_may_contain_itself() -> None:
    part = '<itemComponent name="children" isCollection="true"><typeRef>tNode</typeRef>'
    model = load(
        item("tNode", inner=f"{part}</itemComponent>"),
        data("a", "tNode"),
        decision(literal("count(a.children)"), needs=needs("input:a")),
    )
    assert model.problems == ()
    assert model.decision("Result", {"a": {"children": [{"children": []}]}}).value == 1


def test_lists_of_each_other_end() -> None:
    model = load(
        item("tA", "tB", many=True),
        item("tB", "tA", many=True),
        data("a", "tA"),
        decision(literal("a"), needs=needs("input:a")),
    )
    found = model.decision("Result", {"a": 1})
    assert found.value is None
    assert found.warnings


def test_types_defined_through_too_many_others_are_refused() -> None:
    items = [item(f"t{i}", f"t{i + 1}") for i in range(DEEP)]
    model = load(*items, item(f"t{DEEP}", "number"), data("a", "t0"), decision(literal("1")))
    assert set(codes(model)) == {"dmn-limit"}
    assert "more than 50 others" in model.problems[0].message
    sound = load(
        *items[-40:],
        item(f"t{DEEP}", "number"),
        data("a", f"t{DEEP - 40}"),
        decision(literal("a + 1"), needs=needs("input:a")),
    )
    assert sound.problems == ()
    assert sound.decision("Result", {"a": 1}).value == 2


def test_a_type_reference_is_not_nested_without_end() -> None:
    ref = "list&lt;" * DEEP + "number" + "&gt;" * DEEP
    model = load(data("a", ref), decision(literal("a"), needs=needs("input:a")))
    assert "dmn-unknown-type" in codes(model) or "dmn-limit" in codes(model)


@pytest.mark.parametrize("depth", [30, 90, 190])
def test_boxed_expressions_nest_as_deep_as_the_file_may(depth: int) -> None:
    body = "<list>" * depth + literal("1") + "</list>" * depth
    model = load(decision(body))
    if model.problems:
        assert codes(model) == ["dmn-limit"]
        return
    found = model.decision("Result", {})
    for _ in range(depth):
        assert type(found.value) is list
        found = dmn.Evaluation(found.value[0], {})
    assert found.value == 1


def test_a_file_nested_deeper_than_allowed_names_the_limit() -> None:
    with pytest.raises(dmn.DmnProblem, match="200 levels"):
        load(decision("<list>" * 300 + literal("1") + "</list>" * 300))


def test_a_limit_is_told_once() -> None:
    model = load(decision(literal("for i in 1..10000, j in 1..10000 return 1")))
    assert len(stopped(model.decision("Result", {}))) == 1
