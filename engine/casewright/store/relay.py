"""Carries topics between the processes of one PostgreSQL database, by LISTEN and NOTIFY.

A topic is only a hint to look: one that is lost costs a second, since everybody looks by
themselves too. Topics are sent after the COMMIT, on a connection of their own: a NOTIFY inside
the transactions would let them commit only one after the other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import psycopg

from casewright.domain.ids import token_secret
from casewright.store.db import Database

CHANNEL = "casewright"
# PostgreSQL takes up to 8,000 bytes.
_BYTES = 7_000
_PAUSE = 1.0


class Relay:
    """Sends topics of this process, and receives those of the others."""

    def __init__(self, database: Database, receive: Callable[[str], None]) -> None:
        self._address = database.url.set(drivername="postgresql").render_as_string(False)
        self._receive = receive
        self._origin = token_secret()
        self._waiting: set[str] = set()
        self._change = threading.Condition()
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._forever, args=(work,), name=name, daemon=True)
            for name, work in (("relay-send", self._send_all), ("relay-listen", self._listen))
        ]

    def start(self) -> None:
        """Begin to send and to listen."""
        for thread in self._threads:
            thread.start()

    def send(self, topic: str) -> None:
        """Tell the other processes of a topic, soon."""
        with self._change:
            self._waiting.add(topic)
            self._change.notify()

    def stop(self) -> None:
        """Send what waits, and end."""
        self._stopped.set()
        with self._change:
            self._change.notify()
        for thread in self._threads:
            thread.join(2 * _PAUSE)

    def _forever(self, work: Callable[[psycopg.Connection[Any]], None]) -> None:
        """Do `work` on a connection, on a new one after each that was lost."""
        while not self._stopped.is_set():
            try:
                with psycopg.connect(
                    self._address, autocommit=True, connect_timeout=5
                ) as connection:
                    work(connection)
            except psycopg.Error:
                self._stopped.wait(_PAUSE)

    def _send_all(self, connection: psycopg.Connection[Any]) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._waiting or self._stopped.is_set())
                topics, self._waiting = sorted(self._waiting), set()
            if not topics:
                return
            for payload in _payloads(self._origin, topics):
                connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, payload))

    def _listen(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute(f"LISTEN {CHANNEL}".encode())
        while not self._stopped.is_set():
            for note in connection.notifies(timeout=_PAUSE / 2):
                origin, *topics = note.payload.split("\n")
                if origin != self._origin:
                    for topic in topics:
                        self._receive(topic)


def _payloads(origin: str, topics: list[str]) -> list[str]:
    """Return the topics as texts that fit, each led by who sends it."""
    found = [origin]
    for topic in topics:
        if len(found[-1].encode()) + len(topic.encode()) > _BYTES:
            found.append(origin)
        found[-1] += f"\n{topic}"
    return found
