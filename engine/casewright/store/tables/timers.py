"""Timers that are set; a row lives until its timer fires or is cancelled."""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import SQLModel

from casewright.store.tables.columns import key, number, text


class Timer(SQLModel, table=True):
    """A timer of an instance."""

    __tablename__ = "timer"
    __table_args__ = (UniqueConstraint("instance_id", "token"), Index("ix_timer_due", "due_at"))

    id: str = key()
    instance_id: str = text()
    root_id: str = text()
    token: str = text()
    element: str = text()
    due_at: int = number()


class StartTimer(SQLModel, table=True):
    """When a process starts by itself next; `anchor` is what its cycle is counted from."""

    __tablename__ = "start_timer"
    __table_args__ = (
        Index("ix_start_timer_due", "due_at"),
        Index("ix_start_timer_process", "process_id"),
    )

    id: str = key()
    definition_id: str = text()
    process_id: str = text()
    element: str = text()
    due_at: int = number()
    fired: int = number()
    anchor: int = number()
