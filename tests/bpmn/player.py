"""Plays one instance: every step goes over JSON, and a twin in memory must agree.

The twin is an instance that is never saved. After each change its snapshot and events have
to be those of the instance that was rebuilt; this is what makes the snapshot trustworthy.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from casewright import bpmn
from casewright.bpmn.step import move
from casewright.bpmn.workflow import Instance
from casewright.domain.clock import micros

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def compiled(data: bytes) -> bpmn.Definition:
    """Return the only definition of a file that must be free of errors."""
    result = bpmn.compile(data, "test.bpmn")
    assert result.findings == (), result.findings
    assert len(result.definitions) == 1
    return result.definitions[0]


def _text(data: Any) -> bytes:
    return orjson.dumps(data, option=orjson.OPT_SORT_KEYS)


class Player:
    """An instance under test."""

    def __init__(
        self,
        source: bytes | bpmn.Definition,
        variables: dict[str, Any] | None = None,
        *,
        begin: bool = True,
        twin: bool = True,
        **context: Any,
    ) -> None:
        self.definition = source if isinstance(source, bpmn.Definition) else compiled(source)
        self.now = NOW
        self.context = {"zone": UTC, "instance": "i", **context}
        self.saved: bytes | None = None
        self.twin: Instance | None = None
        self.with_twin = twin
        self.all_events: list[Any] = []
        self.events: list[Any] = []
        if begin:
            self.do(bpmn.Start(variables or {}))

    def do(self, change: bpmn.Change) -> bpmn.StepResult:
        """Apply a change and compare with the twin."""
        ctx = bpmn.StepContext(now=self.now, **self.context)
        before = orjson.loads(self.saved) if self.saved is not None else None
        copy = orjson.loads(self.saved) if self.saved is not None else None
        self.result = bpmn.step(self.definition, before, change, ctx)
        assert before == copy, "the given snapshot was written"
        self.saved = orjson.dumps(self.result.snapshot)
        self.events = list(self.result.events)
        self.all_events += self.events
        if self.with_twin:
            if self.twin is None:
                self.twin = Instance(self.definition, ctx)
            self.twin.prepare(ctx)
            other = move(self.twin, change)
            assert _text(other.snapshot) == _text(self.result.snapshot)
            assert [e.to_json() for e in other.events] == [e.to_json() for e in self.events]
            assert other.requests == self.result.requests
        return self.result

    @property
    def snapshot(self) -> dict[str, Any]:
        """The snapshot after JSON."""
        assert self.saved is not None
        data: dict[str, Any] = orjson.loads(self.saved)
        return data

    @property
    def open(self) -> list[str]:
        """The open tokens, without boundary events."""
        return sorted(t.id for t in bpmn.tokens(self.snapshot) if not t.host)

    @property
    def done(self) -> bool:
        """Whether the instance ended."""
        return bool(self.snapshot.get("done", False))

    @property
    def variables(self) -> dict[str, Any]:
        """The root variables as FEEL values."""
        return bpmn.variables(self.snapshot)

    @property
    def incident(self) -> dict[str, Any] | None:
        """The first incident."""
        found = [t.incident for t in bpmn.tokens(self.snapshot) if t.incident is not None]
        return dict(found[0]) if found else None

    def token(self, element: str) -> str:
        """Return the id of the only open token at an element."""
        (found,) = [t.id for t in bpmn.tokens(self.snapshot) if t.element == element]
        return found

    def complete(self, element: str, **variables: Any) -> bpmn.StepResult:
        """Complete the task at an element."""
        return self.do(bpmn.CompleteTask(self.token(element), variables))

    def job(self, element: str, **variables: Any) -> bpmn.StepResult:
        """Complete the job at an element."""
        return self.do(bpmn.CompleteJob(self.token(element), variables))

    def throw(self, element: str, code: str, **variables: Any) -> bpmn.StepResult:
        """Throw an error at an element."""
        return self.do(bpmn.ThrowError(self.token(element), code, "", variables))

    def retry(self, element: str, **variables: Any) -> bpmn.StepResult:
        """Retry the incident at an element."""
        return self.do(bpmn.Retry(self.token(element), variables))

    def pass_time(self, **delta: float) -> None:
        """Move the clock and fire what is due, oldest first."""
        self.now += timedelta(**delta)
        while True:
            due = [t for t in bpmn.tokens(self.snapshot) if t.due is not None]
            due = [t for t in due if t.due is not None and t.due <= micros(self.now)]
            if not due:
                return
            self.do(bpmn.FireTimer(min(due, key=lambda t: (t.due, t.id)).id))

    def names(self, *kinds: str) -> list[str]:
        """Return the types of the last step's events, or the elements of those of a kind."""
        if not kinds:
            return [type(event).__name__ for event in self.events]
        return [event.element for event in self.events if type(event).__name__ in kinds]

    def completed(self) -> Counter[str]:
        """Return how often each element completed."""
        return Counter(
            event.element for event in self.all_events if type(event).__name__ == "ElementCompleted"
        )
