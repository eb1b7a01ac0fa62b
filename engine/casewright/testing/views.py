"""What a player sees of its system: the stored rows and snapshots, read as pages read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

import orjson

from casewright import bpmn
from casewright.bootstrap import System
from casewright.domain.people import Scope
from casewright.store import Connection
from casewright.store.queries import cases, incidents, tasks
from casewright.store.queries.cases import CaseView, DecisionView, NoteView, TimelineEntry
from casewright.store.queries.incidents import IncidentView
from casewright.store.queries.paging import LARGEST, Page
from casewright.store.queries.tasks import TaskRow, TaskView

ALL = Scope("", frozenset(), all_cases=True, operate=True, admin=True)
RECEIVING = frozenset({"receiveTask"})
CATCHING = frozenset({"intermediateCatchEvent", "receiveTask", "eventBasedGateway"})

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance as it stands: its row and snapshot, and the process that it runs."""

    row: CaseView
    definition: bpmn.Definition
    snapshot: dict[str, Any]

    def tokens(self) -> tuple[bpmn.TokenView, ...]:
        """Return the open tokens; none once the instance has ended."""
        if self.row.state != "active" or not self.snapshot:
            return ()
        return bpmn.tokens(self.snapshot)

    def at(self, kinds: frozenset[str]) -> list[str]:
        """Return the elements of those kinds at which a token waits, without an incident."""
        return [
            token.element
            for token in self.tokens()
            if token.incident is None
            and self._kind(token) in kinds
            and not token.host
            and token.done < 0
        ]

    def _kind(self, token: bpmn.TokenView) -> str:
        element = self.definition.elements.get(token.element)
        return element.kind if element is not None else ""


class Views:
    """Reads everything, as somebody who may see all cases."""

    def __init__(self, system: System) -> None:
        self._system = system

    def roots(self) -> list[str]:
        """Return the cases, oldest first."""
        with self._system.database.read() as conn:
            rows = list(_all(lambda after: cases.cases(ALL, conn, limit=LARGEST, cursor=after)))
        return [row.id for row in reversed(rows)]

    def instances(self, root: str | None = None) -> Iterator[Instance]:
        """Yield the instances of a case, or of all cases, callers before those they called."""
        for case in [root] if root is not None else self.roots():
            with self._system.database.read() as conn:
                below = [row.id for row in cases.children(ALL, conn, case)]
                for key in [case, *below]:
                    yield self._instance(conn, key)

    def _instance(self, conn: Connection, key: str) -> Instance:
        row = cases.case(ALL, conn, key)
        assert row is not None
        definition, _ = self._system.definitions.of(conn, row.definition)
        return Instance(row, definition, orjson.loads(row.snapshot) if row.snapshot else {})

    def active(self, root: str | None = None) -> list[str]:
        """Return the elements of tasks that a person can complete, or that wait to receive."""
        found = []
        for instance in self.instances(root):
            found += instance.at(frozenset({"userTask"}) | RECEIVING)
        return sorted(found)

    def waiting(self, root: str | None = None) -> list[str]:
        """Return the elements of catch events that wait now."""
        found = []
        for instance in self.instances(root):
            found += instance.at(CATCHING)
        return sorted(found)

    def choices(self, root: str | None = None) -> list[tuple[str, bpmn.Choice]]:
        """Return what can be chosen now, each with its instance."""
        return [
            (instance.row.id, choice)
            for instance in self.instances(root)
            if instance.tokens()
            for choice in bpmn.choices(instance.definition, instance.snapshot)
        ]

    def states(self, root: str | None = None) -> Counter[str]:
        """Return how many cases are active, completed and cancelled."""
        return Counter(i.row.state for i in self.instances(root) if i.row.parent is None)

    def variables(self, root: str | None = None) -> dict[str, Any]:
        """Return the variables of the instances; those that run win, and later and inner ones."""
        found: dict[str, Any] = {}
        for instance in sorted(self.instances(root), key=lambda i: i.row.state == "active"):
            if instance.snapshot:
                found |= bpmn.variables(instance.snapshot)
                for token in instance.tokens():
                    found |= bpmn.variables(instance.snapshot, token.id)
        return found

    def tasks(self, root: str | None = None, state: str = "open") -> list[TaskView]:
        """Return the tasks of a case, or of all cases, oldest first."""
        found = []
        for case in [root] if root is not None else self.roots():
            with self._system.database.read() as conn:
                rows: list[TaskRow] = [
                    row for row in tasks.of_case(ALL, conn, case) if row.state == state
                ]
                found += [view for row in rows if (view := tasks.task(ALL, conn, row.id))]
        return sorted(found, key=lambda view: (view.created, view.id))

    def incidents(self, root: str | None = None) -> list[IncidentView]:
        """Return the open incidents, oldest first."""
        with self._system.database.read() as conn:
            rows = list(
                _all(
                    lambda after: incidents.incidents(
                        ALL, conn, root=root, limit=LARGEST, cursor=after
                    )
                )
            )
        return rows[::-1]

    def decisions(self, root: str) -> tuple[DecisionView, ...]:
        """Return what rules decided in a case, oldest first."""
        with self._system.database.read() as conn:
            return cases.decisions(ALL, conn, root)

    def notes(self, root: str) -> tuple[NoteView, ...]:
        """Return the notes on a case, oldest first."""
        with self._system.database.read() as conn:
            return cases.notes(ALL, conn, root)

    def timeline(self, root: str) -> list[TimelineEntry]:
        """Return the journal of a case, oldest first."""
        with self._system.database.read() as conn:
            return list(
                _all(lambda after: cases.timeline(ALL, conn, root, after=after, limit=LARGEST))
            )

    def events(self, root: str | None = None) -> Iterator[dict[str, Any]]:
        """Yield the journalled events of a case, or of all cases, in order."""
        for case in [root] if root is not None else self.roots():
            for entry in self.timeline(case):
                yield from entry.events or ()

    def completed(self, root: str | None = None) -> Counter[str]:
        """Return how often each element completed, by the journal."""
        return Counter(e["element"] for e in self.events(root) if e["type"] == "ElementCompleted")


def _all(read: Callable[[str | None], Page[T]]) -> Iterator[T]:
    """Yield the rows of every page of a list."""
    page = read(None)
    yield from page.rows
    while page.next is not None:
        page = read(page.next)
        yield from page.rows


def python(value: Any) -> Any:
    """Return a FEEL value as plain Python, numbers as int or float."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, list):
        return [python(item) for item in value]
    if isinstance(value, dict):
        return {key: python(item) for key, item in value.items()}
    return value
