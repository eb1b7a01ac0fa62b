"""What instances wait for, row by row, for the sweep that finds those that wait for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, select, union_all
from sqlalchemy.types import Integer

from casewright.store.statements import Statement, every
from casewright.store.tables import Incident, Instance, Job, Subscription, Timer, UserTask

PAGE = 500

_instance = Instance.__table__  # type: ignore[attr-defined]


def _rows(table: Any, *states: str) -> Any:
    found = select(table.c.instance_id, table.c.token).where(table.c.instance_id.is_not(None))
    return found.where(table.c.state.in_(states)) if states else found


_waits = Statement(
    union_all(
        _rows(UserTask.__table__, "open"),  # type: ignore[attr-defined]
        _rows(Timer.__table__),  # type: ignore[attr-defined]
        _rows(Job.__table__, "ready", "running", "failed"),  # type: ignore[attr-defined]
        _rows(Subscription.__table__),  # type: ignore[attr-defined]
        _rows(Incident.__table__, "open"),  # type: ignore[attr-defined]
        select(_instance.c.parent_id, _instance.c.parent_token).where(
            _instance.c.parent_id.is_not(None), _instance.c.state == "active"
        ),
    )
)
_active = Statement(
    select(
        _instance.c.id,
        _instance.c.definition_id,
        _instance.c.process_id,
        _instance.c.business_key,
        _instance.c.snapshot,
    )
    .where(_instance.c.state == "active", _instance.c.id > bindparam("after"))
    .order_by(_instance.c.id)
    .limit(bindparam("rows", type_=Integer()))
)


@dataclass(frozen=True, slots=True)
class ActiveRow:
    """An active instance with its snapshot."""

    id: str
    definition: str
    process: str
    business_key: str
    snapshot: dict[str, Any]


def waits(connection: Connection) -> set[tuple[str, str]]:
    """Return (instance, token) of every task, timer, job, message wait, call and incident.

    The token "" stands for the instance as a whole.
    """
    return {(str(row[0]), str(row[1])) for row in every(_waits, connection)}


def active(connection: Connection) -> Iterator[ActiveRow]:
    """Give every active instance."""
    after = ""
    while rows := every(_active, connection, after=after, rows=PAGE):
        for row in rows:
            yield ActiveRow(row[0], row[1], row[2], row[3], orjson.loads(row[4]))
        after = str(rows[-1][0])
