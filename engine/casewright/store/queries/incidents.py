"""Incidents: those of visible cases; an operator sees all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, func, select, tuple_

from casewright.domain.people import Scope
from casewright.store.queries import values, visible
from casewright.store.queries.paging import Page, checked, decode, page
from casewright.store.statements import Statement, every, first
from casewright.store.tables import Incident

_table = Incident.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class IncidentView:
    """What stands still, where, and why; `job` where a job failed for good."""

    id: str
    instance: str
    root: str
    app: str
    process: str
    business_key: str
    token: str
    element: str
    code: str
    message: str
    details: dict[str, Any]
    job: str | None
    state: str
    raised: datetime
    resolved: datetime | None
    resolved_by: str | None


_COLUMNS = (
    _table.c.id, _table.c.instance_id, _table.c.root_id, _table.c.app, _table.c.process_id,
    _table.c.business_key, _table.c.token, _table.c.element, _table.c.code, _table.c.message,
    _table.c.details, _table.c.job_id, _table.c.state, _table.c.raised_at,
    _table.c.resolved_at, _table.c.resolved_by,
)  # fmt: skip


def _view(row: Any) -> IncidentView:
    return IncidentView(
        *values.typed(row, details=values.json, raised_at=values.at, resolved_at=values.maybe_at)
    )


def _shape(scope: Scope) -> visible.Shape:
    return visible.widened(visible.shape(scope), scope.operate)


@cache
def _incidents(of: visible.Shape, names: tuple[str, ...], after: bool) -> Statement:
    columns = {
        "state": _table.c.state,
        "process": _table.c.process_id,
        "root": _table.c.root_id,
    }
    rows = select(*_COLUMNS).where(visible.listed(_table.c.root_id, of))
    rows = rows.where(*(columns[name] == bindparam(name) for name in names))
    order = (_table.c.raised_at, _table.c.id)
    if after:
        limits = [bindparam(f"after_{i}", type_=c.type) for i, c in enumerate(order)]
        rows = rows.where(tuple_(*order) < tuple_(*limits))
    rows = rows.order_by(*(c.desc() for c in order))
    return Statement(rows.limit(bindparam("rows", type_=Integer())))


def incidents(
    scope: Scope,
    conn: Connection,
    *,
    state: str | None = "open",
    process: str | None = None,
    root: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[IncidentView]:
    """Return the incidents that the reader can see, the newest first."""
    given = {"state": state, "process": process, "root": root}
    names = tuple(sorted(name for name, value in given.items() if value is not None))
    after = decode(cursor, (int, str)) if cursor else ()
    bound = visible.binds(scope) | given | {f"after_{i}": part for i, part in enumerate(after)}
    statement = _incidents(_shape(scope), names, bool(cursor))
    rows = every(statement, conn, **bound, rows=checked(limit) + 1)
    return page(rows, limit, _view, lambda row: (row[13], row[0]))


@cache
def _one(of: visible.Shape) -> Statement:
    rows = select(*_COLUMNS).where(_table.c.id == bindparam("incident"))
    return Statement(rows.where(visible.single(_table.c.root_id, of)))


def incident(scope: Scope, conn: Connection, id: str) -> IncidentView | None:
    """Return one incident, or None when it is not the reader's to see."""
    row = first(_one(_shape(scope)), conn, incident=id, **visible.binds(scope))
    return None if row is None else _view(row)


@cache
def _count(of: visible.Shape) -> Statement:
    rows = select(func.count()).where(_table.c.state == "open")
    return Statement(rows.where(visible.listed(_table.c.root_id, of)))


def count(scope: Scope, conn: Connection) -> int:
    """Return how many open incidents the reader can see."""
    row = first(_count(_shape(scope)), conn, **visible.binds(scope))
    return row[0] if row else 0
