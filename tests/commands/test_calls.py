"""Called processes: instances of their own, in the caller's transaction."""

from __future__ import annotations

from typing import Any

from casewright.bootstrap import System
from casewright.commands.deployments import Deploy
from casewright.commands.instances import CancelInstance, StartInstance
from casewright.commands.tasks import CompleteTask
from casewright.domain.people import SYSTEM
from commands import apps


def _parent(target: str, key: str = "parent") -> bytes:
    return apps.process(
        '<startEvent id="s"/>'
        + apps.call("calling", target)
        + apps.task("after")
        + '<endEvent id="e"/>'
        + apps.flow("s", "calling", "after", "e"),
        key,
    )


def _rows(system: System, sql: str) -> list[tuple[Any, ...]]:
    with system.database.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(sql).all()]


def test_a_called_process_is_an_instance_of_its_own(system: System) -> None:
    """It has a row, a journal and its root; its end lets the caller go on."""
    files = {"p/parent.bpmn": _parent("simple"), "p/child.bpmn": apps.ONE_TASK}
    system.unit.run(Deploy("a", files), SYSTEM)
    answer = system.unit.run(StartInstance("parent", {"x": 1}), SYSTEM)
    assert [t["element"] for t in answer["tasks"]] == ["check"]
    rows = _rows(system, "select process_id, depth, state from instance order by depth")
    assert rows == [("parent", 0, "active"), ("simple", 1, "active")]
    answer = system.unit.run(CompleteTask(answer["tasks"][0]["id"], {"y": 2}), SYSTEM)
    assert [t["element"] for t in answer["tasks"]] == ["after"]
    assert answer["state"] == "active"
    answer = system.unit.run(CompleteTask(answer["tasks"][0]["id"]), SYSTEM)
    assert answer["state"] == "completed"
    assert set(_rows(system, "select state, incidents from instance")) == {("completed", 0)}


def test_a_missing_called_process_is_an_incident(system: System) -> None:
    """Nothing is lost: the caller stands at the call activity."""
    system.unit.run(Deploy("a", {"p/parent.bpmn": _parent("nowhere")}), SYSTEM)
    answer = system.unit.run(StartInstance("parent"), SYSTEM)
    assert answer["incidents"] == 1
    rows = _rows(system, "select element, code, message from incident")
    assert rows[0][0] == "calling"
    assert "nowhere" in rows[0][2]


def test_calls_without_end_become_an_incident(system: System) -> None:
    """Process a calls a: stopped at depth 50, with everything stored."""
    body = (
        '<startEvent id="s"/>'
        + apps.call("again", "self")
        + '<endEvent id="e"/>'
        + apps.flow("s", "again", "e")
    )
    system.unit.run(Deploy("a", {"p/self.bpmn": apps.process(body, "self")}), SYSTEM)
    answer = system.unit.run(StartInstance("self"), SYSTEM)
    assert answer["incidents"] == 1
    assert _rows(system, "select max(depth), count(*) from instance") == [(50, 51)]


def test_cancelling_a_case_cancels_what_it_called(system: System) -> None:
    """Tasks of the called instance are withdrawn."""
    files = {"p/parent.bpmn": _parent("simple"), "p/child.bpmn": apps.ONE_TASK}
    system.unit.run(Deploy("a", files), SYSTEM)
    answer = system.unit.run(StartInstance("parent"), SYSTEM)
    system.unit.run(CancelInstance(answer["instance"], "not wanted any more"), SYSTEM)
    assert set(_rows(system, "select state from instance")) == {("cancelled",)}
    assert _rows(system, "select state from user_task") == [("cancelled",)]
