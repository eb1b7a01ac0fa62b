"""The sweep for instances that wait for nothing one can name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, except_, select, union_all

from casewright.store.statements import Statement, every
from casewright.store.tables import Incident, Instance, Job, Subscription, Timer, UserTask


@dataclass(frozen=True, slots=True)
class Stalled:
    """An active instance that nothing will ever move."""

    instance: str
    process: str
    business_key: str


_instance = Instance.__table__  # type: ignore[attr-defined]


def _waits(table: Any, *states: str) -> Any:
    found = select(table.c.instance_id).where(table.c.instance_id.is_not(None))
    return found.where(table.c.state.in_(states)) if states else found


# As sets, not row by row: no index of any table could make the other way quick.
_waiting = union_all(
    _waits(UserTask.__table__, "open"),  # type: ignore[attr-defined]
    _waits(Timer.__table__),  # type: ignore[attr-defined]
    _waits(Job.__table__, "ready", "running", "failed"),  # type: ignore[attr-defined]
    _waits(Subscription.__table__),  # type: ignore[attr-defined]
    _waits(Incident.__table__, "open"),  # type: ignore[attr-defined]
    select(_instance.c.parent_id).where(
        _instance.c.parent_id.is_not(None), _instance.c.state == "active"
    ),
).subquery()
_stalled = except_(
    select(_instance.c.id).where(_instance.c.state == "active"), select(_waiting)
).subquery()
_sweep = Statement(
    select(_instance.c.id, _instance.c.process_id, _instance.c.business_key)
    .where(_instance.c.id.in_(select(_stalled.c.id)))
    .order_by(_instance.c.id)
)


def sweep(connection: Connection) -> list[Stalled]:
    """Return the active instances without task, timer, job, message, call or incident."""
    return [Stalled(*row) for row in every(_sweep, connection)]
