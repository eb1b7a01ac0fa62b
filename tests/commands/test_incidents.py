"""Incidents of expressions and of processes that never come to a wait."""

from __future__ import annotations

import pytest

from casewright.commands.incidents import RetryIncident
from casewright.commands.instances import CancelInstance
from casewright.domain.errors import Refused
from casewright.domain.people import Kind, Permission, Principal
from commands import apps
from commands import work_apps as w
from commands.scripted import World

# A gateway whose condition fails as long as `amount` is missing.
CHOICE = w.process(
    '<startEvent id="s"/><exclusiveGateway id="g" default="g_no"/>',
    apps.task("yes"),
    apps.task("no"),
    '<endEvent id="e"/>',
    apps.flow("s", "g"),
    '<sequenceFlow id="g_yes" sourceRef="g" targetRef="yes">'
    '<conditionExpression xsi:type="tFormalExpression">=amount &gt; 5</conditionExpression>'
    '</sequenceFlow><sequenceFlow id="g_no" sourceRef="g" targetRef="no"/>',
    apps.flow("yes", "e"),
    apps.flow("no", "e"),
)


def circle(condition: str) -> bytes:
    """Return a loop of two scripts that is left when `condition` holds."""
    return w.process(
        '<startEvent id="s"/><exclusiveGateway id="in"/>',
        '<exclusiveGateway id="out" default="back"/>',
        w.script("count", "if n = null then 1 else n + 1", "n"),
        '<endEvent id="e"/>',
        apps.flow("s", "in", "count", "out"),
        f'<sequenceFlow id="done" sourceRef="out" targetRef="e"><conditionExpression '
        f'xsi:type="tFormalExpression">={condition}</conditionExpression></sequenceFlow>'
        '<sequenceFlow id="back" sourceRef="out" targetRef="in"/>',
    )


def open_incidents(world: World) -> list[str]:
    rows = world.rows("select id from incident where state = 'open' order by raised_at, id")
    return [str(row[0]) for row in rows]


def test_after_the_fix_a_retry_goes_on_from_there(world: World) -> None:
    world.deploy(CHOICE)
    world.start()
    (found,) = open_incidents(world)
    answer = world.run(RetryIncident(found, {"amount": 7}))
    assert [task["element"] for task in answer["tasks"]] == ["yes"]
    assert open_incidents(world) == []
    assert world.rows("select incidents, state from instance") == [(0, "active")]
    with pytest.raises(Refused, match="incident-resolved"):
        world.run(RetryIncident(found, {"amount": 7}))


def test_a_retry_that_fails_again_leaves_one_open_incident(world: World) -> None:
    world.deploy(CHOICE)
    world.start()
    (first,) = open_incidents(world)
    world.run(RetryIncident(first))
    (second,) = open_incidents(world)
    assert first != second
    assert world.rows("select incidents from instance") == [(1,)]


def test_only_operators_retry(world: World) -> None:
    world.deploy(CHOICE)
    world.start()
    (found,) = open_incidents(world)
    anna = Principal(Kind.PERSON, "anna", "anna", permissions=frozenset({Permission.CASES}))
    with pytest.raises(Refused, match="forbidden"):
        world.system.unit.run(RetryIncident(found), anna)
    with pytest.raises(Refused, match="not-found"):
        world.run(RetryIncident("nothing"))


def test_a_cancelled_case_has_no_open_incident(world: World) -> None:
    world.deploy(CHOICE)
    case = world.start()
    (found,) = open_incidents(world)
    world.run(CancelInstance(case))
    assert open_incidents(world) == []
    with pytest.raises(Refused, match="incident-resolved"):
        world.run(RetryIncident(found))


def test_a_loop_of_1500_rounds_ends(world: World) -> None:
    world.deploy(circle("n &gt;= 1500"))
    world.start()
    world.worker.run_once()
    assert world.rows("select state, stalls from instance") == [("completed", 0)]
    assert world.rows("select count(*) from job") == [(0,)]


def test_a_loop_without_end_is_an_incident_and_can_be_cancelled(world: World) -> None:
    world.deploy(circle("false"))
    case = world.start()
    world.worker.run_once()
    rows = world.rows("select code, element <> '' from incident")
    assert [(code, bool(named)) for code, named in rows] == [("no-wait", True)]
    assert world.rows("select count(*) from job") == [(0,)]
    world.run(CancelInstance(case))
    assert world.rows("select state, incidents from instance") == [("cancelled", 0)]


def test_a_loop_without_end_goes_on_when_mended(world: World) -> None:
    world.deploy(circle("enough = true"))
    world.start(enough=False)
    world.worker.run_once()
    (found,) = open_incidents(world)
    world.run(RetryIncident(found))
    world.worker.run_once()
    (again,) = open_incidents(world)
    assert again != found
    world.run(RetryIncident(again, {"enough": True}))
    world.worker.run_once()
    assert open_incidents(world) == []
    assert world.rows("select state, incidents from instance") == [("completed", 0)]
