"""Deployed apps: their files, and the process and decision versions they brought."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint
from sqlmodel import SQLModel

from casewright.store.tables.columns import data, key, maybe_text, number, text


class Deployment(SQLModel, table=True):
    """One release of an app: one hash over all its files."""

    __tablename__ = "deployment"
    __table_args__ = (UniqueConstraint("app", "version"),)

    id: str = key()
    app: str = text()
    version: int = number()
    hash: str = text()
    parent_hash: str = text()
    title: str = text()
    settings: str = text("{}")
    created_at: int = number()
    created_by: str = text()


class Resource(SQLModel, table=True):
    """A file of a deployment, byte for byte."""

    __tablename__ = "resource"

    deployment_id: str = key()
    path: str = key()
    kind: str = text()
    hash: str = text()
    content: bytes = data()


class Definition(SQLModel, table=True):
    """A version of a process; `start_form` is null where nobody can start it by a form.

    `desugaring` is the version of the rewriting that compiled it, so that its instances go on
    under the rules they began with.
    """

    __tablename__ = "definition"
    __table_args__ = (UniqueConstraint("process_id", "version"),)

    id: str = key()
    deployment_id: str = text(index=True)
    app: str = text()
    process_id: str = text()
    version: int = number()
    latest: int = number(1)
    name: str = text()
    path: str = text()
    startable: int = number()
    start_form: str | None = maybe_text()
    created_at: int = number()
    desugaring: int = number(1)


class Decision(SQLModel, table=True):
    """A version of a decision."""

    __tablename__ = "decision"
    __table_args__ = (UniqueConstraint("decision_id", "version"),)

    id: str = key()
    deployment_id: str = text(index=True)
    app: str = text()
    decision_id: str = text()
    version: int = number()
    name: str = text()
    path: str = text()
