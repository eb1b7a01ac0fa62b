"""Keys of commands that were answered already."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from casewright.store.statements import Statement, hot
from casewright.store.tables import CommandKey

KEPT_MICROS = 7 * 86_400 * 1_000_000

_table = CommandKey.__table__  # type: ignore[attr-defined]
_find = Statement(
    select(_table.c.request_hash, _table.c.answer).where(
        _table.c.principal == bindparam("principal"), _table.c.key == bindparam("key")
    )
)
_take = Statement(
    sqlite.insert(_table).on_conflict_do_nothing(),
    postgresql=postgresql.insert(_table).on_conflict_do_nothing(),
)
_answer = Statement(
    update(_table)
    .where(_table.c.principal == bindparam("who"), _table.c.key == bindparam("which"))
    .values(answer=bindparam("text"))
)
_expire = Statement(delete(_table).where(_table.c.at < bindparam("before")))


def take(
    connection: Connection, principal: str, key: str, request: str, at: int
) -> tuple[str, str] | None:
    """Take the key for this request; None when it was free, else (request hash, answer) of before.

    A second taker on PostgreSQL waits for the first one's commit, so both get one answer.
    """
    values = {"principal": principal, "key": key, "request_hash": request, "answer": "", "at": at}
    if _take.run(connection, values).rowcount == 1:
        return None
    found = hot(_find, connection, principal=principal, key=key)
    assert found is not None
    return str(found[0]), str(found[1])


def keep(connection: Connection, principal: str, key: str, answer: str) -> None:
    """Store the answer of a key that was taken in this transaction."""
    _answer.run(connection, {"who": principal, "which": key, "text": answer})


def expire(connection: Connection, at: int) -> int:
    """Delete keys older than seven days; return how many."""
    return int(_expire.run(connection, {"before": at - KEPT_MICROS}).rowcount)
