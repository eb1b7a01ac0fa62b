"""Messages that came in, dead letters, and who waits for which message.

Messages carry data of cases that nobody has matched yet, so only operators see them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, func, select, tuple_

from casewright.domain.people import Scope
from casewright.store.queries import values, visible
from casewright.store.queries.paging import Page, checked, decode, page
from casewright.store.statements import Statement, every, first
from casewright.store.tables import Message, Subscription

STATES = ("buffered", "used", "dead")

_message = Message.__table__  # type: ignore[attr-defined]
_subscription = Subscription.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class MessageView:
    """A received message; a dead one says in `reason` why nobody could take it."""

    id: str
    name: str
    key: str
    variables: dict[str, Any]
    received: datetime
    received_by: str
    expires: datetime
    state: str
    reason: str
    used_by: str | None


@dataclass(frozen=True, slots=True)
class SubscriptionView:
    """A token that waits for a message or a signal, as `kind` says."""

    instance: str
    token: str
    element: str
    name: str
    key: str
    created: datetime
    kind: str


_COLUMNS = (
    _message.c.id, _message.c.name, _message.c.correlation_key, _message.c.payload,
    _message.c.received_at, _message.c.received_by, _message.c.expires_at, _message.c.state,
    _message.c.reason, _message.c.used_by,
)  # fmt: skip


def _view(row: Any) -> MessageView:
    return MessageView(
        *values.typed(row, payload=values.json, received_at=values.at, expires_at=values.at)
    )


@cache
def _messages(state: bool, after: bool) -> Statement:
    rows = select(*_COLUMNS)
    if state:
        rows = rows.where(_message.c.state == bindparam("state"))
    order = (_message.c.received_at, _message.c.id)
    if after:
        limits = [bindparam(f"after_{i}", type_=c.type) for i, c in enumerate(order)]
        rows = rows.where(tuple_(*order) < tuple_(*limits))
    rows = rows.order_by(*(c.desc() for c in order))
    return Statement(rows.limit(bindparam("rows", type_=Integer())))


def messages(
    scope: Scope,
    conn: Connection,
    *,
    state: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[MessageView]:
    """Return received messages for an operator, the newest first; nothing for others."""
    rows_wanted = checked(limit) + 1
    after = decode(cursor, (int, str)) if cursor else ()
    if not scope.operate:
        return Page(())
    bound = {"state": state, "rows": rows_wanted}
    bound |= {f"after_{i}": part for i, part in enumerate(after)}
    rows = every(_messages(state is not None, bool(cursor)), conn, **bound)
    return page(rows, limit, _view, lambda row: (row[4], row[0]))


def dead_letters(
    scope: Scope, conn: Connection, *, limit: int = 50, cursor: str | None = None
) -> Page[MessageView]:
    """Return the messages that nobody could take."""
    return messages(scope, conn, state="dead", limit=limit, cursor=cursor)


_one = Statement(select(*_COLUMNS).where(_message.c.id == bindparam("message")))


def message(scope: Scope, conn: Connection, id: str) -> MessageView | None:
    """Return one message for an operator, None for others."""
    if not scope.operate:
        return None
    row = first(_one, conn, message=id)
    return None if row is None else _view(row)


_count = Statement(select(_message.c.state, func.count()).group_by(_message.c.state))


def counts(scope: Scope, conn: Connection) -> dict[str, int]:
    """Return how many messages are in each state, for an operator."""
    rows = every(_count, conn) if scope.operate else ()
    return dict.fromkeys(STATES, 0) | {row[0]: row[1] for row in rows}


@cache
def _subscriptions(of: visible.Shape) -> Statement:
    rows = select(
        _subscription.c.instance_id,
        _subscription.c.token,
        _subscription.c.element,
        _subscription.c.name,
        _subscription.c.correlation_key,
        _subscription.c.created_at,
        _subscription.c.kind,
    ).where(_subscription.c.root_id == bindparam("root"))
    rows = rows.where(visible.single(_subscription.c.root_id, of))
    return Statement(rows.order_by(_subscription.c.created_at, _subscription.c.id))


def subscriptions(scope: Scope, conn: Connection, root: str) -> tuple[SubscriptionView, ...]:
    """Return the messages and signals that a case waits for, the oldest wait first."""
    of = visible.widened(visible.shape(scope), scope.operate)
    rows = every(_subscriptions(of), conn, root=root, **visible.binds(scope))
    return tuple(SubscriptionView(*values.typed(row, created_at=values.at)) for row in rows)
