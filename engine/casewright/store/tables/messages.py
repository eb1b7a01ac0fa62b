"""Messages that came in, and who waits for which."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import SQLModel

from casewright.store.tables.columns import key, maybe_text, number, text


class Message(SQLModel, table=True):
    """A received message; `state` is buffered, used or dead (a dead letter, with its reason)."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_waiting", "state", "name", "correlation_key"),
        Index("ix_message_expiry", "state", "expires_at"),
    )

    id: str = key()
    name: str = text()
    correlation_key: str = text()
    payload: str = text("{}")
    received_at: int = number()
    received_by: str = text()
    expires_at: int = number()
    state: str = text("buffered")
    reason: str = text()
    used_by: str | None = maybe_text()


class Signal(SQLModel, table=True):
    """A signal that was broadcast; `source` is the instance that threw it, "" if none did.

    One job for each instance that waited, and for each process that it starts, brings it.
    """

    __tablename__ = "signal"
    __table_args__ = (Index("ix_signal_thrown", "thrown_at"),)

    id: str = key()
    name: str = text()
    payload: str = text("{}")
    source: str = text()
    thrown_at: int = number()
    thrown_by: str = text()


class Subscription(SQLModel, table=True):
    """Somebody who waits for a message or signal: a token, or a definition's start event."""

    __tablename__ = "subscription"
    __table_args__ = (
        Index("ix_subscription_name", "name", "correlation_key"),
        Index("ix_subscription_token", "instance_id", "token"),
    )

    id: str = key()
    name: str = text()
    correlation_key: str = text()
    definition_id: str = text(index=True)
    process_id: str = text()
    instance_id: str | None = maybe_text()
    root_id: str | None = maybe_text()
    token: str = text()
    element: str = text()
    created_at: int = number()
    kind: str = text("message")
