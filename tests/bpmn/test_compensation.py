"""Compensation and transactions: what completed is undone, last first, each once."""

from __future__ import annotations

from typing import Any

import pytest

from bpmn.models import (
    both,
    boundary,
    call,
    end,
    error,
    flows,
    io,
    model,
    node,
    script,
    start,
    sub,
    timer,
    user,
    xor,
)
from bpmn.player import Player
from casewright import bpmn

CANCEL = "<cancelEventDefinition/>"


def undo(host: str, **more: str) -> str:
    """Return a compensation boundary event at an activity, and the user task that undoes it."""
    return (
        boundary(f"c_{host}", host, "<compensateEventDefinition/>")
        + user(f"undo_{host}", isForCompensation="true", **more)
        + f'<association id="a_{host}" sourceRef="c_{host}" targetRef="undo_{host}"/>'
    )


def throw(id: str = "t", activity: str = "", wait: bool = True, tag: str = "") -> str:
    """Return a compensation throw event."""
    ref = f' activityRef="{activity}"' if activity else ""
    flag = "" if wait else ' waitForCompletion="false"'
    return node(tag or "intermediateThrowEvent", id, f"<compensateEventDefinition{ref}{flag}/>")


def transaction(id: str, *parts: str) -> str:
    """Return a transaction with a cancel boundary event that leads to `sorry`."""
    return node("transaction", id, "".join(parts)) + boundary(f"b_{id}", id, CANCEL) + user("sorry")


def event_sub(id: str, *parts: str) -> str:
    """Return a compensation event sub-process."""
    begin = node("startEvent", f"s_{id}", "<compensateEventDefinition/>")
    return node("subProcess", id, begin + "".join(parts), triggeredByEvent="true")


def refused(*parts: str) -> set[str]:
    """Return the codes of what is found in a file."""
    return {f.code for f in bpmn.compile(model(*parts), "t.bpmn").findings}


def test_handlers_run_from_the_last_to_the_first_and_each_once() -> None:
    case = Player(model(
        start(), user("a"), undo("a"), user("b"), undo("b"), throw(), user("u"), throw("t2"),
        end(), flows("s>a>b>t>u>t2>e"),
    ))  # fmt: skip
    case.complete("a")
    case.complete("b")
    assert case.open == ["t#1", "undo_b#1"]
    case.complete("undo_b")
    assert case.open == ["t#1", "undo_a#1"]
    case.complete("undo_a")
    assert case.open == ["u#1"]
    assert "compensation" not in case.snapshot
    case.complete("u")
    assert case.done
    assert case.completed()["undo_a"] == case.completed()["c_a"] == 1


def test_what_did_not_complete_is_not_undone() -> None:
    case = Player(model(
        start(), xor("g", default="f_g_b"), user("a"), undo("a"), user("b"), undo("b"), xor("j"),
        throw(tag="endEvent"), flows("s>g", "g>a[=false]", "g>b", "a>j", "b>j>t"),
    ))  # fmt: skip
    case.complete("b")
    case.complete("undo_b")
    assert case.done


def test_a_throw_at_one_activity_leaves_the_others() -> None:
    case = Player(model(
        start(), user("a"), undo("a"), user("b"), undo("b"), throw(activity="a"), user("u"), end(),
        flows("s>a>b>t>u>e"),
    ))  # fmt: skip
    case.complete("a")
    case.complete("b")
    assert case.open == ["t#1", "undo_a#1"]
    assert "compensation" not in case.snapshot or "done" not in case.snapshot["compensation"][""]
    case.complete("undo_a")
    case.complete("u")
    assert case.done


def test_a_throw_that_does_not_wait_goes_on() -> None:
    case = Player(model(
        start(), user("a"), undo("a"), throw(wait=False), user("u"), end(), flows("s>a>t>u>e"),
    ))  # fmt: skip
    case.complete("a")
    assert case.open == ["u#1", "undo_a#1"]
    case.complete("u")
    assert not case.done
    case.complete("undo_a")
    assert case.done


def test_without_a_throw_nothing_is_kept() -> None:
    case = Player(model(start(), user("a"), undo("a"), user("u"), end(), flows("s>a>u>e")))
    case.complete("a")
    assert "compensation" not in case.snapshot


def test_a_loop_is_undone_as_often_as_it_ran() -> None:
    case = Player(model(
        start(), xor("m"), user("a", io({"n": "=i"})), undo("a"), xor("q", default="f_q_m"),
        throw(), end(), flows("s>m>a>q>m", "q>t[=i > 2]", "t>e"),
    ), {"i": 0})  # fmt: skip
    for i in (1, 2, 3):
        case.complete("a", i=i)
    seen = []
    while not case.done:
        token = case.token("undo_a")
        seen.append(bpmn.variables(case.snapshot, token)["n"])
        case.complete("undo_a")
    assert seen == [2, 1, 0]


def test_a_sub_process_is_undone_by_what_is_inside_with_its_own_names() -> None:
    inner = sub("S", start("ss"), user("i"), undo("i"), user("k"), undo("k"), end("se"),
                flows("ss>i>k>se"), ext=io({"own": "=base"}))  # fmt: skip
    case = Player(model(start(), inner, user("u"), throw(), end(), flows("s>S>u>t>e")), {"base": 7})
    case.complete("i", own=8)
    case.complete("k")
    case.complete("u", base=1)
    assert case.open == ["S__undo#1", "S__undo#1/undo_k#1", "t#1"]
    assert bpmn.variables(case.snapshot, case.token("undo_k"))["own"] == 8
    case.complete("undo_k")
    case.complete("undo_i")
    assert case.done
    assert case.completed()["S"] == 1


def test_a_handler_at_the_sub_process_wins_over_those_inside() -> None:
    inner = sub("S", start("ss"), user("i"), undo("i"), end("se"), flows("ss>i>se"))
    case = Player(model(start(), inner, undo("S"), throw(), end(), flows("s>S>t>e")))
    case.complete("i")
    case.complete("undo_S")
    assert case.done


def test_a_compensation_event_sub_process_decides_itself() -> None:
    inner = sub(
        "S", start("ss"), user("i"), undo("i"), end("se"), flows("ss>i>se"),
        event_sub("E", user("first"), throw("ti", "i"), user("last"), end("ee"),
                  flows("s_E>first>ti>last>ee")),
    )  # fmt: skip
    case = Player(model(start(), inner, throw(), user("u"), end(), flows("s>S>t>u>e")))
    assert case.open == ["S#1", "S#1/i#1"]
    case.complete("i")
    case.complete("first")
    case.complete("undo_i")
    case.complete("last")
    assert case.open == ["u#1"]


def test_a_failing_handler_is_an_incident_and_goes_on_after_it() -> None:
    done = script("undo", "gone + 1", "x").replace(
        "<scriptTask ", '<scriptTask isForCompensation="true" '
    )
    case = Player(model(
        start(), user("a"), boundary("c", "a", "<compensateEventDefinition/>"), done,
        '<association id="as" sourceRef="c" targetRef="undo"/>', throw(), end(), flows("s>a>t>e"),
    ))  # fmt: skip
    case.complete("a")
    assert case.incident
    assert case.incident["code"] == "expression-failed"
    case.retry("undo", gone=1)
    assert case.done


def test_terminate_ends_the_undoing() -> None:
    case = Player(model(
        start(), both("g"), user("a"), undo("a"), throw(), user("u"),
        node("endEvent", "x", "<terminateEventDefinition/>"), end(),
        flows("s>g>a>t>e", "g>u>x"),
    ))  # fmt: skip
    case.complete("a")
    case.complete("u")
    assert case.done
    assert case.names("TaskCancelled") == ["undo_a"]


def test_a_timer_takes_the_undoing_away() -> None:
    inner = sub("S", start("ss"), user("a"), undo("a"), throw(), end("se"), flows("ss>a>t>se"))
    case = Player(model(
        start(), inner, boundary("late", "S", timer("PT1H")), end(), end("e2"),
        flows("s>S>e", "late>e2"),
    ))  # fmt: skip
    case.complete("a")
    case.pass_time(hours=2)
    assert case.done
    assert case.names("ElementCancelled") == ["t", "undo_a", "S"]


def test_a_cancelled_transaction_is_undone_before_it_is_left() -> None:
    case = Player(model(
        start(), transaction(
            "T", start("ts"), both("g"), user("a"), undo("a"), user("b"), undo("b"), user("c"),
            both("j"), node("endEvent", "no", CANCEL),
            flows("ts>g>a>j", "g>b>j", "j>no", "g>c"),
        ), end(), end("e2"), flows("s>T>e", "b_T>sorry>e2"),
    ))  # fmt: skip
    case.complete("b")
    case.complete("a")
    assert case.open == ["T#1", "T#1/undo_a#1"]
    assert "TaskCancelled" in case.names()
    case.complete("undo_a")
    case.complete("undo_b")
    assert case.names("ElementCancelled") == ["T"]
    assert case.open == ["sorry#1"]
    case.complete("sorry")
    assert case.done
    assert not case.completed()["T"]


def test_a_cancel_end_deep_inside_cancels_the_transaction() -> None:
    deep = sub("S", start("ss"), user("x"), node("endEvent", "no", CANCEL), flows("ss>x>no"))
    case = Player(model(
        start(), transaction("T", start("ts"), user("a"), undo("a"), deep, end("te"),
                             flows("ts>a>S>te")),
        end(), end("e2"), flows("s>T>e", "b_T>sorry>e2"),
    ))  # fmt: skip
    case.complete("a")
    case.complete("x")
    case.complete("undo_a")
    assert case.open == ["sorry#1"]


def test_an_error_leaves_a_transaction_without_undoing() -> None:
    case = Player(model(
        start(), transaction("T", start("ts"), user("a"), undo("a"), xor("q", default="f_q_no"),
                             node("endEvent", "no", CANCEL), end("bad", error()),
                             flows("ts>a>q>no", "q>bad[=bad]")),
        boundary("h", "T", error()), end(), end("e2"), end("e3"),
        flows("s>T>e", "b_T>sorry>e2", "h>e3"),
    ))  # fmt: skip
    case.complete("a", bad=True)
    assert case.done
    assert case.completed()["h"] == 1


def test_a_transaction_that_succeeded_can_be_undone_later() -> None:
    case = Player(model(
        start(), transaction("T", start("ts"), user("a"), undo("a"), end("te"), flows("ts>a>te")),
        user("u"), throw(activity="T"), end(), end("e2"), flows("s>T>u>t>e", "b_T>sorry>e2"),
    ))  # fmt: skip
    case.complete("a")
    case.complete("u")
    case.complete("undo_a")
    assert case.done


@pytest.mark.parametrize("order", ["true", "false"])
def test_items_are_undone_each_with_its_own_names(order: str) -> None:
    loop = (
        f'<multiInstanceLoopCharacteristics isSequential="{order}"><extensionElements>'
        '<zeebe:loopCharacteristics inputCollection="=list" inputElement="item"/>'
        "</extensionElements></multiInstanceLoopCharacteristics>"
    )
    case = Player(model(
        start(), node("manualTask", "a", loop), undo("a"), throw(), end(), flows("s>a>t>e"),
    ), {"list": ["x", "y"]})  # fmt: skip
    together = ["undo_a#1"] if order == "true" else ["undo_a#1", "undo_a#2"]
    assert case.open == [*sorted(together), "t#1"] or case.open == ["t#1", *together]
    seen = []
    while not case.done:
        token = next(t for t in case.open if t.startswith("undo"))
        seen.append(bpmn.variables(case.snapshot, token)["item"])
        case.do(bpmn.CompleteTask(token))
    assert sorted(seen) == ["x", "y"]
    assert order == "false" or seen == ["y", "x"]


def test_a_called_process_can_undo() -> None:
    handler = call("undo", "child").replace(
        "<callActivity ", '<callActivity isForCompensation="true" '
    )
    case = Player(model(
        start(), user("a"), boundary("c", "a", "<compensateEventDefinition/>"), handler,
        '<association id="as" sourceRef="c" targetRef="undo"/>', throw(), end(), flows("s>a>t>e"),
    ))  # fmt: skip
    case.complete("a")
    case.do(bpmn.Answered("call:undo#1", "child-1"))
    case.do(bpmn.CallEnded("undo#1"))
    assert case.done


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ((user("a"), boundary("c", "a", "<compensateEventDefinition/>")), "compensation-handler"),
        ((user("a"), user("x", isForCompensation="true")), "compensation-handler"),
        ((user("a"), throw("t2", "nobody"), flows("a>t2")), "compensation-target"),
        ((user("a"), node("endEvent", "no", CANCEL), flows("a>no")), "cancel-outside"),
        ((user("a"), boundary("c", "a", CANCEL), end("x"), flows("c>x")), "cancel-outside"),
        (
            (
                user("a"),
                node("transaction", "T", start("ts") + node("endEvent", "no", CANCEL)
                     + flows("ts>no")),
                flows("a>T"),
            ),
            "cancel-uncaught",
        ),
        ((user("a"), undo("a"), user("x"), flows("undo_a>x")), "flow-from-handler"),
        ((user("a"), event_sub("E", end("ee"), flows("s_E>ee"))), "bpmn-unsupported"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(parts: tuple[Any, ...], code: str) -> None:
    assert code in refused(start(), *parts, end(), flows("s>a>e"))
