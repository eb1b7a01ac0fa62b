"""What pages and API need of a running system; `bootstrap.System` has this shape."""

from __future__ import annotations

from datetime import tzinfo
from typing import Protocol

from fastapi import Request

from casewright.commands.bus import Bus
from casewright.commands.definitions import Definitions
from casewright.commands.unit import Unit
from casewright.domain.clock import Clock
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
    def zone(self) -> tzinfo:
        """The zone of dates that name none."""

    @property
    def database(self) -> Database:
        """Where queries read."""

    @property
    def definitions(self) -> Definitions:
        """The compiled deployments."""

    @property
    def bus(self) -> Bus:
        """What tells that something changed."""

    @property
    def unit(self) -> Unit:
        """The one door of every change."""


def of(request: Request) -> System:
    """Return the system that the request is for."""
    found: System = request.app.state.system
    return found
