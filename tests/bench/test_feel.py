"""FEEL conditions beside bkflow-feel, pySFeel and feelin, and a table of 50 rules, in one run.

`make bench` prints medians and ratios; nothing here asserts a time. A peer that is not installed
is named and left out.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench import feel_conditions as bench
from casewright import dmn, feel
from casewright.feel.expression import Expression
from parts import ROOT

pytestmark = pytest.mark.bench

ROUNDS = 30
WARMING = 5
CALLS = 20
HERE = Path(__file__).parent
PYTHON = ROOT / "var" / "bench-peers" / "bin" / "python"
FEELIN = ROOT / "tests" / "feel" / "feelin"
NODE = FEELIN / "node_modules" / ".node"
COMMANDS: dict[str, list[str | Path]] = {
    "bkflow-feel": [PYTHON, HERE / "feel_peers.py", "bkflow-feel"],
    "pySFeel": [PYTHON, HERE / "feel_peers.py", "pySFeel"],
    "feelin": [NODE, HERE / "feelin_peer.mjs", FEELIN],
}


class Peer:
    """Another engine, in a process of its own; it is asked for one round after the other."""

    def __init__(self, name: str) -> None:
        self.name = name
        dialect = bench.DIALECTS.get(name, {})
        spelt = {text: dialect.get(text, text) for text in bench.CONDITIONS}
        self.process = subprocess.Popen(
            list(map(str, COMMANDS[name])),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": "0"},
        )
        values = self._ask({"texts": list(spelt.values()), "context": bench.CONTEXT})
        wanted = zip(spelt.items(), bench.CONDITIONS.values(), values, strict=True)
        # Only what it answers rightly is timed.
        self.texts = {text: said for (text, said), value, found in wanted if found == value}

    def _ask(self, message: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def round(self) -> dict[str, dict[str, float]]:
        """Run each condition that it can; give microseconds by kind and condition."""
        found = self._ask(list(self.texts.values()))
        return {kind: dict(zip(self.texts, row, strict=True)) for kind, row in found.items()}

    def close(self) -> None:
        """End its process."""
        self.process.communicate(timeout=10)


class Ours:
    """Casewright: parsed once and kept; "parse" and "whole" go round the cache."""

    name = "casewright"

    def round(self) -> dict[str, dict[str, float]]:
        """Run each condition."""
        return {kind: {text: call(text) for text in bench.CONDITIONS} for kind, call in OURS}


def _timed(call: Callable[[], Any]) -> float:
    call()
    begin = time.perf_counter()
    for _ in range(CALLS):
        call()
    return (time.perf_counter() - begin) / CALLS * 1e6


def _evaluate(text: str) -> float:
    parsed = feel.parse(text)
    return _timed(lambda: parsed.evaluate(bench.CONTEXT))


NO_NAMES: frozenset[str] = frozenset()
OURS: list[tuple[str, Callable[[str], float]]] = [
    ("evaluate", _evaluate),
    ("cached", lambda text: _timed(lambda: feel.evaluate(text, bench.CONTEXT))),
    ("parse", lambda text: _timed(lambda: Expression(text, NO_NAMES))),
    ("whole", lambda text: _timed(lambda: Expression(text, NO_NAMES).evaluate(bench.CONTEXT))),
]


def _peers() -> list[Peer]:
    found = []
    for name, command in COMMANDS.items():
        if not Path(command[0]).exists():
            print(f"  {name} is not installed and is left out (make bench installs it)")
            continue
        try:
            found.append(Peer(name))
        except (OSError, ValueError) as error:
            print(f"  {name} does not start and is left out ({type(error).__name__})")
    return found


def _median(rounds: list[dict[str, dict[str, float]]], kind: str, text: str) -> float | None:
    values = [one[kind][text] for one in rounds if text in one.get(kind, {})]
    return statistics.median(values) if values else None


def _us(value: float | None) -> str:
    return f"{value:9.1f}" if value is not None else f"{'-':>9}"


def test_conditions_beside_other_engines() -> None:
    """Rounds of all engines alternate, so that a noisy machine is noisy for all."""
    for text, value in bench.CONDITIONS.items():
        assert feel.evaluate(text, bench.CONTEXT) == (value, ()), text
    print(f"\nten conditions, medians of {ROUNDS} rounds in µs, load {os.getloadavg()[0]:.2f}")
    runners: list[Any] = [Ours(), *_peers()]
    rounds: dict[str, list[dict[str, dict[str, float]]]] = {item.name: [] for item in runners}
    for number in range(WARMING + ROUNDS):
        for item in runners:
            found = item.round()
            if number >= WARMING:
                rounds[item.name].append(found)
    for item in runners[1:]:
        item.close()
    columns = [(name, kind) for name in rounds for kind in rounds[name][0]]
    print(" " * 50 + " ".join(f"{name[:9]:>9}" for name, _ in columns))
    print(" " * 50 + " ".join(f"{kind:>9}" for _, kind in columns))
    for text in bench.CONDITIONS:
        cells = [_us(_median(rounds[name], kind, text)) for name, kind in columns]
        print(f"  {text:48s}" + " ".join(cells))
    for name in list(rounds)[1:]:
        _ratios(rounds["casewright"], rounds[name], name)


def _ratios(ours: list[Any], theirs: list[Any], name: str) -> None:
    for mine, kind, said in (
        ("evaluate", "whole", "kept beside parsed anew"),
        ("evaluate", "evaluate", "evaluate beside evaluate"),
        ("parse", "parse", "parse beside parse"),
        ("whole", "whole", "both parsed anew"),
    ):
        found = []
        for text in bench.CONDITIONS:
            peer, own = _median(theirs, kind, text), _median(ours, mine, text)
            if peer is not None and own is not None:
                found.append(peer / own)
        if found:
            span = f"{min(found):.2f} to {max(found):.2f}"
            print(
                f"  -> {name}, {said}: ours {statistics.median(found):.1f} times as fast"
                f" ({span}; {len(found)} of {len(bench.CONDITIONS)} conditions)"
            )


def test_a_table_of_fifty_rules_and_six_inputs() -> None:
    """The last of 50 rules hits; the first column decides, or only the last."""
    models = {name: dmn.load([bench.table(name)]) for name in bench.HITS_LAST}
    times: dict[str, list[float]] = {name: [] for name in models}
    for name, model in models.items():
        assert model.decision("t", bench.HITS_LAST[name]).value == 49
    for number in range(WARMING + ROUNDS * 3):
        for name, model in models.items():
            given = bench.HITS_LAST[name]
            found = _timed(lambda model=model, given=given: model.decision("t", given))  # type: ignore[misc]
            if number >= WARMING:
                times[name].append(found)
    print("\ntable of 50 rules and 6 inputs, the last rule hits, with trace")
    for name, values in times.items():
        values.sort()
        p50, p90 = statistics.median(values), values[int(len(values) * 0.9)]
        print(f"  the {name} column decides: p50 {p50:6.1f} µs   p90 {p90:6.1f} µs")
