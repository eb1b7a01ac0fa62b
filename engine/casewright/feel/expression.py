"""Expressions and unary tests: compiled once, evaluated many times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from . import calls, loops  # noqa: F401  they register their nodes
from .compiler import Scope, any_test, compile_node, compile_test
from .functions import BUILTINS
from .nodes import Name
from .parser import Parsed
from .parser import parse as parse_text
from .problems import DEFAULT_LIMITS, FeelError, LimitHit, Limits, Problem
from .properties import NAMES
from .quick import quick_tests
from .runtime import WEIGHED, Frame, Run, weigh
from .values import from_python

_BUILTINS = frozenset(BUILTINS)
_NO_NAMES: frozenset[str] = frozenset()
# Longer texts are compiled each time, so that the cache stays small.
_KEPT = 10_000
Result = tuple[Any, tuple[Problem, ...]]


class _Compiled:
    """What expressions and unary tests share."""

    __slots__ = ("calls", "problems", "reads", "text", "uncertain")

    def __init__(self, text: str, parsed: Parsed) -> None:
        self.text = text
        self.reads = parsed.reads
        self.uncertain = parsed.uncertain
        self.calls = parsed.calls
        self.problems = parsed.problems

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.text!r})"


def _finish(run: Run, work: Callable[[Frame], Any]) -> Result:
    """Do the work; whatever happens becomes a problem."""
    try:
        value = work(Frame(run.loaded, None, run))
        if type(value) in WEIGHED:
            weigh(value, run.limits)
        return value, tuple(run.problems)
    except LimitHit as hit:
        extra = Problem("limit", hit.message)
    except (RecursionError, MemoryError):
        extra = Problem("limit", "nested too deeply, or too large")
    except FeelError as error:
        extra = Problem(error.kind, error.message)
    except Exception as error:
        # A mistake of ours must not take the caller down, and its text may hold values.
        extra = Problem("internal", f"internal error ({type(error).__name__})")
    return None, (*run.problems, extra)


class Expression(_Compiled):
    """A FEEL expression; `name` is the variable that it is nothing more than."""

    __slots__ = ("_work", "name")

    def __init__(self, text: str, names: frozenset[str]) -> None:
        parsed = parse_text(text, names | NAMES if names else NAMES, _BUILTINS)
        super().__init__(text, parsed)
        self.name: str | None = None
        self._work: Callable[[Frame], Any] | None = None
        if parsed.tree is not None and not parsed.problems:
            if type(parsed.tree) is Name:
                self.name = parsed.tree.name
            try:
                self._work = compile_node(parsed.tree, Scope(names, BUILTINS))
            except RecursionError:
                self.problems = (Problem("limit", "nested too deeply"),)

    def evaluate(
        self,
        context: Mapping[str, Any],
        now: dt.datetime | None = None,
        zone: dt.tzinfo | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> Result:
        """Give the value and the problems; never raises."""
        if self._work is None:
            return None, self.problems
        run = Run(context, now, zone, limits)
        return _finish(run, self._work)


class UnaryTests(_Compiled):
    """The unary tests of an input entry of a decision table."""

    __slots__ = ("_always", "_negated", "_tests", "quick")

    def __init__(self, text: str, names: frozenset[str]) -> None:
        self._always = text.strip() in ("", "-")
        parsed = Parsed() if self._always else parse_text(text, names | NAMES, _BUILTINS, True)
        super().__init__(text, parsed)
        self._negated = parsed.negated
        sound = parsed.tests and not parsed.problems
        self.quick = quick_tests(parsed.tests, parsed.negated) if sound else None
        scope = Scope(names, BUILTINS)
        try:
            self._tests = tuple(compile_test(test, scope) for test in parsed.tests)
        except RecursionError:
            self.problems = (Problem("limit", "nested too deeply"),)

    def evaluate(
        self,
        input_value: Any,
        context: Mapping[str, Any],
        now: dt.datetime | None = None,
        zone: dt.tzinfo | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> tuple[bool | None, tuple[Problem, ...]]:
        """Tell whether the input satisfies the tests, with the problems; never raises."""
        if self._always:
            return True, ()
        if self.problems:
            return None, self.problems
        run = Run(context, now, zone, limits)
        return _finish(run, lambda frame: self._test(frame, input_value))

    def _test(self, root: Frame, input_value: Any) -> bool | None:
        value = from_python(input_value)
        frame = Frame({"?": value}, root, root.run)
        answer = any_test(self._tests, frame, value)
        return not answer if self._negated and answer is not None else answer


@lru_cache(maxsize=4096)
def _expression(text: str, names: frozenset[str]) -> Expression:
    return Expression(text, names)


@lru_cache(maxsize=4096)
def _unary(text: str, names: frozenset[str]) -> UnaryTests:
    return UnaryTests(text, names)


def parse(text: str, names: Iterable[str] = _NO_NAMES) -> Expression:
    """Compile an expression; what is wrong with the text is in its problems."""
    known = frozenset(names)
    return _expression(text, known) if len(text) <= _KEPT else Expression(text, known)


def unary(text: str, names: Iterable[str] = _NO_NAMES) -> UnaryTests:
    """Compile unary tests; what is wrong with the text is in their problems."""
    known = frozenset(names)
    return _unary(text, known) if len(text) <= _KEPT else UnaryTests(text, known)


def evaluate(
    text: str,
    context: Mapping[str, Any],
    now: dt.datetime | None = None,
    zone: dt.tzinfo | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Result:
    """Compile and evaluate an expression."""
    return parse(text).evaluate(context, now, zone, limits)
