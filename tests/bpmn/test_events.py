"""Timers, messages, errors and ends."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bpmn.models import (
    TERMINATE,
    both,
    boundary,
    call,
    catch,
    end,
    error,
    flows,
    io,
    message,
    model,
    script,
    service,
    start,
    sub,
    timer,
    user,
    xor,
)
from bpmn.player import NOW, Player
from casewright import bpmn
from casewright.domain.clock import instant, micros
from casewright.domain.errors import Refused
from casewright.domain.events import ErrorCaught, InstanceStarted, TimerScheduled

BESIDE = model(
    start(), user("u"), boundary("b", "u", timer("PT1H")),
    boundary("nb", "u", timer("PT10M"), cancel=False),
    user("late"), user("rem"), user("n"), end(), end("e2"), end("e3"),
    flows("s>u>n>e", "b>late>e2", "nb>rem>e3"),
)  # fmt: skip


def due(case: Player, element: str) -> datetime:
    (found,) = [t.due for t in bpmn.tokens(case.snapshot) if t.element == element]
    assert found is not None
    return instant(found)


def test_timer_boundary_beside_and_then_interrupting() -> None:
    case = Player(BESIDE)
    assert [e.due for e in case.events if isinstance(e, TimerScheduled)] == [
        micros(NOW + timedelta(hours=1)),
        micros(NOW + timedelta(minutes=10)),
    ]
    case.pass_time(minutes=12)
    assert case.open == ["rem#1", "u#1"]
    case.pass_time(hours=1)
    assert case.open == ["late#1", "rem#1"]
    assert case.names() == [
        "TimerFired", "TaskCancelled", "ElementCancelled", "ElementCompleted", "TaskCreated",
    ]  # fmt: skip
    case.complete("rem")
    case.complete("late")
    assert case.done


def test_a_timer_that_is_no_longer_needed_is_cancelled() -> None:
    case = Player(BESIDE)
    case.pass_time(minutes=12)
    case.complete("u")
    assert case.names("TimerCancelled") == ["b"]
    assert case.open == ["n#1", "rem#1"]
    case.pass_time(days=9)
    case.complete("n")
    assert not case.done
    case.complete("rem")
    assert case.done


@pytest.mark.parametrize(
    ("text", "kind", "wanted"),
    [
        ("PT1H", "timeDuration", NOW + timedelta(hours=1)),
        ("P1M", "timeDuration", datetime(2026, 4, 2, 8, 0, tzinfo=UTC)),
        ("=span", "timeDuration", NOW + timedelta(days=2)),
        ('="PT5M"', "timeDuration", NOW + timedelta(minutes=5)),
        ("2026-04-01T12:00:00", "timeDate", datetime(2026, 4, 1, 10, 0, tzinfo=UTC)),
        ("2026-04-01T12:00:00Z", "timeDate", datetime(2026, 4, 1, 12, 0, tzinfo=UTC)),
        ("2026-07-01", "timeDate", datetime(2026, 6, 30, 22, 0, tzinfo=UTC)),
        ("=day", "timeDate", datetime(2026, 3, 8, 23, 0, tzinfo=UTC)),
    ],
)
def test_times_are_read_in_the_zone_of_the_process(text: str, kind: str, wanted: datetime) -> None:
    xml = model(start(), catch("c", timer(text, kind)), end(), flows("s>c>e"))
    values = {"span": timedelta(days=2), "day": datetime(2026, 3, 9, tzinfo=UTC).date()}
    case = Player(xml, values, zone=ZoneInfo("Europe/Warsaw"))
    assert due(case, "c") == wanted
    case.do(bpmn.FireTimer("c#1"))
    assert case.done


@pytest.mark.parametrize("value", [None, 7, "soon", ["PT1H"]])
def test_a_timer_without_a_time_is_an_incident(value: object) -> None:
    xml = model(start(), catch("c", timer("=span")), end(), flows("s>c>e"))
    case = Player(xml, {"span": value})
    assert case.incident is not None
    assert case.incident["code"] == "timer-failed"
    assert case.incident["details"]["expression"] == "=span"
    case.retry("c", span="PT1H")
    assert case.incident is None
    assert case.names()[-1] == "IncidentResolved"
    case.pass_time(hours=2)
    assert case.done


def test_a_timer_that_comes_after_the_task_was_done_is_too_late() -> None:
    """Both changes before either could run: the budget was spent."""
    xml = model(
        start(), both("g"), user("u"), boundary("b", "u", timer("PT1H")), xor("m"),
        script("k", "n + 1", "n"), xor("q", default="f_q_m"), end(), end("late"), end("e3"),
        flows("s>g>u>e", "b>late", "g>m>k>q>m", "q>e3[=n > 100]"),
    )  # fmt: skip
    case = Player(xml, {"n": 0}, limits=bpmn.StepLimits(element_runs=1, cpu_seconds=60))
    while "u#1" not in case.open:
        case.do(bpmn.Continue())
    case.complete("u")
    assert case.open[-1] == "u#1"
    case.do(bpmn.FireTimer("b#1"))
    while case.result.more:
        case.do(bpmn.Continue())
    assert case.done
    assert case.completed()["u"] == 1
    assert case.completed()["b"] == 0


def test_an_incident_beside_an_activity_does_not_stop_it() -> None:
    xml = model(
        start(), user("u"), boundary("b", "u", timer("=when"), ext=io(None, {"x": "=y"})),
        end(), end("late"), flows("s>u>e", "b>late"),
    )  # fmt: skip
    case = Player(xml)
    assert case.incident is not None
    case.complete("u")
    assert case.done
    assert case.names().count("IncidentResolved") == 1
    assert "TimerCancelled" not in case.names()
    case = Player(xml)
    case.retry("b", when="PT1H")
    assert case.incident is None
    case.pass_time(hours=1)
    assert case.open == ["b#1"]
    assert case.names("TaskCancelled") == ["u"]
    assert bpmn.tokens(case.snapshot)[0].due is None
    case.retry("b", y=2)
    assert case.done
    assert case.variables == {"when": "PT1H", "y": 2, "x": 2}
    assert case.names("TimerFired") == []


def test_only_a_waiting_timer_fires() -> None:
    case = Player(BESIDE)
    for token in ("u#1", "nothing#1", "b#2"):
        with pytest.raises(Refused, match="token-not-open"):
            case.do(bpmn.FireTimer(token))


def test_a_message_is_waited_for_by_name_and_key() -> None:
    xml = model(
        start(), catch("c", message(), ext=io(None, {"paid": "=amount"})), end(), flows("s>c>e")
    )
    case = Player(xml, {"order": 17})
    (opened,) = [e for e in case.events if type(e).__name__ == "SubscriptionOpened"]
    assert (opened.name, opened.key, opened.token) == ("paid", "17", "c#1")
    assert bpmn.waiting_for(case.definition, case.snapshot) == {"c#1": "message"}
    case.do(bpmn.ReceiveMessage("c#1", {"amount": 5, "noise": 1}))
    assert case.done
    assert case.variables == {"order": 17, "paid": 5}


def test_a_message_beside_an_activity_comes_as_often_as_it_is_sent() -> None:
    xml = model(
        start(), user("u"), boundary("b", "u", message(), cancel=False), user("n"), end(),
        end("e2"),
        flows("s>u>e", "b>n>e2"),
    )  # fmt: skip
    case = Player(xml, {"order": 1})
    case.do(bpmn.ReceiveMessage(case.token("b"), {"note": 1}))
    assert case.names() == [
        "SubscriptionClosed", "SubscriptionOpened", "VariablesChanged", "ElementCompleted",
        "TaskCreated",
    ]  # fmt: skip
    case.do(bpmn.ReceiveMessage(case.token("b"), {"note": 2}))
    assert case.open == ["n#1", "n#2", "u#1"]
    case.complete("u")
    assert case.names("SubscriptionClosed") == ["b"]
    for token in ("n#2", "n#1"):
        case.do(bpmn.CompleteTask(token))
    assert case.done


def test_an_interrupting_message() -> None:
    xml = model(
        start(), sub("S", start("ss"), user("i"), flows("ss>i"), ext=io({"key": "=7"})),
        boundary("b", "S", message(), ext=io(None, {"got": "=amount"})), user("n"), end(),
        end("e2"), flows("s>S>e", "b>n>e2"),
    )  # fmt: skip
    case = Player(xml, {"order": 1})
    case.do(bpmn.ReceiveMessage(case.token("b"), {"amount": 3}))
    assert case.open == ["n#1"]
    assert case.variables == {"order": 1, "got": 3}


def test_a_message_start_event() -> None:
    xml = model(
        start(), start("ms", message("msg2")), user("a"), user("b"), end(), end("e2"),
        flows("s>a>e", "ms>b>e2"),
    )  # fmt: skip
    case = Player(xml, begin=False)
    assert case.definition.message_starts == (bpmn.MessageStart("ms", "ordered", None),)
    case.do(bpmn.Start({"x": 1}, element="ms"))
    assert case.open == ["b#1"]
    assert Player(xml).open == ["a#1"]
    with pytest.raises(Refused, match="not-startable"):
        Player(xml, begin=False).do(bpmn.Start({}, element="a"))


FAULTY = model(
    start(),
    sub(
        "S", start("ss"), user("i"), both("sg"), user("w"), xor("q", default="f_q_se"),
        end("se"), end("se2"), end("xx", error()),
        flows("ss>sg>i>q", "sg>w>se2", "q>se", "q>xx[=bad]"),
    ),
    boundary("eb", "S", error()), user("fix"), user("ok"), end(), end("e2"),
    flows("s>S>ok>e", "eb>fix>e2"),
)  # fmt: skip


def test_an_error_end_cancels_its_sub_process_in_order() -> None:
    case = Player(FAULTY)
    assert case.open == ["S#1", "S#1/i#1", "S#1/w#1"]
    case.complete("i", bad=True)
    assert case.open == ["fix#1"]
    assert case.names() == [
        "TaskCompleted", "VariablesChanged", "ElementCompleted", "ElementCompleted",
        "ElementCompleted", "ErrorCaught",
        "TaskCancelled", "ElementCancelled", "ElementCancelled", "ElementCompleted", "TaskCreated",
    ]  # fmt: skip
    assert case.names("ElementCancelled") == ["w", "S"]
    case.complete("fix")
    assert case.done


def test_without_an_error_the_sub_process_ends_when_nothing_is_open() -> None:
    case = Player(FAULTY)
    case.complete("i", bad=False)
    assert case.open == ["S#1", "S#1/w#1"]
    case.complete("w")
    assert case.open == ["ok#1"]


def nest(*boundaries: str) -> bytes:
    return model(
        start(),
        sub(
            "A", start("as"),
            sub("B", start("bs"), service("t"), end("be"), flows("bs>t>be")),
            *boundaries, end("ae"), user("inner"), end("ie"),
            flows("as>B>ae", *(["x>inner>ie"] if boundaries else [])),
        ),
        boundary("y", "A", error("")), user("outer"), end(), end("oe"),
        flows("s>A>e", "y>outer>oe"),
    )  # fmt: skip


def test_an_error_goes_to_the_nearest_boundary_that_catches_it() -> None:
    case = Player(nest(boundary("x", "B", error("er1"))))
    case.throw("t", "E1", reason="no stock")
    assert case.open == ["A#1", "A#1/inner#1"]
    assert [e for e in case.events if isinstance(e, ErrorCaught)] == [
        ErrorCaught(element="t", code="E1", catcher="x")
    ]
    assert case.names("JobCancelled") == ["t"]
    assert case.variables == {"reason": "no stock"}
    case = Player(nest(boundary("x", "B", error("er1"))))
    case.throw("t", "E9")
    assert case.open == ["outer#1"]
    assert case.names("ElementCancelled") == ["t", "B", "A"]


def test_an_exact_code_wins_over_catch_all() -> None:
    xml = model(
        start(), user("t"), boundary("all", "t", error("")), boundary("one", "t", error("er2")),
        user("a"), user("b"), end(), end("e2"), end("e3"),
        flows("s>t>e", "all>a>e2", "one>b>e3"),
    )  # fmt: skip
    for code, wanted in (("E2", "b#1"), ("E7", "a#1")):
        case = Player(xml)
        case.throw("t", code)
        assert case.open == [wanted]
        assert case.names("TaskCancelled") == ["t"]


def test_an_uncaught_error_is_an_incident_at_its_thrower() -> None:
    case = Player(model(start(), service("t"), end(), flows("s>t>e")))
    case.throw("t", "E1")
    assert case.incident is not None
    assert case.incident["code"] == "error-uncaught"
    assert case.incident["details"] == {"error": "E1"}
    assert case.names() == ["JobCancelled", "IncidentRaised"]
    with pytest.raises(Refused, match="token-not-open"):
        case.job("t")
    case.retry("t")
    assert case.names() == ["JobCreated", "IncidentResolved"]
    case.job("t")
    assert case.done


def test_an_uncaught_error_end_waits_for_a_person() -> None:
    case = Player(model(start(), user("u"), end("e", error()), flows("s>u>e")))
    case.complete("u")
    assert case.open == ["e#1"]
    case.retry("e")
    assert case.incident is not None
    case.do(bpmn.Cancel("hopeless"))
    assert case.done
    assert case.names() == ["IncidentResolved", "InstanceCancelled"]


def test_an_uncaught_error_ends_a_called_instance() -> None:
    xml = model(
        start(), both("g"), user("a"), user("b"), end("x", error()), end(),
        flows("s>g>a>x", "g>b>e"),
    )  # fmt: skip
    case = Player(xml, parent="mother", parent_token="c#1")
    (started,) = [e for e in case.events if isinstance(e, InstanceStarted)]
    assert (started.parent, started.parent_token) == ("mother", "c#1")
    result = case.complete("a", v=1)
    assert result.done
    assert result.error == bpmn.UncaughtError("E1", "", {})
    assert case.names()[-3:] == ["TaskCancelled", "ElementCancelled", "InstanceCancelled"]


def test_the_error_of_a_called_instance_reaches_the_boundary() -> None:
    xml = model(
        start(), call("c", "child"), boundary("b", "c", error()), user("fix"), end(), end("e2"),
        flows("s>c>e", "b>fix>e2"),
    )  # fmt: skip
    case = Player(xml)
    case.do(bpmn.Answered("call:c#1", "child-1"))
    case.do(bpmn.CallFailed("c#1", "E1", "broken", {"why": "x"}))
    assert case.open == ["fix#1"]
    case = Player(xml)
    case.do(bpmn.CallFailed("c#1", "E5"))
    assert case.incident is not None
    assert case.retry("c").requests[0].process == "child"


def test_terminate_ends_only_its_own_level() -> None:
    xml = model(
        start(),
        sub(
            "S", start("ss"), both("g"), user("a"), user("b"), end("t", TERMINATE), end("x"),
            flows("ss>g>a>t", "g>b>x"),
        ),
        user("z"), end(), flows("s>S>z>e"),
    )  # fmt: skip
    case = Player(xml)
    case.complete("a")
    assert case.open == ["z#1"]
    assert case.names("ElementCancelled") == ["b"]
    xml = model(
        start(), both("g"), user("a"), user("b"), end("t", TERMINATE), end(),
        flows("s>g>a>t", "g>b>e"),
    )  # fmt: skip
    case = Player(xml)
    case.complete("a")
    assert case.done


def test_several_and_missing_ends() -> None:
    xml = model(
        start(), both("g"), user("a"), sub("S", start("ss"), user("i"), flows("ss>i")), user("b"),
        flows("s>g>a", "g>S", "g>b"),
    )  # fmt: skip
    case = Player(xml)
    for name in ("b", "i", "a"):
        assert not case.done
        case.complete(name)
    assert case.done


def test_an_interrupting_timer_on_a_sub_process() -> None:
    xml = model(
        start(),
        sub(
            "S", start("ss"), both("g"), user("i"), service("w"), catch("c", timer("PT9H")),
            end("se"), end("se2"), end("se3"), flows("ss>g>i>se", "g>w>se2", "g>c>se3"),
        ),
        boundary("b", "S", timer("PT1H")), script("k", "1", "late"), user("z"), end(), end("e2"),
        flows("s>S>e", "b>k>z>e2"),
    )  # fmt: skip
    case = Player(xml)
    case.pass_time(hours=1)
    assert case.open == ["z#1"]
    assert case.names() == [
        "TimerFired", "TimerCancelled", "ElementCancelled", "TaskCancelled", "ElementCancelled",
        "JobCancelled", "ElementCancelled", "ElementCancelled", "ElementCompleted",
        "VariablesChanged", "ElementCompleted", "TaskCreated",
    ]  # fmt: skip
    assert case.names("ElementCancelled") == ["c", "i", "w", "S"]
