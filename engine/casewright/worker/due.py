"""What is due by the clock: timers, processes that start by themselves, and messages."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future, wait
from typing import Any

import structlog

from casewright.commands.messages import CorrelateMessage
from casewright.commands.start_timers import FireStartTimer
from casewright.commands.timers import FireTimer
from casewright.domain.clock import micros
from casewright.domain.errors import Refused
from casewright.domain.people import Principal
from casewright.store import messages, start_timers, timers
from casewright.store.timers import TimerRow
from casewright.worker.system import System

_log = structlog.get_logger("casewright.worker")
BATCH = 200
_FIRST_PAUSE = 60 * 1_000_000
_LONGEST_PAUSE = 15 * _FIRST_PAUSE


class Due:
    """Finds what is due and runs a command for each; one that fails is left for a while."""

    def __init__(self, system: System, who: Principal) -> None:
        self._system = system
        self._who = who
        self._stopped = threading.Event()
        self._resting: dict[str, tuple[int, int]] = {}

    def stop(self) -> None:
        """End sweeps that are under way, between two commands."""
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        """Whether no sweep goes on."""
        return self._stopped.is_set()

    def sweep_timers(self, pool: Executor | None = None) -> int:
        """Fire every due timer, the oldest first and those of one case in turn."""
        fired, after = 0, timers.FIRST
        while not self._stopped.is_set():
            batch = self._timers(after)
            if not batch:
                break
            after = batch[-1].place
            fired += _all(pool, self._fire_in_turn, _by_root(batch))
        return fired

    def sweep_starts(self, pool: Executor | None = None) -> int:
        """Start every process whose time has come."""
        started = 0
        while not self._stopped.is_set():
            with self._system.database.read() as connection:
                found = start_timers.due(connection, self._now(), BATCH)
            count = _all(pool, self._start, [timer.id for timer in found])
            started += count
            if count == 0:
                break
        return started

    def sweep_messages(self, pool: Executor | None = None) -> int:
        """Deliver what somebody takes now, and give up what nobody took in time."""
        delivered = 0
        while not self._stopped.is_set():
            with self._system.database.read() as connection:
                found = messages.due(connection, self._now(), BATCH)
            count = _all(pool, self._correlate, found)
            delivered += count
            if count == 0 or len(found) < BATCH:
                break
        return delivered

    def _now(self) -> int:
        return micros(self._system.clock.now())

    def _timers(self, after: tuple[int, str, str]) -> Sequence[TimerRow]:
        with self._system.database.read() as connection:
            return timers.due(connection, self._now(), BATCH, after)

    def _fire_in_turn(self, batch: Sequence[TimerRow]) -> int:
        fired = 0
        for timer in batch:
            if self._stopped.is_set():
                break
            fired += self._try(timer.id, FireTimer(timer.id), lambda answer: answer["fired"])
        return fired

    def _start(self, timer: str) -> int:
        return self._try(timer, FireStartTimer(timer), lambda answer: answer["fired"])

    def _correlate(self, message: str) -> int:
        return self._try(
            message, CorrelateMessage(message), lambda answer: answer["state"] != "buffered"
        )

    def _try(self, key: str, command: Any, moved: Callable[[dict[str, Any]], bool]) -> int:
        """Run a command; what fails is tried again after a minute, then less and less often."""
        pause, until = self._resting.get(key, (_FIRST_PAUSE, 0))
        if until > self._now():
            return 0
        try:
            answer = self._system.unit.run(command, self._who)
        except Refused as refused:
            _log.info("not done now", command=type(command).__name__, code=refused.code)
            return 0
        except Exception:
            _log.exception("failed in the engine", command=type(command).__name__, key=key)
            self._resting[key] = (min(pause * 2, _LONGEST_PAUSE), self._now() + pause)
            return 0
        self._resting.pop(key, None)
        return int(moved(answer))


def _by_root(batch: Iterable[TimerRow]) -> list[list[TimerRow]]:
    found: dict[str, list[TimerRow]] = {}
    for timer in batch:
        found.setdefault(timer.root_id, []).append(timer)
    return list(found.values())


def _all(pool: Executor | None, work: Callable[[Any], int], items: Sequence[Any]) -> int:
    """Do all, side by side where there is a pool; return the sum."""
    if pool is None:
        return sum(work(item) for item in items)
    futures: list[Future[int]] = [pool.submit(work, item) for item in items]
    wait(futures)
    return sum(future.result() for future in futures)
