"""One evaluation while it runs: its context, what is left of its limits, its problems."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from .nodes import Place
from .problems import FeelError, LimitHit, Limits, Problem
from .values import Function, from_python, type_name

MISSING: Final = object()
_CHECK = 2_000
_MAX_PROBLEMS = 20


class Run:
    """The state of one evaluation."""

    __slots__ = (
        "calls",
        "context",
        "deadline",
        "left",
        "limits",
        "loaded",
        "mark",
        "now",
        "problems",
        "zone",
    )

    def __init__(
        self,
        context: Mapping[str, Any],
        now: dt.datetime | None,
        zone: dt.tzinfo | None,
        limits: Limits,
    ) -> None:
        self.context = context
        self.now = now
        self.zone = zone
        self.limits = limits
        self.left = limits.steps
        self.mark = limits.steps - _CHECK
        self.deadline: float | None = None
        self.problems: list[Problem] = []
        self.calls = 0
        self.loaded: dict[str, Any] = {}

    def tick(self, steps: int) -> None:
        """Take steps from what is left."""
        self.left -= steps
        if self.left < self.mark:
            self._check()

    def _check(self) -> None:
        if self.left < 0:
            raise LimitHit("too many steps")
        self.mark = self.left - _CHECK
        now = time.monotonic()
        # The first mark comes after microseconds, so counting from there is close enough.
        if self.deadline is None:
            self.deadline = now + self.limits.seconds
        elif now > self.deadline:
            raise LimitHit("took too long")

    def seconds_left(self) -> float:
        """Give the time that is left, for what has a clock of its own."""
        now = time.monotonic()
        if self.deadline is None:
            self.deadline = now + self.limits.seconds
        return max(self.deadline - now, 0.001)

    def items(self, count: int) -> None:
        """Refuse a list of more items than allowed."""
        if count > self.limits.items:
            raise LimitHit("too many items in a list")

    def text(self, length: int) -> None:
        """Refuse a text longer than allowed, and count the work of making it."""
        if length > self.limits.text:
            raise LimitHit("a text is too long")
        self.tick(length >> 6)

    def problem(self, kind: str, message: str, place: Place) -> None:
        """Note a problem; only the first ones are kept."""
        if len(self.problems) < _MAX_PROBLEMS:
            made = Problem(kind, message, *place)
            if made not in self.problems:
                self.problems.append(made)

    def load(self, name: str) -> Any:
        """Give a name's value from the context as a FEEL value, or MISSING."""
        found = self.loaded.get(name, MISSING)
        if found is MISSING:
            found = self.context.get(name, MISSING)
            if found is not MISSING:
                found = self.loaded[name] = from_python(found)
        return found

    def call(self, function: Any, arguments: Sequence[Any]) -> Any:
        """Call a function value."""
        if type(function) is not Function:
            if function is None:
                return None
            raise FeelError(f"a {type_name(function)} cannot be called", "function")
        expected = len(function.parameters)
        if not function.variadic and len(arguments) != expected:
            raise FeelError(f"expected {expected} arguments, not {len(arguments)}", "function")
        self.tick(5)
        self.calls += 1
        if self.calls > self.limits.depth:
            raise LimitHit("calls nested too deeply")
        try:
            return function.invoke(self, arguments)
        finally:
            self.calls -= 1


class Frame:
    """Local names; the root frame holds what was read from the context so far."""

    __slots__ = ("parent", "run", "vars")

    def __init__(self, names: dict[str, Any], parent: Frame | None, run: Run) -> None:
        self.vars = names
        self.parent = parent
        self.run = run


class ItemFrame(Frame):
    """The keys of the item that a filter looks at."""

    __slots__ = ()


def find(frame: Frame, name: str) -> Any:
    """Look a name up from the inside out; MISSING if it is nowhere."""
    at = frame
    while True:
        found = at.vars.get(name, MISSING)
        if found is not MISSING:
            return found
        if at.parent is None:
            # The run of the outermost frame: a function sees what there was where it was made.
            return at.run.load(name)
        at = at.parent


def in_item(frame: Frame) -> bool:
    """Tell whether a filter over contexts is around, where a key may be absent."""
    at: Frame | None = frame
    while at is not None:
        if type(at) is ItemFrame:
            return True
        at = at.parent
    return False


def weigh(value: Any, limits: Limits) -> None:
    """Refuse a result too large once unfolded: characters, and eight more for each item."""
    _weigh(value, limits.result, limits.depth)


def _weigh(value: Any, left: int, depth: int) -> int:
    kind = type(value)
    if kind is str:
        left -= len(value)
    elif kind is list or kind is dict:
        if depth <= 0:
            raise LimitHit("the result is nested too deeply")
        left -= 8 * len(value)
        if kind is dict:
            left -= sum(map(len, value))
        for item in value if kind is list else value.values():
            if type(item) in WEIGHED:
                left = _weigh(item, left, depth - 1)
            if left < 0:
                break
    if left < 0:
        raise LimitHit("the result is too large")
    return left


WEIGHED = frozenset({str, list, dict})
