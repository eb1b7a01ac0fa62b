"""The journal: what happened, chained so that nothing can be changed unseen."""

from __future__ import annotations

from sqlmodel import SQLModel

from casewright.store.tables.columns import key, key_number, number, text


class Journal(SQLModel, table=True):
    """One row per command and stream; a stream is an instance id, or "admin"."""

    __tablename__ = "journal"
    __table_args__ = {"sqlite_with_rowid": False}

    stream: str = key()
    seq: int = key_number()
    at: int = number()
    command: str = text()
    actor: str = text()
    effective: str = text()
    payload_hash: str = text()
    hash: str = text()


class JournalPayload(SQLModel, table=True):
    """The events of a journal row and their salt; erasing a row leaves the chain whole."""

    __tablename__ = "journal_payload"
    __table_args__ = {"sqlite_with_rowid": False}

    stream: str = key()
    seq: int = key_number()
    salt: str = text()
    payload: str = text()


class Chain(SQLModel, table=True):
    """The head of a stream that is not an instance's (those keep it in their own row)."""

    __tablename__ = "chain"

    stream: str = key()
    seq: int = number()
    hash: str = text()
