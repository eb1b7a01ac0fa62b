"""What stands on a case: notes, and the decisions made in it."""

from __future__ import annotations

from sqlmodel import SQLModel

from casewright.store.tables.columns import key, number, text


class Note(SQLModel, table=True):
    """A note on a case; `job_id` makes a repeated job write it once."""

    __tablename__ = "note"

    id: str = key()
    instance_id: str = text()
    root_id: str = text(index=True)
    body: str = text()
    author: str = text()
    job_id: str = text()
    at: int = number()


class DecisionRow(SQLModel, table=True):
    """A decision that was evaluated in an instance, with its trace."""

    __tablename__ = "decision_evaluation"

    id: str = key()
    instance_id: str = text(index=True)
    root_id: str = text(index=True)
    token: str = text()
    element: str = text()
    decision: str = text()
    version: int = number()
    output: str = text("null")
    trace: str = text("{}")
    at: int = number()
