"""Time in a player: the worker's own round, by hand, whenever something is due.

A server's worker has threads and a tick; here everything that is due is done at once, in a
fixed order, so that a play always goes the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson

from casewright import bpmn
from casewright.bootstrap import System
from casewright.commands.jobs import execute
from casewright.commands.messages import CorrelateMessage, PublishMessage
from casewright.commands.unit import Answer, Unit
from casewright.domain.clock import FrozenClock, micros
from casewright.domain.errors import Refused
from casewright.domain.people import SYSTEM, Principal
from casewright.feel import codec
from casewright.store import messages
from casewright.store.jobs import JobRow
from casewright.store.queries import cases
from casewright.testing.connectors import Call, Script
from casewright.testing.views import ALL
from casewright.worker import Worker
from casewright_connectors.contract import Outcome

NAME = "player"


class Clockwork:
    """Does what is due, and moves the clock to what is due next."""

    def __init__(self, system: System, clock: FrozenClock, script: Script) -> None:
        self._system = system
        self._clock = clock
        self._script = script
        self._unit = _Watched(system.unit)
        self._worker = Worker(replace(system, unit=self._unit), execute=self._execute, name=NAME)

    def settle(self) -> None:
        """Do everything that is due at this instant, and what comes of it."""
        if self._anything_due():
            self._worker.run_once()
            self._unit.report()

    def advance(self, delta: timedelta) -> None:
        """Let time pass, stopping at everything that falls due on the way."""
        end = self._clock.now() + delta
        while (due := self._worker.next_due()) is not None and due <= end:
            before = self._clock.now(), due
            self._clock.set(max(self._clock.now(), due))
            self.settle()
            if before == (self._clock.now(), self._worker.next_due()):
                break
        self._clock.set(end)
        self.settle()

    def publish(self, name: str, key: str, variables: Mapping[str, Any]) -> Answer:
        """Publish a message and give it to who waits for it; the answer says what became of it."""
        message = self._system.unit.run(PublishMessage(name, key, variables), SYSTEM)["message"]
        answer = self._system.unit.run(CorrelateMessage(message), SYSTEM)
        self.settle()
        return answer

    def _anything_due(self) -> bool:
        now = self._clock.now()
        due = self._worker.next_due()
        if due is not None and due <= now:
            return True
        with self._system.database.read() as connection:
            return bool(messages.due(connection, micros(now), 1))

    def _execute(self, job: JobRow) -> Outcome | None:
        if not self._script.knows(job.element, job.operation):
            return execute(job, self._system.registry)
        values = {name: codec.from_json(v) for name, v in orjson.loads(job.input).items()}
        with self._system.database.read() as connection:
            row = cases.case(ALL, connection, job.instance_id)
        assert row is not None
        seen = bpmn.variables(orjson.loads(row.snapshot), job.token)
        return self._script.answer(Call(job.element, job.operation, values), seen)


class _Watched(Unit):
    """The worker's way to the unit: it lives on after an error of ours, a play should not."""

    def __init__(self, inner: Unit) -> None:
        self.database, self.ports, self.bus = inner.database, inner.ports, inner.bus
        self._errors: list[Exception] = []

    def run(self, command: Any, principal: Principal, key: str | None = None) -> Answer:
        """Run a command, and remember an error that is no refusal."""
        try:
            return super().run(command, principal, key)
        except Refused:
            raise
        except Exception as error:
            self._errors.append(error)
            raise

    def report(self) -> None:
        """Raise the first error since the last report."""
        errors, self._errors = self._errors, []
        if errors:
            raise errors[0]
