"""The tick: once a second, what is due by the clock is done. APScheduler only keeps time.

It owns no work, since it drops what comes late: timers, messages and jobs are rows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

_log = structlog.get_logger("casewright.worker")


class Tick:
    """Calls functions at fixed intervals, each at most once at a time."""

    def __init__(self) -> None:
        # It warns of every tick that is left out because the one before still works.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            daemon=True,
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        )

    def every(self, seconds: float, name: str, work: Callable[[], object]) -> None:
        """Call `work` every so many seconds."""
        self._scheduler.add_job(
            _guarded, "interval", args=(name, work), seconds=seconds, id=name, name=name
        )

    def start(self) -> None:
        """Begin."""
        self._scheduler.start()

    def stop(self) -> None:
        """Call nothing more, and wait for what was begun."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)


def _guarded(name: str, work: Callable[[], object]) -> None:
    try:
        work()
    except Exception:
        _log.exception("tick failed", tick=name)
