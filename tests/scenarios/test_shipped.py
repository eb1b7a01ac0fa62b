"""Every scenario of the shipped apps holds, and they reach every element."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from SpiffWorkflow.specs.base import TaskSpec

from casewright import resources
from casewright.commands.housekeeping import verify
from casewright.testing.player import Player
from casewright.testing.scenarios import Scenario, play, read, run_dir
from casewright.testing.scenarios.report import scenario_files
from parts import ROOT

APPS = resources.apps(ROOT)
SCENARIOS = [
    (app, scenario)
    for app in APPS
    for file in scenario_files(ROOT / "processes" / app)
    for scenario in read(file.relative_to(ROOT), file.read_text("utf-8"))
]


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Count inside the library's own task run: the ids of elements that it ran to success."""
    ran: list[str] = []
    run = TaskSpec._run

    def watched(self: Any, task: Any) -> Any:
        done = run(self, task)
        if done is True and self.bpmn_id is not None and not self.generated:
            ran.append(self.bpmn_id)
        return done

    with monkeypatch.context() as patched:
        patched.setattr(TaskSpec, "_run", watched)
        yield ran


@pytest.mark.parametrize(
    ("app", "scenario"), SCENARIOS, ids=[f"{s.file}:{s.line}" for _, s in SCENARIOS]
)
def test_scenario_holds_and_its_journal_is_what_the_library_ran(
    app: str, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Player(app=app) as player, counted(monkeypatch) as ran:
        play(scenario, player, resources.files(ROOT, app), app)
        assert sorted(ran) == sorted(player.completed().elements())


def test_scenarios_reach_every_element() -> None:
    report = run_dir(ROOT)
    assert report.passed
    missed = {key: cover.missed for key, cover in report.coverage.items() if cover.missed}
    assert missed == {}


@pytest.mark.parametrize("row", ["EXP-5", "EXP-6", "EXP-7", "EXP-8", "EXP-10"])
def test_requirement_is_proved(row: str) -> None:
    assert [scenario.title for _, scenario in SCENARIOS if row in scenario.proves]


def test_a_folder_may_be_an_app_or_one_file() -> None:
    whole = run_dir(ROOT / "processes" / "common")
    one = run_dir(ROOT / "processes" / "common" / "scenarios" / "entry.yaml")
    assert whole.passed
    assert one.passed
    assert {r.file for r in one.results} < {r.file for r in whole.results}
    assert "offer-approval" in one.coverage


def test_play_fixture(play: Any) -> None:
    play(ROOT / "processes" / "common" / "scenarios" / "minimum-margin.yaml")


def test_pytest_collects_scenarios(pytestconfig: pytest.Config) -> None:
    """The plugin is there by its entry point; each scenario is one test."""
    from casewright.testing import plugin

    assert pytestconfig.pluginmanager.has_plugin("casewright")
    assert plugin.pytest_collect_file(Path("processes/a/b/x.yaml"), None) is None  # type: ignore[arg-type]


def test_the_player_takes_a_database_by_its_address(database_url: str) -> None:
    """The same play on both databases, the sweep for broken chains and stalled cases after it."""
    (app, scenario), *_ = (item for item in SCENARIOS if "goes to the board once" in item[1].title)
    with Player(app=app, url=database_url) as player:
        play(scenario, player, resources.files(ROOT, app), app)
        key = player.system.unit.ports.journal_key
        assert verify(player.system.database, key).whole


def test_the_plugin_costs_nothing_until_it_is_used() -> None:
    """Pytest loads it in every run, so it brings none of the engine along."""
    program = (
        "import sys, casewright.testing.plugin\n"
        "print([n for n in sys.modules if n.split('.')[0] in ('sqlalchemy', 'SpiffWorkflow')])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
