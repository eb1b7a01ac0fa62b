"""Work that was done, with a result that the process cannot take."""

from __future__ import annotations

import pytest

from casewright.commands.incidents import RetryIncident
from casewright.commands.tasks import CompleteTask
from casewright.domain.people import Kind, Permission, Principal
from casewright_connectors.contract import Business, CannotTell, Result
from commands import apps
from commands.scripted import World
from commands.work_apps import line, service

ANNA = Principal(Kind.PERSON, "anna", "anna", groups=frozenset({"clerks"}))
OPERATOR = Principal(Kind.PERSON, "op", "op", permissions=frozenset({Permission.OPERATE}))
FAILING = '<zeebe:ioMapping><zeebe:output source="=absent + 1" target="x"/></zeebe:ioMapping>'
LARGE = "x" * 1_100_000


def failing(xml: str) -> str:
    """Give an activity an output mapping that needs the variable `absent`."""
    return xml.replace("</extensionElements>", f"{FAILING}</extensionElements>")


def incident(world: World) -> str:
    return str(world.one("select id from incident where state = 'open'"))


def wait_for_leases(world: World) -> None:
    """Let more time pass than any lease lasts, several times."""
    for _ in range(5):
        world.later(minutes=5)


@pytest.fixture
def silent(world: World) -> World:
    """A world whose other side takes every call twice and can tell nothing."""
    world.other.keyed, world.other.asked = True, CannotTell("no look-up here")
    return world


def test_a_task_is_completed_by_who_did_it_not_by_who_mended_its_mapping(world: World) -> None:
    world.deploy(line(("check", failing(apps.task("check"))), ("next", apps.task("next"))))
    world.start()
    task = world.one("select id from user_task")
    world.system.unit.run(CompleteTask(task), ANNA)
    done = "select state, completed_by from user_task where element = 'check'"
    assert world.rows(done) == [("completed", "anna")]
    world.system.unit.run(RetryIncident(incident(world), {"absent": 1}), OPERATOR)
    assert world.rows(done) == [("completed", "anna")]
    assert world.one("select state from user_task where element = 'next'") == "open"


def test_a_job_whose_output_mapping_fails_is_not_called_again(silent: World) -> None:
    silent.deploy(line(("do", failing(service("do")))))
    silent.start()
    silent.worker.run_once()
    assert silent.one("select state from job") == "done"
    wait_for_leases(silent)
    assert len(silent.other.calls) == 1
    silent.system.unit.run(RetryIncident(incident(silent), {"absent": 1}), OPERATOR)
    wait_for_leases(silent)
    assert len(silent.other.calls) == 1
    assert silent.one("select state from job") == "done"
    assert silent.one("select state from instance") == "completed"


@pytest.mark.parametrize(
    "answer",
    [
        Result({"blob": LARGE}),
        Result({"items": list(range(10_001))}),
        Business("E1", "no", {"blob": LARGE}),
    ],
    ids=["bytes", "items", "error"],
)
def test_an_answer_that_no_variable_can_hold_stops_with_an_incident(
    silent: World, answer: Result | Business
) -> None:
    silent.other.answers = [answer]
    silent.deploy(line(("do", service("do"))))
    silent.start()
    silent.worker.run_once()
    wait_for_leases(silent)
    assert len(silent.other.calls) == 1
    assert silent.rows("select code, state from incident") == [("job-refused", "open")]
