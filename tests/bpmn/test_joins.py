"""Joins and forks: arrivals per flow, early passes, surplus tokens, the budget."""

import pytest

from bpmn.models import (
    both,
    boundary,
    end,
    flows,
    model,
    node,
    script,
    some,
    start,
    sub,
    timer,
    user,
    xor,
)
from bpmn.player import Player
from casewright import bpmn
from casewright.domain.errors import Refused

EITHER = model(
    start(), some("g", default="f_g_c"), user("a"), user("b"), user("c"), some("j"), user("z"),
    end(), flows("s>g", "g>a[=A]", "g>b[=B]", "g>c", "a>j", "b>j", "c>j", "j>z>e"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("a", "b", "order"), [(1, 1, "ab"), (1, 1, "ba"), (1, 0, "a"), (0, 1, "b"), (0, 0, "c")]
)
def test_an_inclusive_join_waits_for_what_was_taken(a: int, b: int, order: str) -> None:
    case = Player(EITHER, {"A": bool(a), "B": bool(b)})
    for name in order:
        assert "z#1" not in case.open
        case.complete(name)
    assert case.open == ["z#1"]
    case.complete("z")
    assert case.done


def test_a_way_without_a_condition_is_always_taken() -> None:
    xml = model(
        start(), some("g"), user("a"), user("b"), some("j"), end(),
        flows("s>g", "g>a", "g>b[=x]", "a>j>e", "b>j"),
    )  # fmt: skip
    assert Player(xml, {"x": True}).open == ["a#1", "b#1"]
    assert Player(xml, {"x": False}).open == ["a#1"]


def test_two_flows_between_the_same_gateways_are_two_arrivals() -> None:
    xml = model(
        start(), both("g"), both("j"), user("u"), end(), flows("s>g", "g>j", "g>j", "j>u>e")
    )
    case = Player(xml)
    assert case.open == ["u#1"]
    assert case.completed() == {"s": 1, "g": 1, "j": 1}


def test_a_second_token_on_a_flow_is_kept() -> None:
    """A fork merged without a join: two tokens go on to the same side of a join."""
    xml = model(
        start(), both("g"), user("a"), both("h"), xor("m"), both("j"), user("z"), end(),
        flows("s>g>a>j", "g>h>m>j", "h>m", "j>z>e"),
    )  # fmt: skip
    case = Player(xml)
    assert case.open == ["a#1"]
    assert case.snapshot["arrivals"] == {"": {"j": {"f_m_j": 2}}}
    case.complete("a")
    assert case.open == ["z#1"]
    case.complete("z")
    assert case.incident is not None
    assert case.incident["code"] == "surplus-token"
    assert bpmn.waiting_for(case.definition, case.snapshot) == {case.token("j"): "incident"}
    case.retry("j")
    assert case.done


def test_a_surplus_token_inside_a_sub_process_is_found_there() -> None:
    xml = model(
        start(),
        sub(
            "S", start("ss"), both("g"), xor("q", default="f_q_j"), both("j"), end("e1"),
            end("e2"), flows("ss>g>q>j>e1", "g>j", "q>e2[=skip]"),
        ),
        end(), flows("s>S>e"),
    )  # fmt: skip
    case = Player(xml, {"skip": True})
    assert case.open == ["S#1", "S#1/j#1"]
    case.retry("j")
    assert case.done


def test_token_ids_count_activations() -> None:
    xml = model(
        start(), xor("m"), user("u"), sub("S", start("ss"), user("i"), flows("ss>i")), xor("q"),
        user("once"), end(), flows("s>m>u>S>q", "q>m[=again]", "q>once[=not(again)]", "once>e"),
    )  # fmt: skip
    case = Player(xml, {"again": True})
    seen = []
    for _ in range(3):
        seen.append(case.token("u"))
        case.complete("u")
        seen.append(case.token("i"))
        case.complete("i")
    assert seen == ["u#1", "S#1/i#1", "u#2", "S#2/i#1", "u#3", "S#3/i#1"]
    assert len(case.saved or b"") < 300
    case.complete("u")
    case.complete("i", again=False)
    assert case.open == ["once#1"]


def test_the_budget_ends_a_step_and_nothing_is_lost() -> None:
    xml = model(
        start(), both("g"), *(node("task", f"t{i}") for i in range(20)), both("j"), user("u"),
        end(), flows("s>g", *(f"g>t{i}>j" for i in range(20)), "j>u>e"),
    )  # fmt: skip
    case = Player(xml, limits=bpmn.StepLimits(element_runs=5, cpu_seconds=60))
    steps = 1
    while case.result.more:
        assert "continue" in bpmn.waiting_for(case.definition, case.snapshot).values()
        case.do(bpmn.Continue())
        steps += 1
    assert steps == 5
    assert case.open == ["u#1"]
    assert sum(case.completed().values()) == 23


def test_the_time_of_a_step_is_bounded() -> None:
    xml = model(
        start(), xor("m"), script("k", "n + 1", "n"), xor("t"), end(),
        flows("s>m>k>t", "t>m[=n > 0]", "t>e[=n < 0]"),
    )  # fmt: skip
    case = Player(xml, {"n": 0}, twin=False, limits=bpmn.StepLimits(100_000_000, 0.02))
    assert case.result.more
    case.do(bpmn.Continue())
    assert case.result.more
    assert case.variables["n"] > 10


def test_a_step_for_an_ended_instance_is_refused() -> None:
    case = Player(model(start(), end(), flows("s>e")))
    assert case.done
    assert not case.do(bpmn.Continue()).more
    with pytest.raises(Refused, match="instance-ended"):
        case.do(bpmn.SetVariables({"x": 1}))


def test_ids_that_the_library_uses_itself() -> None:
    lane = '<lane id="l1" name="sales"><flowNodeRef>Root</flowNodeRef></lane>'
    xml = model(
        start("Start"), user("Root", default="f_Root_x"), sub("S", start("Start2"), user("End"),
                                                              flows("Start2>End")),
        boundary("End2", "Root", timer("PT1H")), end("x"), end("y"), end("z"),
        flows("Start>Root>x", "Root>S[=go]", "S>y", "End2>z"),
        lanes=f"<laneSet id='ls'>{lane}</laneSet>",
    ).replace(b'"x"', b'"p.EndJoin"')  # fmt: skip
    case = Player(xml)
    assert case.open == ["Root#1"]
    assert case.events[3].lane == "sales"
    assert bpmn.tokens(case.snapshot)[1].element == "Root"
    case.complete("Root", go=True)
    assert case.open == ["S#1", "S#1/End#1"]
    assert case.definition.elements["End"].parent == "S"
    case.complete("End")
    assert case.done
    case = Player(xml)
    case.complete("Root", go=False)
    assert case.completed() == {"Start": 1, "Root": 1, "p.EndJoin": 1}


def _discriminator(condition: str) -> bytes:
    join = node("complexGateway", "j", f"<activationCondition>{condition}</activationCondition>")
    return model(
        start(), xor("m"), both("g"), user("a"), user("b"), user("c"), join, user("n"),
        xor("q", default="f_q_e"), end(),
        flows("s>m>g>a>j>n>q>e", "g>b>j", "g>c>j", "q>m[=again]"),
    )  # fmt: skip


def test_a_complex_gateway_passes_once_and_takes_the_rest() -> None:
    case = Player(_discriminator("=activationCount = 2"), {"again": False})
    case.complete("b")
    assert case.open == ["a#1", "c#1"]
    case.complete("a")
    assert case.open == ["c#1", "n#1"]
    case.complete("c")
    assert case.open == ["n#1"]
    case.complete("n")
    assert case.done
    assert case.completed()["n"] == 1


def test_a_complex_gateway_begins_anew() -> None:
    case = Player(_discriminator("=activationCount &gt;= 1"), {"again": True})
    for element in ("a", "b", "c"):
        case.complete(element)
    case.complete("n")
    assert case.open == ["a#2", "b#2", "c#2"]
    case.complete("b", again=False)
    assert "n#2" in case.open


def test_an_activation_condition_that_fails_is_asked_again() -> None:
    case = Player(_discriminator("=activationCount &gt;= need"), {"again": False})
    case.complete("a")
    assert case.incident is not None
    case.retry("j", need=1)
    assert "n#1" in case.open
