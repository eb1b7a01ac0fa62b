"""Jobs as commands claim and read them; `apply` writes what becomes of them."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from casewright.domain.clock import instant
from casewright.domain.ids import new_id
from casewright.store.instances import InstanceRow
from casewright.store.statements import Statement
from casewright.store.tables import Job

_table = Job.__table__  # type: ignore[attr-defined]
_add = Statement(insert(_table))


def add_continue(connection: Connection, row: InstanceRow, at: int) -> None:
    """Add the job that goes on where a step spent its budget."""
    _add.run(
        connection,
        {
            "id": new_id(instant(at)),
            "kind": "continue",
            "instance_id": row.id,
            "root_id": row.root_id,
            "app": row.app,
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
            "created_at": at,
            "ended_at": None,
        },
    )
