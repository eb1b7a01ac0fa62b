"""Processes that start by the clock: each turn once, missed ones as the start event says."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from casewright.commands.deployments import Deploy
from casewright.commands.start_timers import FireStartTimer
from casewright.domain.errors import Refused
from casewright.domain.people import SYSTEM
from commands import apps
from commands import event_apps as ev
from commands.scripted import START, World

COUNT = "select count(*) from instance"
SNAPSHOTS = "select snapshot from instance where state = 'completed'"


def step(world: World, **delta: float) -> int:
    """Let time pass in steps of ten minutes, as a server that runs does."""
    started, end = 0, world.clock.now() + timedelta(**delta)
    while world.clock.now() < end:
        started += world.later(minutes=10)
    return started


@pytest.mark.parametrize(
    ("element", "text", "turns"),
    [
        ("timeDuration", "PT2H", 1),
        ("timeDate", "2026-03-02T12:00:00Z", 1),
        ("timeDate", "2026-03-01T12:00:00Z", 0),
        ("timeCycle", "R3/PT1H", 3),
        ("timeCycle", "0 0 * * * *", 5),
        ("timeCycle", "R/2026-03-02T13:00Z/PT30M", 3),
        ("timeCycle", '="R2/PT1H"', 2),
    ],
)
def test_a_process_starts_when_its_time_comes(
    world: World, element: str, text: str, turns: int
) -> None:
    world.deploy(ev.timed(element, text))
    assert world.worker.run_once() == 0
    assert step(world, hours=5) == turns
    assert world.one(COUNT) == turns
    assert world.rows("select distinct started_by from instance") == [("system",)] * bool(turns)
    done = [json.loads(row[0])["variables"][""] for row in world.rows(SNAPSHOTS)]
    assert done == [{"x": 1}] * turns
    left = world.one("select count(*) from start_timer")
    assert left == (text.startswith(("0", "R/")))


@pytest.mark.parametrize(("catch_up", "missed"), [("", 1), ("once", 1), ("each", 10), ("skip", 0)])
def test_turns_missed_while_down(world: World, catch_up: str, missed: int) -> None:
    world.deploy(ev.timed("timeCycle", "R/PT1H", catch_up))
    world.clock.advance(timedelta(hours=10, minutes=30))
    world.worker.run_once()
    assert world.one(COUNT) == missed
    step(world, hours=1)
    assert world.one(COUNT) == missed + 1
    assert world.worker.next_due() == START + timedelta(hours=12)


def test_a_cycle_with_a_number_counts_what_it_skipped(world: World) -> None:
    world.deploy(ev.timed("timeCycle", "R4/PT1H", "skip"))
    world.clock.advance(timedelta(hours=2, minutes=30))
    world.worker.run_once()
    step(world, hours=9)
    assert world.one(COUNT) == 2
    assert world.worker.next_due() is None


def test_a_turn_starts_one_case_however_many_look(world: World) -> None:
    world.deploy(ev.timed("timeCycle", "R/PT1H"))
    world.clock.advance(timedelta(hours=1))
    timer = str(world.one("select id from start_timer"))
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda t: world.system.unit.run(FireStartTimer(t), SYSTEM), [timer] * 16)
        )
    assert sum(answer["fired"] for answer in answers) == 1
    assert world.one(COUNT) == 1


def test_a_newer_version_takes_the_timer_over_and_a_retired_one_leaves_none(world: World) -> None:
    world.deploy(ev.timed("timeCycle", "R/PT1H"))
    world.deploy(ev.timed("timeCycle", "R/PT2H"))
    assert world.one("select count(*) from start_timer") == 1
    step(world, hours=4)
    assert world.rows(
        "select distinct d.version from definition d join instance i on i.definition_id = d.id"
    ) == [(2,)]
    assert world.one(COUNT) == 2
    world.deploy(apps.ONE_TASK)
    assert world.one("select count(*) from start_timer") == 0
    step(world, hours=4)
    assert world.one(COUNT) == 2


def test_the_same_release_again_moves_no_timer(world: World) -> None:
    world.deploy(ev.timed("timeDuration", "PT2H"))
    before = world.rows("select * from start_timer")
    world.clock.advance(timedelta(hours=1))
    world.deploy(ev.timed("timeDuration", "PT2H"))
    assert world.rows("select * from start_timer") == before


@pytest.mark.parametrize("text", ["R3/PT0H", "every day", '="often"', "=3"])
def test_what_is_no_cycle_is_refused_at_deploy(world: World, text: str) -> None:
    with pytest.raises(Refused) as refused:
        world.run(Deploy("test", {"p/1.bpmn": ev.timed("timeCycle", text)}))
    assert refused.value.code == "deploy-refused"
    assert [found.element for found in refused.value.details["findings"]] == ["s"]


def test_a_word_that_catches_nothing_up_is_refused(world: World) -> None:
    with pytest.raises(Refused):
        world.run(Deploy("test", {"p/1.bpmn": ev.timed("timeCycle", "R/PT1H", "twice")}))
