"""Random processes: what the engine does is what the reference model says it has to.

Every change is also played by a twin that is never saved (`bpmn.player`), and the variables
are replayed from the events. A seed says everything about a run; it is in the failure's text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from bpmn.player import Player, compiled
from casewright import bpmn
from casewright.bpmn import changes, compensation, escalations, joins, loops, signals, workflow
from casewright.bpmn.tokens import Token
from reference import blocks
from reference.model import Case

AMPLE = bpmn.StepLimits(cpu_seconds=60)
KINDS = {"task": "user", "job": "service"}
LONGEST = 60


def paths(case: Player) -> list[tuple[str, str, bpmn.TokenView]]:
    """Return kind, path and token of all that waits, as the reference model names it."""
    waits = bpmn.waiting_for(case.definition, case.snapshot)
    return [
        (KINDS.get(waits[view.id], waits[view.id]), _path(view.id), view)
        for view in bpmn.tokens(case.snapshot)
        if waits.get(view.id) in {"task", "job", "timer", "message", "signal"}
    ]


def _path(token: str) -> str:
    """Return a token's id without numbers; runs of an event sub-process are told apart."""
    *outer, last = token.split("/")
    kept = [part if part.startswith("w") else re.sub(r"#\d+", "", part) for part in outer]
    return "/".join([*kept, re.sub(r"#\d+", "", last)])


def leaves(model: Case) -> Counter[tuple[str, str]]:
    return Counter((leaf.kind, leaf.path) for leaf in model.leaves)


def compare(case: Player, model: Case, trail: list[str]) -> None:
    """Hold what waits, the variables and the end against each other."""
    seen = Counter((kind, path) for kind, path, _ in paths(case))
    told = f"after {trail}"
    assert case.incident is None, told
    assert seen == leaves(model), told
    assert case.done == model.over, told
    assert _numbers(case.variables) == _numbers(model.variables), told
    assert replayed(case.all_events) == case.snapshot.get("variables", {}).get("", {}), told


def _numbers(variables: dict[str, Any]) -> dict[str, int]:
    """Leave out what handlers wrote: whose names they see is the compensated activity's."""
    found = {name: value for name, value in variables.items() if not name.startswith("h")}
    return {name: int(value) for name, value in found.items() if value is not None}


def replayed(events: list[Any]) -> dict[str, Any]:
    """Return the root variables that follow from the events alone."""
    found: dict[str, Any] = {}
    for event in events:
        if type(event).__name__ == "InstanceStarted":
            found |= event.variables
        elif type(event).__name__ == "VariablesChanged" and event.scope == "":
            found |= event.values
    return found


def act(case: Player, kind: str, view: bpmn.TokenView, value: int) -> None:
    """Let happen in the engine what the reference model was told."""
    change: changes.Change
    if kind == "user":
        change = bpmn.CompleteTask(view.id, {view.element: value})
    elif kind == "service":
        change = bpmn.CompleteJob(view.id)
    elif kind == "timer":
        change = bpmn.FireTimer(view.id)
    elif kind == "message":
        change = bpmn.ReceiveMessage(view.id)
    else:
        change = bpmn.Signalled("signal")
    case.do(change)
    while case.result.more:
        case.do(bpmn.Continue())


def play(seed: int, path: int) -> int:
    """Play one random path through the process of a seed; return how many changes it took."""
    body = blocks.Maker(seed).process()
    random = Random(f"{seed}/{path}")
    case = Player(_definition(seed, body), limits=AMPLE)
    model = Case(body)
    trail: list[str] = []
    compare(case, model, trail)
    while not model.over and len(trail) < LONGEST:
        leaf = random.choice(model.leaves)
        value = random.randint(0, 2)
        views = [view for kind, name, view in paths(case) if (kind, name) == (leaf.kind, leaf.path)]
        trail.append(f"{leaf.kind} {leaf.path} {value}")
        act(case, leaf.kind, views[0], value)
        model.act(leaf, value)
        compare(case, model, trail)
    return len(trail)


_COMPILED: dict[int, bpmn.Definition] = {}


def _definition(seed: int, body: blocks.Block) -> bpmn.Definition:
    if seed not in _COMPILED:
        _COMPILED[seed] = compiled(blocks.document(body))
    return _COMPILED[seed]


def campaign(seeds: range, many: int) -> Iterator[int]:
    for seed in seeds:
        for path in range(many):
            try:
                yield play(seed, path)
            except Exception as problem:
                raise AssertionError(f"seed {seed}, path {path}: {problem}") from problem


def test_forty_processes_do_what_the_model_says() -> None:
    assert sum(campaign(range(40), 10)) > 2000


@pytest.mark.slow
def test_two_hundred_processes_do_what_the_model_says() -> None:
    assert sum(campaign(range(1000, 1200), 30)) > 30000


# Ten faults, each planted where the runtime decides something; the model has to see each.


def _first_only(instance: Any, name: str, variables: Any) -> int:
    for level in instance.levels():
        for token in list(level.open.values()):
            if token.signal == name and token.stop is None:
                signals.happen(token, variables)
                return 1
    return 0


def _backwards(self: compensation.Ledger, activity: str) -> list[compensation.Entry]:
    taken, self.done = self.done[::-1], []
    return taken


FAULTS: dict[str, tuple[Any, str, Any]] = {
    "a parallel join does not wait": (joins, "all_arrived", lambda flows, arrived: True),
    "an inclusive join does not wait": (joins, "nothing_on_the_way", lambda *_: True),
    "a signal comes to one alone": (signals, "deliver", _first_only),
    "an escalation is lost": (escalations, "_catcher", lambda *_: None),
    "events behind a gateway stay": (Token, "alone", lambda self: None),
    "boundary events stay behind": (workflow.Level, "boundaries", lambda *_: []),
    "event sub-processes do not wait": (workflow.Level, "arm", lambda self: None),
    "an interrupted level goes on": (workflow.Level, "clear", lambda self, keep=None: None),
    "compensation runs first things first": (compensation.Ledger, "take", _backwards),
    "a repeated activity is over with its first item": (
        loops.MultiInstance,
        "ends",
        lambda self, token, rounds: rounds.done >= 1 or rounds.finished,
    ),
}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_a_planted_fault_is_seen(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*FAULTS[fault])
    with pytest.raises(AssertionError):
        list(campaign(range(80), 4))
