"""Jobs: work outside the process, written with the state that waits for it."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import SQLModel

from casewright.store.tables.columns import key, maybe_number, number, text


class Job(SQLModel, table=True):
    """A job; `state` is ready, running, done, failed or cancelled.

    `kind` is "operation" (a service task's connector call), "continue" (a step that spent its
    budget) or "signal" (brings the signal `operation` to an instance, or starts it). `fence`
    rises with every claim, so that a late worker is refused. A failed job blocks the younger
    ones of its `order_key`. `outcome` is how the last attempt ended; `unreachable_since` is
    when the other side was first not reached, 0 if it answered last.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_state", "state", "next_at"),
        Index("ix_job_token", "instance_id", "token"),
        Index("ix_job_order", "order_key", "state"),
    )

    id: str = key()
    kind: str = text("operation")
    instance_id: str = text()
    root_id: str = text(index=True)
    app: str = text()
    token: str = text()
    element: str = text()
    operation: str = text()
    input: str = text("{}")
    headers: str = text("{}")
    retries: int = number(5)
    attempt: int = number()
    generation: int = number()
    state: str = text("ready")
    order_key: str = text()
    next_at: int = number()
    lease_until: int = number()
    fence: int = number()
    worker: str = text()
    outcome: str = text()
    message: str = text()
    unreachable_since: int = number()
    created_at: int = number()
    ended_at: int | None = maybe_number()
