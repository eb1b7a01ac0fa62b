"""Event sub-processes: armed with their scope, interrupting or beside it."""

from __future__ import annotations

import pytest

from bpmn.models import (
    both,
    boundary,
    call,
    end,
    error,
    flows,
    io,
    message,
    model,
    node,
    service,
    start,
    sub,
    timer,
    user,
)
from bpmn.player import Player
from casewright import bpmn


def when(id: str, trigger: str, *parts: str, cancel: bool = True, ext: str = "") -> str:
    """Return an event sub-process with the start event `s_<id>`."""
    flag = "true" if cancel else "false"
    begin = node("startEvent", f"s_{id}", trigger, ext, isInterrupting=flag)
    return node("subProcess", id, begin + "".join(parts), triggeredByEvent="true")


def handle(id: str, trigger: str, cancel: bool = True) -> str:
    """Return an event sub-process with one user task `h_<id>`."""
    return when(
        id, trigger, user(f"h_{id}"), end(f"e_{id}"), flows(f"s_{id}>h_{id}>e_{id}"), cancel=cancel
    )


def receive(case: Player, element: str, **variables: object) -> None:
    """Deliver the message for which an element waits."""
    case.do(bpmn.ReceiveMessage(case.token(element), variables))


def test_an_interrupting_one_takes_the_place_of_its_scope() -> None:
    case = Player(
        model(start(), user("u"), end(), flows("s>u>e"), handle("E", message())), {"order": 1}
    )
    assert case.open == ["s_E#1", "u#1"]
    assert bpmn.waiting_for(case.definition, case.snapshot)["s_E#1"] == "message"
    receive(case, "s_E", amount=3)
    assert case.names("TaskCancelled") == ["u"]
    assert case.open == ["E#1", "E#1/h_E#1"]
    case.complete("h_E")
    assert case.done
    assert case.variables["amount"] == 3
    assert case.completed() == {"s": 1, "s_E": 1, "h_E": 1, "e_E": 1, "E": 1}


def test_one_beside_may_run_several_times_and_holds_its_scope_open() -> None:
    case = Player(
        model(start(), user("u"), end(), flows("s>u>e"), handle("E", message(), cancel=False)),
        {"order": 1},
    )
    receive(case, "s_E")
    receive(case, "s_E")
    assert case.open == ["E#1", "E#1/h_E#1", "E#2", "E#2/h_E#1", "s_E#3", "u#1"]
    case.complete("u")
    assert not case.done
    case.do(bpmn.CompleteTask("E#1/h_E#1"))
    assert not case.done
    case.do(bpmn.CompleteTask("E#2/h_E#1"))
    assert case.done
    assert case.names("SubscriptionClosed") == ["s_E"]


def test_it_is_gone_with_its_scope() -> None:
    case = Player(model(
        start(), sub("S", start("ss"), user("i"), end("se"), flows("ss>i>se"),
                     handle("E", timer("PT1H"))),
        user("u"), end(), flows("s>S>u>e"),
    ))  # fmt: skip
    assert case.names("TimerScheduled") == ["s_E"]
    case.complete("i")
    assert case.names("TimerCancelled") == ["s_E"]
    assert case.open == ["u#1"]


def test_a_sub_process_goes_on_behind_its_event_sub_process() -> None:
    case = Player(model(
        start(), sub("S", start("ss"), user("i"), end("se"), flows("ss>i>se"),
                     handle("E", timer("PT1H"))),
        user("u"), end(), flows("s>S>u>e"),
    ))  # fmt: skip
    case.pass_time(hours=1)
    assert case.open == ["S#1", "S#1/E#1", "S#1/E#1/h_E#1"]
    case.complete("h_E")
    assert case.open == ["u#1"]


def test_a_timer_beside_fires_once() -> None:
    case = Player(model(start(), user("u"), end(), flows("s>u>e"),
                        handle("E", timer("PT1H"), cancel=False)))  # fmt: skip
    case.pass_time(hours=5)
    assert case.open == ["E#1", "E#1/h_E#1", "u#1"]


def test_the_first_interrupting_one_disarms_the_others() -> None:
    case = Player(model(
        start(), user("u"), end(), flows("s>u>e"), handle("E", message()),
        handle("F", timer("PT1H")), handle("G", timer("PT2H"), cancel=False),
    ), {"order": 1})  # fmt: skip
    receive(case, "s_E")
    assert case.names("TimerCancelled") == ["s_F", "s_G"]
    assert case.open == ["E#1", "E#1/h_E#1"]


@pytest.mark.parametrize("ref", ["er1", ""])
def test_an_error_is_caught_by_the_scope_before_its_boundary(ref: str) -> None:
    case = Player(model(
        start(), sub("S", start("ss"), service("t"), end("se"), flows("ss>t>se"),
                     handle("E", error(ref))),
        boundary("b", "S", error()), user("u"), end(), end("e2"), flows("s>S>u>e", "b>e2"),
    ))  # fmt: skip
    case.throw("t", "E1", why=2)
    assert case.open == ["S#1", "S#1/E#1", "S#1/E#1/h_E#1"]
    assert case.variables["why"] == 2
    case.complete("h_E")
    assert case.open == ["u#1"]


def test_an_error_inside_an_event_sub_process_goes_outwards() -> None:
    case = Player(model(
        start(), sub("S", start("ss"), user("i"), end("se"), flows("ss>i>se"),
                     when("E", error(), user("h"), end("bad", error()), flows("s_E>h>bad"))),
        boundary("b", "S", error()), end(), user("fix"), flows("s>S>e", "b>fix"),
    ))  # fmt: skip
    case.throw("i", "E1")
    case.complete("h")
    assert case.open == ["fix#1"]


def test_an_error_end_starts_one_at_process_level() -> None:
    case = Player(model(
        start(), both("g"), user("a"), user("b"), end("bad", error()), end(),
        flows("s>g>a>bad", "g>b>e"), handle("E", error()),
    ))  # fmt: skip
    case.complete("a")
    assert case.names("TaskCancelled") == ["b"]
    case.complete("h_E")
    assert case.done


def test_one_inside_another() -> None:
    inner = when("E", message(), user("h"), end("ee"), flows("s_E>h>ee"),
                 handle("F", timer("PT1H")), cancel=False)  # fmt: skip
    case = Player(model(start(), user("u"), end(), flows("s>u>e"), inner), {"order": 1})
    receive(case, "s_E")
    assert case.open == ["E#1", "E#1/h#1", "E#1/s_F#1", "s_E#2", "u#1"]
    case.pass_time(hours=1)
    assert case.open == ["E#1", "E#1/F#1", "E#1/F#1/h_F#1", "s_E#2", "u#1"]
    case.complete("h_F")
    case.complete("u")
    assert case.done


def test_output_mappings_of_the_start_event_bring_the_payload() -> None:
    case = Player(
        model(start(), user("u"), end(), flows("s>u>e"),
              when("E", message(), user("h"), end("ee"), flows("s_E>h>ee"),
                   ext=io(None, {"got": "=amount + 1"}))),
        {"order": 1},
    )  # fmt: skip
    receive(case, "s_E", amount=3)
    assert case.variables == {"order": 1, "got": 4}


def test_terminate_ends_the_waiting_too() -> None:
    case = Player(model(
        start(), user("u"), node("endEvent", "x", "<terminateEventDefinition/>"), flows("s>u>x"),
        handle("E", timer("PT1H")),
    ))  # fmt: skip
    case.complete("u")
    assert case.done
    assert case.names("TimerCancelled") == ["s_E"]


def test_a_key_that_has_no_value_is_an_incident_and_can_be_mended() -> None:
    case = Player(model(start(), user("u"), end(), flows("s>u>e"), handle("E", message())))
    assert case.incident
    case.do(bpmn.Retry(case.token("s_E"), {"order": 1}))
    assert case.incident is None
    receive(case, "s_E")
    assert case.open == ["E#1", "E#1/h_E#1"]


def test_a_called_process_ends_in_an_error_that_its_event_sub_process_throws() -> None:
    case = Player(
        model(start(), user("u"), end(), flows("s>u>e"),
              when("E", error(), end("bad", error("er2")), flows("s_E>bad"))),
        parent="p", parent_token="c#1",
    )  # fmt: skip
    case.throw("u", "E1")
    assert case.result.error is not None
    assert case.result.error.code == "E2"


def test_calls_are_taken_away() -> None:
    case = Player(model(start(), call("c", "child"), end(), flows("s>c>e"),
                        handle("E", timer("PT1H"))))  # fmt: skip
    case.do(bpmn.Answered("call:c#1", "child-1"))
    case.pass_time(hours=1)
    assert case.names("ElementCancelled") == ["c"]


@pytest.mark.parametrize(
    ("part", "code"),
    [
        (when("E", ""), "bad-start"),
        (when("E", error(), cancel=False), "error-interrupts"),
        (node("startEvent", "s2", message(), isInterrupting="false"), "bpmn-unsupported"),
        (handle("E", timer("PT1H")) + flows("u>E"), "flow-into-handler"),
        (handle("E", timer("PT1H")) + flows("E>u"), "flow-from-handler"),
    ],
)
def test_what_cannot_be_meant_is_refused(part: str, code: str) -> None:
    data = model(start(), user("u"), end(), flows("s>u>e"), part)
    assert code in {f.code for f in bpmn.compile(data, "t.bpmn").findings}
