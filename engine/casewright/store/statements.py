"""Core statements compiled once per database and run by the driver's own cursor.

Measured before this was decided (ADR 0004): a SQLModel session costs 2.1 ms for what Core
does in 0.7 and raw sqlite3 in 0.3. Compiling once brings Core to within a factor of 1.3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.elements import ClauseElement

_DIALECTS = {"sqlite": sqlite.dialect(), "postgresql": postgresql.psycopg.dialect()}  # type: ignore[no-untyped-call]


class Statement:
    """A statement with named binds; values are text, whole numbers, bytes or None only."""

    __slots__ = ("_clause", "_compiled")

    def __init__(self, clause: ClauseElement, **per_dialect: ClauseElement) -> None:
        self._clause = {name: per_dialect.get(name, clause) for name in _DIALECTS}
        self._compiled: dict[str, tuple[str, tuple[str, ...], dict[str, Any]]] = {}

    def _for(self, dialect: str) -> tuple[str, tuple[str, ...], dict[str, Any]]:
        found = self._compiled.get(dialect)
        if found is None:
            compiled = self._clause[dialect].compile(
                dialect=_DIALECTS[dialect], compile_kwargs={"render_postcompile": True}
            )
            params = dict(compiled.params)
            names = tuple(getattr(compiled, "positiontup", None) or ())
            found = self._compiled[dialect] = (str(compiled), names, params)
        return found

    def sql(self, dialect: str) -> str:
        """Return the SQL text for `dialect`."""
        return self._for(dialect)[0]

    def run(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """Execute with `values` for the binds and return the cursor result."""
        sql, names, defaults = self._for(connection.dialect.name)
        if names:
            bound: Any = tuple(values[n] if n in values else defaults[n] for n in names)
        else:
            bound = {**defaults, **values}
        return connection.exec_driver_sql(sql, bound)

    def run_many(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute once for each of `rows`."""
        if not rows:
            return
        sql, names, defaults = self._for(connection.dialect.name)
        if names:
            many: Any = [tuple(r[n] if n in r else defaults[n] for n in names) for r in rows]
        else:
            many = [{**defaults, **row} for row in rows]
        connection.exec_driver_sql(sql, many)


def first(
    statement: Statement, connection: Connection, **values: Any
) -> Row[*tuple[Any, ...]] | None:
    """Return the first row, or None."""
    row: Row[*tuple[Any, ...]] | None = statement.run(connection, values).first()
    return row


def every(
    statement: Statement, connection: Connection, **values: Any
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return all rows."""
    rows: Sequence[Row[*tuple[Any, ...]]] = statement.run(connection, values).all()
    return rows
