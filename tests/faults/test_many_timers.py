"""Ten thousand timers due at once: all fire once, and people hardly notice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from casewright.commands import access
from casewright.commands.instances import StartInstance
from casewright.commands.tasks import CompleteTask
from casewright.domain.people import SYSTEM
from casewright.store.queries import tasks
from casewright.worker import Worker
from commands import apps
from commands import work_apps as w
from commands.scripted import World
from commands.scripted import world as made

pytestmark = pytest.mark.slow
MANY = 10_000
LONGEST_P95 = 1.0


@pytest.fixture
def world(migrated_url: str, tmp_path: Path) -> Iterator[World]:
    """A system with many cases that wait for their timers, and some for people."""
    with made(migrated_url, tmp_path) as ready:
        waiting = w.line(("wait", w.timer("wait", "PT1H")), ("after", apps.task("after")))
        ready.deploy(waiting, apps.ONE_TASK)

        def start(_: int) -> None:
            ready.system.unit.run(StartInstance("p"), SYSTEM)

        with ThreadPoolExecutor(16) as pool:
            list(pool.map(start, range(MANY)))
        yield ready


def test_all_fire_once_the_oldest_first_while_people_work(world: World) -> None:
    mine = [world.run(StartInstance("simple"))["tasks"][0]["id"] for _ in range(100)]
    scope = access.scope(SYSTEM)
    worker = Worker(world.system, name="threads")
    worker.start()
    world.clock.advance(timedelta(hours=2))
    reads, writes = [], []
    for task in mine:
        begun = time.perf_counter()
        with world.system.database.read() as connection:
            tasks.inbox(scope, connection, limit=50)
        read = time.perf_counter()
        world.run(CompleteTask(str(task)))
        reads.append(read - begun)
        writes.append(time.perf_counter() - read)
    end = time.monotonic() + 300
    while world.one("select count(*) from timer") and time.monotonic() < end:
        worker._due._stopped.wait(0.2)
    assert worker.stop() == 0
    assert world.one("select count(*) from timer") == 0
    assert world.one("select count(*) from user_task where element = 'after'") == MANY
    fired = 0
    for (payload,) in world.rows("select payload from journal_payload where seq = 2"):
        fired += sum(event["type"] == "TimerFired" for event in orjson.loads(payload))
    assert fired == MANY
    assert sorted(reads)[94] < LONGEST_P95
    assert sorted(writes)[94] < LONGEST_P95
