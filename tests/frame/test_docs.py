"""What the docs say of the source is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from parts import ROOT

ADRS = sorted((ROOT / "docs/adr").glob("0*.md"))
ASKED = (
    "workflow/BPM engine", "declarative process definitions", "in Python", "SpiffWorkflow",
    "fastapi", "sqlmodel", "jinja2", "pyyaml", "apscheduler", "httpx", "pytest", "hypothesis",
    "pyproject.toml", "README.md", "engine/", "processes/", "forms/", "connectors/", "tests/",
    "docs/", "lead-to-contract", "approval routing (low-margin offers escalated to the board)",
    "deposit and final-payment schedules", "installation tasks and grant deadlines",
    "executed by a SpiffWorkflow runtime", "service tasks call CRM, ERP and calendar connectors",
    "business analysts editing BPMN diagrams", "staff completing user tasks in a task inbox",
    "managers approving escalated offers",
)  # fmt: skip


def _rows() -> list[list[str]]:
    text = (ROOT / "docs/explanation/asked-for.md").read_text("utf-8")
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_table_has_every_word_that_was_asked_for() -> None:
    asked = [row[0] for row in _rows()]
    assert [words for words in ASKED if not any(words in cell for cell in asked)] == []


def test_table_names_places_that_exist() -> None:
    named = [path for row in _rows() for path in re.findall(r"`([^`]+)`", row[1])]
    places = [path for path in named if "/" in path and "<" not in path and "*" not in path]
    assert places
    assert [path for path in places if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("path", ADRS, ids=lambda path: path.stem)
def test_decision_names_the_check_that_keeps_it_true(path: Path) -> None:
    text = path.read_text("utf-8").partition("## Confirmation")[2]
    named = re.findall(r"`(tests/[^`:]+)(?:::(\w+))?`", text)
    assert named
    for file, function in named:
        assert (ROOT / file).exists(), file
        assert not function or f"def {function}" in (ROOT / file).read_text("utf-8")


def test_promise_is_worded_as_decided() -> None:
    text = " ".join((ROOT / "docs/explanation/promises.md").read_text("utf-8").split())
    promise = (
        "State exactly once; outside effects at least once with one stable key, or parked as "
        '"outcome unknown".'
    )
    assert promise in text
