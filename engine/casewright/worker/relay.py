"""Lets the processes of one system wake each other, where the database can carry that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from casewright.store.relay import Relay
from casewright.worker.system import System


@contextmanager
def relayed(system: System) -> Iterator[None]:
    """Carry topics to and from other processes; on SQLite there are none to be woken."""
    if system.database.dialect != "postgresql":
        yield
        return
    relay = Relay(system.database, system.bus.receive)
    system.bus.forward(relay.send)
    relay.start()
    try:
        yield
    finally:
        system.bus.forward(None)
        relay.stop()
