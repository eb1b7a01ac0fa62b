"""Called processes where the caller goes another way in the same command."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from casewright.commands.housekeeping import verify
from commands import apps, work_apps
from commands.scripted import World
from commands.scripted import world as made
from commands.work_apps import error_boundary, line, process, timer

CHILD = line(("work", apps.task("work")), key="child")
QUICK = line(("pass", '<manualTask id="pass"/>'), key="quick")
OTHER = line(("other_task", apps.task("other_task")), key="other")
TERMINATE = '<endEvent id="t"><terminateEventDefinition/></endEvent>'


@pytest.fixture
def world(migrated_url: str, tmp_path: Path) -> Iterator[World]:
    """A system with a worker and a frozen clock."""
    with made(migrated_url, tmp_path) as ready:
        yield ready


def _active(world: World) -> list[str]:
    return sorted(r[0] for r in world.rows("select process_id from instance where state='active'"))


def _open_tasks(world: World) -> list[str]:
    return sorted(r[0] for r in world.rows("select element from user_task where state='open'"))


def test_a_call_beside_a_terminate_end_ends_the_case(world: World) -> None:
    """The call's token is gone before it is answered: no child starts."""
    body = process(
        '<startEvent id="s"/><parallelGateway id="g"/>',
        apps.call("c", "child"),
        TERMINATE + '<endEvent id="e"/>',
        apps.flow("s", "g", "c", "e"),
        apps.flow("g", "t"),
    )
    world.deploy(body, CHILD)
    world.start()
    assert _active(world) == []


def test_a_call_beside_an_error_that_is_caught_outside(world: World) -> None:
    """The sub-process is left by its boundary event, with all that it asked for."""
    inner = (
        '<subProcess id="sub"><startEvent id="ss"/><parallelGateway id="g"/>'
        + apps.call("c", "child")
        + '<endEvent id="x"><errorEventDefinition errorRef="err"/></endEvent><endEvent id="se"/>'
        + apps.flow("ss", "g", "c", "se")
        + apps.flow("g", "x")
        + "</subProcess>"
    )
    body = process(
        '<startEvent id="s"/>',
        inner,
        error_boundary("b", "sub", "E1"),
        apps.task("mend"),
        '<endEvent id="e"/><endEvent id="e2"/>',
        apps.flow("s", "sub", "e"),
        apps.flow("b", "mend", "e2"),
    )
    world.deploy(body, CHILD)
    world.start()
    assert _open_tasks(world) == ["mend"]


def test_a_timer_that_leads_beside_a_call_to_the_end(world: World) -> None:
    """The called process ends and its caller goes on: nothing is half done."""
    body = process(
        '<startEvent id="s"/>',
        timer("w", "PT1H"),
        '<parallelGateway id="g"/>',
        apps.call("c", "other"),
        TERMINATE + '<endEvent id="e"/>',
        apps.flow("s", "w", "g", "c", "e"),
        apps.flow("g", "t"),
        key="child",
    )
    world.deploy(line(("c", apps.call("c", "child")), ("after", apps.task("after"))), body, OTHER)
    world.start()
    world.later(hours=2)
    assert not verify(world.system.database, world.system.unit.ports.journal_key).stalled
    assert _open_tasks(world) == ["after"]


def test_a_call_that_is_left_for_another_call_is_cancelled(world: World) -> None:
    """A boundary timer leads from one call to another."""
    body = process(
        '<startEvent id="s"/>',
        apps.call("c1", "child"),
        timer("late", "PT1H", "c1"),
        apps.call("c2", "other"),
        '<endEvent id="e"/><endEvent id="e2"/>',
        apps.flow("s", "c1", "e"),
        apps.flow("late", "c2", "e2"),
    )
    world.deploy(body, CHILD, OTHER)
    world.start()
    world.later(hours=2)
    assert _active(world) == ["other", "p"]


def test_a_child_begun_and_left_in_one_command_is_cancelled(world: World) -> None:
    """One call ends at once and terminates the case beside the other."""
    body = process(
        '<startEvent id="s"/><parallelGateway id="g"/>',
        apps.call("c1", "child"),
        apps.call("c2", "quick"),
        TERMINATE + '<endEvent id="e"/>',
        apps.flow("s", "g", "c1", "e"),
        apps.flow("g", "c2", "t"),
    )
    world.deploy(body, CHILD, QUICK)
    world.start()
    assert _active(world) == []


def test_a_loop_over_a_called_process_that_ends_at_once(world: World) -> None:
    """It shares the command's budget and goes on by jobs, as often as the loop says."""
    back = (
        '<sequenceFlow id="back" sourceRef="x" targetRef="m"><conditionExpression '
        'xsi:type="tFormalExpression">=i &lt; top</conditionExpression></sequenceFlow>'
    )
    body = process(
        '<startEvent id="s"/><exclusiveGateway id="m"/>',
        apps.call("c", "quick"),
        work_apps.script("n", "i + 1", "i"),
        '<exclusiveGateway id="x" default="x_e"/><endEvent id="e"/>',
        apps.flow("s", "m", "c", "n", "x", "e"),
        back,
    )
    world.deploy(body, QUICK)
    world.start(i=0, top=200)
    for _ in range(200):
        if not world.worker.run_once():
            break
    assert world.rows("select count(*) from instance where state='completed'") == [(201,)]


def test_many_calls_at_once_all_run(world: World) -> None:
    """What one command has no budget for goes on by its continue job."""
    ids = [f"c{number}" for number in range(103)]
    parts = (apps.call(c, "child") + f'<endEvent id="e{c}"/>' + apps.flow("g", c, f"e{c}")
             for c in ids)  # fmt: skip
    body = process('<startEvent id="s"/><parallelGateway id="g"/>', apps.flow("s", "g"), *parts)
    world.deploy(body, CHILD)
    world.start()
    world.later(seconds=1)
    assert len(_open_tasks(world)) == 103
    assert world.rows("select id from incident") == []


def test_a_process_that_calls_itself_twice_spends_a_budget(world: World) -> None:
    """2^50 instances are to come; one command begins only so many."""
    body = process(
        '<startEvent id="s"/><parallelGateway id="g"/>',
        apps.call("c1", "p"),
        apps.call("c2", "p"),
        '<endEvent id="e1"/><endEvent id="e2"/>',
        apps.flow("s", "g", "c1", "e1"),
        apps.flow("g", "c2", "e2"),
    )
    world.deploy(body)
    world.start()
    begun = int(world.rows("select count(*) from instance")[0][0])
    going_on = int(world.rows("select count(*) from job where kind='continue'")[0][0])
    assert begun < 1_000
    assert going_on > 0
