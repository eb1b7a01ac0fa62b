"""FEEL and DMN work alone: a fresh interpreter loads nothing else of ours for them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from rules import modules

_SHOW = "import sys, {0}; print(*sorted(name for name in sys.modules))"
_HEAVY = ("sqlalchemy", "sqlmodel", "SpiffWorkflow", "pydantic", "fastapi")


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("casewright.feel", ("casewright.feel",)),
        ("casewright.dmn", ("casewright.feel", "casewright.dmn", "casewright.xml")),
    ],
)
def test_nothing_else_is_loaded(name: str, own: tuple[str, ...]) -> None:
    command = [sys.executable, "-c", _SHOW.format(name)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = shown.stdout.split()
    ours = [one for one in loaded if one.startswith("casewright.")]
    assert [one for one in ours if not one.startswith(own)] == []
    assert [one for one in loaded if one.split(".")[0] in _HEAVY] == []


def test_there_is_one_evaluator_and_one_decision_engine() -> None:
    found: dict[str, set[str]] = {"evaluator": set(), "engine": set()}
    for module in modules():
        if "def compile_node(" in module.text:
            found["evaluator"].add(module.ring)
        if "hit_policy ==" in module.text or 'decisionTable"' in module.text:
            found["engine"].add(module.ring)
    assert found == {"evaluator": {"feel"}, "engine": {"dmn"}}
