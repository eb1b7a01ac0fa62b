"""Jobs and timers: what a case waits for outside itself."""

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
from casewright.store.tables import Job, Timer

_job = Job.__table__  # type: ignore[attr-defined]
_timer = Timer.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class JobView:
    """A job without its input; `attempt` counts those that the other side answered."""

    id: str
    kind: str
    instance: str
    root: str
    app: str
    token: str
    element: str
    operation: str
    retries: int
    attempt: int
    generation: int
    state: str
    order_key: str
    next: datetime
    outcome: str
    message: str
    created: datetime
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class TimerView:
    """A timer that is set."""

    instance: str
    token: str
    element: str
    due: datetime


_COLUMNS = (
    _job.c.id, _job.c.kind, _job.c.instance_id, _job.c.root_id, _job.c.app, _job.c.token,
    _job.c.element, _job.c.operation, _job.c.retries, _job.c.attempt, _job.c.generation,
    _job.c.state, _job.c.order_key, _job.c.next_at, _job.c.outcome, _job.c.message,
    _job.c.created_at, _job.c.ended_at,
)  # fmt: skip


def _view(row: Any) -> JobView:
    return JobView(
        *values.typed(row, next_at=values.at, created_at=values.at, ended_at=values.maybe_at)
    )


def _shape(scope: Scope) -> visible.Shape:
    return visible.widened(visible.shape(scope), scope.operate)


@cache
def _jobs(of: visible.Shape, names: tuple[str, ...], after: bool) -> Statement:
    columns = {"state": _job.c.state, "root": _job.c.root_id}
    rows = select(*_COLUMNS).where(visible.listed(_job.c.root_id, of))
    rows = rows.where(*(columns[name] == bindparam(name) for name in names))
    order = (_job.c.created_at, _job.c.id)
    if after:
        limits = [bindparam(f"after_{i}", type_=c.type) for i, c in enumerate(order)]
        rows = rows.where(tuple_(*order) < tuple_(*limits))
    rows = rows.order_by(*(c.desc() for c in order))
    return Statement(rows.limit(bindparam("rows", type_=Integer())))


def jobs(
    scope: Scope,
    conn: Connection,
    *,
    state: str | None = None,
    root: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[JobView]:
    """Return the jobs that the reader can see, the newest first."""
    given = {"state": state, "root": root}
    names = tuple(sorted(name for name, value in given.items() if value is not None))
    after = decode(cursor, (int, str)) if cursor else ()
    bound = visible.binds(scope) | given | {f"after_{i}": part for i, part in enumerate(after)}
    statement = _jobs(_shape(scope), names, bool(cursor))
    rows = every(statement, conn, **bound, rows=checked(limit) + 1)
    return page(rows, limit, _view, lambda row: (row[16], row[0]))


@cache
def _one(of: visible.Shape) -> Statement:
    rows = select(*_COLUMNS).where(_job.c.id == bindparam("job"))
    return Statement(rows.where(visible.single(_job.c.root_id, of)))


def job(scope: Scope, conn: Connection, id: str) -> JobView | None:
    """Return one job, or None when it is not the reader's to see."""
    row = first(_one(_shape(scope)), conn, job=id, **visible.binds(scope))
    return None if row is None else _view(row)


@cache
def _count(of: visible.Shape) -> Statement:
    rows = select(_job.c.state, func.count()).where(visible.listed(_job.c.root_id, of))
    return Statement(rows.group_by(_job.c.state))


def counts(scope: Scope, conn: Connection) -> dict[str, int]:
    """Return how many jobs the reader can see in each state."""
    rows = every(_count(_shape(scope)), conn, **visible.binds(scope))
    return {row[0]: row[1] for row in rows}


@cache
def _timers(of: visible.Shape) -> Statement:
    rows = select(_timer.c.instance_id, _timer.c.token, _timer.c.element, _timer.c.due_at)
    rows = rows.where(_timer.c.root_id == bindparam("root"))
    rows = rows.where(visible.single(_timer.c.root_id, of))
    return Statement(rows.order_by(_timer.c.due_at, _timer.c.id))


def timers(scope: Scope, conn: Connection, root: str) -> tuple[TimerView, ...]:
    """Return the timers set in a case, the next one first."""
    rows = every(_timers(_shape(scope)), conn, root=root, **visible.binds(scope))
    return tuple(TimerView(*values.typed(row, due_at=values.at)) for row in rows)
