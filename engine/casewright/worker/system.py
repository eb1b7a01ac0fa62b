"""What the worker needs of a running system; `bootstrap.System` has this shape."""

from __future__ import annotations

from typing import Protocol

from casewright.commands.bus import Bus
from casewright.commands.jobs import Connectors
from casewright.commands.unit import Unit
from casewright.domain.clock import Clock
from casewright.domain.people import Kind, Principal
from casewright.settings import Settings
from casewright.store.db import Database


class System(Protocol):
    """A running system."""

    @property
    def settings(self) -> Settings:
        """What the operator set."""

    @property
    def clock(self) -> Clock:
        """The clock of everything."""

    @property
    def database(self) -> Database:
        """Where due work is looked for."""

    @property
    def unit(self) -> Unit:
        """The one door of every change."""

    @property
    def bus(self) -> Bus:
        """What tells that there is work."""

    @property
    def registry(self) -> Connectors:
        """Operations and their connectors."""


def principal(name: str) -> Principal:
    """Return who acts when the worker `name` does: the system itself."""
    return Principal(Kind.WORKER, f"worker {name}", "system")
