"""A missing part is named with its command; where everything is required it fails the run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from parts import ROOT

SKIPPING = """
import pytest
@pytest.mark.skipif(True, reason="needs Chromium: apt-get install chromium")
def test_a(): ...
def test_b(): ...
"""


def _run(folder: Path, require: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_it.py").write_text(SKIPPING)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests"), "CASEWRIGHT_REQUIRE": require}
    command = [sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider", "."]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def test_skip_names_the_part_and_its_command(tmp_path: Path) -> None:
    run = _run(tmp_path, "")
    assert run.returncode == 0, run.stdout
    assert "Chromium: 1 skipped; to run them: apt-get install chromium" in run.stdout


def test_skip_fails_where_everything_is_required(tmp_path: Path) -> None:
    run = _run(tmp_path, "all")
    assert run.returncode == 1, run.stdout
    assert "1 passed, 1 error" in run.stdout
    assert "skipped under CASEWRIGHT_REQUIRE=all" in run.stdout


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_commands_that_are_told_exist(name: str) -> None:
    targets = {
        word
        for line in (ROOT / "Makefile").read_text("utf-8").splitlines()
        if line.startswith(".PHONY:")
        for word in line.split()[1:]
    }
    told = {
        line.split()[1]
        for line in (ROOT / name).read_text("utf-8").splitlines()
        if line.startswith("make ")
    }
    assert told <= targets
