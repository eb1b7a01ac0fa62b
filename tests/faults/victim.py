"""The process that is killed: a worker, and eight clients whose commands are in flight.

Every command is told through a pipe before it begins and after it was acknowledged, so that
whoever kills this process knows what was promised and what was under way.
"""

from __future__ import annotations

import os
import sys
import threading
from itertools import count
from pathlib import Path
from typing import Any

import orjson

from casewright.bootstrap import System, build
from casewright.commands.instances import StartInstance
from casewright.commands.tasks import CompleteTask
from casewright.domain.errors import Refused
from casewright.domain.people import SYSTEM
from casewright.settings import Settings
from casewright.worker import Worker

CLIENTS = 8
SECRET = "the secret key of the fault campaign"


def open_system(url: str, folder: Path) -> System:
    """Put the system together on a database that the killer has migrated."""
    return build(Settings(database_url=url, secret_key=SECRET, data_dir=folder))


class Client:
    """One client: starts cases, completes their tasks, and tells about it."""

    def __init__(self, system: System, pipe: int, name: str) -> None:
        self._system = system
        self._pipe = pipe
        self._name = name

    def run(self) -> None:
        """Go on for ever."""
        for number in count():
            key = f"{self._name}.{number}"
            answer = self._do(key, "start", StartInstance("fault", {"text": key}, key))
            task = answer["tasks"][0]["id"]
            self._do(f"{key}/check", "complete", CompleteTask(task), task=task)
            self._approve(number)

    def _approve(self, number: int) -> None:
        with self._system.database.read() as connection:
            found = connection.exec_driver_sql(
                "select id from user_task where element = 'approve' and state = 'open' limit 40"
            ).all()
        if found:
            task = str(found[number % len(found)][0])
            key = f"{self._name}.{number}/approve"
            self._do(key, "complete", CompleteTask(task), task=task)

    def _do(self, key: str, kind: str, command: Any, **more: Any) -> dict[str, Any]:
        self._tell({"key": key, "kind": kind, **more})
        try:
            answer = self._system.unit.run(command, SYSTEM, key)
        except Refused as refused:
            self._tell({"key": key, "refused": refused.code})
            return {}
        self._tell({"key": key, "answer": answer})
        return answer

    def _tell(self, line: dict[str, Any]) -> None:
        # One write below the size that a pipe takes whole.
        os.write(self._pipe, orjson.dumps(line) + b"\n")


def main(url: str, folder: str, pipe: str, name: str) -> None:
    """Run until killed."""
    system = open_system(url, Path(folder))
    Worker(system, name=name).start()
    for number in range(CLIENTS):
        client = Client(system, int(pipe), f"{name}.{number}")
        threading.Thread(target=client.run, name=f"client-{number}").start()


if __name__ == "__main__":
    main(*sys.argv[1:])
