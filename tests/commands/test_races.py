"""Many at once: one wins, everyone is told, and nobody's work hurts another's."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from casewright.commands.housekeeping import verify
from casewright.commands.instances import StartInstance
from casewright.commands.people import CreatePerson
from casewright.commands.tasks import ClaimTask, CompleteTask
from casewright.domain.errors import Refused
from casewright.domain.people import SYSTEM, Kind, Principal
from commands import apps
from commands.scripted import World

TASKS, PEOPLE = 50, 20


def person(number: int) -> Principal:
    name = f"p{number}"
    return Principal(Kind.PERSON, name, name, groups=frozenset({"clerks"}))


def tasks(world: World, count: int) -> list[str]:
    """Start so many cases and return their tasks."""
    world.deploy(apps.ONE_TASK)
    answers = [world.run(StartInstance("simple")) for _ in range(count)]
    return [str(answer["tasks"][0]["id"]) for answer in answers]


def test_of_20_who_complete_a_task_one_wins_and_the_rest_are_told(world: World) -> None:
    """50 tasks, each completed by 20 people at the same moment."""
    barrier = threading.Barrier(PEOPLE)
    for number in range(PEOPLE):
        name = f"p{number}"
        world.run(CreatePerson(name, f"Person {number}", "", "a long password of mine"))
    given = tasks(world, TASKS)

    def complete(number: int) -> list[tuple[str, str, str]]:
        told = []
        for task in given:
            barrier.wait(30)
            try:
                world.system.unit.run(CompleteTask(task), person(number))
                told.append((task, "", f"Person {number}"))
            except Refused as refused:
                told.append((task, refused.code, str(refused.details["who"])))
        return told

    with ThreadPoolExecutor(PEOPLE) as pool:
        told = [one for found in pool.map(complete, range(PEOPLE)) for one in found]
    winners = {task: who for task, code, who in told if not code}
    assert Counter(code for _, code, _ in told) == {"": TASKS, "task-done": TASKS * (PEOPLE - 1)}
    assert len(winners) == TASKS
    assert all(who == winners[task] for task, _, who in told)
    assert world.rows("select state, count(*) from instance group by state") == [
        ("completed", TASKS)
    ]
    key = world.system.unit.ports.journal_key
    assert verify(world.system.database, key).whole


def test_of_20_who_claim_a_task_one_gets_it(world: World) -> None:
    (task,) = tasks(world, 1)
    barrier = threading.Barrier(PEOPLE)

    def claim(number: int) -> str:
        barrier.wait(30)
        try:
            return str(world.system.unit.run(ClaimTask(task), person(number))["assignee"])
        except Refused as refused:
            return refused.code

    with ThreadPoolExecutor(PEOPLE) as pool:
        told = Counter(pool.map(claim, range(PEOPLE)))
    assert told.pop("task-claimed") == PEOPLE - 1
    assert told == {world.one("select assignee from user_task"): 1}


def test_one_key_used_by_20_at_once_has_one_effect(world: World) -> None:
    world.deploy(apps.ONE_TASK)
    barrier = threading.Barrier(PEOPLE)

    def start(_: int) -> str:
        barrier.wait(30)
        return str(world.system.unit.run(StartInstance("simple"), SYSTEM, "one key")["instance"])

    with ThreadPoolExecutor(PEOPLE) as pool:
        assert len(set(pool.map(start, range(PEOPLE)))) == 1
    assert world.one("select count(*) from instance") == 1
    with pytest.raises(Refused, match="key-reused"):
        world.system.unit.run(StartInstance("simple", business_key="x"), SYSTEM, "one key")


def test_refused_commands_leave_those_beside_them_alone(world: World) -> None:
    """Good and bad commands share a COMMIT; only the good ones are stored."""
    world.deploy(apps.ONE_TASK)

    def run(number: int) -> bool:
        try:
            world.run(StartInstance("simple" if number % 2 else "nothing"))
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(run, range(64))) == 32
    assert world.one("select count(*) from instance") == 32
    assert world.one("select count(*) from user_task") == 32
    assert verify(world.system.database, world.system.unit.ports.journal_key).whole
