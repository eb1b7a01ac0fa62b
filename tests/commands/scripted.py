"""A connector whose answers a test writes down, and which counts effects like the other side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import ConfigDict

from casewright.bootstrap import System, build
from casewright.commands.deployments import Deploy
from casewright.commands.instances import StartInstance
from casewright.domain.clock import FrozenClock
from casewright.domain.people import SYSTEM
from casewright.settings import Settings
from casewright.worker import Worker
from casewright_connectors.contract import (
    Context,
    Found,
    Model,
    NotFound,
    Operation,
    Result,
)
from casewright_connectors.registry import OPERATIONS, Registry

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Anything(Model):
    """Takes and gives any fields."""

    model_config = ConfigDict(extra="allow", frozen=True)


DO = Operation("test.do", "Do something", Anything, Anything)


class NoSecrets:
    """Knows no secrets."""

    def get(self, name: str) -> str:
        """Refuse."""
        raise AssertionError(name)


@dataclass
class Scripted:
    """Answers call after call from `answers`, the last one for ever; `ledger` counts effects.

    An answer is a value to return or an exception to raise; `effect` says before which of them
    the effect was applied.
    """

    answers: list[Any] = field(default_factory=list)
    keyed: bool = False
    asked: Found | None = None
    calls: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    ledger: Counter[str] = field(default_factory=Counter)
    during: Callable[[], object] = lambda: None

    def execute(self, operation: Operation, input: Model, ctx: Context) -> Result:
        """Give the next answer."""
        self.calls.append((ctx.key, input.model_dump()))
        self.during()
        answer = self.answers.pop(0) if len(self.answers) > 1 else (self.answers or [Result()])[0]
        if isinstance(answer, BaseException):
            raise answer
        self.ledger[ctx.key] += 1
        assert isinstance(answer, Result)
        return answer

    def look_up(self, operation: Operation, key: str, ctx: Context) -> Found:
        """Look into the ledger, unless the test says what to answer."""
        if self.asked is not None:
            return self.asked
        return Result() if self.ledger[key] else NotFound()


def registry(connector: Scripted, clock: Any) -> Registry:
    """Return a registry with the operation "test.do"."""
    return Registry(clock.now, NoSecrets(), {"test": connector}, (*OPERATIONS, DO))


@dataclass
class World:
    """A system with its clock, its worker and the other side."""

    system: System
    clock: FrozenClock
    worker: Worker
    other: Scripted

    def deploy(self, *files: bytes) -> None:
        """Deploy processes as one app."""
        named = {f"p/{number}.bpmn": content for number, content in enumerate(files)}
        self.system.unit.run(Deploy("test", named), SYSTEM)

    def start(self, process: str = "p", **values: Any) -> str:
        """Start a process and return the case."""
        return str(self.system.unit.run(StartInstance(process, values), SYSTEM)["instance"])

    def run(self, command: Any) -> dict[str, Any]:
        """Run a command as the system."""
        return self.system.unit.run(command, SYSTEM)

    def later(self, **delta: float) -> int:
        """Let time pass, then do what is due."""
        self.clock.advance(timedelta(**delta))
        return self.worker.run_once()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Read from the database."""
        with self.system.database.read() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(sql).all()]

    def one(self, sql: str) -> Any:
        """Read one value."""
        ((value,),) = self.rows(sql)
        return value


@contextmanager
def world(url: str, folder: Path) -> Iterator[World]:
    """Put together a system on a migrated database, with the operation "test.do"."""
    settings = Settings(
        database_url=url, secret_key="a secret key that is long enough", data_dir=folder / "data"
    )
    clock, other = FrozenClock(START), Scripted()
    system = build(settings, clock=clock, registry=registry(other, clock))
    yield World(system, clock, Worker(system, name="test"), other)
    system.close()
