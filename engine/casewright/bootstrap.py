"""Wiring: the only module that puts the parts together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

# Each of these registers the handlers of its commands.
from casewright.commands import (
    continuations,
    deployments,
    housekeeping,
    incidents,
    instances,
    jobs,
    messages,
    people,
    sessions,
    tasks,
    timers,
)
from casewright.commands.bus import Bus
from casewright.commands.catalogue import registry as make_registry
from casewright.commands.definitions import Definitions
from casewright.commands.unit import Unit
from casewright.domain.clock import Clock, SystemClock
from casewright.settings import Settings
from casewright.store.db import Database
from casewright_connectors.registry import Registry

HANDLERS = (
    continuations,
    deployments,
    housekeeping,
    incidents,
    instances,
    jobs,
    messages,
    people,
    sessions,
    tasks,
    timers,
)


@dataclass(frozen=True, slots=True)
class System:
    """A running system: what pages, worker and command line are handed."""

    settings: Settings
    clock: Clock
    zone: tzinfo
    database: Database
    definitions: Definitions
    bus: Bus
    registry: Registry
    unit: Unit

    def close(self) -> None:
        """Finish waiting commands and let go of the database."""
        self.database.close()


def build(
    settings: Settings, *, clock: Clock | None = None, registry: Registry | None = None
) -> System:
    """Put a system together; the database is opened, not migrated.

    Tests hand in a frozen clock, and a registry whose connectors are scripted.
    """
    clock = clock or SystemClock()
    registry = registry or make_registry(clock)
    database = open_database(settings)
    definitions, bus = Definitions(), Bus()
    unit = Unit(
        database,
        clock,
        settings.zone,
        definitions,
        bus,
        settings.key("journal"),
        registry.types,
    )
    return System(settings, clock, settings.zone, database, definitions, bus, registry, unit)


def open_database(settings: Settings) -> Database:
    """Open the database of the settings; the folder of a SQLite file is made."""
    prefix = "sqlite:///"
    if settings.database_url.startswith(prefix):
        Path(settings.database_url.removeprefix(prefix)).parent.mkdir(parents=True, exist_ok=True)
    return Database(settings.database_url)
