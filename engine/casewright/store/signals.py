"""Signals that were broadcast, and finding who waits for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, exists, insert, literal_column, select

from casewright.store.statements import Statement, hot, hots
from casewright.store.tables import Definition, Instance, Job, Signal, Subscription


@dataclass(frozen=True, slots=True)
class SignalRow:
    """A signal that was broadcast; `source` is the instance that threw it, "" if none did."""

    id: str
    name: str
    payload: str
    source: str
    thrown_at: int
    thrown_by: str


@dataclass(frozen=True, slots=True)
class WaitRow:
    """An instance that waits for a signal."""

    instance_id: str
    root_id: str
    app: str


@dataclass(frozen=True, slots=True)
class StartRow:
    """A start event that a signal sets off."""

    definition_id: str
    process_id: str
    element: str
    app: str


_table = Signal.__table__  # type: ignore[attr-defined]
_sub = Subscription.__table__  # type: ignore[attr-defined]
_instance = Instance.__table__  # type: ignore[attr-defined]
_definition = Definition.__table__  # type: ignore[attr-defined]
_job = Job.__table__  # type: ignore[attr-defined]
_named = (
    _sub.c.name == bindparam("name"),
    _sub.c.correlation_key == literal_column("''"),
    _sub.c.kind == literal_column("'signal'"),
)
_add = Statement(insert(_table))
_load = Statement(
    select(*(_table.c[name] for name in SignalRow.__slots__)).where(_table.c.id == bindparam("id"))
)
_waiting = Statement(
    select(_instance.c.id, _instance.c.root_id, _instance.c.app)
    .join(_sub, _sub.c.instance_id == _instance.c.id)
    .where(*_named, _instance.c.state == "active")
    .distinct()
    .order_by(_instance.c.id)
)
_starts = Statement(
    select(_sub.c.definition_id, _sub.c.process_id, _sub.c.element, _definition.c.app)
    .join(_definition, _definition.c.id == _sub.c.definition_id)
    .where(*_named, _sub.c.instance_id.is_(None))
    .order_by(_sub.c.process_id, _sub.c.element)
)
_forget = Statement(
    delete(_table).where(
        _table.c.thrown_at < bindparam("before"),
        ~exists(
            select(_job.c.id).where(
                _job.c.kind == literal_column("'signal'"), _job.c.operation == _table.c.id
            )
        ),
    )
)


def add(connection: Connection, row: SignalRow) -> None:
    """Store a signal."""
    _add.run(connection, {name: getattr(row, name) for name in SignalRow.__slots__})


def load(connection: Connection, signal: str) -> SignalRow | None:
    """Return a signal, or None."""
    found = hot(_load, connection, id=signal)
    return None if found is None else SignalRow(*found)


def waiting(connection: Connection, name: str) -> Sequence[WaitRow]:
    """Return the instances that wait for a signal, each once."""
    return [WaitRow(*row) for row in hots(_waiting, connection, name=name)]


def starts(connection: Connection, name: str) -> Sequence[StartRow]:
    """Return the start events that a signal sets off."""
    return [StartRow(*row) for row in hots(_starts, connection, name=name)]


def forget(connection: Connection, before: int) -> int:
    """Delete signals thrown before an instant that reached everybody; return how many."""
    return int(_forget.run(connection, {"before": before}).rowcount)
