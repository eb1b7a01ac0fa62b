"""One evaluation while it runs: its inputs, what is left of its limits, what it noticed."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from casewright.dmn import model as m
from casewright.dmn.types import MISMATCH, Type
from casewright.feel import Expression, Limits, Problem, UnaryTests, codec, type_name
from casewright.feel.problems import LimitHit

_NOTICES = 50
DEEPEST = 60
_AS_IS = frozenset({str, bool, type(None)})
_SHOWN = 100
_EXACT = 2**53


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a reader of the result should know; values are not quoted."""

    code: str
    message: str
    file: str = ""
    element: str = ""
    line: int = 0
    name: str = ""  # of the decision or other node around the element

    def __str__(self) -> str:
        place = self.element or self.file
        if self.name and self.name != place:
            place = f"{place} (“{self.name}”)" if place else f"“{self.name}”"
        return f"{place}: {self.message}" if place else self.message


@dataclass(slots=True)
class Budget:
    """What is left for one evaluation, with the functions and services it calls."""

    limits: Limits
    left: int
    until: float
    depth: int = 0

    @classmethod
    def of(cls, limits: Limits) -> Budget:
        """Start counting."""
        return cls(limits, limits.steps, time.monotonic() + limits.seconds)

    def spend(self, count: int = 1) -> None:
        """Count expressions; LimitHit when there were too many, or it took too long."""
        before = self.left >> 6
        self.left -= count
        if self.left < 0:
            raise LimitHit("the decision takes too many steps")
        if self.left >> 6 != before and time.monotonic() > self.until:
            raise LimitHit("the decision takes too long")


@dataclass(slots=True)
class Run:
    """The state of one evaluation; a called service has a run of its own on the same budget."""

    inputs: Mapping[str, Any]
    now: dt.datetime | None
    zone: dt.tzinfo | None
    budget: Budget
    notices: list[Notice] = field(default_factory=list)
    failures: list[Notice] = field(default_factory=list)
    values: dict[m.Key, Any] = field(default_factory=dict)
    traces: dict[m.Key, dict[str, Any]] = field(default_factory=dict)
    tables: list[dict[str, Any]] = field(default_factory=list)

    def inner(self, inputs: Mapping[str, Any], values: dict[m.Key, Any]) -> Run:
        """Return the run of a called service: other inputs, same budget and notices."""
        return Run(inputs, self.now, self.zone, self.budget, self.notices, self.failures, values)

    def evaluate(self, expression: Expression, scope: Mapping[str, Any], at: m.At) -> Any:
        """Return the expression's value, its problems becoming notices."""
        self.budget.spend()
        name = expression.name
        if name is not None and name in scope:
            value = scope[name]
            if type(value) in _AS_IS or (type(value) is Decimal and value.is_finite()):
                return value
        value, problems = expression.evaluate(scope, self.now, self.zone, self.budget.limits)
        if problems:
            self._problems(problems, at)
        return value

    def test(self, tests: UnaryTests, value: Any, scope: Mapping[str, Any], at: m.At) -> bool:
        """Return whether the value passes; a test that is null is not passed."""
        self.budget.spend()
        limits = self.budget.limits
        passed, problems = tests.evaluate(value, scope, self.now, self.zone, limits)
        if problems:
            self._problems(problems, at)
        return passed is True

    def _problems(self, problems: tuple[Problem, ...], at: m.At) -> None:
        for problem in problems:
            if problem.kind == "limit":
                raise LimitHit(problem.message)
            self.notice(f"feel-{problem.kind}", problem.message, at)

    def notice(self, code: str, message: str, at: m.At, failed: bool = False) -> None:
        """Keep a notice once; with `failed`, the whole evaluation counts as failed."""
        made = Notice(code, message, at.file, at.element, at.line, at.name)
        if failed:
            self.failures.append(made)
        if made not in self.notices and len(self.notices) < _NOTICES:
            self.notices.append(made)

    def conform(self, value: Any, wanted: Type, what: str, at: m.At) -> Any:
        """Return the value as one of the type; null, with a notice, if it is not."""
        if value is None:
            return None
        found = wanted.conform(value)
        if found is MISMATCH:
            message = f"{what} is a {type_name(value)} that is not of type {wanted.name}"
            self.notice("dmn-type", message, at)
            return None
        return found

    def enter(self) -> None:
        """Count a call into a function; LimitHit when calls are nested too deeply."""
        self.budget.depth += 1
        if self.budget.depth > DEEPEST:
            raise LimitHit(f"decisions and calls are nested more than {DEEPEST} deep")

    def leave(self) -> None:
        """End a call."""
        self.budget.depth -= 1


def shown(value: Any) -> Any:
    """Return the value for a trace, as plain JSON: numbers exact, as int or as text."""
    kind = type(value)
    if kind is Decimal:
        whole = value == value.to_integral_value() and abs(value) < _EXACT
        return int(value) if whole else format(value, "f") if abs(value) < _EXACT else str(value)
    if kind in _AS_IS:
        return value
    if kind is list:
        made = [shown(item) for item in value[:_SHOWN]]
        return [*made, "…"] if len(value) > _SHOWN else made
    if kind is dict:
        return {key: shown(item) for key, item in value.items()}
    return codec.plain(value) if type_name(value) != "function" else repr(value)
