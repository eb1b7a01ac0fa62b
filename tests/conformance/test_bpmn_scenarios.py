"""The public BPMN scenarios, played on the player by their own runner.

Refused by name is honest; to accept a model and then do something else is not, so there may
be no failure at all.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from parts import ROOT, SHARED, requires

pytestmark = requires("shared")

HERE = Path(__file__).parent
# Ids of the scenarios that pass; add those that pass from now on.
PASSING = HERE / "bpmn_passing.txt"
# Where ours differs on purpose; docs/reference/bpmn-conformance.md says who is right and why.
OURS = {
    *(f"betsy/ExclusiveDiverging_ParallelConverging/{number}" for number in (1, 2, 3)),
    "betsy/Token_StartQuantity_Two/1",
    "betsy/EventDefinitionRef_Error_EndEvent_TopLevel/1",
    "c7/ReceiveTaskTest.testSupportsCorrelateMessageOnSequentialMultiReceiveTask",
    "c7/MultiInstanceTest.testParallelReceiveTasks",
}


def test_public_bpmn_scenarios(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    runner = SHARED / "conformance" / "run_scenarios.py"
    sets = sorted((SHARED / "conformance" / "sets").glob("*.yaml"))
    path = os.pathsep.join([str(HERE), str(ROOT / "tests")])
    arguments = ["--adapter", "bpmn_adapter", "-v", "--json", str(report)]
    run = subprocess.run(
        [sys.executable, str(runner), *map(str, sets), *arguments],
        env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    print(run.stdout)
    rows = json.loads(report.read_text("utf-8"))
    wrong = {row["id"]: row["msg"] for row in rows if row["verdict"] in ("fail", "error")}
    assert {key: text for key, text in wrong.items() if key not in OURS} == {}
    passed = {row["id"] for row in rows if row["verdict"] == "pass"}
    assert set(PASSING.read_text("utf-8").split()) - passed == set()
