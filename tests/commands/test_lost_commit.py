"""The answer to COMMIT is lost, after PostgreSQL has it: nothing is done twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event

from casewright.bootstrap import build
from casewright.commands.deployments import Deploy
from casewright.commands.instances import StartInstance
from casewright.domain.people import SYSTEM
from casewright.settings import Settings
from casewright.store import schema
from commands import apps


def test_a_start_whose_commit_was_lost_is_one_case(postgres_url: str, tmp_path: Path) -> None:
    """The repeat finds the key of the first run and gives its answer."""
    settings = Settings(
        database_url=postgres_url,
        secret_key="a secret key that is long enough",
        data_dir=tmp_path,
    )
    system = build(settings)
    schema.migrate(system.database)
    system.unit.run(Deploy("a", {"p/one.bpmn": apps.ONE_TASK}), SYSTEM)
    engine = system.database.writer._engine  # type: ignore[attr-defined]
    lost: list[int] = []

    def lose(connection: Any) -> None:
        if not lost:
            lost.append(1)
            connection.connection.driver_connection.commit()
            raise psycopg.OperationalError("server closed the connection unexpectedly")

    event.listen(engine, "commit", lose)
    try:
        answer = system.unit.run(StartInstance("simple"), SYSTEM)
    finally:
        event.remove(engine, "commit", lose)
    with system.database.read() as connection:
        found = connection.exec_driver_sql("select id from instance").all()
    assert lost == [1]
    assert [row[0] for row in found] == [answer["instance"]]
    system.close()


@pytest.mark.parametrize("times", [1, 2])
def test_without_faults_a_command_runs_once(postgres_url: str, tmp_path: Path, times: int) -> None:
    """Two starts without a key are two cases: each has a key of its own."""
    settings = Settings(
        database_url=postgres_url,
        secret_key="a secret key that is long enough",
        data_dir=tmp_path,
    )
    system = build(settings)
    schema.migrate(system.database)
    system.unit.run(Deploy("a", {"p/one.bpmn": apps.ONE_TASK}), SYSTEM)
    for _ in range(times):
        system.unit.run(StartInstance("simple"), SYSTEM)
    with system.database.read() as connection:
        assert connection.exec_driver_sql("select count(*) from instance").scalar() == times
    system.close()
