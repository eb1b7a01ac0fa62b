"""The sweep for instances that wait for nothing one can name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, exists, select

from casewright.store.statements import Statement, every
from casewright.store.tables import Incident, Instance, Job, Subscription, Timer, UserTask


@dataclass(frozen=True, slots=True)
class Stalled:
    """An active instance that nothing will ever move."""

    instance: str
    process: str
    business_key: str


_instance = Instance.__table__  # type: ignore[attr-defined]
_child = _instance.alias("child")


def _has(table: Any, *states: str) -> Any:
    found = select(table.c.id).where(table.c.instance_id == _instance.c.id)
    if states:
        found = found.where(table.c.state.in_(states))
    return exists(found)


_sweep = Statement(
    select(_instance.c.id, _instance.c.process_id, _instance.c.business_key)
    .where(
        _instance.c.state == "active",
        ~_has(UserTask.__table__, "open"),  # type: ignore[attr-defined]
        ~_has(Timer.__table__),  # type: ignore[attr-defined]
        ~_has(Job.__table__, "ready", "running", "failed"),  # type: ignore[attr-defined]
        ~_has(Subscription.__table__),  # type: ignore[attr-defined]
        ~_has(Incident.__table__, "open"),  # type: ignore[attr-defined]
        ~exists(
            select(_child.c.id).where(
                _child.c.parent_id == _instance.c.id, _child.c.state == "active"
            )
        ),
    )
    .order_by(_instance.c.id)
)


def sweep(connection: Connection) -> list[Stalled]:
    """Return the active instances without task, timer, job, message, call or incident."""
    return [Stalled(*row) for row in every(_sweep, connection)]
