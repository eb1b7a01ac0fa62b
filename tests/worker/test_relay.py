"""Two processes on one PostgreSQL database wake each other; on SQLite there is only one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from casewright.commands.bus import Bus
from casewright.store.db import Database
from casewright.store.relay import Relay
from casewright.worker.relay import relayed
from commands import apps
from commands.scripted import World
from commands.scripted import world as made

SOON = 10.0


class Process:
    """What a process has of it: a bus and a relay."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.bus = Bus()
        self.watch = self.bus.subscribe({"jobs", "inbox", *(f"case:{n}" for n in range(400))})
        self.relay = Relay(self.database, self.bus.receive)
        self.bus.forward(self.relay.send)
        self.relay.start()

    def close(self) -> None:
        """End."""
        self.relay.stop()
        self.database.close()


@pytest.fixture
def two(postgres_url: str) -> Iterator[tuple[Process, Process]]:
    """Two processes that hear each other."""
    first, second = Process(postgres_url), Process(postgres_url)
    # Both listen as soon as each has heard the other.
    for one, other in ((first, second), (second, first)):
        for _ in range(100):
            one.bus.publish("inbox")
            if other.watch.wait(0.1):
                break
        while one.watch.wait(0.05):
            pass
    while first.watch.wait(0.3) or second.watch.wait(0.3):
        pass
    yield first, second
    first.close()
    second.close()


def test_a_topic_reaches_the_other_process_and_comes_back_to_none(
    two: tuple[Process, Process],
) -> None:
    first, second = two
    first.bus.publish("jobs")
    assert first.watch.wait(SOON) == {"jobs"}
    assert second.watch.wait(SOON) == {"jobs"}
    assert first.watch.wait(0.3) == set()


def test_many_topics_fit(two: tuple[Process, Process]) -> None:
    first, second = two
    wanted = {f"case:{number}" for number in range(400)}
    for topic in sorted(wanted):
        first.bus.publish(topic)
    heard: set[str] = set()
    while heard != wanted and (topics := second.watch.wait(SOON)):
        heard |= topics
    assert heard == wanted


def test_it_comes_back_after_the_connection_was_lost(two: tuple[Process, Process]) -> None:
    first, second = two
    address = first.database.url.set(drivername="postgresql").render_as_string(False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where pid <> pg_backend_pid() and datname = current_database()"
        )
    for _ in range(100):
        first.bus.publish("jobs")
        if second.watch.wait(0.1):
            return
    pytest.fail("the second process hears nothing any more")


def test_commands_are_told_to_other_processes(migrated_url: str, tmp_path: Path) -> None:
    def threads() -> set[str]:
        return {thread.name for thread in threading.enumerate() if thread.name.startswith("relay")}

    with made(migrated_url, tmp_path) as place:
        assert isinstance(place, World)
        with relayed(place.system):
            alone = place.system.database.dialect == "sqlite"
            expected = set() if alone else {"relay-send", "relay-listen"}
            assert threads() == expected
            place.deploy(apps.ONE_TASK)
            place.start("simple")
        assert threads() == set()
