"""Jobs as workers claim them and commands read them; `apply` writes what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from casewright.domain.ids import derived_id
from casewright.store.instances import InstanceRow
from casewright.store.statements import Statement, hot, hots
from casewright.store.tables import Job

OPERATION = "operation"
CONTINUE = "continue"
SIGNAL = "signal"
# Written out, see `apply`.
_UNFINISHED: tuple[ColumnElement[str], ...] = tuple(
    literal_column(f"'{state}'") for state in ("ready", "running", "failed")
)


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job; `outcome` is how the attempt before this one ended, "unknown" if nobody saw it."""

    id: str
    kind: str
    instance_id: str
    root_id: str
    token: str
    element: str
    operation: str
    input: str
    headers: str
    retries: int
    attempt: int
    generation: int
    state: str
    order_key: str
    lease_until: int
    fence: int
    worker: str
    outcome: str
    unreachable_since: int

    @property
    def key(self) -> str:
        """The key of the outside call: the same on every attempt."""
        return f"{self.instance_id}:{self.token}:{self.generation}"


_table = Job.__table__  # type: ignore[attr-defined]
_older = _table.alias("older")
_COLUMNS = tuple(_table.c[name] for name in JobRow.__slots__)
_add = Statement(
    sqlite.insert(_table).on_conflict_do_nothing(),
    postgresql=postgresql.insert(_table).on_conflict_do_nothing(),
)
_load = Statement(
    select(*_COLUMNS).where(_table.c.id == bindparam("id")),
    postgresql=select(*_COLUMNS).where(_table.c.id == bindparam("id")).with_for_update(),
)
_root_of = Statement(select(_table.c.root_id).where(_table.c.id == bindparam("id")))

# Only the oldest unfinished job of an order key may run, whatever state it is in. An older one
# may be committed after a younger one was begun: then it waits until that has ended.
_blocked = exists(
    select(_older.c.id).where(
        _older.c.order_key == _table.c.order_key,
        _older.c.state.in_(_UNFINISHED),
        _older.c.id != _table.c.id,
        or_(
            _older.c.state != literal_column("'ready'"),
            _older.c.created_at < _table.c.created_at,
            and_(_older.c.created_at == _table.c.created_at, _older.c.id < _table.c.id),
        ),
    )
)
_due = (
    select(_table.c.id, _table.c.order_key)
    .where(
        or_(
            and_(_table.c.state == "ready", _table.c.next_at <= bindparam("now")),
            and_(_table.c.state == "running", _table.c.lease_until <= bindparam("now")),
        ),
        or_(_table.c.order_key == "", ~_blocked),
    )
    .order_by(_table.c.next_at, _table.c.created_at, _table.c.id)
    .limit(bindparam("rows", type_=Integer()))
)
_find = Statement(_due, postgresql=_due.with_for_update(skip_locked=True, of=_table))
_order_lock = Statement(
    select(func.pg_try_advisory_xact_lock(func.hashtextextended(bindparam("order"), 0)))
)
_unblocked = Statement(select(_table.c.id).where(_table.c.id == bindparam("id"), ~_blocked))
_claim = Statement(
    update(_table)
    .where(_table.c.id == bindparam("key"))
    .values(
        state="running",
        fence=_table.c.fence + 1,
        lease_until=bindparam("until"),
        worker=bindparam("by"),
        outcome=case((_table.c.state == "running", "unknown"), else_=_table.c.outcome),
    )
)
_renew = Statement(
    update(_table)
    .where(
        _table.c.id == bindparam("key"),
        _table.c.fence == bindparam("held"),
        _table.c.state == "running",
    )
    .values(lease_until=bindparam("until"))
)
_give_back = Statement(
    update(_table)
    .where(
        _table.c.id == bindparam("key"),
        _table.c.fence == bindparam("held"),
        _table.c.state == "running",
    )
    .values(state="ready", lease_until=0, worker="")
)
_drop = Statement(delete(_table).where(_table.c.id == bindparam("key")))
_newest_of_order = Statement(
    select(func.max(_table.c.created_at)).where(
        _table.c.order_key == bindparam("order"), _table.c.state.in_(_UNFINISHED)
    )
)
_next = Statement(
    select(func.min(_table.c.next_at)).where(
        _table.c.state == "ready", or_(_table.c.order_key == "", ~_blocked)
    )
)


def claim(
    connection: Connection, worker: str, now: int, lease: int, limit: int
) -> Sequence[JobRow]:
    """Claim up to `limit` jobs that are due, for `lease` microseconds; the oldest first.

    A job whose lease ran out is claimed like one that is ready: with the same key, and with
    the outcome "unknown", for nobody saw how its last attempt ended.
    """
    claimed = []
    for key, order in hots(_find, connection, now=now, rows=limit):
        if order and not _alone(connection, key, order):
            continue
        _claim.run(connection, {"key": key, "until": now + lease, "by": worker})
        job = load(connection, key)
        assert job is not None
        claimed.append(job)
    return claimed


def _alone(connection: Connection, job: str, order: str) -> bool:
    """Tell whether no other job of an order key runs, nor is being claimed by somebody else."""
    if connection.dialect.name != "postgresql":
        return True
    if not hot(_order_lock, connection, order=order)[0]:
        return False
    # Looked at again under the lock: another claim may have been committed since the first look.
    return hot(_unblocked, connection, id=job) is not None


def load(connection: Connection, job: str) -> JobRow | None:
    """Return a job, locked until the transaction ends, or None."""
    found = hot(_load, connection, id=job)
    return None if found is None else JobRow(*found)


def root_of(connection: Connection, job: str) -> list[str]:
    """Return the root to lock for a job; empty when there is no such job."""
    found = hot(_root_of, connection, id=job)
    return [] if found is None else [str(found[0])]


def renew(connection: Connection, job: str, fence: int, until: int) -> bool:
    """Keep a claimed job for longer; False when somebody else has it."""
    values = {"key": job, "held": fence, "until": until}
    return bool(_renew.run(connection, values).rowcount == 1)


def give_back(connection: Connection, job: str, fence: int) -> bool:
    """Give a claimed job back before its call was begun; False when somebody else has it."""
    return bool(_give_back.run(connection, {"key": job, "held": fence}).rowcount == 1)


def drop(connection: Connection, job: str) -> None:
    """Delete a job of which nothing need be kept."""
    _drop.run(connection, {"key": job})


def next_at(connection: Connection) -> int | None:
    """Return when the next job may run, or None."""
    found = hot(_next, connection)
    return None if found is None or found[0] is None else int(found[0])


def add_continue(connection: Connection, row: InstanceRow, at: int) -> None:
    """Add the job that goes on where a step spent its budget; an instance has one at most."""
    _put(
        connection,
        at,
        id=derived_id("continue", row.id),
        kind=CONTINUE,
        instance_id=row.id,
        root_id=row.root_id,
        app=row.app,
    )


def add_signal(
    connection: Connection,
    signal: str,
    instance: str,
    root: str,
    app: str,
    at: int,
    start: tuple[str, str] | None = None,
) -> None:
    """Add the job that brings a signal to an instance, or that starts it.

    `start` is a definition's id and its start event. Signals reach an instance in their order.
    """
    order = "" if start else f"signal {instance}"
    last = hot(_newest_of_order, connection, order=order)[0] if order else None
    _put(
        connection,
        # Their order holds even within a microsecond.
        at if last is None else max(at, int(last) + 1),
        id=derived_id("signal", signal, instance),
        kind=SIGNAL,
        instance_id=instance,
        root_id=root,
        app=app,
        element=start[1] if start else "",
        operation=signal,
        input=orjson.dumps({"definition": start[0]} if start else {}).decode(),
        order_key=order,
        next_at=at,
    )


def _put(connection: Connection, at: int, **values: str | int) -> None:
    """Add a job of the engine's own, unless it is there."""
    _add.run(
        connection,
        {
            "token": "",
            "element": "",
            "operation": "",
            "input": "{}",
            "headers": "{}",
            "retries": 1,
            "attempt": 0,
            "generation": 0,
            "state": "ready",
            "order_key": "",
            "next_at": at,
            "lease_until": 0,
            "fence": 0,
            "worker": "",
            "outcome": "",
            "message": "",
            "unreachable_since": 0,
            "created_at": at,
            "ended_at": None,
            **values,
        },
    )
