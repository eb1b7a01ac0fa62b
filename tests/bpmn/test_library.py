"""Promises about SpiffWorkflow: it runs every element, and neither it nor its specs change."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine, TaskDataEnvironment
from SpiffWorkflow.specs.base import TaskSpec

from bpmn.models import (
    both,
    boundary,
    catch,
    end,
    flows,
    io,
    model,
    node,
    script,
    service,
    start,
    sub,
    timer,
    user,
    xor,
)
from bpmn.player import Player, compiled
from bpmn.random_models import Builder
from bpmn.test_twin import play
from casewright import bpmn
from casewright.bpmn.tokens import Token

MIXED = model(
    start(), xor("m"), script("k", "n + 1", "n"), both("g"), user("u", io({"x": "=n"})),
    service("t"), sub("S", start("ss"), catch("c", timer("PT1M")), node("task", "pp"), end("se"),
                      flows("ss>c>pp>se")),
    boundary("b", "u", timer("PT1H")), both("j"), xor("q", default="f_q_m"), end(), end("late"),
    flows("s>m>k>g>u>j", "g>t>j", "g>S>j", "j>q>m", "b>late", "q>e[=n >= 2]"),
)  # fmt: skip


def walk(case: Player) -> None:
    while not case.done:
        case.pass_time(minutes=2)
        case.complete("u")
        case.job("t")


@pytest.fixture
def no_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every way into Python evaluation raise."""

    def refuse(*_ignored: Any, **_options: Any) -> None:
        raise AssertionError("Python was evaluated")

    for cls in (PythonScriptEngine, TaskDataEnvironment):
        for name in ("evaluate", "execute", "call_service"):
            monkeypatch.setattr(cls, name, refuse)
    monkeypatch.setattr("builtins.eval", refuse)
    monkeypatch.setattr("builtins.exec", refuse)


@pytest.mark.usefixtures("no_python")
def test_no_expression_reaches_python() -> None:
    walk(Player(MIXED, {"n": 0}))
    for seed in range(20):
        play(seed)


def test_every_element_runs_in_a_task_of_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: Counter[str] = Counter()
    run = TaskSpec._run

    def counted(self: Any, task: Any) -> Any:
        result = run(self, task)
        assert isinstance(task, Token)
        if result is True and self.bpmn_id is not None and not self.generated:
            ran[self.bpmn_id] += 1
        return result

    monkeypatch.setattr(TaskSpec, "_run", counted)
    case = Player(MIXED, {"n": 0}, twin=False)
    walk(case)
    assert ran == case.completed()
    assert ran["k"] == 2
    for seed in range(40):
        ran.clear()
        case = Player(Builder(seed).build(), twin=False)
        for _ in range(30):
            work = bpmn.waiting_for(case.definition, case.snapshot)
            ready = sorted(t for t, kind in work.items() if kind in ("task", "job", "timer"))
            if not ready:
                break
            change = {
                "task": bpmn.CompleteTask, "job": bpmn.CompleteJob, "timer": bpmn.FireTimer,
            }[work[ready[0]]]  # fmt: skip
            case.do(change(ready[0]))
        assert ran == case.completed()


def digest(value: Any, seen: set[int]) -> Any:
    """Return the structure of a spec graph, to be hashed."""
    if id(value) in seen:
        return "seen"
    if isinstance(value, dict):
        return [(str(k), digest(v, seen)) for k, v in sorted(value.items(), key=str)]
    if isinstance(value, (list, tuple)):
        return [digest(item, seen) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(map(str, value))
    if hasattr(value, "__dict__") and not isinstance(value, type):
        seen.add(id(value))
        return [type(value).__name__, digest(vars(value), seen)]
    return repr(value) if isinstance(value, (str, int, bool, type(None))) else type(value).__name__


def fingerprint(definition: bpmn.Definition) -> str:
    program = definition.program
    data = digest([program.spec, program.subprocesses, program.graphs], set())
    return hashlib.sha256(repr(data).encode()).hexdigest()


def test_specs_are_never_written() -> None:
    definition = compiled(MIXED)
    before = fingerprint(definition)
    for _ in range(50):
        walk(Player(definition, {"n": 0}, twin=False))
    assert fingerprint(definition) == before
    definition.program.spec.start.completed_event.connect(print)
    assert fingerprint(definition) != before


def test_starting_parses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = []
    original = BpmnParser.add_bpmn_xml

    def counted(*args: Any, **options: Any) -> Any:
        parsed.append(1)
        return original(*args, **options)

    monkeypatch.setattr(BpmnParser, "add_bpmn_xml", counted)
    definition = compiled(MIXED)
    assert len(parsed) == 1
    for number in range(100):
        Player(definition, {"n": number}, twin=False)
    assert len(parsed) == 1


def test_instances_step_in_parallel_threads() -> None:
    definition = compiled(MIXED)

    def one(number: int) -> bytes:
        case = Player(definition, {"n": 0, "mine": number}, twin=False)
        walk(case)
        assert case.variables["mine"] == number
        assert case.saved is not None
        return case.saved

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(one, range(64)))
    assert len(set(results)) == 64


def test_the_library_is_left_as_it_is() -> None:
    """No function of the library is replaced: everything is done by subclasses."""
    program = (
        "import importlib, inspect, pkgutil, sys, SpiffWorkflow\n"
        "import casewright.bpmn\n"
        "bad = []\n"
        "for name, module in list(sys.modules.items()):\n"
        "    if not name.startswith('SpiffWorkflow'):\n"
        "        continue\n"
        "    for item in list(vars(module).values()):\n"
        "        if inspect.isclass(item) and item.__module__.startswith('SpiffWorkflow'):\n"
        "            for key, member in vars(item).items():\n"
        "                inner = getattr(member, '__func__', member)\n"
        "                home = getattr(inner, '__module__', '') or ''\n"
        "                if inspect.isfunction(inner) and home.startswith('casewright'):\n"
        "                    bad.append((item.__name__, key))\n"
        "        elif getattr(item, '__module__', '') .startswith('casewright'):\n"
        "            bad.append((name, getattr(item, '__name__', '?')))\n"
        "print(bad)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
