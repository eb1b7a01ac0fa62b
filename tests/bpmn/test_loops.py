"""Repeated activities: multi-instance and standard loops."""

from __future__ import annotations

from typing import Any

import pytest

from bpmn.models import (
    boundary,
    call,
    end,
    error,
    flows,
    model,
    node,
    start,
    sub,
    timer,
    user,
    xor,
)  # fmt: skip
from bpmn.player import Player
from casewright import bpmn
from casewright.domain.events import JobCreated

OUT: dict[str, Any] = {"outputCollection": "ys", "outputElement": "=y"}


def over(*parts: str, sequential: bool = False, **names: str) -> str:
    """Return the multi-instance characteristics over `=xs`, or with `parts` alone."""
    names = {"inputCollection": "=xs", "inputElement": "x", **names} if not parts else names
    given = " ".join(f'{key}="{value}"' for key, value in names.items())
    ext = f"<extensionElements><zeebe:loopCharacteristics {given}/></extensionElements>"
    flag = "true" if sequential else "false"
    return (
        f'<multiInstanceLoopCharacteristics isSequential="{flag}">{ext if names else ""}'
        f"{''.join(parts)}</multiInstanceLoopCharacteristics>"
    )


def standard(condition: str = "", **attributes: str) -> str:
    given = "".join(f' {key}="{value}"' for key, value in attributes.items())
    inner = f"<loopCondition>{condition}</loopCondition>" if condition else ""
    return f"<standardLoopCharacteristics{given}>{inner}</standardLoopCharacteristics>"


def task(id: str, loop: str) -> str:
    return node("userTask", id, loop)


def work(loop: str, expression: str = "x * 2") -> str:
    ext = f'<zeebe:script expression="={expression}" resultVariable="y"/>'
    return node("scriptTask", "k", loop, ext)


def line(*parts: str) -> bytes:
    name = "k" if 'id="k"' in parts[0] else "u"
    return model(start(), *parts, end(), flows(f"s>{name}>e"))


@pytest.mark.parametrize("sequential", [True, False])
def test_results_are_in_the_order_of_the_items(sequential: bool) -> None:
    case = Player(line(task("u", over(sequential=sequential, **OUT))), {"xs": ["a", "b", "c"]})
    while not case.done:
        item = case.open[-1]
        seen = bpmn.variables(case.snapshot, item)
        assert seen["loopCounter"] == int(item[-2])
        assert seen["numberOfInstances"] == seen["nrOfInstances"] == 3
        case.do(bpmn.CompleteTask(item, {"y": seen["x"] + "!"}))
    assert case.variables == {"xs": ["a", "b", "c"], "ys": ["a!", "b!", "c!"]}
    assert case.completed()["u"] == 3


def test_only_the_present_item_of_a_sequence_is_open() -> None:
    case = Player(line(task("u", over(sequential=True))), {"xs": [1, 2, 3]})
    assert case.open == ["u#1", "u#1[1]"]
    assert list(bpmn.waiting_for(case.definition, case.snapshot)) == ["u#1[1]"]
    case.do(bpmn.CompleteTask("u#1[1]"))
    assert case.open == ["u#1", "u#1[2]"]


def test_the_completion_condition_ends_the_others() -> None:
    enough = "<completionCondition>=numberOfCompletedInstances = 2</completionCondition>"
    three = "<loopCardinality>3</loopCardinality>"
    case = Player(line(task("u", over(three, enough))))
    assert case.open == ["u#1", "u#1[1]", "u#1[2]", "u#1[3]"]
    case.do(bpmn.CompleteTask("u#1[2]"))
    seen = bpmn.variables(case.snapshot, "u#1")
    assert (seen["numberOfActiveInstances"], seen["nrOfCompletedInstances"]) == (2, 1)
    case.do(bpmn.CompleteTask("u#1[3]"))
    assert case.names("TaskCancelled") == ["u"]
    assert case.done


def test_an_empty_list_passes_at_once() -> None:
    case = Player(line(task("u", over(**OUT))), {"xs": []})
    assert case.done
    assert case.variables["ys"] == []


@pytest.mark.parametrize("value", [None, "abc", 3, {"a": 1}, [1] * 10_001])
def test_what_is_no_list_is_an_incident(value: object) -> None:
    variables = {"xs": value} if not isinstance(value, list) else {"a": [1] * 5001}
    loop = over() if not isinstance(value, list) else over(inputCollection="=concatenate(a, a)")
    case = Player(line(task("u", loop)), variables)
    assert case.incident is not None
    assert case.incident["code"] == "expression-failed"
    case.retry("u", xs=[1], a=[])
    assert case.incident is None


@pytest.mark.parametrize("count", ["-1", "1.5", '"x"', "null", "10001"])
def test_a_bad_cardinality_is_an_incident(count: str) -> None:
    loop = over("<loopCardinality>=n</loopCardinality>")
    values = {"-1": -1, "1.5": "1.5", '"x"': "x", "null": None, "10001": 10001}
    case = Player(line(task("u", loop)), {"n": values[count]})
    assert case.incident is not None
    case.retry("u", n=2)
    assert case.open == ["u#1", "u#1[1]", "u#1[2]"]


def test_an_item_whose_result_fails_does_not_work_again() -> None:
    loop = over(outputCollection="ys", outputElement="=gone.x + missing")
    text = '<zeebe:script expression="=n + 1" resultVariable="n"/>'
    case = Player(line(node("scriptTask", "k", loop, text)), {"xs": [1], "n": 0})
    assert case.incident is not None
    case.do(bpmn.Retry("k#1[1]", {"gone": {"x": 1}, "missing": 2}))
    assert case.done
    assert case.variables["n"] == 1
    assert case.variables["ys"] == [3]


def test_a_timer_on_the_whole_ends_all_items() -> None:
    late = boundary("b", "u", timer("PT1H"))
    file = model(start(), task("u", over()), late, user("l"), end(), end("e2"),
                 flows("s>u>e", "b>l>e2"))  # fmt: skip
    case = Player(file, {"xs": [1, 2]})
    case.pass_time(hours=2)
    assert case.names("TaskCancelled") == ["u", "u"]
    assert case.open == ["l#1"]


def test_an_error_of_one_item_is_caught_on_the_whole() -> None:
    file = model(start(), task("u", over()), boundary("b", "u", error()), user("l"), end(),
                 end("e2"), flows("s>u>e", "b>l>e2"))  # fmt: skip
    case = Player(file, {"xs": [1, 2]})
    case.do(bpmn.ThrowError("u#1[2]", "E1"))
    assert case.open == ["l#1"]


def test_sub_processes_nest_and_are_entered_again() -> None:
    inner = sub("S", start("ss"), task("i", over(inputCollection="=x", inputElement="z")),
                end("se"), flows("ss>i>se"))  # fmt: skip
    inner = inner.replace('name="S">', f'name="S">{over()}', 1)
    file = model(start(), xor("m"), inner, xor("q", default="f_q_m"), end(),
                 flows("s>m>S>q>m", "q>e[=n >= 2]"))  # fmt: skip
    case = Player(file, {"xs": [[1, 2], [3]], "n": 0})
    for turn in (1, 2):
        for item in (f"S#{turn}[1]/i#1[2]", f"S#{turn}[2]/i#1[1]", f"S#{turn}[1]/i#1[1]"):
            case.do(bpmn.CompleteTask(item, {"n": turn}))
    assert case.done


def test_calls_and_jobs_see_their_item() -> None:
    mapped = '<zeebe:ioMapping><zeebe:input source="=x" target="to"/></zeebe:ioMapping>'
    job = node("serviceTask", "u", over(), f'<zeebe:taskDefinition type="t"/>{mapped}')
    case = Player(line(job), {"xs": ["a", "b"]})
    made = [event.input for event in case.events if isinstance(event, JobCreated)]
    assert made == [{"to": "a"}, {"to": "b"}]
    caller = call("u", "child").replace("</callActivity>", over() + "</callActivity>")
    case = Player(line(caller), {"xs": ["a"]})
    (request,) = case.result.requests
    assert request.id == "call:u#1[1]"
    assert request.variables["x"] == "a"


@pytest.mark.parametrize(
    ("loop", "runs"),
    [
        (standard("=n &lt; 3"), 3),
        (standard("=n &lt; 0"), 1),
        (standard("=n &lt; 0", testBefore="true"), 0),
        (standard("=loopCounter &lt; 4", testBefore="true"), 4),
        (standard("=true", loopMaximum="5"), 5),
        (standard(loopMaximum="2"), 2),
    ],
)
def test_standard_loop(loop: str, runs: int) -> None:
    text = '<zeebe:script expression="=n + 1" resultVariable="n"/>'
    case = Player(line(node("scriptTask", "k", loop, text)), {"n": 0})
    assert case.done
    assert case.variables["n"] == runs


def test_a_loop_condition_that_fails_asks_again_and_works_not_again() -> None:
    text = '<zeebe:script expression="=n + 1" resultVariable="n"/>'
    case = Player(line(node("scriptTask", "k", standard("=more"), text)), {"n": 0})
    assert case.incident is not None
    case.retry("k", more=False)
    assert case.done
    assert case.variables["n"] == 1


def test_the_budget_goes_through_the_items() -> None:
    limits = bpmn.StepLimits(element_runs=7, cpu_seconds=60)
    for sequential in (True, False):
        file = line(work(over(sequential=sequential, **OUT)))
        case = Player(file, {"xs": list(range(30))}, limits=limits)
        while case.result.more:
            case.do(bpmn.Continue())
        assert case.variables["ys"] == [2 * n for n in range(30)]


def test_references_of_bpmn_name_variables() -> None:
    loop = over(
        "<loopDataInputRef>xs</loopDataInputRef><loopDataOutputRef>ys</loopDataOutputRef>"
        '<inputDataItem id="x"/><outputDataItem id="y"/>'
    )
    case = Player(line(work(loop)), {"xs": [1, 2]})
    assert case.variables["ys"] == [2, 4]


@pytest.mark.parametrize(
    "loop",
    [
        "<multiInstanceLoopCharacteristics/>",
        over("<loopCardinality>-1</loopCardinality>"),
        over("<loopCardinality>2</loopCardinality>", inputCollection="=xs"),
        over(outputCollection="ys"),
        standard(),
        standard("=true", loopMaximum="x"),
        standard("=now() = null"),
    ],
)
def test_what_cannot_be_repeated_is_refused(loop: str) -> None:
    assert not bpmn.compile(line(task("u", loop)), "f.bpmn").deployable
