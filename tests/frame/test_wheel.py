"""The wheel holds what an installed Casewright needs, and nothing of the tool-chain."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from parts import ROOT, requires


@pytest.mark.slow
@requires("bundle")
def test_wheel_is_complete(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel"]
    subprocess.run([*build, "-o", str(tmp_path)], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for wanted in ("web/static/bundle/viewer.js", "store/migrations/script.py.mako", "py.typed"):
        assert f"casewright/{wanted}" in names
    for base in ("processes", "forms"):
        for path in (ROOT / base).rglob("*"):
            if path.is_file():
                assert f"casewright/bundled/{path.relative_to(ROOT)}" in names
    assert [name for name in names if "node_modules" in name or "frontend" in name] == []
