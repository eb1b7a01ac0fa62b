"""Signals, escalations, conditions, links, thrown messages, and choices between events."""

from __future__ import annotations

import pytest

from bpmn.models import (
    boundary,
    call,
    catch,
    end,
    flows,
    io,
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

SIGNAL = '<signal id="sg" name="go"/><signal id="sf" name="=which"/>'
ESCALATION = '<escalation id="x1" escalationCode="X1"/><escalation id="x2" escalationCode="X2"/>'


def signal(ref: str = "sg") -> str:
    return f'<signalEventDefinition signalRef="{ref}"/>'


def escalation(ref: str = "x1") -> str:
    return (
        f'<escalationEventDefinition escalationRef="{ref}"/>'
        if ref
        else "<escalationEventDefinition/>"
    )


def condition(text: str) -> str:
    return (
        f"<conditionalEventDefinition><condition>={text}</condition></conditionalEventDefinition>"
    )


def link(name: str) -> str:
    return f'<linkEventDefinition name="{name}"/>'


def throw(id: str, definition: str, ext: str = "") -> str:
    return node("intermediateThrowEvent", id, definition, ext)


def play(*parts: str, extra: str = SIGNAL + ESCALATION, **variables: object) -> Player:
    return Player(model(*parts, extra=extra), variables)


def test_a_signal_comes_to_all_that_wait_and_only_once_to_each() -> None:
    case = play(
        start(),
        node("parallelGateway", "g"),
        catch("a", signal()),
        catch("b", signal("sf")),
        user("u"),
        end("e1"),
        end("e2"),
        end("e3"),
        flows("s>g>a>e1", "g>b>e2", "g>u>e3"),
        which="go",
    )
    assert case.names().count("SubscriptionOpened") == 2
    with pytest.raises(Refused, match="token-not-open"):
        case.do(bpmn.Signalled("other"))
    case.do(bpmn.Signalled("go", {"by": "us"}))
    assert case.open == ["u#1"]
    assert case.variables["by"] == "us"
    assert case.names().count("SubscriptionClosed") == 2


def test_a_thrown_signal_reaches_the_instance_itself_with_its_input_mappings() -> None:
    case = play(
        start(),
        user("u"),
        boundary("b", "u", signal(), cancel=False),
        user("after"),
        end("e1"),
        end("e2"),
        node("parallelGateway", "g"),
        throw("t", signal(), io({"note": "=1 + 1"})),
        end("e3"),
        flows("s>g>u>e1", "b>after>e2", "g>t>e3"),
    )
    (told,) = [e for e in case.all_events if type(e).__name__ == "SignalThrown"]
    assert (told.name, told.variables) == ("go", {"note": 2})
    assert case.open == ["after#1", "u#1"]
    case.do(bpmn.Signalled("go"))
    assert case.open == ["after#1", "after#2", "u#1"]


def test_an_escalation_beside_lets_the_sub_process_go_on_and_one_that_interrupts_ends_it() -> None:
    inner = sub(
        "q", start("ss"), throw("t", escalation()), user("u"), end("se"), flows("ss>t>u>se")
    )
    for cancel, left in ((False, ["after#1", "q#1", "q#1/u#1"]), (True, ["after#1"])):
        case = play(
            start(),
            inner,
            boundary("b", "q", escalation(), cancel=cancel),
            user("after"),
            end("e1"),
            end("e2"),
            flows("s>q>e1", "b>after>e2"),
        )
        assert case.open == left


def test_the_exact_code_wins_and_an_escalation_nobody_catches_passes() -> None:
    inner = sub(
        "q",
        start("ss"),
        throw("t", escalation("x2")),
        end("se", escalation("x1")),
        flows("ss>t>se"),
    )
    case = play(
        start(),
        inner,
        boundary("b1", "q", escalation(), cancel=False),
        boundary("ball", "q", escalation(""), cancel=False),
        user("one"),
        user("any"),
        end("e1"),
        end("e2"),
        end("e3"),
        flows("s>q>e1", "b1>one>e2", "ball>any>e3"),
    )
    assert case.open == ["any#1", "one#1"]
    alone = play(start(), throw("t", escalation()), user("u"), end(), flows("s>t>u>e"))
    assert alone.open == ["u#1"]


def test_a_called_instance_hands_on_what_it_does_not_catch() -> None:
    source = model(
        start(),
        throw("t", escalation(), io({"why": "late"})),
        user("u"),
        end(),
        flows("s>t>u>e"),
        extra=ESCALATION,
    )
    called = Player(source, parent="mother", parent_token="c#1")
    assert called.result.escalations == (("X1", {"why": "late"}),)
    caller = play(
        start(),
        call("c", "child"),
        boundary("b", "c", escalation(), cancel=False),
        user("after"),
        end("e1"),
        end("e2"),
        flows("s>c>e1", "b>after>e2"),
    )
    caller.do(bpmn.Answered("call:c#1", "child-id"))
    caller.do(bpmn.Escalated("c#1", "X1", {"why": "late"}))
    assert caller.open == ["after#1", "c#1"]
    assert caller.variables["why"] == "late"


def test_a_condition_comes_once_for_each_change_to_true() -> None:
    case = play(
        start(),
        user("u"),
        boundary("b", "u", condition("n &gt; 3"), cancel=False),
        user("after"),
        end("e1"),
        end("e2"),
        flows("s>u>e1", "b>after>e2"),
        n=1,
    )
    for value, count in ((2, 0), (4, 1), (5, 1), (1, 1), (9, 2)):
        case.do(bpmn.SetVariables({"n": value}))
        assert sum(token.startswith("after") for token in case.open) == count, value


def test_a_condition_that_holds_already_comes_at_once_and_a_script_wakes_one() -> None:
    case = play(start(), catch("c", condition("n = 1")), user("u"), end(), flows("s>c>u>e"), n=1)
    assert case.open == ["u#1"]
    woken = play(
        start(),
        node("parallelGateway", "g"),
        catch("c", condition("n = 2")),
        user("u"),
        end("e1"),
        script("k", "n + 1", "n"),
        end("e2"),
        flows("s>g>c>u>e1", "g>k>e2"),
        n=1,
    )
    assert woken.open == ["u#1"]
    bad = play(start(), catch("c", condition("n")), user("u"), end(), flows("s>c>u>e"), n=1)
    assert bad.incident is not None
    assert bad.incident["code"] == "condition-not-boolean"


def test_links_lead_from_several_throws_to_one_catch() -> None:
    case = play(
        start(),
        node("exclusiveGateway", "g", default="f_g_b"),
        throw("a", link("L")),
        throw("b", link("L")),
        catch("c", link("L")),
        user("u"),
        end(),
        flows("g>a[=false]", "s>g>b", "c>u>e"),
    )
    assert case.open == ["u#1"]
    assert case.completed()["c"] == 1
    found = bpmn.compile(model(start(), throw("a", link("M")), flows("s>a")), "f")
    assert {f.code for f in found.findings} == {"link-missing"}


def test_the_first_event_behind_a_gateway_takes_the_others_away() -> None:
    parts = (
        start(),
        node("eventBasedGateway", "g"),
        catch("m", message()),
        catch("t", timer("PT1H")),
        node("receiveTask", "r", messageRef="msg1"),
        user("u"),
        user("v"),
        user("w"),
        end("e1"),
        end("e2"),
        end("e3"),
        flows("s>g>m>u>e1", "g>t>v>e2", "g>r>w>e3"),
    )
    case = play(*parts, order="7")
    assert case.open == ["m#1", "r#1", "t#1"]
    case.do(bpmn.ReceiveMessage("m#1", {}))
    assert case.open == ["u#1"]
    assert "TimerCancelled" in case.names()
    late = play(*parts, order="7")
    late.pass_time(hours=2)
    assert late.open == ["v#1"]
    other = play(*parts, order="7")
    other.do(bpmn.ReceiveMessage("r#1", {}))
    assert other.open == ["w#1"]


def test_a_receive_task_waits_for_its_message_and_a_send_task_throws_one() -> None:
    case = play(
        start(),
        node("sendTask", "t", ext=io({"sum": "=3"}), messageRef="msg1"),
        node("receiveTask", "r", messageRef="msg1"),
        user("u"),
        end(),
        flows("s>t>r>u>e"),
        order="7",
    )
    (sent,) = [e for e in case.all_events if type(e).__name__ == "MessageThrown"]
    assert (sent.name, sent.key, sent.variables) == ("paid", "7", {"sum": 3})
    case.do(bpmn.ReceiveMessage("r#1", {"got": True}))
    assert case.open == ["u#1"]
    assert case.variables["got"] is True


def test_a_cycle_beside_a_task_fires_as_often_as_it_says_each_at_its_time() -> None:
    case = play(
        start(),
        user("u"),
        boundary("b", "u", timer("R3/PT1H", "timeCycle"), cancel=False),
        user("after"),
        end("e1"),
        end("e2"),
        flows("s>u>e1", "b>after>e2"),
    )
    case.pass_time(minutes=61)
    assert case.open == ["after#1", "u#1"]
    case.pass_time(days=2)
    assert case.open == ["after#1", "after#2", "after#3", "u#1"]
    assert case.token("u") == "u#1"
    case.complete("u")
    assert not any(t.due for t in bpmn.tokens(case.snapshot))


def test_what_is_only_a_warning_tells_so() -> None:
    source = model(
        start(),
        node("parallelGateway", "g"),
        user("u"),
        end("e1"),
        end("e2", '<errorEventDefinition errorRef="Nope"/>'),
        flows("s>g>u>e1", "g>e2[=false]"),
    )
    result = bpmn.compile(source, "f")
    assert result.deployable
    assert {f.code for f in result.findings} == {"condition-ignored", "error-undeclared"}


def handler(id: str, begin: str, *parts: str) -> str:
    first = f'<startEvent id="{id}_s" isInterrupting="false">{begin}</startEvent>'
    return node("subProcess", id, first + "".join(parts), triggeredByEvent="true")


def test_an_event_sub_process_escalates_to_one_beside_it_and_never_to_itself() -> None:
    case = play(
        start(), throw("t", escalation()), user("u"), end(), flows("s>t>u>e"),
        handler("h", escalation(), node("endEvent", "x", escalation("x2")), flows("h_s>x")),
        handler("k", escalation("x2"), node("endEvent", "y", escalation("x2")), flows("k_s>y")),
    )  # fmt: skip
    thrown = [e for e in case.all_events if type(e).__name__ == "EscalationThrown"]
    assert [(e.element, e.catcher) for e in thrown] == [("t", "h_s"), ("x", "k_s"), ("y", "")]
    case.complete("u")
    assert case.done


def test_events_behind_a_gateway_tell_what_they_wait_for() -> None:
    case = play(
        start(), node("eventBasedGateway", "g"), catch("a", message()), catch("b", signal()),
        catch("c", condition("x = 1")), end(), flows("s>g>a>e", "g>b>e", "g>c>e"),
        order="1", x=0,
    )  # fmt: skip
    found = bpmn.waiting_for(case.definition, case.snapshot)
    assert sorted(found.values()) == ["condition", "message", "signal"]
    kinds = {name: case.definition.elements[name].event for name in "abc"}
    assert kinds == {"a": "message", "b": "signal", "c": "condition"}


def test_a_cycle_without_a_turn_in_the_flow_is_an_incident() -> None:
    cycle = (
        "<timerEventDefinition><timeCycle>R2/2020-01-01T00:00:00Z/PT1H</timeCycle>"
        "</timerEventDefinition>"
    )
    case = play(start(), catch("c", cycle), end(), flows("s>c>e"))
    assert case.incident is not None
    assert case.incident["code"] == "timer-failed"
    beside = play(start(), user("u"), boundary("b", "u", cycle), end(), end("f"),
                  flows("s>u>e", "b>f"))  # fmt: skip
    assert beside.incident is None


def test_no_flow_leaves_a_link() -> None:
    made = model(
        start(), throw("a", link("L")), catch("b", link("L")), end(), end("f"),
        flows("s>a>e", "b>f"),
    )  # fmt: skip
    assert [f.code for f in bpmn.compile(made, "t.bpmn").findings if f.severity == "error"] == [
        "flow-from-link"
    ]
