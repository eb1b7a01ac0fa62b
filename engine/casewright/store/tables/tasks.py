"""User tasks, whom they are offered to, and drafts of their forms."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import SQLModel

from casewright.store.tables.columns import filled, key, maybe_number, maybe_text, number, text


class UserTask(SQLModel, table=True):
    """A task for people; `state` is open, completed or cancelled.

    The id is derived from instance and token, so that it keeps them unique.
    """

    __tablename__ = "user_task"
    __table_args__ = (
        Index("ix_user_task_assignee", "assignee", "state", **filled("assignee")),
        Index("ix_user_task_state", "state", "created_at"),
    )

    id: str = key()
    instance_id: str = text()
    root_id: str = text(index=True)
    definition_id: str = text()
    app: str = text()
    process_id: str = text()
    business_key: str = text()
    token: str = text()
    element: str = text()
    name: str = text()
    form: str = text()
    lane: str = text()
    state: str = text("open")
    assignee: str | None = maybe_text()
    priority: int = number(50)
    due_at: int | None = maybe_number()
    follow_up_at: int | None = maybe_number()
    created_at: int = number()
    completed_at: int | None = maybe_number()
    completed_by: str | None = maybe_text()
    settings: str = text("{}")
    fields: str = text("{}")
    version: int = number()


class TaskCandidate(SQLModel, table=True):
    """A person or group that a task is offered to; `open` follows the task's state."""

    __tablename__ = "task_candidate"
    __table_args__ = (
        Index("ix_task_candidate_name", "kind", "name", "open"),
        {"sqlite_with_rowid": False},
    )

    task_id: str = key()
    kind: str = key()
    name: str = key()
    open: int = number(1)


class Draft(SQLModel, table=True):
    """What a person has typed into a task's form and not yet sent."""

    __tablename__ = "draft"

    task_id: str = key()
    login: str = key()
    body: str = text("{}")
    saved_at: int = number()
