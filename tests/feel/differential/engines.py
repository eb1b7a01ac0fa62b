"""Runs cases on ours and on feelin, with typed answers that can be compared."""

from __future__ import annotations

import datetime as dt
import json
import math
import subprocess
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from casewright import feel

FOLDER = Path(__file__).resolve().parent.parent / "feelin"
NODE = FOLDER / "node_modules" / ".node"
Answer = dict[str, Any]
NOW = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)


def typed(value: Any) -> Answer:
    """Write a value of ours as the script writes one of feelin's."""
    kind = feel.type_name(value)
    if isinstance(value, list):
        return {"t": kind, "v": [typed(item) for item in value]}
    if isinstance(value, dict):
        return {"t": kind, "v": [[key, typed(item)] for key, item in sorted(value.items())]}
    if kind == "range":
        ends = [typed(value.low), typed(value.high)]
        return {"t": kind, "v": ends, "included": [value.low_included, value.high_included]}
    if kind in ("null", "function"):
        return {"t": kind}
    if kind == "number":
        return {"t": kind, "v": str(value)}
    if isinstance(value, bool | str):
        return {"t": kind, "v": value}
    return {"t": kind, "v": feel.evaluate("string(v)", {"v": value})[0]}


def ours(cases: Sequence[Any], context_text: str) -> list[Answer]:
    """Run the cases on ours."""
    context, problems = feel.evaluate(context_text, {})
    assert not problems, problems
    names = frozenset(context) | {"zip code"}
    found = []
    for case in cases:
        if case.unary:
            subject, _ = feel.parse(case.input, names).evaluate(context)
            tests = feel.unary(case.text, names)
            bad = tests.problems
            value, said = tests.evaluate(subject, context, now=NOW)
        else:
            expression = feel.parse(case.text, names)
            bad = expression.problems
            value, said = expression.evaluate(context, now=NOW)
        answer = {"t": "error", "v": bad[0].message} if bad else typed(value)
        found.append({**answer, "problems": [problem.message for problem in said]})
    return found


def theirs(cases: Sequence[Any], context_text: str) -> list[Answer]:
    """Run the cases on feelin."""
    rows = [json.dumps({"text": c.text, "unary": c.unary, "input": c.input}) for c in cases]
    done = subprocess.run(
        [str(NODE), "evaluate.mjs", context_text],
        input="\n".join(rows) + "\n",
        capture_output=True,
        text=True,
        check=True,
        cwd=FOLDER,
        timeout=500,
    )
    return [json.loads(line) for line in done.stdout.split("\n") if line]


def same(one: Answer, two: Answer) -> bool:
    """Tell whether two answers agree; numbers to the precision of a JavaScript number."""
    if one["t"] != two["t"]:
        return False
    if one["t"] == "error":
        return True
    if one["t"] == "number":
        return _near(one["v"], two["v"])
    if one["t"] in ("list", "range"):
        same_ends = one.get("included") == two.get("included")
        return same_ends and len(one["v"]) == len(two["v"]) and all(map(same, one["v"], two["v"]))
    if one["t"] == "context":
        return [k for k, _ in one["v"]] == [k for k, _ in two["v"]] and all(
            same(a, b) for (_, a), (_, b) in zip(one["v"], two["v"], strict=True)
        )
    return bool(one.get("v") == two.get("v"))


def _near(one: str, two: str) -> bool:
    if two in ("NaN", "Infinity", "-Infinity"):
        return False
    return math.isclose(Decimal(one), Decimal(two), rel_tol=1e-12, abs_tol=1e-12)


def version() -> str:
    """Give the version of feelin that the lock file names."""
    lock = json.loads((FOLDER / "package-lock.json").read_text())
    return str(lock["packages"]["node_modules/feelin"]["version"])
