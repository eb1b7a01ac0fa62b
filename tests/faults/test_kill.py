"""kill -9 with commands in flight: what was acknowledged is there, nothing is there twice."""

from __future__ import annotations

import os
import random
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from casewright.bootstrap import System, build
from casewright.commands.deployments import Deploy
from casewright.commands.housekeeping import verify
from casewright.commands.instances import StartInstance
from casewright.commands.tasks import CompleteTask
from casewright.domain.clock import FrozenClock, SystemClock
from casewright.domain.errors import Refused
from casewright.domain.people import SYSTEM
from casewright.settings import Settings
from casewright.store import schema
from casewright.worker import Worker
from commands import apps
from commands import work_apps as w
from faults import victim

PROCESS = w.line(
    ("check", apps.task("check")),
    ("tell", w.service("tell", "notify.note", {"text": "=text"})),
    ("pause", w.timer("pause", "PT1S")),
    ("approve", apps.task("approve")),
    key="fault",
)
PATIENCE = 60.0


@dataclass
class Promises:
    """What the clients were told, over all lives of the victim."""

    begun: dict[str, dict[str, Any]] = field(default_factory=dict)
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def hear(self, line: dict[str, Any]) -> None:
        """Take a line of the victim."""
        if "answer" in line:
            self.kept[line["key"]] = line["answer"]
        elif "refused" in line:
            self.refused[line["key"]] = line["refused"]
        else:
            self.begun[line["key"]] = line

    @property
    def open(self) -> set[str]:
        """The commands that began and were not answered."""
        return set(self.begun) - set(self.kept) - set(self.refused)


@dataclass
class Campaign:
    """A database that outlives its processes."""

    url: str
    folder: Path
    promises: Promises = field(default_factory=Promises)

    def system(self, ahead: timedelta = timedelta()) -> System:
        """Open the database in this process, with the clock standing `ahead` of now."""
        settings = Settings(database_url=self.url, secret_key=victim.SECRET, data_dir=self.folder)
        return build(settings, clock=FrozenClock(SystemClock().now() + ahead))

    def live(self, name: str, dice: random.Random) -> bool:
        """Let a victim live for a while and kill it; tell whether that cut a command."""
        before = self.promises.open
        reader, writer = os.pipe()
        arguments = [self.url, str(self.folder), str(writer), name]
        process = subprocess.Popen(
            [sys.executable, victim.__file__, *arguments],
            pass_fds=[writer],
            stdout=subprocess.DEVNULL,
        )
        os.close(writer)
        try:
            wanted = len(self.promises.kept) + dice.randint(10, 150)
            rest = self._listen(reader, b"", lambda: len(self.promises.kept) >= wanted, PATIENCE)
            rest = self._listen(reader, rest, lambda: False, dice.uniform(0, 0.05))
            process.send_signal(signal.SIGKILL)
            process.wait()
            self._listen(reader, rest, lambda: False, PATIENCE)
        finally:
            process.kill()
            process.wait()
            os.close(reader)
        return bool(self.promises.open - before)

    def _listen(self, pipe: int, rest: bytes, enough: Any, seconds: float) -> bytes:
        """Hear the victim until it is enough, the time is over, or the pipe ends."""
        end = time.monotonic() + seconds
        while not enough() and (left := end - time.monotonic()) > 0:
            if not select.select([pipe], [], [], left)[0]:
                continue
            data = os.read(pipe, 65536)
            if not data:
                break
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                self.promises.hear(orjson.loads(line))
        return rest

    def repeat_open(self, system: System) -> None:
        """Do what every client does without an answer: send it again with the same key."""
        for key in sorted(self.promises.open):
            said = self.promises.begun[key]
            command: Any = (
                StartInstance("fault", {"text": key}, key)
                if said["kind"] == "start"
                else CompleteTask(said["task"])
            )
            try:
                self.promises.kept[key] = system.unit.run(command, SYSTEM, key)
            except Refused as refused:
                self.promises.refused[key] = refused.code

    def check(self, system: System) -> None:
        """Compare the database with the promises."""

        def rows(sql: str) -> list[Any]:
            with system.database.read() as connection:
                return list(connection.exec_driver_sql(sql).all())

        by_key = Counter(row[0] for row in rows("select business_key from instance"))
        assert set(by_key.values()) <= {1}
        instances = {row[0] for row in rows("select id from instance")}
        done = {row[0] for row in rows("select id from user_task where state = 'completed'")}
        for key, answer in self.promises.kept.items():
            if self.promises.begun[key]["kind"] == "start":
                assert by_key[key] == 1, key
                assert answer["instance"] in instances, key
            else:
                assert self.promises.begun[key]["task"] in done, key
        assert set(self.promises.refused.values()) <= {"task-done"}
        notes = Counter(row[0] for row in rows("select instance_id from note"))
        assert set(notes.values()) <= {1}
        once: Counter[tuple[str, str]] = Counter()
        for stream, payload in rows("select stream, payload from journal_payload"):
            if stream != "admin":
                once.update(
                    (stream, event["element"])
                    for event in orjson.loads(payload)
                    if event["type"] == "ElementCompleted"
                )
        assert set(once.values()) <= {1}
        report = verify(system.database, system.unit.ports.journal_key)
        assert report.broken == ()
        assert report.stalled == ()


def campaign(url: str, folder: Path, kills: int, seed: int) -> None:
    """Kill so many times, checking after each; then let everything come to its end."""
    dice = random.Random(seed)
    run = Campaign(url, folder)
    system = run.system()
    schema.migrate(system.database)
    system.unit.run(Deploy("faults", {"p/fault.bpmn": PROCESS}), SYSTEM)
    system.close()
    lives, cut = 0, 0
    while cut < kills:
        assert lives < 3 * kills + 3, "too few kills cut anything"
        cut += run.live(f"life{lives}", dice)
        lives += 1
        system = run.system()
        run.check(system)
        if lives % 2:
            run.repeat_open(system)
            run.check(system)
        system.close()
    system = run.system(ahead=timedelta(minutes=5))
    run.repeat_open(system)
    worker = Worker(system, name="last")
    worker.run_once()
    assert isinstance(system.clock, FrozenClock)
    system.clock.advance(timedelta(minutes=1))
    worker.run_once()
    run.check(system)
    with system.database.read() as connection:
        waits = connection.exec_driver_sql(
            "select (select count(*) from instance where state = 'active'),"
            " (select count(*) from user_task where state = 'open'),"
            " (select count(*) from timer), (select count(*) from incident),"
            " (select count(*) from job where state <> 'done'),"
            " (select count(*) from note), (select count(*) from instance)"
        ).one()
    system.close()
    active, tasks, timers, incidents, jobs, notes, every = waits
    assert (active, timers, incidents, jobs) == (tasks, 0, 0, 0)
    checked = sum("/check" in key for key in run.promises.kept)
    assert notes == checked
    assert every == sum("/" not in key for key in run.promises.kept)


@pytest.mark.parametrize(
    "kills", [pytest.param(3, id="short"), pytest.param(20, id="full", marks=pytest.mark.slow)]
)
def test_what_was_acknowledged_outlives_kill_9(
    database_url: str, tmp_path: Path, kills: int
) -> None:
    seed = random.randrange(2**32)
    try:
        campaign(database_url, tmp_path, kills, seed)
    except BaseException as problem:
        problem.add_note(f"seed {seed}")
        raise
