"""Timers: each fires once, the oldest first, whoever looks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from casewright.commands.instances import CancelInstance
from casewright.commands.timers import FireTimer
from casewright.domain.people import SYSTEM
from commands import apps
from commands import work_apps as w
from commands.scripted import START, World

WAIT = w.line(("wait", w.timer("wait", "PT1H")))


def test_a_timer_fires_when_its_time_has_come(world: World) -> None:
    world.deploy(WAIT)
    world.start()
    assert world.worker.next_due() == START + timedelta(hours=1)
    assert world.later(minutes=59) == 0
    assert world.later(minutes=1) == 1
    assert world.rows("select state from instance") == [("completed",)]
    assert world.rows("select count(*) from timer") == [(0,)]
    assert world.worker.next_due() is None


def test_a_timer_that_is_not_due_or_gone_is_no_error(world: World) -> None:
    world.deploy(WAIT)
    case = world.start()
    timer = str(world.one("select id from timer"))
    assert world.run(FireTimer(timer))["fired"] is False
    world.run(CancelInstance(case))
    world.clock.advance(timedelta(days=1))
    assert world.run(FireTimer(timer))["fired"] is False


def test_a_timer_fires_once_however_many_look(world: World) -> None:
    world.deploy(WAIT)
    for _ in range(10):
        world.start()
    world.clock.advance(timedelta(hours=2))
    due = [str(row[0]) for row in world.rows("select id from timer")]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda t: world.system.unit.run(FireTimer(t), SYSTEM), due * 4))
    assert sum(answer["fired"] for answer in answers) == 10
    assert world.rows("select count(*) from instance where state = 'completed'") == [(10,)]


def test_missed_timers_fire_the_oldest_first(world: World) -> None:
    """Two days off: the reminder of the first day goes before the end on the second."""
    body = w.process(
        '<startEvent id="s"/>',
        apps.task("check"),
        w.timer("remind", "P1D", host="check").replace(
            'attachedToRef="check"', 'attachedToRef="check" cancelActivity="false"'
        ),
        w.timer("end", "P2D", host="check"),
        w.script("reminded", "true", "reminded"),
        '<endEvent id="e"/>',
        apps.flow("s", "check", "e"),
        apps.flow("remind", "reminded"),
        '<endEvent id="late"/><endEvent id="r"/>',
        apps.flow("end", "late"),
        apps.flow("reminded", "r"),
    )
    world.deploy(body)
    world.start()
    assert world.later(days=5) == 2
    assert world.rows("select state from instance") == [("completed",)]
    done = world.one("select snapshot from instance")
    assert '"reminded":true' in str(done).replace(" ", "")


def test_a_clock_set_back_fires_nothing_twice(world: World) -> None:
    world.deploy(WAIT)
    world.start()
    world.later(hours=2)
    world.clock.set(START)
    assert world.later(hours=3) == 0


def test_many_timers_fire_while_others_work(world: World) -> None:
    """More than a batch at once."""
    world.deploy(WAIT)
    for _ in range(230):
        world.start()
    assert world.later(hours=1) == 230
    assert world.rows("select count(*) from timer") == [(0,)]
