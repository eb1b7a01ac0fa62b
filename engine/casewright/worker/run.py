"""One job from claim to end: the call with no transaction open, then a command."""

from __future__ import annotations

import threading
from typing import Any

import structlog

from casewright.commands.continuations import ContinueInstance
from casewright.commands.jobs import Execute, FailJob, ending
from casewright.commands.signals import DeliverSignal
from casewright.domain.errors import Refused
from casewright.domain.people import Principal
from casewright.store.jobs import CONTINUE, SIGNAL, JobRow
from casewright.worker.system import System

_log = structlog.get_logger("casewright.worker")
_TRIES = 40
_PAUSE = 0.5


class Runner:
    """Runs claimed jobs; threads may share it."""

    def __init__(self, system: System, who: Principal, execute: Execute) -> None:
        self._system = system
        self._who = who
        self._execute = execute
        self._pause = threading.Event()

    def stop(self) -> None:
        """Wait no longer for a database that is busy."""
        self._pause.set()

    def run(self, job: JobRow) -> None:
        """Run a job; whatever happens ends in a command, or in the lease running out."""
        try:
            self._bring(job, self._command(job))
        except Refused as refused:
            _log.info("job not brought home", job=job.id, code=refused.code)
        except Exception as problem:
            _log.exception("job failed in the engine", job=job.id)
            self._give_up(job, f"the engine itself failed: {type(problem).__name__}")

    def _command(self, job: JobRow) -> Any:
        if job.kind == CONTINUE:
            return ContinueInstance(job.id, job.fence)
        if job.kind == SIGNAL:
            return DeliverSignal(job.id, job.fence)
        return ending(job, self._execute(job), self._system.registry)

    def _bring(self, job: JobRow, command: Any) -> None:
        """Bring a result home, also when the database is busy for a while."""
        for _ in range(_TRIES):
            try:
                self._system.unit.run(command, self._who)
                return
            except Refused as refused:
                if refused.code != "busy" or self._pause.wait(_PAUSE):
                    raise
        raise Refused("busy")

    def _give_up(self, job: JobRow, message: str) -> None:
        """Make an incident of what would fail the same way again and again."""
        try:
            self._bring(job, FailJob(job.id, job.fence, "permanent", message))
        except Exception:
            _log.exception("incident not stored", job=job.id)
