"""Ad-hoc sub-processes: what is chosen begins, and the level stays open until it is over."""

from typing import Any

import pytest

from bpmn.models import (
    both,
    boundary,
    call,
    end,
    error,
    flows,
    message,
    model,
    node,
    script,
    start,
    sub,
    timer,
    user,
)
from bpmn.player import Player
from casewright import bpmn
from casewright.domain.errors import Refused

ENOUGH = '<completionCondition xsi:type="tFormalExpression">=n >= 2</completionCondition>'
MANY = (
    '<multiInstanceLoopCharacteristics isSequential="{}"><loopCardinality>2</loopCardinality>'
    "</multiInstanceLoopCharacteristics>"
)


def adhoc(*parts: str, ext: str = "", **attributes: str) -> str:
    return node("adHocSubProcess", "h", "".join(parts), ext, **attributes)


def around(inner: str, *beside: str) -> bytes:
    return model(start(), inner, *beside, end(), flows("s>h>e"))


def choose(case: Player, *elements: str, token: str = "h#1") -> bpmn.StepResult:
    return case.do(bpmn.Choose(token, elements))


def finish(case: Player, token: str = "h#1") -> bpmn.StepResult:
    return case.do(bpmn.Finish(token))


def codes(data: bytes) -> set[str]:
    return {finding.code for finding in bpmn.compile(data, "f.bpmn").findings}


def test_it_stays_open_until_a_person_says_that_it_is_finished() -> None:
    case = Player(around(adhoc(user("a"), user("b"))))
    assert case.open == ["h#1"]
    assert bpmn.waiting_for(case.definition, case.snapshot) == {"h#1": "choice"}
    (choice,) = bpmn.choices(case.definition, case.snapshot)
    assert (choice.token, choice.elements, choice.may_finish) == ("h#1", ("a", "b"), True)
    choose(case, "a", "b", "a")
    assert case.open == ["h#1", "h#1/a#1", "h#1/a#2", "h#1/b#1"]
    for token in case.open[1:]:
        case.do(bpmn.CompleteTask(token))
    assert case.open == ["h#1"]
    choose(case, "a")
    assert case.open == ["h#1", "h#1/a#3"]
    finish(case)
    assert "TaskCancelled" in case.names()
    assert case.done


def test_only_activities_to_which_no_flow_leads_can_be_chosen() -> None:
    case = Player(around(adhoc(user("a"), user("b"), script("c", "1", "v"), flows("a>b"))))
    (choice,) = bpmn.choices(case.definition, case.snapshot)
    assert choice.elements == ("a", "c")
    for element in ("b", "e", "zz"):
        with pytest.raises(Refused) as refused:
            choose(case, "a", element)
        assert refused.value.code == "activity-unknown"
    choose(case, "a", "c")
    case.complete("a")
    assert case.open == ["h#1", "h#1/b#1"]
    assert case.variables == {"v": 1}


def test_the_condition_is_asked_after_each_activity() -> None:
    tasks = (user("a"), user("b"), user("c"), flows("a>c"))
    case = Player(around(adhoc(*tasks, ENOUGH)), {"n": 0})
    choose(case, "a", "b")
    case.complete("b")
    assert case.open == ["h#1", "h#1/a#1"]
    choose(case, "b")
    with pytest.raises(Refused) as refused:
        finish(case)
    assert refused.value.code == "condition-decides"
    case.complete("a", n=2)
    assert case.done
    assert case.names("TaskCancelled") == ["b"]
    assert "TaskCreated" not in case.names(), "what stands behind does not begin"


def test_what_remains_may_be_let_to_its_end() -> None:
    tasks = (user("a"), user("b"), user("c"), flows("a>c", "b>c"))
    case = Player(around(adhoc(*tasks, ENOUGH, cancelRemainingInstances="false")), {"n": 0})
    choose(case, "a", "b")
    case.complete("a", n=2)
    assert case.open == ["h#1", "h#1/b#1"]
    assert bpmn.choices(case.definition, case.snapshot) == ()
    with pytest.raises(Refused) as refused:
        choose(case, "a")
    assert refused.value.code == "token-not-open"
    case.complete("b")
    assert case.done
    assert case.completed()["c"] == 0


def test_in_sequence_one_comes_after_the_other() -> None:
    case = Player(around(adhoc(user("a"), user("b"), ordering="Sequential")))
    for chosen in (["a", "b"], ["a", "a"]):
        with pytest.raises(Refused) as refused:
            choose(case, *chosen)
        assert refused.value.code == "activity-busy"
    choose(case, "a")
    (choice,) = bpmn.choices(case.definition, case.snapshot)
    assert choice.busy
    assert bpmn.waiting_for(case.definition, case.snapshot) == {"h#1/a#1": "task"}
    with pytest.raises(Refused) as refused:
        choose(case, "b")
    assert refused.value.code == "activity-busy"
    case.complete("a")
    choose(case, "b")
    case.complete("b")
    finish(case)
    assert case.done


def first(text: str) -> str:
    return f'<zeebe:adHoc activeElementsCollection="{text}"/>'


def test_a_collection_begins_its_activities_and_ends_with_them() -> None:
    file = around(adhoc(user("a"), user("b"), user("c"), flows("a>c"), ext=first("=todo")))
    case = Player(file, {"todo": ["a", "b"]})
    assert case.open == ["h#1", "h#1/a#1", "h#1/b#1"]
    case.complete("b")
    case.complete("a")
    case.complete("c")
    assert case.done
    assert Player(file, {"todo": []}).done


def test_a_collection_of_what_cannot_be_chosen_is_an_incident() -> None:
    case = Player(around(adhoc(user("a"), ext=first("=todo"))), {"todo": ["z"]})
    assert case.incident is not None
    assert case.incident["code"] == "expression-failed"
    case.retry("h", todo=["a"])
    assert case.open == ["h#1", "h#1/a#1"]
    assert case.names("IncidentResolved") == ["h"]


def test_a_condition_with_no_answer_is_an_incident_and_asked_again() -> None:
    case = Player(around(adhoc(user("a"), user("b"), ENOUGH)), {"n": "x"})
    choose(case, "a")
    case.complete("a")
    assert case.incident is not None
    assert bpmn.choices(case.definition, case.snapshot) == ()
    with pytest.raises(Refused):
        choose(case, "b")
    case.retry("h", n="y")
    assert case.names("IncidentRaised") == ["h"]
    case.retry("h", n=1)
    assert case.names("IncidentResolved") == ["h"]
    choose(case, "b")
    case.complete("b", n=5)
    assert case.done


def test_activities_inside_can_join() -> None:
    inner = adhoc(user("a"), user("b"), both("j"), user("c"), flows("a>j", "b>j>c"))
    case = Player(around(inner))
    choose(case, "a")
    case.complete("a")
    assert case.open == ["h#1"], "the other side may still be chosen"
    choose(case, "b")
    case.complete("b")
    assert "h#1/c#1" in case.open
    case.complete("c")
    choose(case, "b")
    case.complete("b")
    finish(case)
    assert case.done


def test_boundary_events_and_errors_leave_it() -> None:
    inner = adhoc(
        user("a"), boundary("x", "a", timer("PT1H"), cancel=False), user("t"), flows("x>t")
    )
    file = around(inner, boundary("b", "h", error()), end("eb"), flows("b>eb"))
    case = Player(file)
    choose(case, "a", "a")
    case.pass_time(hours=1)
    assert case.open == ["h#1", "h#1/a#1", "h#1/a#2", "h#1/t#1", "h#1/t#2"]
    case.do(bpmn.ThrowError("h#1/a#1", "E1"))
    assert case.done
    assert case.completed()["eb"] == 1


def handler(interrupting: str) -> str:
    trigger = node("startEvent", "hs", message(), isInterrupting=interrupting)
    return node(
        "subProcess", "w", trigger + user("u") + end("he") + flows("hs>u>he"),
        triggeredByEvent="true",
    )  # fmt: skip


def test_an_event_sub_process_inside_may_end_it() -> None:
    for interrupting, after in (("true", True), ("false", False)):
        case = Player(around(adhoc(user("a"), handler(interrupting))), {"order": "1"})
        choose(case, "a")
        wait = next(t.id for t in bpmn.tokens(case.snapshot) if t.element == "hs")
        case.do(bpmn.ReceiveMessage(wait))
        assert ("h#1/a#1" in case.open) != after
        case.complete("u")
        assert case.done == after
    finish(case)
    assert case.done


@pytest.mark.parametrize("flag", ["true", "false"])
def test_it_can_be_repeated(flag: str) -> None:
    case = Player(around(adhoc(MANY.format(flag), user("a"))))
    done = 0
    while not case.done:
        (choice, *_) = bpmn.choices(case.definition, case.snapshot)
        choose(case, "a", token=choice.token)
        case.do(bpmn.CompleteTask(f"{choice.token}/a#1"))
        finish(case, choice.token)
        done += 1
    assert done == 2


def test_an_activity_inside_can_be_repeated() -> None:
    inner = adhoc(
        node("userTask", "a", MANY.format("true")), ENOUGH, cancelRemainingInstances="false"
    )
    case = Player(around(inner), {"n": 0})
    choose(case, "a", "a")
    case.do(bpmn.CompleteTask("h#1/a#1[1]", {"n": 2}))
    case.do(bpmn.CompleteTask("h#1/a#1[2]"))
    assert not case.done, "the other one is open"
    case.do(bpmn.CompleteTask("h#1/a#2[1]"))
    case.do(bpmn.CompleteTask("h#1/a#2[2]"))
    assert case.done


def test_what_was_chosen_can_be_undone() -> None:
    undo = (
        boundary("cb", "a", "<compensateEventDefinition/>")
        + user("z", isForCompensation="true")
        + '<association id="as" sourceRef="cb" targetRef="z"/>'
    )
    throw = node("intermediateThrowEvent", "th", "<compensateEventDefinition/>")
    inner = adhoc(user("a"), undo)
    case = Player(model(start(), inner, throw, end(), flows("s>h>th>e")))
    (choice,) = bpmn.choices(case.definition, case.snapshot)
    assert choice.elements == ("a",)
    choose(case, "a", "a")
    case.do(bpmn.CompleteTask("h#1/a#1"))
    case.do(bpmn.CompleteTask("h#1/a#2"))
    finish(case)
    undone = 0
    while not case.done:
        case.complete("z")
        undone += 1
    assert undone == 2


def test_sub_processes_and_calls_can_be_chosen() -> None:
    inner = adhoc(sub("q", start("ps"), user("u"), end("pe"), flows("ps>u>pe")), call("c", "other"))
    case = Player(around(inner))
    result = choose(case, "q", "c")
    assert [request.process for request in result.requests] == ["other"]
    case.complete("u")
    finish(case)
    assert case.done


REFUSED: dict[str, tuple[str, str]] = {
    "start": (adhoc(start("x"), user("a"), flows("x>a")), "adhoc-event"),
    "end": (adhoc(user("a"), end("x"), flows("a>x")), "adhoc-event"),
    "empty": (adhoc(), "nothing-to-choose"),
    "nothing": (adhoc(user("a"), user("b"), flows("a>b>a")), "nothing-to-choose"),
    "order": (adhoc(user("a"), ordering="Random"), "bad-value"),
    "flag": (adhoc(user("a"), cancelRemainingInstances="x"), "bad-value"),
    "first in sequence": (
        adhoc(user("a"), ordering="Sequential", ext=first("=x")), "bpmn-unsupported",
    ),
    "no FEEL": (adhoc(user("a"), ext=first("a")), "feel-missing"),
    "output": (
        adhoc(user("a"), ext='<zeebe:adHoc outputCollection="x"/>'), "bpmn-unsupported",
    ),
    "clock": (
        adhoc(user("a"), "<completionCondition>=now() != null</completionCondition>"),
        "clock-in-condition",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", sorted(REFUSED))
def test_what_cannot_run_is_refused_by_name(what: str) -> None:
    inner, code = REFUSED[what]
    assert code in codes(around(inner))


def test_an_ended_choice_is_refused() -> None:
    case: Any = Player(around(adhoc(user("a"))))
    choose(case, "a")
    for change in (bpmn.Choose("h#1/a#1", ("a",)), bpmn.Finish("h#2")):
        with pytest.raises(Refused) as refused:
            case.do(change)
        assert refused.value.code == "token-not-open"
