"""Loading, locking and saving instances: the first and the last step of every case command."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, insert, select, update

from casewright.store.statements import Statement, hot, hots
from casewright.store.tables import Instance


@dataclass(slots=True)
class InstanceRow:
    """An instance as a command works on it; `snapshot` is what `bpmn.step` gave last."""

    id: str
    definition_id: str
    process_id: str
    app: str
    root_id: str
    started_at: int
    started_by: str
    parent_id: str | None = None
    parent_token: str | None = None
    depth: int = 0
    business_key: str = ""
    start_key: str | None = None
    state: str = "active"
    version: int = 0
    ended_at: int | None = None
    seq: int = 0
    hash: str = ""
    incidents: int = 0
    stalls: int = 0
    snapshot: dict[str, Any] = field(default_factory=dict)


_table = Instance.__table__  # type: ignore[attr-defined]
_COLUMNS = (
    "id", "definition_id", "process_id", "app", "root_id", "started_at", "started_by",
    "parent_id", "parent_token", "depth", "business_key", "start_key", "state", "version",
    "ended_at", "seq", "hash", "incidents", "stalls", "snapshot",
)  # fmt: skip
_load = Statement(select(*(_table.c[n] for n in _COLUMNS)).where(_table.c.id == bindparam("id")))
_root_of = Statement(select(_table.c.root_id).where(_table.c.id == bindparam("id")))
_lock = Statement(
    select(_table.c.id).where(_table.c.id == bindparam("id")),
    postgresql=select(_table.c.id).where(_table.c.id == bindparam("id")).with_for_update(),
)
_insert = Statement(insert(_table).values({n: bindparam(n) for n in _COLUMNS}))
_CHANGING = (
    "business_key", "state", "ended_at", "seq", "hash", "incidents", "stalls", "snapshot",
)  # fmt: skip
_save = Statement(
    update(_table)
    .where(_table.c.id == bindparam("key"), _table.c.version == bindparam("was"))
    .values({n: bindparam(n) for n in _CHANGING} | {"version": bindparam("becomes")})
)
_running_with_key = Statement(
    select(_table.c.id)
    .where(
        _table.c.process_id == bindparam("process"),
        _table.c.start_key == bindparam("start_key"),
        _table.c.state == "active",
    )
    .limit(1)
)

_children = Statement(
    select(_table.c.id)
    .where(
        _table.c.parent_id == bindparam("parent"),
        _table.c.parent_token == bindparam("token"),
        _table.c.state == "active",
    )
    .order_by(_table.c.id)
)


def load(connection: Connection, instance: str) -> InstanceRow | None:
    """Return the instance, or None."""
    found = hot(_load, connection, id=instance)
    if found is None:
        return None
    row = InstanceRow(*found)
    row.snapshot = orjson.loads(found[-1])
    return row


def root_of(connection: Connection, instance: str) -> str | None:
    """Return the id of the root of `instance`, or None when there is no such instance."""
    found = hot(_root_of, connection, id=instance)
    return None if found is None else str(found[0])


def lock_roots(connection: Connection, roots: Iterable[str]) -> None:
    """Lock the root rows in ascending id, so that two commands never wait for each other.

    SQLite has one writer at a time and needs no row locks.
    """
    if connection.dialect.name == "postgresql":
        for root in sorted(set(roots)):
            hot(_lock, connection, id=root)


def add(connection: Connection, row: InstanceRow) -> None:
    """Insert a new instance as it stands."""
    _insert.run(connection, _values(row, _COLUMNS))


def save(connection: Connection, row: InstanceRow) -> None:
    """Write what a command changed; `version` asserts that nobody else wrote meanwhile."""
    values = _values(row, _CHANGING)
    values |= {"key": row.id, "was": row.version, "becomes": row.version + 1}
    if _save.run(connection, values).rowcount != 1:
        raise RuntimeError(f"instance {row.id} was changed by somebody else under its lock")
    row.version += 1


def active_children(connection: Connection, parent: str, token: str) -> list[str]:
    """Return the running instances that `token` of `parent` called."""
    return [str(row[0]) for row in hots(_children, connection, parent=parent, token=token)]


def running_with_key(connection: Connection, process: str, start_key: str) -> str | None:
    """Return the running instance of `process` that was started by this message key, or None."""
    found = hot(_running_with_key, connection, process=process, start_key=start_key)
    return None if found is None else str(found[0])


def _values(row: InstanceRow, names: tuple[str, ...]) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in names}
    values["snapshot"] = orjson.dumps(row.snapshot).decode()
    return values
