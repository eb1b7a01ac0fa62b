"""Scenarios: YAML files that say how a process is to behave, and play it to see.

`run_dir` plays every scenario of a folder; `read` and `play` are its two halves.
"""

from casewright.testing.scenarios.play import ScenarioFailed, play
from casewright.testing.scenarios.read import Scenario, ScenarioProblem, Step, read
from casewright.testing.scenarios.report import Coverage, Report, Result, run_dir

__all__ = [
    "Coverage",
    "Report",
    "Result",
    "Scenario",
    "ScenarioFailed",
    "ScenarioProblem",
    "Step",
    "play",
    "read",
    "run_dir",
]
