"""Timers that are due, as the worker finds them and commands fire them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Integer, bindparam, delete, func, select, tuple_

from casewright.store.statements import Statement, hot, hots
from casewright.store.tables import Timer


@dataclass(frozen=True, slots=True)
class TimerRow:
    """A timer that is set."""

    id: str
    instance_id: str
    root_id: str
    token: str
    due_at: int

    @property
    def place(self) -> tuple[int, str, str]:
        """Its place in the order in which timers fire."""
        return self.due_at, self.instance_id, self.token


FIRST = (-1, "", "")

_table = Timer.__table__  # type: ignore[attr-defined]
_COLUMNS = tuple(_table.c[name] for name in TimerRow.__slots__)
_ORDER = (_table.c.due_at, _table.c.instance_id, _table.c.token)
_load = Statement(select(*_COLUMNS).where(_table.c.id == bindparam("id")))
_due = Statement(
    select(*_COLUMNS)
    .where(
        _table.c.due_at <= bindparam("now"),
        _table.c.due_at >= bindparam("from_due"),
        tuple_(*_ORDER)
        > tuple_(
            bindparam("after_due", type_=_table.c.due_at.type),
            bindparam("after_instance", type_=_table.c.instance_id.type),
            bindparam("after_token", type_=_table.c.token.type),
        ),
    )
    .order_by(*_ORDER)
    .limit(bindparam("rows", type_=Integer()))
)
_drop = Statement(delete(_table).where(_table.c.id == bindparam("key")))
_next = Statement(select(func.min(_table.c.due_at)))


def load(connection: Connection, timer: str) -> TimerRow | None:
    """Return a timer, or None when it fired or was cancelled."""
    found = hot(_load, connection, id=timer)
    return None if found is None else TimerRow(*found)


def root_of(connection: Connection, timer: str) -> list[str]:
    """Return the root to lock for a timer; empty when there is no such timer."""
    found = load(connection, timer)
    return [] if found is None else [found.root_id]


def due(
    connection: Connection, now: int, limit: int, after: tuple[int, str, str] = FIRST
) -> Sequence[TimerRow]:
    """Return timers whose time has come, the oldest first, behind the place `after`."""
    rows = hots(
        _due,
        connection,
        now=now,
        rows=limit,
        from_due=after[0],
        after_due=after[0],
        after_instance=after[1],
        after_token=after[2],
    )
    return [TimerRow(*row) for row in rows]


def drop(connection: Connection, timer: str) -> None:
    """Delete a timer whose token is not there any more."""
    _drop.run(connection, {"key": timer})


def next_at(connection: Connection) -> int | None:
    """Return when the next timer is due, or None."""
    found = hot(_next, connection)
    return None if found is None or found[0] is None else int(found[0])
