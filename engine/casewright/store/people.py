"""People and groups as commands write them."""

from __future__ import annotations

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from casewright.store.statements import Statement
from casewright.store.tables import Group

_group = Group.__table__  # type: ignore[attr-defined]
_ensure_group = Statement(
    sqlite.insert(_group).on_conflict_do_nothing(),
    postgresql=postgresql.insert(_group).on_conflict_do_nothing(),
)


def ensure_group(connection: Connection, name: str, title: str, permissions: str) -> bool:
    """Add a group unless it is there; return whether it was added."""
    values = {"name": name, "title": title, "permissions": permissions}
    return bool(_ensure_group.run(connection, values).rowcount == 1)
