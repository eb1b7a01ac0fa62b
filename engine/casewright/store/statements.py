"""Core statements compiled once per database, and run by the driver's own cursor.

The hot path (`run`, `run_many`, `hot`, `hots`) goes straight to the driver: the same
statements through SQLAlchemy's execution cost 30 µs more each, half of a command (ADR 0007).
Pages read through `first` and `every`, which give SQLAlchemy's named rows.
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

    def bound(self, dialect: str, values: Mapping[str, Any]) -> tuple[str, Any]:
        """Return SQL and parameters as the driver of `dialect` takes them."""
        sql, names, defaults = self._for(dialect)
        if names:
            return sql, tuple([values[n] if n in values else defaults[n] for n in names])
        return sql, {**defaults, **values}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """Execute on the driver's connection and return its cursor (`rowcount`, rows)."""
        sql, parameters = self.bound(connection.dialect.name, values)
        return driver(connection).execute(sql, parameters)

    def run_many(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute once for each of `rows`."""
        for row in rows:
            self.run(connection, row)


def driver(connection: Connection) -> Any:
    """Return the driver's own connection, inside the transaction that `store.db` began."""
    return connection.connection.driver_connection


def hot(statement: Statement, connection: Connection, **values: Any) -> Any:
    """Return the first row as a plain tuple, or None; for commands, inside a transaction."""
    return statement.run(connection, values).fetchone()


def hots(statement: Statement, connection: Connection, **values: Any) -> list[Any]:
    """Return all rows as plain tuples; for commands, inside a transaction."""
    rows: list[Any] = statement.run(connection, values).fetchall()
    return rows


def first(
    statement: Statement, connection: Connection, **values: Any
) -> Row[*tuple[Any, ...]] | None:
    """Return the first row by name, or None."""
    sql, parameters = statement.bound(connection.dialect.name, values)
    row: Row[*tuple[Any, ...]] | None = connection.exec_driver_sql(sql, parameters).first()
    return row


def every(
    statement: Statement, connection: Connection, **values: Any
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return all rows by name."""
    sql, parameters = statement.bound(connection.dialect.name, values)
    rows: Sequence[Row[*tuple[Any, ...]]] = connection.exec_driver_sql(sql, parameters).all()
    return rows
