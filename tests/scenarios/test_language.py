"""What a scenario file may say, and how it tells what is wrong."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from casewright.testing.player import Player
from casewright.testing.scenarios import ScenarioFailed, ScenarioProblem, play, read

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
)
PROCESS = f"""{HEAD}
<message id="m" name="paid"><extensionElements>
  <zeebe:subscription correlationKey="=number"/></extensionElements></message>
<error id="err" errorCode="broken"/>
<process id="p" isExecutable="true">
  <startEvent id="s"/>
  <userTask id="ask"/>
  <boundaryEvent id="late" attachedToRef="ask" cancelActivity="false">
    <timerEventDefinition><timeDuration>P2D</timeDuration></timerEventDefinition></boundaryEvent>
  <boundaryEvent id="broke" attachedToRef="ask">
    <errorEventDefinition errorRef="err"/></boundaryEvent>
  <manualTask id="remind"/>
  <intermediateCatchEvent id="payment">
    <messageEventDefinition messageRef="m"/></intermediateCatchEvent>
  <serviceTask id="book"><extensionElements><zeebe:taskDefinition type="ledger.book"/>
    <zeebe:ioMapping><zeebe:input source="=amount" target="amount"/></zeebe:ioMapping>
  </extensionElements></serviceTask>
  <endEvent id="e"/><endEvent id="e2"/><endEvent id="e3"/>
  <sequenceFlow id="f1" sourceRef="s" targetRef="ask"/>
  <sequenceFlow id="f2" sourceRef="ask" targetRef="payment"/>
  <sequenceFlow id="f3" sourceRef="payment" targetRef="book"/>
  <sequenceFlow id="f4" sourceRef="book" targetRef="e"/>
  <sequenceFlow id="f5" sourceRef="late" targetRef="remind"/>
  <sequenceFlow id="f6" sourceRef="remind" targetRef="e2"/>
  <sequenceFlow id="f7" sourceRef="broke" targetRef="e3"/>
</process></definitions>""".encode()


def run(steps: str, handlers: str = "{}") -> Player:
    """Play steps on the process above; the player is returned closed."""
    body = "\n".join(f"  {line}" for line in steps.strip().splitlines())
    text = f"title: T\nprocess: p\nhandlers: {handlers}\nat: 2026-03-02T08:00:00Z\nsteps:\n{body}"
    (scenario,) = read("x.yaml", text)
    with Player(operations=["ledger.book"]) as player:
        play(scenario, player, {"p.bpmn": PROCESS})
        return player


def test_time_messages_and_connectors() -> None:
    player = run(
        """
- start: p
  expect: {active: [ask], state: active}
- advance: P1DT23H
  expect: {not_reached: [remind]}
- advance: PT1H
  expect: {completed: [remind], active: [ask]}
- complete: ask
  expect: {incidents: ["payment: expression-failed"]}
- retry: payment
  variables: {number: N-1, amount: 7}
  expect: {waiting: [payment], incidents: []}
- message: paid
  key: N-2
  expect: {waiting: [payment]}
- message: paid
  key: N-1
  variables: {when: "2026-03-04"}
  expect: {calls: {book: 1}, state: active}
- advance: PT10S
  expect:
    state: completed
    calls: {book: 2}
    variables: {entry: 14, booked: true, when: "2026-03-04"}
    completed: {book: 1, ask: 1}
    journal: [InstanceStarted, TimerFired late, SubscriptionOpened payment, JobCompleted book]
""",
        '{book: [{transient: "busy"}, {set: {booked: true}, expr: {entry: "= amount * 2"}}]}',
    )
    assert [call.input["amount"] for call in player.script.calls] == [7, 7]
    assert player.clock.now() == datetime(2026, 3, 4, 8, 0, 10, tzinfo=UTC)


def test_errors_from_tasks() -> None:
    run(
        """
- start: p
- error: ask
  code: broken
  expect: {state: completed, completed: [e3]}
"""
    )


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ("- start: p\n- expect: {active: [book]}", r"x\.yaml:7: “T”, step 2 \(expect\): active"),
        ("- start: q", "step 1 .start.: refused with process-unknown"),
        ("- start: p\n  refused: forbidden", "should be refused with forbidden, was done"),
        ("- start: p\n- complete: book", "book is not open; open are: ..ask.."),
        ("- start: p\n- complete: ask\n  refused: task-done", "should be refused"),
        ("- start: p\n  expect: {variables: {a: 1}}", "variable a: expected 1, but there is none"),
        ("- start: p\n- set: {a: 2}\n  expect: {variables: {a: 1}}", "expected 1, found 2"),
        ("- start: p\n  expect: {notes: [hello]}", "notes: expected .hello., found nothing"),
        ("- start: p\n  expect: {journal: [JobCreated]}", "journal: “JobCreated” is missing"),
        ("- start: p\n  expect: {tasks: {ask: {groups: [x]}}}", "task ask: groups"),
        ("- start: p\n  expect: {tasks: {ask: {colour: x}}}", "“colour” is none of"),
        ("- start: p\n  expect: {decisions: {d: 1}}", "decision d: was not made"),
        ("- start: p\n  expect: {not_reached: [ask]}", "ask was reached"),
        ("- start: p\n- expect: {}\n  case: other", "there is no case “other”"),
        ("- start: p\n- advance: two days", "is no duration"),
        ("- start: p\n- release: {q.dmn: {a: b}}", "the app has no file “q.dmn”"),
        ("- start: p\n- release: {p.bpmn: {zzz: b}}", "p.bpmn does not hold “zzz”"),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_told_with_its_place(steps: str, told: str) -> None:
    with pytest.raises(ScenarioFailed, match=told):
        run(steps)


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("title: [", 1, "not valid YAML"),
        ("- a", 1, "holds names with values"),
        ("title: T\nsteps: []", 1, "a list of steps"),
        ("steps: [{start: p}]", 1, "has a title"),
        ("title: T\nsteps:\n- start: p\n- dance: p", 4, "exactly one of"),
        ("title: T\nsteps:\n- start: p\n  complete: q", 3, "exactly one of"),
        ("title: T\nsteps:\n- start: p\n  to: anna", 4, "“to” is none of"),
        ("title: T\nsteps:\n- start: p\n  expect:\n    activ: []", 5, "“activ” is none of"),
        ("title: T\nsteps:\n- claim: x", 3, "needs “by”"),
        ("title: T\nat: soon\nsteps: [{start: p}]", 2, "“at” is a date"),
        ("process: p\nscenarios: {}", 2, "is a list"),
        ("process: p\ncolor: 1\nscenarios: []", 2, "“color” is none of"),
    ],
)
def test_a_file_that_is_no_scenario_is_refused_with_its_line(
    text: str, line: int, told: str
) -> None:
    with pytest.raises(ScenarioProblem, match=told) as refused:
        read("x.yaml", text)
    assert refused.value.line == line


def test_scenarios_share_what_their_file_says() -> None:
    first, second = read(
        "x.yaml",
        "process: p\nproves: [A]\npeople: [{login: eva}]\nscenarios:\n"
        "- title: One\n  proves: [B]\n  steps: [{start: p}]\n"
        "- title: Two\n  process: q\n  steps: [{start: q}]\n",
    )
    assert (first.process, first.proves, first.line) == ("p", ("A", "B"), 5)
    assert (second.process, second.proves) == ("q", ("A",))
    assert second.people == ({"login": "eva"},)
