"""Timers of start events: when a process starts by itself next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Integer, bindparam, delete, func, insert, select, update

from casewright.store.statements import Statement, hot, hots
from casewright.store.tables import StartTimer


@dataclass(frozen=True, slots=True)
class StartTimerRow:
    """The next turn of a start event; `fired` counts those that were."""

    id: str
    definition_id: str
    process_id: str
    element: str
    due_at: int
    fired: int
    anchor: int


_table = StartTimer.__table__  # type: ignore[attr-defined]
_COLUMNS = tuple(_table.c[name] for name in StartTimerRow.__slots__)
_one = select(*_COLUMNS).where(_table.c.id == bindparam("id"))
_load = Statement(_one, postgresql=_one.with_for_update())
_due = Statement(
    select(*_COLUMNS)
    .where(_table.c.due_at <= bindparam("now"))
    .order_by(_table.c.due_at, _table.c.id)
    .limit(bindparam("rows", type_=Integer()))
)
_add = Statement(insert(_table))
_again = Statement(
    update(_table)
    .where(_table.c.id == bindparam("key"))
    .values(due_at=bindparam("due"), fired=bindparam("times"))
)
_drop = Statement(delete(_table).where(_table.c.id == bindparam("key")))
_next = Statement(select(func.min(_table.c.due_at)))


def add(connection: Connection, row: StartTimerRow) -> None:
    """Set a timer."""
    _add.run(connection, {name: getattr(row, name) for name in StartTimerRow.__slots__})


def load(connection: Connection, timer: str) -> StartTimerRow | None:
    """Return a timer, locked until the transaction ends, or None."""
    found = hot(_load, connection, id=timer)
    return None if found is None else StartTimerRow(*found)


def due(connection: Connection, now: int, limit: int) -> Sequence[StartTimerRow]:
    """Return timers whose time has come, the oldest first."""
    return [StartTimerRow(*row) for row in hots(_due, connection, now=now, rows=limit)]


def again(connection: Connection, timer: str, due_at: int, fired: int) -> None:
    """Set a timer to its next turn."""
    _again.run(connection, {"key": timer, "due": due_at, "times": fired})


def drop(connection: Connection, timer: str) -> None:
    """Delete a timer that has no more turns."""
    _drop.run(connection, {"key": timer})


def next_at(connection: Connection) -> int | None:
    """Return when the next process starts by itself, or None."""
    found = hot(_next, connection)
    return None if found is None or found[0] is None else int(found[0])
