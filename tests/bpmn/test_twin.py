"""The twin check: an instance rebuilt at every step is the instance that stayed in memory.

Random processes are played in random order. After each change the rebuilt instance and a
twin that was never saved must have the same snapshot, events and requests (`player.Player`
compares them), token ids are given once, and an instance that is not over waits for
something that one can name.
"""

import sys
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from bpmn.player import Player, compiled
from bpmn.random_models import Builder
from casewright import bpmn
from casewright.domain.errors import Refused

CHANGES = 200
AMPLE = bpmn.StepLimits(cpu_seconds=60)


def play(seed: int, limits: bpmn.StepLimits = AMPLE) -> str:
    """Play one random process and return how it ended."""
    random = Random(seed)
    case = Player(compiled(Builder(seed).build()), limits=limits)
    given: set[str] = set()
    for _ in range(CHANGES):
        for event in case.events:
            if type(event).__name__ in ("TaskCreated", "JobCreated"):
                assert event.token not in given, f"{event.token} was given twice"
                given.add(event.token)
        if case.done:
            return "done"
        if case.result.more:
            case.do(bpmn.Continue())
            continue
        tokens = bpmn.tokens(case.snapshot)
        waits = bpmn.waiting_for(case.definition, case.snapshot)
        assert waits, "nothing to wait for"
        stuck = [t for t in tokens if t.incident is not None]
        work = [t for t in tokens if waits.get(t.id) in ("task", "job", "timer", "choice")]
        assert work or stuck, "nobody can move it"
        if not work:
            assert {t.incident["code"] for t in stuck if t.incident} == {"surplus-token"}
            case.do(bpmn.Retry(stuck[0].id))
            continue
        token = random.choice(work)
        kind = waits[token.id]
        if kind == "task" and random.random() < 0.1:
            case.do(bpmn.SetVariables({"v1": len(given)}, token.id))
        elif kind == "task":
            case.do(bpmn.CompleteTask(token.id, {"v1": random.randint(0, 3)}))
        elif kind == "choice":
            case.do(_choice(case, token.id, random))
        elif kind == "job":
            case.do(bpmn.CompleteJob(token.id, {"v2": "x"}))
        else:
            case.do(bpmn.FireTimer(token.id))
    return "long"


def _choice(case: Player, token: str, random: Random) -> bpmn.Change:
    """Finish an ad-hoc sub-process where a person can, or choose what begins in it."""
    choices = bpmn.choices(case.definition, case.snapshot)
    (found,) = [choice for choice in choices if choice.token == token]
    if found.may_finish and random.random() < 0.5:
        return bpmn.Finish(token)
    return bpmn.Choose(token, (random.choice(found.elements),))


@pytest.mark.parametrize("start", range(0, 150, 50))
def test_a_rebuilt_instance_is_the_one_in_memory(start: int) -> None:
    ends = Counter(play(seed) for seed in range(start, start + 50))
    assert ends["done"] >= 45


def test_the_budget_changes_nothing_but_the_pieces() -> None:
    for seed in range(150, 180):
        play(seed, bpmn.StepLimits(element_runs=3, cpu_seconds=60))


def _without(field: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return what takes `field` from every token."""
    return lambda data: {
        **data,
        "tokens": [{k: v for k, v in t.items() if k != field} for t in data["tokens"]],
    }


LOSSES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "arrivals": lambda data: {**data, "arrivals": {}},
    "counts": lambda data: {**data, "counts": {}},
    "variables": lambda data: {**data, "variables": {}},
    **{field: _without(field) for field in ("due", "host", "armed", "over")},
}


@pytest.mark.parametrize("what", sorted(LOSSES))
def test_the_twin_sees_what_a_snapshot_loses(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The package's `step` is the function; the module has to be found by its full name.
    module = sys.modules["casewright.bpmn.step"]
    load = module.load
    monkeypatch.setattr(module, "load", lambda d, data, ctx: load(d, LOSSES[what](data), ctx))
    for seed in range(60):
        try:
            play(seed)
        except (AssertionError, KeyError, Refused):
            return
    pytest.fail("the loss was not seen")


@pytest.mark.slow
def test_a_long_campaign() -> None:
    ends = Counter(play(seed) for seed in range(1000, 2500))
    assert ends["done"] >= 1400
