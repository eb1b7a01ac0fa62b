"""Wiring: the only module that puts the parts together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from casewright.commands import (
    deployments,  # noqa: F401 - registers its handlers
    instances,  # noqa: F401 - registers its handlers
    people,  # noqa: F401 - registers its handlers
    sessions,  # noqa: F401 - registers its handlers
    tasks,  # noqa: F401 - registers its handlers
)
from casewright.commands.bus import Bus
from casewright.commands.definitions import Definitions
from casewright.commands.unit import Unit
from casewright.domain.clock import Clock, SystemClock
from casewright.settings import Settings
from casewright.store.db import Database


@dataclass(frozen=True, slots=True)
class System:
    """A running system: what pages, worker and command line are handed."""

    settings: Settings
    clock: Clock
    zone: tzinfo
    database: Database
    definitions: Definitions
    bus: Bus
    unit: Unit

    def close(self) -> None:
        """Finish waiting commands and let go of the database."""
        self.database.close()


def build(settings: Settings, *, clock: Clock | None = None) -> System:
    """Put a system together; the database is opened, not migrated."""
    clock = clock or SystemClock()
    database = open_database(settings)
    definitions = Definitions()
    bus = Bus()
    unit = Unit(database, clock, settings.zone, definitions, bus, settings.key("journal"))
    return System(settings, clock, settings.zone, database, definitions, bus, unit)


def open_database(settings: Settings) -> Database:
    """Open the database of the settings; the folder of a SQLite file is made."""
    prefix = "sqlite:///"
    if settings.database_url.startswith(prefix):
        Path(settings.database_url.removeprefix(prefix)).parent.mkdir(parents=True, exist_ok=True)
    return Database(settings.database_url)
