"""Files that break one rule of the standard each, and their good twins, by their own runner."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from parts import ROOT, SHARED, requires

pytestmark = requires("shared")

HERE = Path(__file__).parent
# The aims; what is missed stands in docs/reference/bpmn-conformance.md.
FLAGGED, CLEAN = 0.85, 0.95
# Reached: no fewer than these.
REACHED = {"flagged": 149, "clean": 113}


def test_files_that_break_a_rule_are_flagged_and_good_twins_are_not(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    runner = SHARED / "conformance" / "lint" / "lint_run.py"
    path = os.pathsep.join([str(HERE), str(ROOT / "tests")])
    arguments = ["--engine", "module:lint_engine", "--json", str(report)]
    run = subprocess.run(
        [sys.executable, str(runner), *arguments],
        env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    print(run.stdout)
    rows = json.loads(report.read_text("utf-8"))
    bad = [bool(row["errors"]) for row in rows if row["bad"]]
    good = [not row["errors"] for row in rows if not row["bad"]]
    assert sum(bad) >= max(REACHED["flagged"], FLAGGED * len(bad))
    assert sum(good) >= max(REACHED["clean"], CLEAN * len(good))
