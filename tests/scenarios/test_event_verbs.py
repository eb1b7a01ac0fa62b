"""The verbs `signal` and `escalate` in a scenario."""

from __future__ import annotations

from casewright.testing import Player
from casewright.testing.scenarios import play, read
from commands import apps
from commands import event_apps as ev
from commands import work_apps as w


def test_a_scenario_broadcasts_and_escalates() -> None:
    beside = ev.event("boundaryEvent", "b", "late").replace(
        'id="b"', 'id="b" attachedToRef="check" cancelActivity="false"'
    )
    body = w.process(
        '<startEvent id="s"/>',
        ev.event("intermediateCatchEvent", "wait", "storm"),
        apps.task("check"),
        beside,
        apps.task("remind"),
        '<endEvent id="e"/><endEvent id="f"/>',
        apps.flow("s", "wait", "check", "e"),
        apps.flow("b", "remind", "f"),
    )
    text = """
process: p
title: A storm
steps:
- start: p
  expect: {waiting: [wait]}
- signal: storm
  variables: {wind: 12}
  expect: {active: [check], variables: {wind: 12}}
- escalate: check
  code: OTHER
  expect: {active: [check]}
- escalate: check
  code: LATE
  expect: {active: [check, remind]}
"""
    (scenario,) = read("storm.yaml", text)
    with Player() as player:
        play(scenario, player, {"p/1.bpmn": ev.file(body)})
