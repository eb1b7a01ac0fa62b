"""Incidents: what stands still until a person mends it."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import SQLModel

from casewright.store.tables.columns import key, maybe_number, maybe_text, number, text


class Incident(SQLModel, table=True):
    """An incident of an instance; `job_id` where a job failed for good."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_state", "state", "raised_at"),
        Index("ix_incident_token", "instance_id", "token"),
    )

    id: str = key()
    instance_id: str = text()
    root_id: str = text(index=True)
    app: str = text()
    process_id: str = text()
    business_key: str = text()
    token: str = text()
    element: str = text()
    code: str = text()
    message: str = text()
    details: str = text("{}")
    job_id: str | None = maybe_text()
    state: str = text("open")
    raised_at: int = number()
    resolved_at: int | None = maybe_number()
    resolved_by: str | None = maybe_text()
