"""Events with several definitions, what items throw, and quantities of tokens."""

from __future__ import annotations

import pytest

from bpmn.models import (
    both,
    boundary,
    catch,
    end,
    flows,
    io,
    message,
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

DECLARED = (
    '<signal id="sg" name="go"/><signal id="sh" name="halt"/><signal id="sf" name="=which"/>'
    '<escalation id="x1" escalationCode="X1"/>'
)
GO = '<signalEventDefinition signalRef="sg"/>'
HALT = '<signalEventDefinition signalRef="sh"/>'
ESCALATION = '<escalationEventDefinition escalationRef="x1"/>'


def condition(text: str) -> str:
    return (
        f"<conditionalEventDefinition><condition>={text}</condition></conditionalEventDefinition>"
    )


def play(*parts: str, **variables: object) -> Player:
    return Player(model(*parts, extra=DECLARED), variables)


def refused(*parts: str) -> list[str]:
    found = bpmn.compile(model(*parts, extra=DECLARED), "f.bpmn")
    return [one.message for one in found.findings if one.severity == "error"]


def parallel(inner: str, tag: str = "intermediateCatchEvent", **more: str) -> str:
    return node(tag, "c", inner, parallelMultiple="true", **more)


# Throwing.


def test_all_definitions_of_a_throw_are_thrown_in_their_order() -> None:
    thrown = node("intermediateThrowEvent", "t", HALT + message("msg2") + GO + ESCALATION)
    case = play(start(), thrown, end("e", GO + HALT), flows("s>t>e"))
    named = [
        getattr(event, "name", getattr(event, "code", ""))
        for event in case.events
        if type(event).__name__.endswith("Thrown")
    ]
    assert named == ["halt", "ordered", "go", "X1", "go", "halt"]
    assert case.completed()["t"] == case.completed()["e"] == 1
    assert case.done


def test_a_name_that_fails_throws_nothing_before_the_retry() -> None:
    thrown = node("intermediateThrowEvent", "t", GO + '<signalEventDefinition signalRef="sf"/>')
    case = play(start(), thrown, end(), flows("s>t>e"))
    assert case.incident is not None
    assert "SignalThrown" not in case.names()
    case.retry("t", which="halt")
    assert case.names().count("SignalThrown") == 2
    assert case.done


def test_what_comes_after_an_interrupting_escalation_is_thrown_too() -> None:
    inner = sub(
        "S", start("ss"), node("intermediateThrowEvent", "t", ESCALATION + GO), user("i"),
        end("se"), flows("ss>t>i>se"),
    )  # fmt: skip
    case = play(
        start(), inner, boundary("b", "S", ESCALATION), user("x"), end(), end("e2"),
        flows("s>S>e", "b>x>e2"),
    )  # fmt: skip
    assert case.open == ["x#1"]
    assert "SignalThrown" in case.names()
    assert case.completed()["t"] == 1


# Catching.


@pytest.mark.parametrize("way", ["message", "signal", "timer", "condition"])
def test_the_first_of_several_is_enough(way: str) -> None:
    inner = message() + GO + timer("PT1H") + condition("ok")
    case = play(start(), catch("c", inner), user("u"), end(), flows("s>c>u>e"), order="1", ok=False)
    assert case.open == ["c#1"]
    waits = bpmn.waiting_for(case.definition, case.snapshot)
    assert sorted(waits.values()) == ["condition", "event", "message", "signal", "timer"]
    if way == "message":
        case.do(bpmn.ReceiveMessage("c__1__wait#1", {"by": "message"}))
    elif way == "signal":
        case.do(bpmn.Signalled("go", {"by": "signal"}))
    elif way == "timer":
        case.pass_time(hours=2)
    else:
        case.do(bpmn.SetVariables({"ok": True}))
    assert case.open == ["u#1"]
    assert case.names().count("SubscriptionClosed") == 2
    assert ("TimerCancelled" in case.names()) == (way != "timer")
    assert case.completed()["c"] == 1
    assert len(case.snapshot["tokens"]) == 1


def test_two_that_come_at_once_are_one() -> None:
    case = play(start(), catch("c", GO + GO), user("u"), end(), flows("s>c>u>e"))
    case.do(bpmn.Signalled("go"))
    assert case.open == ["u#1"]
    assert case.completed()["c"] == 1


@pytest.mark.parametrize("order", ["go halt", "halt go"])
def test_all_have_to_come_in_any_order(order: str) -> None:
    mapped = io(None, {"both": "=[a, b]"})
    event = node("intermediateCatchEvent", "c", GO + HALT, mapped, parallelMultiple="true")
    case = play(start(), event, user("u"), end(), flows("s>c>u>e"))
    first, second = order.split()
    case.do(bpmn.Signalled(first, {"a": 1} if first == "go" else {"b": 2}))
    assert case.open == ["c#1"]
    case.do(bpmn.Signalled(second, {"a": 1} if second == "go" else {"b": 2}))
    assert case.open == ["u#1"]
    assert case.variables["both"] == [1, 2]
    assert case.completed()["c"] == 1


def test_input_mappings_are_seen_by_each_wait() -> None:
    event = catch("c", message() + condition("n > own"), io({"own": "=5", "order": '="k"'}))
    case = play(start(), event, user("u"), end(), flows("s>c>u>e"), n=1)
    (opened,) = [event for event in case.events if type(event).__name__ == "SubscriptionOpened"]
    assert opened.key == "k"
    case.do(bpmn.SetVariables({"n": 6}))
    assert case.open == ["u#1"]


def test_a_wait_that_cannot_begin_is_an_incident_of_its_event() -> None:
    case = play(start(), catch("c", message() + GO), user("u"), end(), flows("s>c>u>e"))
    assert case.incident is not None
    token = next(t.id for t in bpmn.tokens(case.snapshot) if t.incident is not None)
    case.do(bpmn.Retry(token, {"order": "1"}))
    assert case.incident is None
    case.do(bpmn.ReceiveMessage(token, {}))
    assert case.open == ["u#1"]


def test_one_of_several_behind_an_event_based_gateway() -> None:
    case = play(
        start(), node("eventBasedGateway", "g"), catch("c", GO + timer("PT1H")), catch("k", HALT),
        user("u"), end(), end("e2"), flows("s>g>c>u>e", "g>k>e2"),
    )  # fmt: skip
    case.pass_time(hours=1)
    assert case.open == ["u#1"]
    assert case.completed()["k"] == 0


def test_an_interrupting_boundary_event_takes_the_first() -> None:
    case = play(
        start(), user("u"), boundary("b", "u", GO + timer("PT1H")), user("x"), end(), end("e2"),
        flows("s>u>e", "b>x>e2"),
    )  # fmt: skip
    assert case.open == ["u#1"]
    case.pass_time(hours=1)
    assert case.open == ["x#1"]
    assert len(case.snapshot["tokens"]) == 1


def test_the_waits_of_a_boundary_event_go_with_its_activity() -> None:
    case = play(
        start(), user("u"), boundary("b", "u", GO + timer("PT1H")), end(), end("e2"),
        flows("s>u>e", "b>e2"),
    )  # fmt: skip
    case.complete("u")
    assert case.done
    assert {"SubscriptionClosed", "TimerCancelled"} <= set(case.names())


def test_beside_its_activity_each_comes_by_its_own_rule() -> None:
    case = play(
        start(), user("u"), boundary("b", "u", GO + timer("PT1H") + timer("R2/PT3H", "timeCycle"),
        cancel=False), end(), end("e2"), flows("s>u>e", "b>e2"),
    )  # fmt: skip
    case.do(bpmn.Signalled("go"))
    case.do(bpmn.Signalled("go"))
    assert case.completed()["b"] == 2
    case.pass_time(hours=1)
    assert case.completed()["b"] == 3
    case.pass_time(hours=2)
    case.pass_time(hours=3)
    assert case.completed()["b"] == 5
    case.pass_time(hours=9)
    case.do(bpmn.Signalled("go"))
    assert case.completed()["b"] == 6
    case.complete("u")
    assert case.done


def test_timers_alone_beside_an_activity_end_by_themselves() -> None:
    case = play(
        start(), user("u"), boundary("b", "u", timer("PT1H") + timer("PT2H"), cancel=False),
        end(), end("e2"), flows("s>u>e", "b>e2"),
    )  # fmt: skip
    case.pass_time(hours=3)
    assert case.completed()["b"] == 2
    assert len(case.snapshot["tokens"]) == 1


def test_all_beside_an_activity_begin_anew() -> None:
    event = parallel(GO + HALT, "boundaryEvent", attachedToRef="u", cancelActivity="false")
    case = play(start(), user("u"), event, end(), end("e2"), flows("s>u>e", "c>e2"))
    for name in ("go", "go", "halt", "halt", "go"):
        try:
            case.do(bpmn.Signalled(name))
        except Refused:
            assert name == "go"
    assert case.completed()["c"] == 2


@pytest.mark.parametrize("interrupting", ["true", "false"])
def test_an_event_sub_process_is_started_by_each(interrupting: str) -> None:
    begin = node("startEvent", "es", GO + timer("PT1H"), isInterrupting=interrupting)
    handler = node(
        "subProcess", "E", begin + user("h") + end("ee") + flows("es>h>ee"), triggeredByEvent="true"
    )
    case = play(start(), user("u"), handler, end(), flows("s>u>e"))
    case.do(bpmn.Signalled("go", {"x": 1}))
    assert case.variables["x"] == 1
    if interrupting == "true":
        assert case.open == ["E#1", "E#1/h#1"]
        case.complete("h")
        assert case.done
        return
    case.pass_time(hours=1)
    assert case.completed()["es"] == 2
    case.complete("u")
    assert not case.done
    for number in (1, 2):
        case.do(bpmn.CompleteTask(f"E#{number}/h#1", {}))
    assert case.done


def test_a_level_ends_though_an_event_sub_process_waits_for_several() -> None:
    begin = node("startEvent", "es", GO + timer("PT1H"))
    handler = node("subProcess", "E", begin + end("ee") + flows("es>ee"), triggeredByEvent="true")
    case = play(start(), user("u"), handler, end(), flows("s>u>e"))
    case.complete("u")
    assert case.done


def test_a_join_waits_for_an_event_with_several() -> None:
    case = play(
        start(), some("g"), catch("c", GO + HALT), user("u"), some("j"), end(),
        flows("s>g>c>j", "g>u>j>e"),
    )  # fmt: skip
    case.complete("u")
    assert not case.done
    case.do(bpmn.Signalled("halt"))
    assert case.done


def test_each_definition_of_a_start_event_starts_the_process() -> None:
    begin = start("s", message("msg2") + GO + timer("R/PT1H", "timeCycle"))
    (definition,) = bpmn.compile(
        model(begin, user("u"), end(), flows("s>u>e"), extra=DECLARED), "f.bpmn"
    ).definitions
    assert [one.element for one in definition.message_starts] == ["s"]
    assert [one.element for one in definition.signal_starts] == ["s"]
    assert [one.element for one in definition.timer_starts] == ["s"]
    assert definition.none_start is None
    case = Player(definition, begin=False)
    case.do(bpmn.Start({"n": 1}, "s"))
    assert case.open == ["u#1"]


def test_what_cannot_stand_beside_others_is_refused_by_name() -> None:
    wrong = "errorEventDefinition beside other definitions on boundaryEvent is not supported"
    error = '<errorEventDefinition errorRef="er1"/>'
    base = (start(), user("u"), end(), end("e2"), flows("s>u>e", "b>e2"))
    assert wrong in refused(*base, boundary("b", "u", error + GO))
    assert (
        "escalationEventDefinition beside other definitions on boundaryEvent is not supported"
        in refused(*base, boundary("b", "u", ESCALATION + GO))
    )
    assert "parallelMultiple on startEvent is not supported" in refused(
        node("startEvent", "s", GO + HALT, parallelMultiple="true"), end(), flows("s>e")
    )
    assert "more than one timer on startEvent is not supported" in refused(
        start("s", timer("PT1H") + timer("PT2H")), end(), flows("s>e")
    )
    assert (
        "parallelMultiple with one definition on intermediateCatchEvent is not supported"
        in refused(start(), parallel(GO), end(), flows("s>c>e"))
    )


# What items throw.


def items(behavior: str, inner: str = "", sequential: bool = True, **more: str) -> str:
    given = "".join(f' {name}="{value}"' for name, value in more.items())
    return (
        f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}" '
        f'behavior="{behavior}"{given}>'
        f"<loopCardinality>3</loopCardinality>{inner}</multiInstanceLoopCharacteristics>"
    )


SHARED = DECLARED + '<signalEventDefinition id="def" signalRef="sg"/>'


def repeated(loop: str, cancel: bool = False, caught: str = GO) -> bytes:
    return model(
        start(), node("userTask", "u", loop), boundary("b", "u", caught, cancel=cancel),
        end(), end("e2"), flows("s>u>e", "b>e2"), extra=SHARED,
    )  # fmt: skip


def finish(case: Player) -> None:
    while not case.done:
        case.do(bpmn.CompleteTask(next(one for one in case.open if "[" in one), {}))


@pytest.mark.parametrize("sequential", [True, False])
@pytest.mark.parametrize(("behavior", "times"), [("None", 3), ("One", 1)])
def test_items_throw_when_they_complete(behavior: str, times: int, sequential: bool) -> None:
    reference = f"{behavior.lower()}BehaviorEventRef"
    case = Player(repeated(items(behavior, "", sequential, **{reference: "def"})))
    finish(case)
    assert case.completed()["u"] == 3
    assert case.completed()["b"] == times


def test_a_complex_behavior_throws_under_its_conditions() -> None:
    def rule(text: str, thrown: str) -> str:
        return (
            f"<complexBehaviorDefinition><condition>={text}</condition><event>{thrown}</event>"
            "</complexBehaviorDefinition>"
        )

    inner = rule("nrOfCompletedInstances = 2", GO) + rule("loopCounter &lt; 3", ESCALATION)
    case = Player(repeated(items("Complex", inner)))
    finish(case)
    assert case.completed()["b"] == 1
    assert [type(e).__name__ for e in case.all_events].count("EscalationThrown") == 2


def test_a_condition_that_fails_throws_nothing_and_counts_nothing() -> None:
    rule = (
        f"<complexBehaviorDefinition><condition>=missing</condition><event>{GO}</event>"
        "</complexBehaviorDefinition>"
    )
    case = Player(repeated(items("Complex", rule)))
    case.do(bpmn.CompleteTask("u#1[1]", {}))
    assert case.incident is not None
    assert case.completed()["b"] == 0
    case.do(bpmn.Retry("u#1[1]", {"missing": True}))
    finish(case)
    assert case.completed()["b"] == 3


def test_an_interrupting_catcher_of_what_items_throw_is_refused() -> None:
    found = bpmn.compile(repeated(items("None", "", noneBehaviorEventRef="def"), True), "f")
    assert any("interrupting boundary event" in one.message for one in found.findings)
    found = bpmn.compile(repeated(items("One")), "f")
    assert any("without oneBehaviorEventRef" in one.message for one in found.findings)
    found = bpmn.compile(repeated(items("One", oneBehaviorEventRef="nothing")), "f")
    assert any(one.code == "dangling-reference" for one in found.findings)


# Quantities.


def test_an_activity_gives_as_many_tokens_as_its_completion_quantity() -> None:
    case = play(start(), node("task", "a", completionQuantity="3"), user("u"), end(),
                flows("s>a>u>e"))  # fmt: skip
    assert len(case.open) == 3
    for token in case.open:
        case.do(bpmn.CompleteTask(token, {}))
    assert case.done
    assert case.completed()["a"] == 1


def test_each_flow_gets_the_quantity_and_conditions_are_asked() -> None:
    case = play(
        start(), node("task", "a", completionQuantity="2", default="f_a_w"), user("u"), user("v"),
        user("w"), end(), end("e2"), end("e3"),
        flows("s>a", "a>u[=true]", "a>v[=yes]", "a>w", "u>e", "v>e2", "w>e3"), yes=False,
    )  # fmt: skip
    assert case.open == ["u#1", "u#2"]


def test_an_activity_begins_when_its_start_quantity_came() -> None:
    case = play(
        start(), both("g"), user("a"), user("b"), user("c"), user("k"), xor("m"),
        node("userTask", "u", startQuantity="2"), end(),
        flows("s>g>a>m", "g>b>m", "m>u", "g>c>u", "g>k>u", "u>e"),
    )  # fmt: skip
    case.complete("a")
    assert "u#1" not in case.open
    case.complete("c")
    assert "u#1" in case.open
    case.complete("b")
    case.complete("k")
    assert case.open == ["u#1", "u#2"]
    for token in case.open:
        case.do(bpmn.CompleteTask(token, {}))
    assert case.done


def test_tokens_too_few_to_begin_are_an_incident() -> None:
    case = play(start(), script("a", "1", "x"), node("task", "u", startQuantity="2"), end(),
                flows("s>a>u>e"))  # fmt: skip
    assert case.incident is not None
    assert case.incident["code"] == "surplus-token"


def test_quantities_of_a_repeated_activity_count_its_runs_as_one() -> None:
    loop = items("All")
    task = node("task", "u", loop, startQuantity="2", completionQuantity="2")
    case = play(
        start(), node("task", "a", completionQuantity="2"), task, user("x"), end(),
        flows("s>a>u>x>e"),
    )  # fmt: skip
    assert case.completed()["u"] == 3
    assert len(case.open) == 2


def test_two_tokens_on_one_flow_are_two_arrivals_at_a_join() -> None:
    case = play(
        start(), both("g"), node("task", "a", completionQuantity="2"), user("b"), both("j"),
        user("u"), end(), flows("s>g>a>j", "g>b>j", "j>u>e"),
    )  # fmt: skip
    case.complete("b")
    case.complete("u")
    assert case.incident is not None
    assert case.incident["code"] == "surplus-token"


def test_tokens_are_not_counted_where_no_flow_brings_them() -> None:
    quantity = node("userTask", "u", startQuantity="2")
    assert "startQuantity with a choice by people is not supported" in refused(
        start(), node("adHocSubProcess", "H", quantity), end(), flows("s>H>e")
    )
    receive = node("receiveTask", "r", messageRef="msg1", startQuantity="2")
    assert "startQuantity with an event-based gateway is not supported" in refused(
        start(), node("eventBasedGateway", "g"), receive, catch("c", GO), end(),
        flows("s>g>r>e", "g>c>e"),
    )  # fmt: skip


@pytest.mark.parametrize("value", ["0", "-1", "many", "101"])
def test_a_quantity_is_a_number(value: str) -> None:
    (found,) = refused(start(), node("task", "a", startQuantity=value), end(), flows("s>a>e"))
    assert found == f"startQuantity is 1 to 100, not “{value}”"


# Whom a task is for.


def owned(inner: str, role: str = "potentialOwner") -> bytes:
    expression = (
        f"<resourceAssignmentExpression><formalExpression>{inner}</formalExpression>"
        "</resourceAssignmentExpression>"
    )
    return model(
        start(), node("userTask", "u", f"<{role}>{expression}</{role}>"), end(), flows("s>u>e")
    )


def test_potential_owners_are_candidates() -> None:
    case = Player(owned("group(sales), user(eve), board"))
    (created,) = [event for event in case.events if type(event).__name__ == "TaskCreated"]
    assert created.groups == ("sales", "board")
    assert created.users == ("eve",)
    assert case.definition.groups == ("sales", "board")
    case = Player(owned("eve", "humanPerformer"))
    (created,) = [event for event in case.events if type(event).__name__ == "TaskCreated"]
    assert created.assignee == "eve"


@pytest.mark.parametrize("text", ["${who}", "=who", "role(x)", ""])
def test_other_owners_are_refused_by_name(text: str) -> None:
    found = bpmn.compile(owned(text), "f.bpmn").findings
    assert [one.message for one in found] == [
        f"“{text}” as potentialOwner; use zeebe:assignmentDefinition is not supported"
    ]
