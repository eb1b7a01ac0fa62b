"""Sessions, tokens and wrong tries as commands write them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    and_,
    bindparam,
    case,
    delete,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from casewright.store.statements import Statement, first
from casewright.store.tables import ApiToken, LoginAttempt, Session

_session = Session.__table__  # type: ignore[attr-defined]
_token = ApiToken.__table__  # type: ignore[attr-defined]
_attempt = LoginAttempt.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Attempts:
    """Wrong tries of an account or an address since `first_at`; it must wait until `until`."""

    tries: int = 0
    first_at: int = 0
    until: int = 0


_add = Statement(insert(_session))
_end = Statement(delete(_session).where(_session.c.hash == bindparam("key")))
_end_all = Statement(
    delete(_session).where(
        _session.c.login == bindparam("who"), _session.c.hash != bindparam("kept")
    )
)
_touch = Statement(
    update(_session).where(_session.c.hash == bindparam("key")).values(seen_at=bindparam("at"))
)
_expire = Statement(
    delete(_session).where(
        or_(_session.c.expires_at < bindparam("now"), _session.c.seen_at < bindparam("idle"))
    )
)
_add_token = Statement(insert(_token))
_drop_token = Statement(
    delete(_token).where(_token.c.login == bindparam("who"), _token.c.name == bindparam("which"))
)
_expire_tokens = Statement(delete(_token).where(_token.c.expires_at < bindparam("now")))
_attempts = Statement(
    select(_attempt.c.tries, _attempt.c.first_at, _attempt.c.until).where(
        _attempt.c.subject == bindparam("subject")
    )
)


def _count_on(statement: Any) -> Any:
    """Count in the database, so that tries made at the same moment are each counted."""
    at = statement.excluded.first_at
    forgiven = or_(
        _attempt.c.first_at <= at - bindparam("window", type_=BigInteger()),
        and_(_attempt.c.until > 0, _attempt.c.until <= at),
    )
    tries = case((forgiven, 1), else_=_attempt.c.tries + 1)
    most = bindparam("most", type_=BigInteger())
    changed = {
        "tries": tries,
        "first_at": case((forgiven, at), else_=_attempt.c.first_at),
        "until": case(
            (tries >= most, at + bindparam("wait", type_=BigInteger())), else_=literal_column("0")
        ),
    }
    return statement.on_conflict_do_update(index_elements=["subject"], set_=changed)


_FIRST = {"subject": bindparam("subject"), "tries": 1, "first_at": bindparam("at"), "until": 0}
_count = Statement(
    _count_on(sqlite.insert(_attempt).values(_FIRST)),
    postgresql=_count_on(postgresql.insert(_attempt).values(_FIRST)),
)
_forget = Statement(delete(_attempt).where(_attempt.c.subject == bindparam("key")))
_expire_attempts = Statement(
    delete(_attempt).where(
        _attempt.c.first_at < bindparam("old"), _attempt.c.until < bindparam("now")
    )
)


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    """Add a session; `values` are the columns of the table."""
    _add.run(connection, values)


def end(connection: Connection, hash: str) -> bool:
    """End one session; False when it was not there."""
    return bool(_end.run(connection, {"key": hash}).rowcount == 1)


def end_all(connection: Connection, login: str, kept: str = "") -> int:
    """End every session of a person but the one whose hash is `kept`; return how many."""
    return int(_end_all.run(connection, {"who": login, "kept": kept}).rowcount)


def touch(connection: Connection, hash: str, at: int) -> None:
    """Say that a session was used just now."""
    _touch.run(connection, {"key": hash, "at": at})


def expire(connection: Connection, now: int, idle: int, old: int) -> int:
    """Delete sessions, tokens and tries that have run out; return how many sessions."""
    _expire_tokens.run(connection, {"now": now})
    _expire_attempts.run(connection, {"old": old, "now": now})
    return int(_expire.run(connection, {"now": now, "idle": idle}).rowcount)


def add_token(connection: Connection, values: Mapping[str, Any]) -> None:
    """Add a bearer token; `values` are the columns of the table."""
    _add_token.run(connection, values)


def drop_token(connection: Connection, login: str, name: str) -> bool:
    """Delete a person's token by its name; False when there was none."""
    return bool(_drop_token.run(connection, {"who": login, "which": name}).rowcount > 0)


def attempts(connection: Connection, subject: str) -> Attempts:
    """Return the wrong tries of an account or address."""
    row = first(_attempts, connection, subject=subject)
    return Attempts() if row is None else Attempts(row[0], row[1], row[2])


def count_attempt(
    connection: Connection, subject: str, at: int, *, most: int, window: int, wait: int
) -> None:
    """Count a wrong try of an account or address; after `most` within `window` it must wait."""
    values = {"subject": subject, "at": at, "most": most, "window": window, "wait": wait}
    _count.run(connection, values)


def forget_attempts(connection: Connection, subject: str) -> None:
    """Forget the wrong tries of an account."""
    _forget.run(connection, {"key": subject})
