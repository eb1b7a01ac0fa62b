"""The writer: each piece of work whole or not at all, one COMMIT for many, everyone answered."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from casewright.domain.errors import Refused
from casewright.store import Connection, db, statements
from casewright.store.db import Database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    made.write(lambda conn: conn.exec_driver_sql("CREATE TABLE t (a INTEGER PRIMARY KEY)"))
    yield made
    made.close()


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    made = Database(sqlite_url)
    made.write(lambda conn: conn.exec_driver_sql("CREATE TABLE t (a INTEGER PRIMARY KEY)"))
    yield made
    made.close()


class Lost(Exception):
    """What the work saw when the database gave up."""


def insert(value: int) -> Callable[[Connection], None]:
    def work(conn: Connection) -> None:
        conn.exec_driver_sql(f"INSERT INTO t VALUES ({value})")

    return work


def stored(database: Database) -> list[int]:
    with database.read() as conn:
        return [row[0] for row in conn.exec_driver_sql("SELECT a FROM t ORDER BY a")]


def test_work_is_stored_when_it_is_answered(database: Database) -> None:
    database.write(insert(1))
    assert stored(database) == [1]


def test_work_that_fails_leaves_nothing_and_harms_no_other(database: Database) -> None:
    def fail(conn: Connection) -> None:
        insert(99)(conn)
        raise Refused("not-found")

    with ThreadPoolExecutor(16) as pool:
        futures = [pool.submit(database.write, insert(n) if n % 3 else fail) for n in range(60)]
    for number, future in enumerate(futures):
        if number % 3:
            future.result()
        else:
            with pytest.raises(Refused):
                future.result()
    assert stored(database) == [n for n in range(60) if n % 3]


def test_a_statement_that_fails_leaves_the_others_whole(database: Database) -> None:
    database.write(insert(1))
    with pytest.raises(Exception, match=r"(?i)unique"):
        database.write(insert(1))
    database.write(insert(2))
    assert stored(database) == [1, 2]


def test_reader_cannot_write(database: Database) -> None:
    with pytest.raises(sqlalchemy.exc.DBAPIError), database.read() as conn:
        insert(1)(conn)
    assert stored(database) == []


def waiting(database: Database, work: list[Callable[[Connection], None]]) -> list[Future[None]]:
    """Hand in pieces of work, in order, without waiting for their answers."""
    writer = database.writer
    futures: list[Future[None]] = []
    for item in work:
        future: Future[None] = Future()
        writer._queue.put((item, future))  # type: ignore[attr-defined]
        futures.append(future)
    return futures


def test_many_that_wait_share_one_commit(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    commits = []
    finish = type(sqlite.writer)._finish  # type: ignore[attr-defined]

    def counted(self: object, conn: Connection, answers: list[object]) -> None:
        commits.append(len(answers))
        finish(self, conn, answers)

    monkeypatch.setattr(type(sqlite.writer), "_finish", counted)
    started, free = threading.Event(), threading.Event()

    def hold(_: Connection) -> None:
        started.set()
        free.wait(10)

    (held,) = waiting(sqlite, [hold])
    assert started.wait(10)
    futures = waiting(sqlite, [insert(n) for n in range(40)])
    free.set()
    for future in [held, *futures]:
        future.result(10)
    assert commits == [32, 9]


def test_everyone_is_answered_when_the_whole_transaction_is_lost(sqlite: Database) -> None:
    """A full disk makes SQLite roll back everything, not only the savepoint."""

    def lose(conn: Connection) -> None:
        conn.exec_driver_sql("ROLLBACK")
        raise Lost

    started, free = threading.Event(), threading.Event()

    def hold(_: Connection) -> None:
        started.set()
        free.wait(10)

    futures = waiting(sqlite, [hold])
    assert started.wait(10)
    futures += waiting(sqlite, [insert(1), lose, insert(2)])
    free.set()
    for future in futures[1:3]:
        with pytest.raises((Refused, Lost)):
            future.result(10)
    futures[3].result(10)
    assert stored(sqlite) == [2]


def test_work_inside_work_is_refused(sqlite: Database) -> None:
    with pytest.raises(RuntimeError):
        sqlite.write(lambda _: sqlite.write(insert(1)))


def test_second_process_is_told_that_the_database_is_busy(sqlite: Database) -> None:
    other = sqlalchemy.create_engine(sqlite.url, isolation_level="AUTOCOMMIT")
    sqlite.write(lambda conn: conn.exec_driver_sql("PRAGMA busy_timeout=50").all())
    with other.connect() as conn:
        conn.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(Refused, match="busy"):
            sqlite.write(insert(1))
        conn.exec_driver_sql("ROLLBACK")
    other.dispose()
    sqlite.write(insert(2))
    assert stored(sqlite) == [2]


def _answered(database: Database) -> bool:
    """Tell whether a write got any answer within some seconds."""
    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(database.write, insert(1))
        try:
            told.exception(10)
        except TimeoutError:
            return False
        return True


def test_a_damaged_file_is_an_answer(sqlite: Database, tmp_path: Path) -> None:
    """Nobody waits for ever, whatever became of the file."""
    path = tmp_path / "casewright.db"
    raw = sqlite3.connect(path)
    raw.execute("pragma wal_checkpoint(truncate)")
    raw.close()
    path.write_bytes(b"not a database" * 1000)
    assert _answered(sqlite)


def test_a_failing_savepoint_is_an_answer(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writer stops, and says so to those who wait and to those who come."""
    real = statements.driver

    class Sick:
        def __init__(self, raw: Any) -> None:
            self.raw = raw

        @property
        def in_transaction(self) -> bool:
            return bool(self.raw.in_transaction)

        def execute(self, sql: str, *rest: Any) -> Any:
            if sql == "SAVEPOINT one":
                raise sqlite3.OperationalError("disk I/O error")
            return self.raw.execute(sql, *rest)

    monkeypatch.setattr(db, "driver", lambda connection: Sick(real(connection)))
    assert _answered(sqlite)
    monkeypatch.undo()
    with pytest.raises(Refused, match="busy"):
        sqlite.write(insert(2))
