"""The docs of scenarios are true: their examples are played, their words compared."""

from __future__ import annotations

import re
from typing import Any

import pytest

from casewright import resources
from casewright.testing.connectors import WORDS
from casewright.testing.player import Player
from casewright.testing.scenarios import ScenarioFailed, play, read
from casewright.testing.scenarios.read import COMMON, EXPECTATIONS, VERBS
from parts import ROOT

REFERENCE = (ROOT / "docs" / "reference" / "scenarios.md").read_text("utf-8")
TUTORIAL = (ROOT / "docs" / "tutorial" / "offer-approval.md").read_text("utf-8")
TABLE = "processes/common/approval-route.dmn"


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def words(heading: str) -> set[str]:
    """Return the first words of the tables below a heading."""
    part = REFERENCE.split(f"## {heading}\n")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE))


def test_every_word_is_explained() -> None:
    assert words("Steps") == set(VERBS) | COMMON
    assert words("What must hold") == EXPECTATIONS
    assert words("What connectors answer") == WORDS


@pytest.mark.parametrize("option", sorted(set().union(*VERBS.values())))
def test_every_option_is_explained(option: str) -> None:
    assert f"`{option}`" in REFERENCE


def test_the_example_holds() -> None:
    files = resources.files(ROOT, "common")
    for scenario in read("scenarios.md", blocks(REFERENCE, "yaml")[0]):
        with Player(app="common") as player:
            play(scenario, player, files, "common")


def test_the_python_example_holds(player: Player) -> None:
    (text,) = blocks(REFERENCE, "python")
    found: dict[str, Any] = {}
    exec(compile(text, "scenarios.md", "exec"), found)
    found["test_exactly_the_minimum_does_not_go_to_the_board"](player)


def test_the_tutorial_holds() -> None:
    (text,), (rule,), (told,) = (blocks(TUTORIAL, kind) for kind in ("yaml", "xml", "text"))
    files = resources.files(ROOT, "common")
    finance, others = read("finance.yaml", text)
    with Player(app="common") as player, pytest.raises(ScenarioFailed) as failed:
        play(finance, player, files, "common")
    assert told.strip() in str(failed.value)
    before = b'      <rule id="minimum_all">'
    assert before in files[TABLE]
    files[TABLE] = files[TABLE].replace(before, rule.encode() + before)
    for scenario in (finance, others):
        with Player(app="common") as player:
            play(scenario, player, files, "common")
