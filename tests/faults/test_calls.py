"""kill -9 around a call, and answers that are lost: the other side's ledger is the judge."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from casewright.bootstrap import System
from casewright.commands.deployments import Deploy
from casewright.commands.instances import StartInstance
from casewright.domain.people import SYSTEM
from casewright.worker import Worker
from commands import work_apps as w
from faults import calling
from faults.outside import Caller, Outside, serving
from parts import ROOT

CASES = 4
ONE = w.line(("do", w.service("do", "test.do")))
KINDS = pytest.mark.parametrize(
    ("keyed", "asks"),
    [(True, False), (False, True), (False, False)],
    ids=["keyed", "can be asked", "neither"],
)


def judge(outside: Outside, states: list[tuple[str, int]], *, sure: bool) -> None:
    """Compare the ledger with what became of the cases."""
    assert set(outside.ledger.values()) <= {1}
    if sure:
        assert states == [("completed", CASES)]
        assert outside.ledger.total() == CASES
    else:
        assert sorted(states) == [("active", 1), ("completed", CASES - 1)]
        assert set(outside.requests.values()) == {1}


def states(place: System) -> list[tuple[str, int]]:
    with place.database.read() as connection:
        rows = connection.exec_driver_sql("select state, count(*) from instance group by state")
        return [(str(row[0]), int(row[1])) for row in rows]


def codes(place: System) -> list[str]:
    with place.database.read() as connection:
        rows = connection.exec_driver_sql("select code from incident where state = 'open'")
        return [str(row[0]) for row in rows]


@KINDS
@pytest.mark.parametrize(
    "applied",
    [pytest.param(False, id="before", marks=pytest.mark.slow), pytest.param(True, id="after")],
)
def test_killed_around_a_call(
    migrated_url: str, tmp_path: Path, keyed: bool, asks: bool, applied: bool
) -> None:
    """The process dies before, or after, the other side applied its second request."""
    outside = Outside(keyed=keyed, at=2, applied=applied)
    with serving(outside):
        caller = Caller(outside.address, keyed, asks)
        system = calling.open_system(migrated_url, tmp_path, caller)
        system.unit.run(Deploy("test", {"p/p.bpmn": ONE}), SYSTEM)
        for _ in range(CASES):
            system.unit.run(StartInstance("p"), SYSTEM)
        system.close()
        arguments = [migrated_url, str(tmp_path), outside.address, str(keyed), str(asks)]
        paths = os.pathsep.join(str(ROOT / name) for name in ("tests", "engine", "connectors"))
        process = subprocess.Popen(
            [sys.executable, calling.__file__, *arguments],
            env={**os.environ, "PYTHONPATH": paths},
        )
        outside.strike = process.kill
        try:
            assert outside.struck.wait(60)
        finally:
            process.kill()
            process.wait()
        system = calling.open_system(migrated_url, tmp_path, caller, ahead=60)
        Worker(system, name="next").run_once()
        judge(outside, states(system), sure=keyed or asks)
        assert codes(system) == ([] if keyed or asks else ["outcome-unknown"])
        system.close()


@KINDS
@pytest.mark.parametrize(
    "applied",
    [
        pytest.param(False, id="not applied", marks=pytest.mark.slow),
        pytest.param(True, id="applied"),
    ],
)
def test_an_answer_that_is_lost(
    migrated_url: str, tmp_path: Path, keyed: bool, asks: bool, applied: bool
) -> None:
    """The other side hangs at its second request, before or after it applied it."""
    outside = Outside(keyed=keyed, at=2, applied=applied)
    with serving(outside):
        caller = Caller(outside.address, keyed, asks)
        system = calling.open_system(migrated_url, tmp_path, caller, ahead=1)
        system.unit.run(Deploy("test", {"p/p.bpmn": ONE}), SYSTEM)
        for _ in range(CASES):
            system.unit.run(StartInstance("p"), SYSTEM)
        Worker(system, name="one").run_once()
        system.close()
        system = calling.open_system(migrated_url, tmp_path, caller, ahead=120)
        Worker(system, name="next").run_once()
        judge(outside, states(system), sure=keyed or asks)
        assert codes(system) == ([] if keyed or asks else ["outcome-unknown"])
        system.close()
