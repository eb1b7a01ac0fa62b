"""The database: engines, transactions, and the writer that commits for many at once.

SQLite has one writer thread per process, fed by a queue: a savepoint per piece of work, one
COMMIT for up to 32 of them, the reply only after that COMMIT. PostgreSQL runs each piece of
work in a transaction of the calling thread. Pages read on a second engine that cannot write.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

import psycopg
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from casewright.domain.errors import Refused
from casewright.store.statements import driver

T = TypeVar("T")
Work = Callable[[Connection], T]

GROUP = 32
LOCK_WAIT_MS = 5_000
# 16 MiB of log between checkpoints: pages that many commands touch are copied once.
CHECKPOINT_PAGES = 8_000
# A command touches some fifteen pages, most for a few bytes of an index: half the size of
# SQLite's default takes a fifth off each COMMIT. It holds for files that are made new.
PAGE_BYTES = 2_048
PG_TRIES = 3
# PostgreSQL: serialization failure, deadlock; connection lost or shut down.
_PG_AGAIN = ("40001", "40P01", "08", "57P")


class Writer(Protocol):
    """Runs work in a transaction and returns only after its COMMIT."""

    def run(self, work: Work[T]) -> T:
        """Run `work`; what it raises is raised here, with nothing of it stored."""
        ...

    def close(self) -> None:
        """Finish what is waiting and let go of the connections."""
        ...


class SqliteWriter:
    """One thread that owns the only writing connection."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: queue.SimpleQueue[tuple[Work[Any], Future[Any]] | None] = queue.SimpleQueue()
        self._broken: BaseException | None = None
        self._unanswered: list[Future[Any]] = []
        self._closed = False
        # Nothing may enter the queue once nobody is left to answer it.
        self._gate = threading.Lock()
        # Opened here, not in the thread: a file that cannot be opened is the caller's error,
        # and the switch to WAL must be over before a reader comes.
        self._connection = engine.connect()
        self._thread = threading.Thread(target=self._loop, name="writer", daemon=True)
        self._thread.start()

    def run(self, work: Work[T]) -> T:
        """Queue `work` and wait for the COMMIT that holds it."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("work inside work: a transaction cannot hold another")
        done: Future[T] = Future()
        with self._gate:
            if self._broken is not None or self._closed:
                raise Refused("busy") from self._broken
            self._queue.put((work, done))
        return done.result()

    def close(self) -> None:
        """Finish the queue and end the thread."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()
        self._engine.dispose()

    def _loop(self) -> None:
        with self._connection as connection:
            while (item := self._queue.get()) is not None:
                try:
                    if not self._batch(connection, item):
                        break
                except BaseException as problem:
                    # A batch that cannot even report is a fault of ours or of the disk:
                    # accept no more writes rather than answer what was not stored.
                    self._broken = problem
                    for done in self._unanswered:
                        if not done.done():
                            done.set_exception(_busy(problem))
                    break
        self._drain()

    def _batch(self, connection: Connection, item: tuple[Work[Any], Future[Any]]) -> bool:
        answers: list[tuple[Future[Any], Any]] = []
        self._unanswered = [item[1]]
        try:
            driver(connection).execute("BEGIN IMMEDIATE")
        except sqlite3.Error as problem:
            item[1].set_exception(_busy(problem))
            return True
        more = True
        while True:
            self._one(connection, item, answers)
            if not driver(connection).in_transaction:
                # A full disk or an I/O error made SQLite roll back all of it.
                for done, _ in answers:
                    done.set_exception(Refused("busy"))
                return True
            if len(answers) >= GROUP:
                break
            try:
                following = self._queue.get_nowait()
            except queue.Empty:
                break
            if following is None:
                more = False
                break
            item = following
            self._unanswered.append(item[1])
        self._finish(connection, answers)
        return more

    def _one(
        self,
        connection: Connection,
        item: tuple[Work[Any], Future[Any]],
        answers: list[tuple[Future[Any], Any]],
    ) -> None:
        work, done = item
        driver(connection).execute("SAVEPOINT one")
        try:
            result = work(connection)
            driver(connection).execute("RELEASE one")
        except BaseException as problem:
            if driver(connection).in_transaction:
                driver(connection).execute("ROLLBACK TO one")
                driver(connection).execute("RELEASE one")
            done.set_exception(problem)
            return
        answers.append((done, result))

    def _finish(self, connection: Connection, answers: list[tuple[Future[Any], Any]]) -> None:
        try:
            driver(connection).execute("COMMIT")
        except BaseException as problem:
            for done, _ in answers:
                done.set_exception(_busy(problem))
            self._broken = problem if not _locked(problem) else None
            if _locked(problem):
                driver(connection).execute("ROLLBACK")
                return
            raise
        for done, result in answers:
            done.set_result(result)

    def _drain(self) -> None:
        with self._gate:
            self._closed = True
        while True:
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return
            if item is not None:
                item[1].set_exception(Refused("busy"))


def _locked(problem: BaseException) -> bool:
    return isinstance(problem, sqlite3.OperationalError) and "locked" in str(problem)


def _busy(problem: BaseException) -> BaseException:
    if isinstance(problem, sqlite3.OperationalError):
        refused = Refused("busy")
        refused.__cause__ = problem
        return refused
    return problem


class PostgresWriter:
    """A transaction per piece of work; the whole piece again after a deadlock or a lost link."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def run(self, work: Work[T]) -> T:
        """Run `work` in its own transaction, at most three times."""
        for attempt in range(1, PG_TRIES + 1):
            try:
                with self._engine.connect() as connection, connection.begin():
                    return work(connection)
            except (psycopg.Error, DBAPIError) as problem:
                if attempt == PG_TRIES or not _sqlstate(problem).startswith(_PG_AGAIN):
                    raise
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()


def _sqlstate(problem: psycopg.Error | DBAPIError) -> str:
    """Return the SQLSTATE; a problem without one is a connection that was lost ("08")."""
    original = problem.orig if isinstance(problem, DBAPIError) else problem
    return str(getattr(original, "sqlstate", None) or "08")


class Database:
    """A database by its URL: a writer, and a reader that cannot write."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self.dialect = parsed.get_backend_name()
        if self.dialect == "sqlite":
            self.url = parsed
            self.writer: Writer = SqliteWriter(_sqlite_engine(parsed, read_only=False))
            self._reader = _sqlite_engine(parsed, read_only=True)
        elif self.dialect == "postgresql":
            self.url = parsed.set(drivername="postgresql+psycopg")
            self.writer = PostgresWriter(_postgres_engine(self.url, read_only=False))
            self._reader = _postgres_engine(self.url, read_only=True)
        else:
            raise Refused("file-invalid", file="DATABASE_URL", reason="sqlite or postgresql")

    def write(self, work: Work[T]) -> T:
        """Run `work` in a transaction and return its result after the COMMIT."""
        return self.writer.run(work)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that can only read, as of one moment."""
        with self._reader.connect() as connection:
            if self.dialect == "sqlite":
                connection.exec_driver_sql("BEGIN")
            try:
                yield connection
            finally:
                if self.dialect == "sqlite":
                    connection.exec_driver_sql("ROLLBACK")
                else:
                    connection.rollback()

    def close(self) -> None:
        """Finish waiting work and close every connection."""
        self.writer.close()
        self._reader.dispose()


def steady(connection: Connection) -> None:
    """Let everything that is read in this transaction be as of its first query.

    SQLite always does so; on PostgreSQL this must come first.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _sqlite_engine(url: URL, *, read_only: bool) -> Engine:
    if not url.database or url.database == ":memory:":
        raise Refused("file-invalid", file="DATABASE_URL", reason="SQLite needs a file")
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=1 if not read_only else 16,
        max_overflow=0 if not read_only else 32,
        isolation_level="AUTOCOMMIT",
        connect_args={"check_same_thread": False, "timeout": LOCK_WAIT_MS / 1000},
    )

    @event.listens_for(engine, "connect")
    def _pragmas(raw: Any, _: Any) -> None:
        cursor = raw.cursor()
        cursor.execute(f"PRAGMA busy_timeout={LOCK_WAIT_MS}")
        if not read_only:
            cursor.execute(f"PRAGMA page_size={PAGE_BYTES}")
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA cache_size=-65536")
        if read_only:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    return engine


def _postgres_engine(url: URL, *, read_only: bool) -> Engine:
    options = "-c default_transaction_isolation=read\\ committed -c timezone=UTC"
    if read_only:
        options += " -c default_transaction_read_only=on"
    return create_engine(
        url,
        pool_size=16,
        max_overflow=32,
        pool_pre_ping=True,
        connect_args={"options": options, "connect_timeout": 5},
    )
