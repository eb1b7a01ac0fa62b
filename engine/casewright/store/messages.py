"""Messages that came in, and finding who takes them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import (
    Connection,
    Integer,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from casewright.store.statements import Statement, driver, hot, hots
from casewright.store.tables import Instance, Message, Subscription

_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A received message; `state` is buffered, used, dead or dropped."""

    id: str
    name: str
    correlation_key: str
    payload: str
    received_at: int
    received_by: str
    expires_at: int
    state: str
    reason: str = ""
    used_by: str | None = None


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """Who takes a message: a token of an instance, or the start of a process (no instance)."""

    id: str
    definition_id: str
    process_id: str
    instance_id: str | None
    root_id: str | None
    token: str
    element: str


def start_key(name: str, key: str) -> str | None:
    """Return the start key of an instance; a message without a key leaves none."""
    return f"{name}{_SEPARATOR}{key}" if key else None


_table = Message.__table__  # type: ignore[attr-defined]
_sub = Subscription.__table__  # type: ignore[attr-defined]
_instance = Instance.__table__  # type: ignore[attr-defined]
_COLUMNS = tuple(_table.c[name] for name in MessageRow.__slots__)
_add = Statement(
    sqlite.insert(_table).on_conflict_do_nothing(),
    postgresql=postgresql.insert(_table).on_conflict_do_nothing(),
)
_one = select(*_COLUMNS).where(_table.c.id == bindparam("id"))
_load = Statement(_one, postgresql=_one.with_for_update())
_newest_alike = Statement(
    select(func.max(_table.c.received_at)).where(
        _table.c.state == "buffered",
        _table.c.name == bindparam("name"),
        _table.c.correlation_key == bindparam("key"),
    )
)
# Written out, see `apply`; waits for signals are found by `signals`.
_is_message = _sub.c.kind == literal_column("'message'")
_subscribers = Statement(
    select(*(_sub.c[name] for name in SubscriptionRow.__slots__))
    .where(
        _is_message,
        _sub.c.name == bindparam("name"),
        # Said once more, for the index.
        _sub.c.correlation_key.in_([bindparam("key"), literal_column("''")]),
        or_(
            and_(_sub.c.instance_id.is_(None), _sub.c.correlation_key == ""),
            and_(_sub.c.instance_id.is_not(None), _sub.c.correlation_key == bindparam("key")),
        ),
    )
    .order_by(_sub.c.created_at, _sub.c.instance_id, _sub.c.token, _sub.c.id)
)
_started = exists(
    select(_instance.c.id)
    .correlate(_sub, _table)
    .where(
        _instance.c.process_id == _sub.c.process_id,
        _instance.c.start_key.is_not(None),
        _instance.c.start_key
        == _table.c.name + literal_column(f"'{_SEPARATOR}'") + _table.c.correlation_key,
        _instance.c.state == "active",
    )
)
# Two questions, so that each finds its rows by the index on name and key.
_waited_for = exists(
    select(_sub.c.id)
    .correlate(_table)
    .where(
        _is_message,
        _sub.c.name == _table.c.name,
        _sub.c.correlation_key == _table.c.correlation_key,
        _sub.c.instance_id.is_not(None),
    )
)
_starts = exists(
    select(_sub.c.id)
    .correlate(_table)
    .where(
        _is_message,
        _sub.c.name == _table.c.name,
        _sub.c.correlation_key == "",
        _sub.c.instance_id.is_(None),
        or_(_table.c.correlation_key == "", ~_started),
    )
)
_due = Statement(
    select(_table.c.id)
    .where(
        _table.c.state == "buffered",
        or_(_table.c.expires_at <= bindparam("now"), _waited_for, _starts),
    )
    .order_by(_table.c.received_at, _table.c.id)
    .limit(bindparam("rows", type_=Integer()))
)
_settle = Statement(
    update(_table)
    .where(_table.c.id == bindparam("key"))
    .values(state=bindparam("to"), reason=bindparam("why"), used_by=bindparam("by"))
)
_again = Statement(
    update(_table)
    .where(_table.c.id == bindparam("key"))
    .values(state="buffered", reason="", payload=bindparam("body"), expires_at=bindparam("until"))
)
_forget = Statement(
    delete(_table).where(
        _table.c.state.in_([literal_column("'used'"), literal_column("'dropped'")]),
        _table.c.received_at < bindparam("before"),
    )
)
_next = Statement(select(func.min(_table.c.expires_at)).where(_table.c.state == "buffered"))


def add(connection: Connection, row: MessageRow) -> bool:
    """Store a message; False when it was received before.

    Those with one name and key keep the order in which they came, even within a microsecond.
    """
    found = hot(_newest_alike, connection, name=row.name, key=row.correlation_key)
    values = {name: getattr(row, name) for name in MessageRow.__slots__}
    if found is not None and found[0] is not None:
        values["received_at"] = max(row.received_at, int(found[0]) + 1)
    return bool(_add.run(connection, values).rowcount == 1)


def load(connection: Connection, message: str) -> MessageRow | None:
    """Return a message, locked until the transaction ends, or None."""
    found = hot(_load, connection, id=message)
    return None if found is None else MessageRow(*found)


def subscribers(connection: Connection, name: str, key: str) -> Sequence[SubscriptionRow]:
    """Return who waits for a message, the oldest wait first; starts of processes with them."""
    rows = hots(_subscribers, connection, name=name, key=key)
    return [SubscriptionRow(*row) for row in rows]


def due(connection: Connection, now: int, limit: int) -> Sequence[str]:
    """Return buffered messages that somebody takes now, or whose time is over; oldest first."""
    return [str(row[0]) for row in hots(_due, connection, now=now, rows=limit)]


def settle(
    connection: Connection, message: str, state: str, reason: str = "", used_by: str | None = None
) -> None:
    """Say what became of a message."""
    _settle.run(connection, {"key": message, "to": state, "why": reason, "by": used_by})


def again(connection: Connection, message: str, payload: str, expires_at: int) -> None:
    """Put a dead letter back into the buffer."""
    _again.run(connection, {"key": message, "body": payload, "until": expires_at})


def forget(connection: Connection, before: int) -> int:
    """Delete used and dropped messages received before an instant; return how many."""
    return int(_forget.run(connection, {"before": before}).rowcount)


def next_at(connection: Connection) -> int | None:
    """Return when the next buffered message becomes a dead letter, or None."""
    found = hot(_next, connection)
    return None if found is None or found[0] is None else int(found[0])


def lock_start(connection: Connection, process: str, start_key: str) -> None:
    """Let only one transaction at a time start `process` by this key; SQLite needs no lock."""
    if connection.dialect.name == "postgresql":
        digest = hashlib.sha256(f"{process}{_SEPARATOR}{start_key}".encode()).digest()
        number = int.from_bytes(digest[:8], "big", signed=True)
        driver(connection).execute("SELECT pg_advisory_xact_lock(%s)", (number,))
