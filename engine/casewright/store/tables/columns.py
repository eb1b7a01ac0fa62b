"""The few column kinds that all tables use."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, LargeBinary, Text
from sqlalchemy import text as sql
from sqlmodel import Field


def key() -> Any:
    """A text primary key column."""
    return Field(primary_key=True, sa_type=Text)


def text(default: str = "", index: bool = False) -> Any:
    """A text column that is never null."""
    return Field(default=default, sa_type=Text, nullable=False, index=index)


def maybe_text(index: bool = False) -> Any:
    """A text column that may be null."""
    return Field(default=None, sa_type=Text, nullable=True, index=index)


def number(default: int = 0, index: bool = False) -> Any:
    """A 64-bit whole number that is never null; also instants and truth values."""
    return Field(default=default, sa_type=BigInteger, nullable=False, index=index)


def maybe_number(index: bool = False) -> Any:
    """A 64-bit whole number that may be null."""
    return Field(default=None, sa_type=BigInteger, nullable=True, index=index)


def key_number() -> Any:
    """A whole number that is part of the primary key."""
    return Field(primary_key=True, sa_type=BigInteger)


def data() -> Any:
    """A column of bytes."""
    return Field(sa_type=LargeBinary, nullable=False)


def filled(column: str) -> dict[str, Any]:
    """Options of an index that holds only the rows where `column` is not null."""
    return only(f"{column} IS NOT NULL")


def only(condition: str) -> dict[str, Any]:
    """Options of an index that holds only the rows where `condition` is true."""
    where = sql(condition)
    return {"sqlite_where": where, "postgresql_where": where}
