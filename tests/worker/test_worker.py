"""The worker on its threads: it is woken, stops in time, and loses nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from casewright.commands.jobs import LEASE
from casewright.commands.messages import PublishMessage
from casewright.commands.timers import FireTimer
from casewright.domain.errors import Refused
from casewright.domain.people import SYSTEM
from casewright.worker import Worker
from casewright_connectors.contract import CannotTell, Result
from commands import apps
from commands import work_apps as w
from commands.scripted import World

ONE = w.line(("do", w.service("do")))
SOON = 10.0


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds; never longer than it may take."""
    end, pause = time.monotonic() + SOON, threading.Event()
    while not holds():
        assert time.monotonic() < end
        pause.wait(0.02)


def finished(world: World) -> int:
    return int(world.one("select count(*) from instance where state = 'completed'"))


def test_jobs_run_as_soon_as_they_are_committed(world: World) -> None:
    worker = Worker(world.system, name="threads")
    world.deploy(ONE)
    worker.start()
    for _ in range(20):
        world.start()
    until(lambda: finished(world) == 20)
    assert worker.stop() == 0
    assert len(world.other.calls) == 20
    assert set(world.other.ledger.values()) == {1}


def test_timers_and_messages_happen_by_themselves(world: World) -> None:
    world.deploy(
        w.line(("wait", w.timer("wait", "PT1H"))), w.line(("m", w.catch("m")), key="other")
    )
    for number in range(30):
        world.start()
        world.start("other", order=str(number))
        world.run(PublishMessage("paid", str(number)))
    worker = Worker(world.system, name="threads")
    worker.start()
    until(lambda: finished(world) == 30)
    world.clock.advance(timedelta(hours=1))
    until(lambda: finished(world) == 60)
    worker.stop()


def test_stopping_lets_a_call_end_and_begins_no_other(world: World) -> None:
    begun, free = threading.Event(), threading.Event()

    def hold() -> None:
        begun.set()
        free.wait(SOON)

    world.other.during = hold
    world.deploy(w.line(("do", w.service("do", order="=k"))))
    for _ in range(3):
        world.start(k="same")
    worker = Worker(world.system, name="threads")
    worker.start()
    assert begun.wait(SOON)
    stopper = threading.Timer(0.1, free.set)
    stopper.start()
    assert worker.stop() == 0
    assert len(world.other.calls) == 1
    assert world.rows("select state, count(*) from job group by state order by state") == [
        ("done", 1),
        ("ready", 2),
    ]


def test_a_call_that_hangs_is_left_to_its_lease(world: World) -> None:
    begun, free = threading.Event(), threading.Event()

    def hang() -> None:
        begun.set()
        free.wait(SOON)

    world.other.during = hang
    world.other.keyed = True
    world.other.asked = CannotTell()
    world.deploy(ONE)
    world.start()
    worker = Worker(world.system, name="threads")
    worker.start()
    assert begun.wait(SOON)
    assert worker.stop(1.2) == 1
    world.clock.advance(LEASE)
    world.other.during = lambda: None
    world.worker.run_once()
    free.set()
    until(lambda: not any(t.name.startswith("job-") for t in threading.enumerate()))
    assert finished(world) == 1
    assert len({key for key, _ in world.other.calls}) == 1


def test_a_fault_of_the_engine_is_an_incident_not_a_loop(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The result cannot be brought home: somebody has to look."""
    from casewright.worker import run

    def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    world.deploy(ONE)
    world.start()
    monkeypatch.setattr(run, "ending", broken)
    world.worker.run_once()
    ((code, text),) = world.rows("select code, message from incident")
    assert code == "job-refused"
    assert "ZeroDivisionError" in text
    assert world.later(days=1) == 0


def test_a_timer_that_fails_is_left_for_a_while(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not hold up the others, and is tried again."""
    world.deploy(w.line(("wait", w.timer("wait", "PT1H"))))
    world.start()
    unit, run = type(world.system.unit), world.system.unit.run
    tries: list[Any] = []

    def failing(self: Any, command: Any, *rest: Any) -> dict[str, Any]:
        if isinstance(command, FireTimer):
            tries.append(command)
            raise ZeroDivisionError
        return run(command, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(unit, "run", failing)
        assert world.later(hours=1) == 0
        assert world.later(seconds=30) == 0
        assert len(tries) == 1
        assert world.later(seconds=31) == 0
        assert len(tries) == 2
    assert world.later(minutes=3) == 1
    assert finished(world) == 1


def test_a_busy_database_loses_no_result(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from casewright.worker import run as module

    monkeypatch.setattr(module, "_PAUSE", 0.001)
    world.deploy(ONE)
    world.start()
    unit, run = type(world.system.unit), world.system.unit.run
    refusals = [1, 2, 3]

    def busy(self: Any, command: Any, *rest: Any) -> dict[str, Any]:
        if type(command).__name__ == "CompleteJob" and refusals:
            refusals.pop()
            raise Refused("busy")
        return run(command, *rest)

    monkeypatch.setattr(unit, "run", busy)
    world.worker.run_once()
    assert (finished(world), len(world.other.calls), refusals) == (1, 1, [])


def test_by_hand_everything_due_now_is_done_in_one_go(world: World) -> None:
    """A timer makes a job, the job a call, the call's process a message wait, and so on."""
    child = w.line(("pay", w.catch("pay")), key="child")
    parent = w.line(
        ("wait", w.timer("wait", "PT1H")),
        ("do", w.service("do")),
        ("call", apps.call("call", "child")),
    )
    world.deploy(parent, child)
    world.start(order="7")
    world.run(PublishMessage("paid", "7"))
    world.other.answers = [Result()]
    assert world.worker.run_once() == 0
    assert world.later(hours=1) == 3
    assert finished(world) == 2
    assert world.system.unit.run(PublishMessage("paid", "7"), SYSTEM)["state"] == "buffered"
