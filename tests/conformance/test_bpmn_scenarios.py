"""The public BPMN scenarios, played on the player by their own runner.

Refused by name is honest; to accept a model and then do something else is not, so there may
be no failure at all.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from parts import ROOT, SHARED, requires

pytestmark = requires("shared")

HERE = Path(__file__).parent
# Passed scenarios; raise it when more run.
FLOOR = 145
# Tokens that can never join: the scenarios expect them to stay where they are. Ours stay too,
# and say so by an incident, which the runner counts as an error.
STUCK = {f"betsy/ExclusiveDiverging_ParallelConverging/{number}" for number in (1, 2, 3)} | {
    "betsy/Token_StartQuantity_Two/1"
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
    verdicts = Counter(row["verdict"] for row in rows)
    wrong = {row["id"]: row["msg"] for row in rows if row["verdict"] in ("fail", "error")}
    assert {key: text for key, text in wrong.items() if key not in STUCK} == {}
    assert verdicts["pass"] >= FLOOR
