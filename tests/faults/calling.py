"""The process that is killed while it calls the other side."""

from __future__ import annotations

import sys
import threading
from datetime import timedelta
from pathlib import Path

from casewright.bootstrap import System, build
from casewright.domain.clock import Clock, FrozenClock, SystemClock
from casewright.settings import Settings
from casewright.worker import Worker
from casewright_connectors.registry import Registry
from commands.scripted import DO, NoSecrets
from faults.outside import Caller

SECRET = "the secret key of the fault campaign"


def open_system(url: str, folder: Path, caller: Caller, ahead: float = 0) -> System:
    """Put the system together; with `ahead` its clock stands, so many seconds from now."""
    clock: Clock = SystemClock()
    if ahead:
        clock = FrozenClock(clock.now() + timedelta(seconds=ahead))
    registry = Registry(clock.now, NoSecrets(), {"test": caller}, (DO,))
    settings = Settings(database_url=url, secret_key=SECRET, data_dir=folder, worker_threads=1)
    return build(settings, clock=clock, registry=registry)


def main(url: str, folder: str, address: str, keyed: str, asks: str) -> None:
    """Work until killed."""
    caller = Caller(address, keyed == "True", asks == "True")
    Worker(open_system(url, Path(folder), caller), name="victim").start()
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
