"""Running and ended instances, with the snapshot that `bpmn.step` reads and gives."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import SQLModel

from casewright.store.tables.columns import (
    filled,
    key,
    maybe_number,
    maybe_text,
    number,
    only,
    text,
)


class Instance(SQLModel, table=True):
    """A process instance; `seq` and `hash` are the head of its journal.

    `start_key` is message name and key of an instance that a message started: one may run
    per process and key.
    """

    __tablename__ = "instance"
    __table_args__ = (
        Index("ix_instance_state", "state", "started_at"),
        Index("ix_instance_start_key", "process_id", "start_key", "state", **filled("start_key")),
        Index("ix_instance_definition_id", "definition_id", **only("state = 'active'")),
        Index("ix_instance_business_key", "business_key", **only("business_key <> ''")),
        Index("ix_instance_parent_id", "parent_id", **filled("parent_id")),
    )

    id: str = key()
    definition_id: str = text()
    process_id: str = text()
    app: str = text()
    root_id: str = text(index=True)
    parent_id: str | None = maybe_text()
    parent_token: str | None = maybe_text()
    depth: int = number()
    business_key: str = text()
    start_key: str | None = maybe_text()
    state: str = text("active")
    version: int = number()
    started_at: int = number()
    started_by: str = text(index=True)
    ended_at: int | None = maybe_number()
    seq: int = number()
    hash: str = text()
    incidents: int = number()
    stalls: int = number()
    snapshot: str = text("{}")
