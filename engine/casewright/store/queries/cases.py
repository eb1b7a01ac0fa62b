"""Cases as people see them: lists, one case, its parts, its timeline and decisions.

A case is a root instance; what it called runs in instances below it, under the same rights.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, func, select, tuple_

from casewright.domain.people import Scope
from casewright.store.queries import search as text
from casewright.store.queries import values, visible
from casewright.store.queries.paging import Page, checked, decode, page
from casewright.store.statements import Statement, every, first
from casewright.store.tables import (
    DecisionRow,
    Definition,
    Incident,
    Instance,
    Journal,
    JournalPayload,
    Note,
)

STATES = ("active", "completed", "cancelled")

_instance = Instance.__table__  # type: ignore[attr-defined]
_definition = Definition.__table__  # type: ignore[attr-defined]
_incident = Incident.__table__  # type: ignore[attr-defined]
_journal = Journal.__table__  # type: ignore[attr-defined]
_payload = JournalPayload.__table__  # type: ignore[attr-defined]
_decision = DecisionRow.__table__  # type: ignore[attr-defined]
_note = Note.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case, or an instance below it, in a list; `incidents` counts those open in it."""

    id: str
    root: str
    parent: str | None
    parent_token: str | None
    definition: str
    app: str
    process: str
    process_name: str
    process_version: int
    business_key: str
    state: str
    started: datetime
    started_by: str
    ended: datetime | None
    incidents: int
    version: int


@dataclass(frozen=True, slots=True)
class CaseView(CaseRow):
    """One instance with its snapshot (JSON text) and where its files are."""

    deployment: str
    path: str
    seq: int
    snapshot: str


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One command on an instance of the case; `events` is None once they were erased."""

    instance: str
    seq: int
    at: datetime
    command: str
    actor: str
    effective: str
    events: list[dict[str, Any]] | None


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision made in the case, with the trace that tells why."""

    id: str
    instance: str
    token: str
    element: str
    decision: str
    version: int
    output: Any
    trace: dict[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note on the case."""

    id: str
    instance: str
    body: str
    author: str
    at: datetime


_open_incidents = (
    select(func.count())
    .where(_incident.c.root_id == _instance.c.root_id, _incident.c.state == "open")
    .scalar_subquery()
)
_COLUMNS = (
    _instance.c.id, _instance.c.root_id, _instance.c.parent_id, _instance.c.parent_token,
    _instance.c.definition_id, _instance.c.app, _instance.c.process_id,
    func.coalesce(_definition.c.name, _instance.c.process_id).label("title"),
    func.coalesce(_definition.c.version, 0).label("process_version"),
    _instance.c.business_key, _instance.c.state, _instance.c.started_at,
    _instance.c.started_by, _instance.c.ended_at,
)  # fmt: skip
DECISION = (
    _decision.c.id, _decision.c.instance_id, _decision.c.token, _decision.c.element,
    _decision.c.decision, _decision.c.version, _decision.c.output, _decision.c.trace,
    _decision.c.at,
)  # fmt: skip
_FROM = _instance.outerjoin(_definition, _definition.c.id == _instance.c.definition_id)


def _fields(row: Any) -> list[Any]:
    return values.typed(row, started_at=values.at, ended_at=values.maybe_at)


def _row(row: Any) -> CaseRow:
    return CaseRow(*_fields(row))


@cache
def _cases(of: visible.Shape, names: tuple[str, ...], words: int, after: bool) -> Statement:
    rows = select(*_COLUMNS, _open_incidents.label("incidents"), _instance.c.version)
    rows = rows.select_from(_FROM).where(_instance.c.parent_id.is_(None))
    rows = rows.where(visible.listed(_instance.c.root_id, of))
    columns = {
        "state": _instance.c.state,
        "process": _instance.c.process_id,
        "business_key": _instance.c.business_key,
    }
    rows = rows.where(*(columns[name] == bindparam(name) for name in names))
    if words:
        rows = rows.where(text.clause(words, _instance.c.business_key, _definition.c.name))
    order = (_instance.c.started_at, _instance.c.id)
    if after:
        limits = [bindparam(f"after_{i}", type_=c.type) for i, c in enumerate(order)]
        rows = rows.where(tuple_(*order) < tuple_(*limits))
    rows = rows.order_by(*(c.desc() for c in order))
    return Statement(rows.limit(bindparam("rows", type_=Integer())))


def cases(
    scope: Scope,
    conn: Connection,
    *,
    state: str | None = None,
    process: str | None = None,
    business_key: str | None = None,
    search: str = "",
    limit: int = 50,
    cursor: str | None = None,
) -> Page[CaseRow]:
    """Return the cases that the reader can see, the newest first."""
    found = text.words(search)
    given = {"state": state, "process": process, "business_key": business_key}
    names = tuple(sorted(name for name, value in given.items() if value is not None))
    if found:
        text.prepare(conn)
    after = decode(cursor, (int, str)) if cursor else ()
    bound = visible.binds(scope) | given | text.binds(found)
    bound |= {f"after_{i}": part for i, part in enumerate(after)}
    statement = _cases(visible.shape(scope), names, len(found), bool(cursor))
    rows = every(statement, conn, **bound, rows=checked(limit) + 1)
    return page(rows, limit, _row, lambda row: (row[11], row[0]))


@cache
def _count(of: visible.Shape) -> Statement:
    rows = select(_instance.c.state, func.count()).where(_instance.c.parent_id.is_(None))
    rows = rows.where(visible.listed(_instance.c.root_id, of))
    return Statement(rows.group_by(_instance.c.state))


def counts(scope: Scope, conn: Connection) -> dict[str, int]:
    """Return how many cases the reader can see in each state."""
    rows = every(_count(visible.shape(scope)), conn, **visible.binds(scope))
    return dict.fromkeys(STATES, 0) | {row[0]: row[1] for row in rows}


@cache
def _one(of: visible.Shape) -> Statement:
    rows = select(
        *_COLUMNS,
        _instance.c.incidents,
        _instance.c.version,
        func.coalesce(_definition.c.deployment_id, ""),
        func.coalesce(_definition.c.path, ""),
        _instance.c.seq,
        _instance.c.snapshot,
    ).select_from(_FROM)
    rows = rows.where(_instance.c.id == bindparam("instance"))
    return Statement(rows.where(visible.single(_instance.c.root_id, of)))


def case(scope: Scope, conn: Connection, id: str) -> CaseView | None:
    """Return one instance, root or called, or None when it is not the reader's to see."""
    row = first(_one(visible.shape(scope)), conn, instance=id, **visible.binds(scope))
    return None if row is None else CaseView(*_fields(row))


@cache
def _children(of: visible.Shape) -> Statement:
    rows = select(*_COLUMNS, _instance.c.incidents, _instance.c.version).select_from(_FROM)
    rows = rows.where(_instance.c.root_id == bindparam("root"), _instance.c.id != bindparam("root"))
    rows = rows.where(visible.single(_instance.c.root_id, of))
    return Statement(rows.order_by(_instance.c.depth, _instance.c.started_at, _instance.c.id))


def children(scope: Scope, conn: Connection, root: str) -> tuple[CaseRow, ...]:
    """Return the instances that the case called, directly or below."""
    rows = every(_children(visible.shape(scope)), conn, root=root, **visible.binds(scope))
    return tuple(_row(row) for row in rows)


@cache
def _timeline(of: visible.Shape, after: bool) -> Statement:
    joined = _journal.join(_instance, _instance.c.id == _journal.c.stream).outerjoin(
        _payload, (_payload.c.stream == _journal.c.stream) & (_payload.c.seq == _journal.c.seq)
    )
    rows = select(
        _journal.c.stream,
        _journal.c.seq,
        _journal.c.at,
        _journal.c.command,
        _journal.c.actor,
        _journal.c.effective,
        _payload.c.payload,
    ).select_from(joined)
    rows = rows.where(_instance.c.root_id == bindparam("root"))
    rows = rows.where(visible.single(_instance.c.root_id, of))
    order = (_journal.c.at, _journal.c.stream, _journal.c.seq)
    if after:
        limits = [bindparam(f"after_{i}", type_=c.type) for i, c in enumerate(order)]
        rows = rows.where(tuple_(*order) > tuple_(*limits))
    return Statement(rows.order_by(*order).limit(bindparam("rows", type_=Integer())))


def _entry(row: Any) -> TimelineEntry:
    kept = None if row[6] is None else values.json(row[6])
    events = kept["events"] if isinstance(kept, dict) else kept
    return TimelineEntry(row[0], row[1], values.at(row[2]), row[3], row[4], row[5], events)


def timeline(
    scope: Scope,
    conn: Connection,
    root: str,
    after: str | None = None,
    limit: int = 100,
) -> Page[TimelineEntry]:
    """Return what happened in the case and in what it called, oldest first.

    `after` is the cursor that an earlier page gave.
    """
    bound = visible.binds(scope)
    if after:
        parts = decode(after, (int, str, int))
        bound |= {f"after_{i}": part for i, part in enumerate(parts)}
    statement = _timeline(visible.shape(scope), bool(after))
    rows = every(statement, conn, **bound, root=root, rows=checked(limit) + 1)
    return page(rows, limit, _entry, lambda row: (row[2], row[0], row[1]))


def decided(row: Any) -> DecisionView:
    """Return the view of a row that holds the columns of `DECISION`."""
    return DecisionView(*values.typed(row, output=values.json, trace=values.json, at=values.at))


@cache
def _decisions(of: visible.Shape) -> Statement:
    rows = select(*DECISION).where(_decision.c.root_id == bindparam("root"))
    rows = rows.where(visible.single(_decision.c.root_id, of))
    return Statement(rows.order_by(_decision.c.at, _decision.c.id))


def decisions(scope: Scope, conn: Connection, root: str) -> tuple[DecisionView, ...]:
    """Return the decisions made in the case, oldest first, each with its trace."""
    rows = every(_decisions(visible.shape(scope)), conn, root=root, **visible.binds(scope))
    return tuple(decided(row) for row in rows)


@cache
def _notes(of: visible.Shape) -> Statement:
    rows = select(_note.c.id, _note.c.instance_id, _note.c.body, _note.c.author, _note.c.at)
    rows = rows.where(_note.c.root_id == bindparam("root"))
    rows = rows.where(visible.single(_note.c.root_id, of))
    return Statement(rows.order_by(_note.c.at, _note.c.id))


def notes(scope: Scope, conn: Connection, root: str) -> tuple[NoteView, ...]:
    """Return the notes on the case, oldest first."""
    rows = every(_notes(visible.shape(scope)), conn, root=root, **visible.binds(scope))
    return tuple(NoteView(*values.typed(row, at=values.at)) for row in rows)
