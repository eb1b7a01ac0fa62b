"""Jobs on threads of this process: one thread claims, some run.

The database is the queue: a claim takes only as many jobs as there are free threads, so what
waits may still be taken by another process. The claiming thread is woken after a commit that
made a job, and looks by itself once a second.
"""

from __future__ import annotations

import queue
import threading
import time

import structlog

from casewright.commands.jobs import ClaimJobs, RenewJobs, ReturnJob
from casewright.domain.people import Principal
from casewright.store.jobs import JobRow
from casewright.worker.run import Runner
from casewright.worker.system import System

_log = structlog.get_logger("casewright.worker")
LOOK = 1.0


class Threads:
    """The dispatcher of a single process."""

    def __init__(self, system: System, who: Principal, runner: Runner, threads: int) -> None:
        self._system = system
        self._who = who
        self._runner = runner
        self._free = threads
        self._queue: queue.SimpleQueue[JobRow | None] = queue.SimpleQueue()
        self._held: dict[str, int] = {}
        self._change = threading.Condition()
        self._stopping = False
        self._watch = system.bus.subscribe({"jobs"})
        names = [f"job-{number}" for number in range(threads)]
        # Daemons: a call that hangs must not keep the process from ending.
        self._runners = [
            threading.Thread(target=self._run, name=name, daemon=True) for name in names
        ]
        self._claimer = threading.Thread(target=self._claim, name="job-claim", daemon=True)

    def start(self) -> None:
        """Begin to claim and run."""
        for thread in (*self._runners, self._claimer):
            thread.start()

    def renew(self) -> None:
        """Keep the leases of what is running."""
        with self._change:
            held = tuple(self._held.items())
        if held:
            self._system.unit.run(RenewJobs(held), self._who)

    def stop(self, seconds: float) -> int:
        """Claim no more, let what runs finish for so long; return how many were left."""
        end = time.monotonic() + seconds
        with self._change:
            self._stopping = True
        self._watch.offer("jobs")
        if self._claimer.ident is not None:
            self._claimer.join(seconds)
        self._return_waiting()
        for _ in self._runners:
            self._queue.put(None)
        with self._change:
            while self._held and (left := end - time.monotonic()) > 0:
                self._change.wait(left)
            return len(self._held)

    def _return_waiting(self) -> None:
        while True:
            try:
                job = self._queue.get_nowait()
            except queue.Empty:
                return
            if job is not None:
                self._system.unit.run(ReturnJob(job.id, job.fence), self._who)
                self._done(job)

    def _claim(self) -> None:
        while not self._stopping:
            try:
                full = self._claim_some()
            except Exception as problem:
                _log.warning("no jobs claimed", problem=str(problem))
                full = False
            # With no thread free, the next one that is done says so.
            if not full or self._free == 0:
                self._watch.wait(LOOK)
        self._system.bus.unsubscribe(self._watch)

    def _claim_some(self) -> bool:
        """Claim for the free threads; tell whether there may be more."""
        with self._change:
            wanted = self._free
        if wanted == 0:
            return True
        answer = self._system.unit.run(ClaimJobs(self._who.actor, wanted), self._who)
        with self._change:
            for job in answer["jobs"]:
                self._free -= 1
                self._held[job.id] = job.fence
                self._queue.put(job)
        return len(answer["jobs"]) == wanted

    def _run(self) -> None:
        while (job := self._queue.get()) is not None:
            try:
                self._runner.run(job)
            finally:
                self._done(job)

    def _done(self, job: JobRow) -> None:
        with self._change:
            self._free += 1
            self._held.pop(job.id, None)
            self._change.notify_all()
        self._watch.offer("jobs")
