"""Playing whole folders: what passed, what did not and why, and which elements were reached."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from casewright import bpmn, resources
from casewright.domain.errors import Refused
from casewright.testing.player import Player
from casewright.testing.scenarios.play import ScenarioFailed, play
from casewright.testing.scenarios.read import Scenario, ScenarioProblem, read


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a scenario; `problem` is empty when it holds, else it names the place."""

    file: str
    line: int
    title: str
    proves: tuple[str, ...] = ()
    problem: str = ""
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether the scenario holds."""
        return not self.problem


@dataclass(slots=True)
class Coverage:
    """How often each element of a process completed over all scenarios."""

    process: str
    name: str
    elements: dict[str, str]
    completed: Counter[str] = field(default_factory=Counter)

    @property
    def missed(self) -> list[str]:
        """The elements that no scenario brought to their end."""
        return [element for element in self.elements if not self.completed[element]]

    @property
    def share(self) -> float:
        """The part of the elements that some scenario brought to their end."""
        return 1 - len(self.missed) / len(self.elements) if self.elements else 1.0


@dataclass(slots=True)
class Report:
    """The results of all scenarios, and the coverage by process id."""

    results: list[Result] = field(default_factory=list)
    coverage: dict[str, Coverage] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether there are scenarios, and all of them hold."""
        return bool(self.results) and all(result.passed for result in self.results)

    @property
    def proved(self) -> dict[str, list[str]]:
        """The titles of the scenarios that hold, by the requirement they prove."""
        found: dict[str, list[str]] = {}
        for result in self.results:
            for row in result.proves if result.passed else ():
                found.setdefault(row, []).append(result.title)
        return found


def run_dir(path: Path | str) -> Report:
    """Play the scenarios of a folder: one that holds `processes/`, one app's, or one file's."""
    report = Report()
    for root, app, files in _apps(Path(path)):
        content = resources.files(root, app)
        _cover(report, content)
        for file in files:
            _run_file(report, file, root, app, content)
    return report


def _apps(path: Path) -> Iterator[tuple[Path, str, list[Path]]]:
    """Yield root, app and scenario files for what `path` means."""
    path = path.resolve()
    if path.is_file():
        home = path.parent.parent
        yield home.parent.parent, home.name, [path]
    elif (path / "processes").is_dir():
        for app in resources.apps(path):
            yield path, app, scenario_files(path / "processes" / app)
    else:
        yield path.parent.parent, path.name, scenario_files(path)


def scenario_files(app: Path) -> list[Path]:
    """Return the scenario files of an app's folder, in order."""
    return sorted((app / "scenarios").glob("*.yaml"))


def _cover(report: Report, content: dict[str, bytes]) -> None:
    for name, data in content.items():
        if name.endswith(".bpmn"):
            for process in bpmn.compile(data, name).definitions:
                elements = {key: item.name for key, item in process.elements.items()}
                key = process.process_id
                report.coverage[key] = Coverage(key, process.name or key, elements)


def _run_file(report: Report, file: Path, root: Path, app: str, content: dict[str, bytes]) -> None:
    shown = str(file.relative_to(root)) if file.is_relative_to(root) else str(file)
    try:
        scenarios = read(shown, file.read_text("utf-8"))
    except ScenarioProblem as problem:
        report.results.append(Result(shown, problem.line, file.stem, problem=str(problem)))
        return
    report.results += [_run(report, scenario, app, content) for scenario in scenarios]


def _run(report: Report, scenario: Scenario, app: str, content: dict[str, bytes]) -> Result:
    began, problem = time.perf_counter(), ""
    with Player(app=app) as player:
        try:
            play(scenario, player, content, app)
        except ScenarioFailed as failed:
            problem = str(failed)
        except Refused as refused:
            problem = f"{scenario.file}: {refused}"
        _count(report, player)
    seconds = time.perf_counter() - began
    where = (scenario.file, scenario.line, scenario.title, scenario.proves)
    return Result(*where, problem, seconds)


def _count(report: Report, player: Player) -> None:
    processes = {i.row.id: i.row.process for i in player.views.instances()}
    for root in player.views.roots():
        for entry in player.views.timeline(root):
            covered = report.coverage.get(processes.get(entry.instance, ""))
            for event in entry.events or () if covered is not None else ():
                if event["type"] == "ElementCompleted" and covered is not None:
                    covered.completed[event["element"]] += 1
