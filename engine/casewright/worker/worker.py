"""The worker of a process: everything that happens without somebody asking."""

from __future__ import annotations

import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from threading import Thread

import structlog

from casewright.commands import jobs as commands
from casewright.commands.bus import Subscriber
from casewright.commands.housekeeping import Expire, checkpoint
from casewright.commands.jobs import LEASE, ClaimJobs, Execute
from casewright.commands.sessions import ExpireSessions
from casewright.domain.clock import instant
from casewright.domain.people import SYSTEM
from casewright.store import jobs, messages, start_timers, timers
from casewright.worker.dispatch import Dispatcher
from casewright.worker.due import Due
from casewright.worker.jobs import LOOK, Threads
from casewright.worker.run import Runner
from casewright.worker.system import System, principal
from casewright.worker.tick import Tick

_log = structlog.get_logger("casewright.worker")
GRACE = 10.0
ROUNDS = 100_000


class Worker:
    """Fires timers, delivers messages and runs jobs; `start` it, or `run_once` by hand."""

    def __init__(
        self,
        system: System,
        *,
        execute: Execute | None = None,
        dispatcher: Dispatcher | None = None,
        name: str = "",
    ) -> None:
        self._system = system
        self._who = principal(name or f"{socket.gethostname()}:{os.getpid()}")
        self._runner = Runner(
            system, self._who, execute or partial(commands.execute, registry=system.registry)
        )
        self._due = Due(system, self._who)
        self._dispatcher = dispatcher
        self._tick = Tick()
        self._pool: ThreadPoolExecutor | None = None
        self._watch: Subscriber | None = None
        self._watcher: Thread | None = None

    def start(self) -> None:
        """Work from now on, on threads of its own."""
        threads = self._system.settings.worker_threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="due")
        if self._dispatcher is None:
            self._dispatcher = Threads(self._system, self._who, self._runner, threads)
        self._dispatcher.start()
        self._tick.every(1, "due", partial(self._due.sweep_timers, self._pool))
        self._tick.every(1, "starts", partial(self._due.sweep_starts, self._pool))
        self._tick.every(LEASE.total_seconds() / 3, "leases", self._dispatcher.renew)
        self._tick.every(60, "house", self.keep_house)
        self._tick.start()
        self._watch = self._system.bus.subscribe({"messages"})
        self._watcher = Thread(
            target=self._watch_messages, args=(self._watch,), name="messages", daemon=True
        )
        self._watcher.start()

    def stop(self, seconds: float = GRACE) -> int:
        """Stop within so many seconds; return how many jobs were left to their leases."""
        end = time.monotonic() + seconds
        self._due.stop()
        left = 0
        if self._dispatcher is not None:
            left = self._dispatcher.stop(max(0.0, end - time.monotonic() - 1))
        self._runner.stop()
        self._tick.stop()
        if self._watch is not None and self._watcher is not None:
            self._watch.offer("messages")
            self._watcher.join(max(0.0, end - time.monotonic()))
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        return left

    def _watch_messages(self, watch: Subscriber) -> None:
        """Deliver messages when one came or somebody waits for one, and once a second."""
        while not self._due.stopped:
            try:
                self._due.sweep_messages(self._pool)
            except Exception:
                _log.exception("tick failed", tick="messages")
            watch.wait(LOOK)
        self._system.bus.unsubscribe(watch)

    def keep_house(self) -> None:
        """Delete what has run out, and write the day's checkpoint of the journal."""
        unit, settings = self._system.unit, self._system.settings
        unit.run(Expire(), self._who)
        unit.run(ExpireSessions(), SYSTEM)
        folder = settings.data_dir / "checkpoints"
        key = unit.ports.journal_key
        checkpoint(self._system.database, key, folder, self._system.clock.now())

    # -- by hand

    def run_once(self) -> int:
        """Do everything that is due now, in a fixed order and without threads; return how much.

        What becomes due by it at the same instant is done too.
        """
        done = 0
        for _ in range(ROUNDS):
            moved = self._due.sweep_timers() + self._due.sweep_starts()
            moved += self._due.sweep_messages() + self._one_job()
            if moved == 0:
                return done
            done += moved
        raise RuntimeError(f"still not at rest after {ROUNDS} rounds")

    def _one_job(self) -> int:
        found = self._system.unit.run(ClaimJobs(self._who.actor, 1), self._who)["jobs"]
        for job in found:
            self._runner.run(job)
        return len(found)

    def next_due(self) -> datetime | None:
        """Return when something is due next, None when nothing is."""
        with self._system.database.read() as connection:
            found = [
                timers.next_at(connection),
                start_timers.next_at(connection),
                jobs.next_at(connection),
                messages.next_at(connection),
            ]
        times = [at for at in found if at is not None]
        return instant(min(times)) if times else None
