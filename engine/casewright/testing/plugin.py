"""The pytest plugin: a player as a fixture, and scenario files as tests.

    def test_approval(player):
        player.deploy_app("common", root=Path(__file__).parent.parent)
        anna = player.as_person("anna")
        ...

`pytest processes/` plays every `processes/<app>/scenarios/*.yaml`, each scenario as one test.
Nothing of the engine is imported before a test asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from casewright.testing.player import Player
    from casewright.testing.scenarios.read import Scenario


@pytest.fixture
def player() -> Iterator[Player]:
    """A player on a fresh SQLite file."""
    from casewright.testing.player import Player

    with Player() as made:
        yield made


@pytest.fixture
def play() -> Callable[[Path | str], None]:
    """Play all scenarios of a file of an app; the first one that does not hold fails the test."""
    from casewright.testing.scenarios.report import run_dir

    def run(file: Path | str) -> None:
        problems = [result.problem for result in run_dir(file).results if not result.passed]
        assert not problems, problems[0]

    return run


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the scenario files of apps."""
    folders = file_path.parts[-4:-1]
    if file_path.suffix != ".yaml" or len(folders) < 3:
        return None
    if folders[0] != "processes" or folders[2] != "scenarios":
        return None
    made: pytest.Collector = ScenarioFile.from_parent(parent, path=file_path)
    return made


class ScenarioFile(pytest.File):
    """A file of scenarios."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield an item for each scenario."""
        from casewright.testing.scenarios.read import read

        for scenario in read(self.path):
            yield ScenarioItem.from_parent(self, name=scenario.title, scenario=scenario)


class ScenarioItem(pytest.Item):
    """One scenario as a test."""

    def __init__(self, *, scenario: Scenario, **options: Any) -> None:
        super().__init__(**options)
        self.scenario = scenario

    def runtest(self) -> None:
        """Play it."""
        from casewright import resources
        from casewright.testing.player import Player
        from casewright.testing.scenarios.play import play

        app = self.path.parent.parent
        files = resources.files(app.parent.parent, app.name)
        with Player(app=app.name) as made:
            play(self.scenario, made, files, app.name)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show the place and the reason, without a trace through the player."""
        from casewright.testing.scenarios.play import ScenarioFailed

        if isinstance(excinfo.value, ScenarioFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return file and line of the scenario."""
        return self.path, self.scenario.line - 1, self.scenario.title
