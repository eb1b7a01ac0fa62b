"""An uncaught error withdraws a task; the retry opens it again under the same id."""

from __future__ import annotations

from casewright.bootstrap import System
from casewright.commands.deployments import Deploy
from casewright.commands.incidents import RetryIncident
from casewright.commands.instances import StartInstance
from casewright.commands.tasks import CompleteTask, ThrowTaskError
from casewright.domain.people import SYSTEM
from commands import apps


def test_a_task_that_ended_in_an_uncaught_error_comes_back(system: System) -> None:
    """The task is withdrawn, an incident stands; after the retry it can be completed."""
    system.unit.run(Deploy("a", {"p/one.bpmn": apps.ONE_TASK}), SYSTEM)
    started = system.unit.run(StartInstance("simple"), SYSTEM)
    task = started["tasks"][0]["id"]
    thrown = system.unit.run(ThrowTaskError(task, "NO-STOCK"), SYSTEM)
    assert thrown["incidents"] == 1
    with system.database.read() as connection:
        incident = connection.exec_driver_sql("select id from incident").scalar()
        state = connection.exec_driver_sql("select state from user_task").scalar()
    assert state == "cancelled"
    again = system.unit.run(RetryIncident(str(incident)), SYSTEM)
    assert [found["id"] for found in again["tasks"]] == [task]
    assert system.unit.run(CompleteTask(task), SYSTEM)["state"] == "completed"
    with system.database.read() as connection:
        rows = connection.exec_driver_sql("select state, incidents from instance").all()
        offered = connection.exec_driver_sql("select open from task_candidate").all()
    assert [tuple(row) for row in rows] == [("completed", 0)]
    assert [tuple(row) for row in offered] == [(0,)]
