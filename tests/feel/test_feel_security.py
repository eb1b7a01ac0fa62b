"""No payload reaches Python or its host; each that eats resources is stopped within its limits."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from casewright import feel
from parts import SHARED

SECRET = "the-secret-of-this-test"
FILE = SHARED / "security" / "expressions.yaml"
PAYLOADS: list[dict[str, str]] = (
    yaml.safe_load(FILE.read_text(encoding="utf-8")) if FILE.is_file() else []
)
_WATCHED = ("open", "os.", "subprocess.", "socket.", "exec", "compile", "ctypes.", "pickle.")
_seen: list[str] | None = None


def _hook(event: str, _arguments: Any) -> None:
    if _seen is not None and event.startswith(_WATCHED):
        _seen.append(event)


sys.addaudithook(_hook)


def _watched(text: str, context: dict[str, Any]) -> tuple[Any, Any, list[str]]:
    """Evaluate, noting what reaches for the machine."""
    global _seen
    _seen = []
    try:
        value, problems = feel.evaluate(text, context)
        return value, problems, _seen
    finally:
        _seen = None


@pytest.mark.skipif(not PAYLOADS, reason="needs ../shared/security/expressions.yaml")
@pytest.mark.parametrize("payload", PAYLOADS, ids=[str(i) for i in range(len(PAYLOADS))])
def test_no_payload_reaches_the_machine(payload: dict[str, str], tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    text = payload["text"].replace("{SECRET_FILE}", str(secret))
    feel.parse(text)
    started = time.monotonic()
    value, problems, reached = _watched(text, {"out": None})
    assert time.monotonic() - started < 5
    assert reached == []
    assert SECRET not in repr((value, problems))
    assert feel.type_name(value) != "unknown"
    assert "internal" not in {problem.kind for problem in problems}


DOUBLING = ", ".join(
    f"{b}: concatenate({a}, {a})"
    for a, b in zip("abcdefghijklmnopq", "bcdefghijklmnopqr", strict=True)
)
JOINED = ", ".join(
    f"{b}: {a} + {a}"
    for a, b in zip("abcdefghijklmnopqrstuvwx", "bcdefghijklmnopqrstuvwxy", strict=True)
)
EATERS = {
    "doubled text": f'{{a: "0123456789", {JOINED}}}',
    "doubled list": f"{{a: [1, 2], {DOUBLING}}}",
    "nested quantifiers": "some a in 1..9999, b in 1..9999, c in 1..9999 satisfies a + b + c < 0",
    "every": "every a in 1..9999, b in 1..9999 satisfies a + b > 0",
    "huge range": "for i in 1..10**18 return i",
    "huge range value": "count(for i in [1..10**18] return i)",
    "endless function": "{f: function(n) f(n + 1), g: f(1)}.g",
    "two functions": "{f: function(g, n) g(g, n + 1), h: f(f, 1)}.h",
    "exponent": "10**(9**9)",
    "exponents": "9**(9**(9**9))",
    "joined": 'string join(for i in 1..999 return string join(for j in 1..9999 return "abcdefgh"))',
    "sort": "sort(for i in 1..9999 return i, function(x, y) count(for k in 1..9999 return k) < x)",
    "partial": "for i in 1..9999 return partial",
    "brackets": "(" * 20_000 + "1" + ")" * 20_000,
    "lists": "[" * 20_000,
    "contexts": "{a:" * 20_000,
    "conditions": "if true then " * 20_000,
    "functions": "function(x) " * 20_000,
    "long pattern": f'matches("{"a" * 60}!", "^(a+)+$")',
    "alternatives": f'matches("{"a" * 60}!", "^(a|a|aa)+$")',
    "replace": f'replace("{"a" * 5000}", "a", "{"b" * 5000}")',
    "filters": "(for i in 1..9999 return i)[count((for j in 1..9999 return j)[item > 1]) > 0]",
}


# The pattern engine sees through it, so that it ends by itself.
CHEAP = frozenset({"long pattern"})


@pytest.mark.parametrize("name", EATERS)
def test_what_eats_is_stopped(name: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.monotonic()
    value, problems, reached = _watched(EATERS[name], {})
    assert time.monotonic() - started < 10
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 256 * 1024
    assert reached == []
    assert value is None or value is False
    assert problems or name in CHEAP
    assert {problem.kind for problem in problems} <= {"limit", "number", "function", "syntax"}
    assert feel.evaluate("1 + 1", {}) == (2, ())


def test_a_number_of_many_digits_is_cut_or_refused() -> None:
    value, problems = feel.evaluate("9" * 100_000, {})
    assert value is None
    assert problems


def test_the_clock_is_only_the_one_handed_in() -> None:
    assert feel.evaluate("[now(), today()]", {})[0] == [None, None]
