"""Incidents as commands read them; `apply` writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, select

from casewright.store.statements import Statement, hot
from casewright.store.tables import Incident


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident; `job_id` where a job failed for good."""

    id: str
    instance_id: str
    root_id: str
    token: str
    element: str
    code: str
    details: Mapping[str, Any]
    job_id: str | None
    state: str


_table = Incident.__table__  # type: ignore[attr-defined]
_COLUMNS = tuple(_table.c[name] for name in IncidentRow.__slots__)
_load = Statement(select(*_COLUMNS).where(_table.c.id == bindparam("id")))
_at = Statement(
    select(_table.c.id).where(
        _table.c.instance_id == bindparam("instance"),
        _table.c.token == bindparam("token"),
        _table.c.state == "open",
    )
)


def load(connection: Connection, incident: str) -> IncidentRow | None:
    """Return an incident, or None."""
    found = hot(_load, connection, id=incident)
    if found is None:
        return None
    values = dict(zip(IncidentRow.__slots__, found, strict=True))
    return IncidentRow(**{**values, "details": orjson.loads(values["details"])})


def root_of(connection: Connection, incident: str) -> list[str]:
    """Return the root to lock for an incident; empty when there is no such incident."""
    found = load(connection, incident)
    return [] if found is None else [found.root_id]


def is_open(connection: Connection, instance: str, token: str) -> bool:
    """Tell whether there is an open incident at a token ("" is the instance itself)."""
    return hot(_at, connection, instance=instance, token=token) is not None
