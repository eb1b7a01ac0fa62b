"""Keys of commands, repeats that come late, and answers that say what became of a command."""

from __future__ import annotations

import pytest

from casewright.commands.housekeeping import Expire
from casewright.commands.instances import SetVariables, StartInstance
from casewright.commands.people import CreatePerson
from casewright.commands.sessions import CreateToken
from casewright.commands.tasks import AssignTask, ThrowTaskError
from casewright.commands.unit import _digest
from casewright.domain.errors import Refused
from casewright.domain.ids import derived_id
from casewright.domain.people import SYSTEM, Kind, Principal
from commands import apps
from commands.scripted import World
from commands.work_apps import line, process, script

PASSWORD = "a long password of mine"
CLERK = Principal(Kind.PERSON, "anna", "anna", groups=frozenset({"clerks"}))


def test_an_answer_with_a_secret_is_never_stored(world: World) -> None:
    """A token is shown once, so making one takes no key."""
    world.run(CreatePerson("anna", "Anna", "", PASSWORD))
    with pytest.raises(Refused, match="key-refused"):
        world.system.unit.run(CreateToken("anna", "laptop"), SYSTEM, "k")
    kept = "select count(*) from command_key where substr(key, 1, 5) <> 'once:'"
    assert world.one(kept) == 0
    assert world.one("select count(*) from api_token") == 0


def test_the_hash_of_a_request_tells_nothing_without_the_systems_key(world: World) -> None:
    """A password could be guessed against a bare hash."""
    command = CreatePerson("anna", "Anna", "", PASSWORD)
    world.system.unit.run(command, SYSTEM, "k")
    stored = world.one("select request_hash from command_key")
    assert stored == _digest(command, world.system.unit.ports.journal_key)
    assert stored != _digest(command, b"another key")


def test_a_number_over_64_bits_has_a_hash(world: World) -> None:
    """FEEL numbers have 34 digits."""
    world.deploy(line(("t", apps.task("t"))))
    command = StartInstance("p", {"n": 10**20})
    first = world.system.unit.run(command, SYSTEM, "k")
    assert world.system.unit.run(command, SYSTEM, "k") == first


def test_a_repeat_after_its_key_was_forgotten_starts_nothing(world: World) -> None:
    """The id of the case was derived from the key, so the case itself remembers."""
    world.deploy(apps.ONE_TASK)
    command = StartInstance("simple", instance=derived_id("start", "anna", "k"))
    world.system.unit.run(command, SYSTEM, "k")
    world.later(days=8)
    world.run(Expire())
    with pytest.raises(Refused, match="key-reused"):
        world.system.unit.run(command, SYSTEM, "k")
    assert world.one("select count(*) from instance") == 1


def test_the_version_that_is_answered_is_the_instances(world: World) -> None:
    """Also where a command changed nothing."""
    world.deploy(line(("t", apps.task("t"))))
    case = world.start(a=1)
    for value in (1, 2):
        answer = world.run(SetVariables(case, {"a": value}))
        assert answer["version"] == world.one("select version from instance")


def test_a_task_is_assigned_to_somebody_who_can_sign_in(world: World) -> None:
    """Nobody would ever see a task of a person who does not exist."""
    world.deploy(apps.ONE_TASK)
    world.start("simple")
    task = world.one("select id from user_task")
    with pytest.raises(Refused) as refused:
        world.run(AssignTask(task, "nobody"))
    assert "assignee" in refused.value.details["fields"]
    world.run(CreatePerson("anna", "Anna", "", PASSWORD))
    assert world.run(AssignTask(task, "anna"))["assignee"] == "anna"


def test_a_candidate_cannot_put_a_case_into_an_incident(world: World) -> None:
    """An error that nobody catches stops the case: that is for operators."""
    world.deploy(apps.ONE_TASK)
    world.start("simple")
    task = world.one("select id from user_task")
    with pytest.raises(Refused, match="error-uncaught"):
        world.system.unit.run(ThrowTaskError(task, "anything"), CLERK)
    assert world.one("select state from user_task") == "open"
    assert world.one("select count(*) from incident") == 0
    world.run(ThrowTaskError(task, "anything"))
    assert world.one("select count(*) from incident") == 1


SPIN = process(
    '<startEvent id="s"/><exclusiveGateway id="m"/>',
    apps.task("t"),
    '<parallelGateway id="g"/>',
    script("n", "1", "i"),
    '<exclusiveGateway id="x" default="x_e"/><endEvent id="e"/><endEvent id="e2"/>',
    apps.flow("s", "g", "m", "n", "x", "e"),
    apps.flow("g", "t", "e2"),
    '<sequenceFlow id="back" sourceRef="x" targetRef="m">'
    '<conditionExpression xsi:type="tFormalExpression">=i = 1</conditionExpression>'
    "</sequenceFlow>",
)


def test_a_case_that_goes_on_has_one_job_for_that(world: World) -> None:
    """However many commands touch it meanwhile."""
    world.deploy(SPIN)
    case = world.start()
    for number in range(3):
        world.run(SetVariables(case, {"other": number}))
    assert world.rows("select kind, state from job") == [("continue", "ready")]
