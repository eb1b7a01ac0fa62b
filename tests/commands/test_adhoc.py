"""Choosing in an ad-hoc sub-process: what it leaves in the tables, and who may do it."""

from __future__ import annotations

import pytest

from casewright.commands.adhoc import ChooseActivity, FinishActivity
from casewright.commands.housekeeping import verify
from casewright.commands.instances import CancelInstance
from casewright.domain.errors import Refused
from casewright.domain.people import Kind, Permission, Principal
from commands import apps
from commands import work_apps as w
from commands.scripted import World

OPEN = "select element, state from user_task"


def person(*groups: str, rights: tuple[Permission, ...] = ()) -> Principal:
    return Principal(Kind.PERSON, "clara", "clara", frozenset(groups), frozenset(rights))


def free(order: str = "Parallel") -> bytes:
    """Return a process with an ad-hoc sub-process in the lane of the clerks."""
    return w.process(
        '<laneSet id="ls"><lane id="l" name="clerks"><flowNodeRef>H</flowNodeRef></lane></laneSet>',
        '<startEvent id="s"/>',
        f'<adHocSubProcess id="H" ordering="{order}">{apps.task("a")}{apps.task("b")}',
        "</adHocSubProcess>",
        '<endEvent id="e"/>',
        apps.flow("s", "H", "e"),
    )


def started(world: World, order: str = "Parallel") -> str:
    world.deploy(free(order))
    return world.start()


def refusal(world: World, command: object, who: Principal) -> str:
    with pytest.raises(Refused) as refused:
        world.system.unit.run(command, who)
    return refused.value.code


def test_what_is_chosen_becomes_a_task(world: World) -> None:
    case, clerk = started(world), person("clerks")
    answer = world.system.unit.run(ChooseActivity(case, "H#1", ("a", "b")), clerk)
    assert answer["state"] == "active"
    assert sorted(world.rows(OPEN)) == [("a", "open"), ("b", "open")]
    world.system.unit.run(ChooseActivity(case, "H#1", ("a",)), clerk)
    assert len(world.rows(OPEN)) == 3
    answer = world.system.unit.run(FinishActivity(case, "H#1"), clerk)
    assert answer["state"] == "completed"
    assert {state for _, state in world.rows(OPEN)} == {"cancelled"}
    report = verify(world.system.database, world.system.unit.ports.journal_key)
    assert report.whole
    assert not report.stalled


def test_who_may_not_choose_is_refused(world: World) -> None:
    case = started(world)
    for command in (ChooseActivity(case, "H#1", ("a",)), FinishActivity(case, "H#1")):
        assert refusal(world, command, person("sales")) == "forbidden"
    world.system.unit.run(ChooseActivity(case, "H#1", ("a",)), person(rights=(Permission.OPERATE,)))
    assert world.rows(OPEN) == [("a", "open")]


def test_what_cannot_be_chosen_changes_nothing(world: World) -> None:
    case, clerk = started(world, "Sequential"), person("clerks")
    before = world.rows("select snapshot, version from instance")
    for token, elements, code in (
        ("H#1", ("zz",), "activity-unknown"),
        ("H#1", ("a", "b"), "activity-busy"),
        ("s#1", ("a",), "token-not-open"),
        ("H#2", ("a",), "token-not-open"),
    ):
        assert refusal(world, ChooseActivity(case, token, elements), clerk) == code
    assert world.rows("select snapshot, version from instance") == before
    world.system.unit.run(ChooseActivity(case, "H#1", ("a",)), clerk)
    assert refusal(world, ChooseActivity(case, "H#1", ("b",)), clerk) == "activity-busy"
    world.run(CancelInstance(case, "over"))
    assert refusal(world, FinishActivity(case, "H#1"), clerk) == "instance-ended"
