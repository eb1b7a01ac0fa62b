"""A case with everything about it, read once: for the case page, and beside a task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

import orjson

from casewright import bpmn, feel
from casewright.domain.errors import Refused
from casewright.domain.people import Scope
from casewright.store import Connection
from casewright.store.queries import cases, incidents, tasks
from casewright.store.queries.cases import CaseRow, CaseView, NoteView, TimelineEntry
from casewright.store.queries.incidents import IncidentView
from casewright.store.queries.tasks import TaskRow
from casewright.web.pages import show, timeline, waits
from casewright.web.pages.names import Names, names
from casewright.web.pages.timeline import Happened
from casewright.web.pages.waits import Wait
from casewright.web.pages.why import Why, why
from casewright.web.system import System

# What a page shows of a very long history; the rest is in the API.
ENTRIES = 2_000
_STEP = 200


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of an instance, to be read and to be edited."""

    name: str
    value: Any
    shown: str
    kind: str


@dataclass(frozen=True, slots=True)
class Casework:
    """One instance, and the case around it."""

    view: CaseView
    definition: bpmn.Definition
    snapshot: Mapping[str, Any]
    names: Names
    parts: tuple[CaseRow, ...]
    tasks: tuple[TaskRow, ...]
    incidents: tuple[IncidentView, ...]
    entries: tuple[TimelineEntry, ...]
    history: tuple[Happened, ...]
    whys: tuple[Why, ...]
    notes: tuple[NoteView, ...]
    waits: tuple[Wait, ...]

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of the whole instance."""
        return bpmn.variables(self.snapshot)

    @property
    def open_tasks(self) -> tuple[TaskRow, ...]:
        """The tasks of the case that are still open."""
        return tuple(task for task in self.tasks if task.state == "open")


def load(system: System, scope: Scope, connection: Connection, instance: str) -> Casework:
    """Return an instance with its case, or refuse when it is not the reader's to see."""
    view = cases.case(scope, connection, instance)
    if view is None:
        raise Refused("not-found")
    definition, _ = system.definitions.of(connection, view.definition)
    snapshot: dict[str, Any] = orjson.loads(view.snapshot)
    found = names(scope, connection)
    parts = cases.children(scope, connection, view.root)
    of_case = tasks.of_case(scope, connection, view.root)
    standing = incidents.incidents(scope, connection, root=view.root, limit=_STEP).rows
    entries = _entries(scope, connection, view.root)
    definitions = _definitions(system, scope, connection, view, definition, parts)
    around = waits.around(view.id, of_case, standing, parts, entries, found, system.zone)
    return Casework(
        view,
        definition,
        snapshot,
        found,
        parts,
        of_case,
        standing,
        entries,
        timeline.told(
            entries, found, system.zone, definitions, {p.id: p.process_name for p in parts}
        ),
        tuple(why(item, system.zone) for item in cases.decisions(scope, connection, view.root)),
        cases.notes(scope, connection, view.root),
        waits.waits(definition, snapshot, around),
    )


def _entries(scope: Scope, connection: Connection, root: str) -> tuple[TimelineEntry, ...]:
    found: list[TimelineEntry] = []
    after: str | None = None
    while len(found) < ENTRIES:
        page = cases.timeline(scope, connection, root, after, _STEP)
        found.extend(page.rows)
        after = page.next
        if after is None:
            break
    return tuple(found)


def _definitions(
    system: System,
    scope: Scope,
    connection: Connection,
    view: CaseView,
    definition: bpmn.Definition,
    parts: tuple[CaseRow, ...],
) -> dict[str, bpmn.Definition]:
    found = {view.id: definition}
    for part in parts:
        found[part.id] = system.definitions.of(connection, part.definition)[0]
    if view.root not in found:
        root = cases.case(scope, connection, view.root)
        if root is not None:
            found[view.root] = system.definitions.of(connection, root.definition)[0]
    return found


def state_words(state: str) -> str:
    """Return the state of a case in words."""
    return {"active": "open", "completed": "complete", "cancelled": "ended early"}.get(state, state)


def shown_variables(values: Mapping[str, Any], zone: tzinfo) -> tuple[Variable, ...]:
    """Return variables by name, to be read."""
    return tuple(
        Variable(name, value, show.value(value, zone), feel.type_name(value))
        for name, value in sorted(values.items())
    )
