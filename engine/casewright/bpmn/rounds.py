"""How far a repeated activity has come: what its body counts, and what it collected."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

import orjson

from casewright.bpmn.scopes import Scope

# Names of the engine in the scope of a multi-instance body; nobody writes them.
COUNTERS = (
    *("numberOfInstances", "numberOfActiveInstances"),
    *("numberOfCompletedInstances", "numberOfTerminatedInstances"),
    *("nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances"),
)
LOOP_COUNTER = "loopCounter"


@dataclass(slots=True)
class Rounds:
    """The count of a body; `total` is -1 for a loop whose end is not known.

    `items` are those that have not begun, and `out` the results so far by position, both as
    JSON: an item that has begun holds its own, so that nothing is kept twice.
    """

    total: int = -1
    begun: int = 0
    done: int = 0
    ended: int = 0
    over: bool = False
    items: deque[Any] = field(default_factory=deque)
    out: list[Any] = field(default_factory=list)

    @property
    def active(self) -> int:
        """How many items are open."""
        return self.begun - self.done - self.ended

    @property
    def finished(self) -> bool:
        """Whether no further item is wanted."""
        return self.over or self.done == self.total

    def put(self, position: int, data: Any) -> None:
        """Keep the result of the item at a position, from 1."""
        if len(self.out) < position:
            self.out.extend([None] * (position - len(self.out)))
        self.out[position - 1] = data

    def results(self) -> list[Any]:
        """Return a result for each item, null where there is none."""
        return self.out + [None] * (self.total - len(self.out))

    def held(self) -> int:
        """Return how many bytes the items and results have."""
        return len(orjson.dumps([*self.items, *self.out])) if self.items or self.out else 0

    def to_json(self) -> dict[str, Any]:
        """Return the snapshot's form; what is zero or empty is left out."""
        data = {name: getattr(self, name) for name in ("begun", "done", "ended", "over")}
        data |= {"items": list(self.items), "out": list(self.out)}
        return {"total": self.total} | {name: value for name, value in data.items() if value}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Rounds:
        """Return what `to_json` wrote."""
        lists = {"items": deque(data.get("items", ())), "out": list(data.get("out", ()))}
        return cls(**{**data, **lists})


class RoundScope(Scope):
    """The scope of a body: its counters are kept by the engine."""

    __slots__ = ()

    def count(self, rounds: Rounds) -> None:
        """Let the counters say how far it is."""
        if rounds.total < 0:
            self.raw[LOOP_COUNTER] = rounds.done
            self._decoded.pop(LOOP_COUNTER, None)
            return
        total, active, done = rounds.total, rounds.active, rounds.done
        values = (total, active, done, rounds.ended, total, active, done)
        self.raw.update(zip(COUNTERS, values, strict=True))
        for name in COUNTERS:
            self._decoded.pop(name, None)

    def _store(self, name: str, value: Any, *, measured: bool = False) -> None:
        if name not in COUNTERS:
            super()._store(name, value, measured=measured)
