"""Keys of commands already answered, so that a repeat gives the first answer."""

from __future__ import annotations

from sqlmodel import SQLModel

from casewright.store.tables.columns import key, number, text


class CommandKey(SQLModel, table=True):
    """The answer given to a principal's key; kept seven days."""

    __tablename__ = "command_key"
    __table_args__ = {"sqlite_with_rowid": False}

    principal: str = key()
    key: str = key()
    request_hash: str = text()
    answer: str = text("{}")
    at: int = number(index=True)
