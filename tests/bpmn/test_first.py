"""A first walk through the runtime: sequence, choice, fork and join, sub-process."""

from decimal import Decimal

from bpmn.models import both, end, flows, io, model, script, service, start, sub, user, xor
from bpmn.player import Player
from casewright import bpmn


def test_a_sequence_of_tasks_ends() -> None:
    case = Player(model(start(), user("a"), service("b"), end(), flows("s>a>b>e")), {"x": 1})
    assert case.open == ["a#1"]
    assert case.names() == ["InstanceStarted", "ElementCompleted", "TaskCreated"]
    case.complete("a", y=2)
    assert case.open == ["b#1"]
    case.job("b", z="ok")
    assert case.done
    assert case.variables == {"x": Decimal(1), "y": Decimal(2), "z": "ok"}
    assert case.names()[-1] == "InstanceCompleted"


def test_both_branches_keep_their_variables() -> None:
    xml = model(
        start(), both("g"), user("a"), user("b"), both("j"), user("z"), end(),
        flows("s>g>a>j", "g>b>j>z>e"),
    )  # fmt: skip
    for order in ("ab", "ba"):
        case = Player(xml, {"x": 0})
        for name in order:
            case.complete(name, **{name: 1, "x": case.variables["x"] + 1})
        assert case.open == ["z#1"]
        case.complete("z")
        assert case.done
        assert case.variables == {"x": Decimal(2), "a": Decimal(1), "b": Decimal(1)}


def test_choice_in_document_order() -> None:
    xml = model(
        start(), xor("g", default="f_g_c"), user("a"), user("b"), user("c"), end(),
        flows("s>g", "g>a[=n > 10]", "g>b[=n > 5]", "g>c", "a>e", "b>e", "c>e"),
    )  # fmt: skip
    assert Player(xml, {"n": 11}).open == ["a#1"]
    assert Player(xml, {"n": 6}).open == ["b#1"]
    assert Player(xml, {"n": 1}).open == ["c#1"]


def test_a_script_loop_without_a_wait() -> None:
    xml = model(
        start(), xor("m"), script("k", "n + 1", "n"), xor("t", default="f_t_m"), user("u"), end(),
        flows("s>m>k>t", "t>m", "t>u[=n >= 1600]", "u>e"),
    )  # fmt: skip
    case = Player(xml, {"n": 0}, twin=False)
    steps = 1
    while case.result.more:
        case.do(bpmn.Continue())
        steps += 1
    assert case.open == ["u#1"]
    assert case.variables["n"] == 1600


def test_a_sub_process_has_its_own_names() -> None:
    xml = model(
        start(),
        sub(
            "S", start("ss"), script("k", "price * 2", "price"), user("i"), end("se"),
            flows("ss>k>i>se"), ext=io({"price": "=base"}, {"result": "=price"}),
        ),
        end(), flows("s>S>e"),
    )  # fmt: skip
    case = Player(xml, {"base": 21, "price": 5})
    assert case.open == ["S#1", "S#1/i#1"]
    assert case.variables == {"base": 21, "price": 5}
    case.complete("i", other=1)
    assert case.done
    assert case.variables == {"base": 21, "price": 5, "result": 42, "other": 1}
