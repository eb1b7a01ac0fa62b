"""The verbs `choose` and `finish` in a scenario."""

from __future__ import annotations

from casewright.testing import Player
from casewright.testing.scenarios import play, read
from commands import apps
from commands import work_apps as w

TEXT = """
process: p
title: Free order
people:
- {login: clara, groups: [clerks]}
- {login: sven, groups: [sales]}
steps:
- start: p
  expect: {active: []}
- choose: a
  by: sven
  refused: forbidden
- choose: nothing
  refused: no-task
- choose: [a, b]
  by: clara
  within: H
  expect: {active: [a, b]}
- complete: a
  expect: {active: [b]}
- finish: H
  by: clara
  expect: {state: completed, completed: {a: 1, b: 0, H: 1}}
- finish: H
  refused: no-task
"""


def test_a_scenario_chooses_and_finishes() -> None:
    body = w.process(
        '<laneSet id="ls"><lane id="l" name="clerks"><flowNodeRef>H</flowNodeRef></lane></laneSet>',
        '<startEvent id="s"/>',
        f'<adHocSubProcess id="H">{apps.task("a")}{apps.task("b")}</adHocSubProcess>',
        '<endEvent id="e"/>',
        apps.flow("s", "H", "e"),
    )
    (scenario,) = read("free.yaml", TEXT)
    with Player() as player:
        play(scenario, player, {"p/1.bpmn": body})
