"""Scripted connectors: what the world outside answers to a service task, attempt by attempt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from casewright import feel
from casewright.domain.clock import Clock
from casewright.feel.values import from_python
from casewright_connectors.contract import (
    Business,
    Outcome,
    Permanent,
    Result,
    Transient,
    Unknown,
)

OUTCOMES = ("bpmn_error", "fail", "transient", "unreachable", "unknown")
WORDS = frozenset({"set", "expr", *OUTCOMES})


class UnknownHandler(Exception):
    """A handler is written in words that nobody knows."""


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt that reached a scripted connector."""

    element: str
    operation: str
    input: Mapping[str, Any]


@dataclass(slots=True)
class Script:
    """The handlers, by element id or by operation, and the calls that were made.

    A handler is `{}` or holds `set` (values), `expr` (FEEL on the job's input and the
    variables), or one of `bpmn_error` (a code), `fail`, `transient`, `unreachable`, `unknown` (a
    text). A list of handlers answers one attempt each; the last one answers all the rest.
    """

    clock: Clock
    zone: tzinfo
    handlers: Mapping[str, Any] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    _asked: Counter[str] = field(default_factory=Counter)

    def use(self, handlers: Mapping[str, Any]) -> None:
        """Answer by these handlers from now on."""
        for name, handler in handlers.items():
            for one in handler if isinstance(handler, Sequence) else [handler]:
                _check(name, one)
        self.handlers = dict(handlers)
        self._asked.clear()

    def knows(self, element: str, operation: str) -> bool:
        """Tell whether there is a handler for an element, or for its operation."""
        return element in self.handlers or operation in self.handlers

    def answer(self, call: Call, variables: Mapping[str, Any]) -> Outcome:
        """Answer an attempt; an element's own handler goes before its operation's."""
        name = call.element if call.element in self.handlers else call.operation
        handler = self.handlers[name]
        if isinstance(handler, Sequence):
            handler = handler[min(self._asked[name], len(handler) - 1)]
        self._asked[name] += 1
        self.calls.append(call)
        return _outcome(handler, self._values(handler, {**variables, **call.input}))

    def _values(self, handler: Mapping[str, Any], seen: Mapping[str, Any]) -> dict[str, Any]:
        values = {key: from_python(value) for key, value in (handler.get("set") or {}).items()}
        for key, text in (handler.get("expr") or {}).items():
            now = self.clock.now()
            values[key] = feel.evaluate(str(text).lstrip("="), seen, now=now, zone=self.zone)[0]
        return values


def _outcome(handler: Mapping[str, Any], values: dict[str, Any]) -> Outcome:
    word = next((word for word in OUTCOMES if word in handler), "")
    text = str(handler.get(word, ""))
    if word == "bpmn_error":
        return Business(text, variables=values)
    if word == "fail":
        return Permanent(text)
    if word in ("transient", "unreachable"):
        return Transient(text, answered=word == "transient")
    return Unknown(text) if word == "unknown" else Result(values)


def _check(name: str, handler: Any) -> None:
    if not isinstance(handler, Mapping):
        raise UnknownHandler(f"{name}: a handler holds names with values, not {handler!r}")
    unknown = set(handler) - WORDS
    if unknown:
        known = ", ".join(sorted(WORDS))
        raise UnknownHandler(f"{name}: {sorted(unknown)[0]} is none of {known}")
