"""The journal shows every change that was made behind its back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import orjson
import pytest

from casewright.store import journal
from casewright.store.db import Database
from casewright.store.journal import Broken
from casewright.store.tables import JournalPayload

KEY = b"the key of this test, long enough"
Damage = Callable[[Database], None]


@pytest.fixture
def database(migrated_url: str) -> Iterator[Database]:
    """Two chains of five rows, "admin" and "other"."""
    made = Database(migrated_url)
    for stream in ("admin", "other"):
        for number in range(5):
            payload = orjson.dumps([{"type": "Thing", "number": number}])
            made.write(
                lambda c, s=stream, n=number, p=payload: journal.append_to_chain(  # type: ignore[misc]
                    c, KEY, s, n, "Do", ("a", "b"), p
                )
            )
    yield made
    made.close()


def sql(database: Database, *statements: str) -> None:
    def work(connection: object) -> None:
        for statement in statements:
            connection.exec_driver_sql(statement)  # type: ignore[attr-defined]

    database.write(work)


def found(database: Database) -> list[Broken]:
    with database.read() as connection:
        return list(journal.verify(connection, KEY))


def test_a_whole_chain_is_whole(database: Database) -> None:
    assert found(database) == []


@pytest.mark.parametrize(
    ("statements", "seq"),
    [
        (["update journal set command = 'X' where stream = 'other' and seq = 3"], 3),
        (["update journal set at = 99 where stream = 'other' and seq = 2"], 2),
        (["update journal set effective = 'x' where stream = 'other' and seq = 1"], 1),
        (["update journal_payload set payload = '[]' where stream = 'other' and seq = 4"], 4),
        (["delete from journal where stream = 'other' and seq = 2"], 2),
        (["delete from journal where stream = 'other' and seq = 5"], 5),
        (["delete from journal where stream = 'other'"], 1),
        (["delete from chain where stream = 'other'"], 0),
        (
            [
                "insert into journal select stream, 6, at, command, actor, effective,"
                " payload_hash, hash from journal where stream = 'other' and seq = 5"
            ],
            6,
        ),
        (
            [
                "update journal set seq = 99 where stream = 'other' and seq = 2",
                "update journal set seq = 2 where stream = 'other' and seq = 3",
                "update journal set seq = 3 where stream = 'other' and seq = 99",
            ],
            2,
        ),
    ],
    ids=["edited", "moved in time", "other person", "other events", "deleted", "cut off",
         "all cut off", "head gone", "inserted", "swapped"],
)  # fmt: skip
def test_damage_is_found_at_its_row(database: Database, statements: list[str], seq: int) -> None:
    sql(database, *statements)
    assert [(broken.stream, broken.seq) for broken in found(database)] == [("other", seq)]


def test_a_tail_that_was_cut_with_its_head_is_found_by_the_checkpoint(database: Database) -> None:
    """Whoever writes the database can mend the head too, but not the file outside."""
    with database.read() as connection:
        data = journal.checkpoint(connection, KEY, 1)
    sql(
        database,
        "delete from journal where stream = 'other' and seq > 3",
        "update chain set seq = 3, hash = (select hash from journal where stream = 'other'"
        " and seq = 3) where stream = 'other'",
    )
    assert found(database) == []
    with database.read() as connection:
        broken = list(journal.verify_checkpoint(connection, KEY, data))
    assert [(one.stream, one.seq) for one in broken] == [("other", 5)]


def test_a_chain_that_was_rebuilt_without_the_key_is_found(database: Database) -> None:
    def rebuild(connection: object) -> None:
        statement = "delete from {} where stream = 'other'"
        for table in ("journal", "journal_payload", "chain"):
            connection.exec_driver_sql(statement.format(table))  # type: ignore[attr-defined]
        for number in range(5):
            journal.append_to_chain(
                connection,  # type: ignore[arg-type]
                b"another key",
                "other",
                number,
                "Do",
                ("a", "b"),
                b"[]",
            )

    database.write(rebuild)
    assert [(broken.stream, broken.seq) for broken in found(database)] == [("other", 1)]


def test_a_checkpoint_that_was_changed_is_found(database: Database) -> None:
    with database.read() as connection:
        data = journal.checkpoint(connection, KEY, 1)
        assert list(journal.verify_checkpoint(connection, KEY, data)) == []
        changed = data.replace(b'"at":1', b'"at":2')
        assert len(list(journal.verify_checkpoint(connection, KEY, changed))) == 1


def test_events_may_be_erased_and_the_chain_stays_whole(database: Database) -> None:
    table = JournalPayload.__tablename__
    sql(database, f"delete from {table} where stream = 'other' and seq = 3")
    assert found(database) == []
