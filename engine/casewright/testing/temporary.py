"""A system of its own for a player: a fresh database, a frozen clock, no listening port."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ConfigDict, SecretStr

from casewright.bootstrap import System, build
from casewright.domain.clock import FrozenClock
from casewright.settings import Settings
from casewright.store import schema
from casewright.store.db import Database
from casewright_connectors.contract import Model, Operation, Permanent
from casewright_connectors.registry import OPERATIONS, Registry

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SECRET = "a secret key that only players use, never a real one"  # noqa: S105
_PREFIX = "casewright-player-"

_template: Path | None = None
_lock = threading.Lock()


def folder() -> Path:
    """Return a new folder for one player's files."""
    return Path(tempfile.mkdtemp(prefix=_PREFIX))


def sqlite(where: Path) -> str:
    """Return the address of a migrated SQLite file in `where`; the migration runs once only."""
    target = where / "player.db"
    shutil.copyfile(_migrated(), target)
    return f"sqlite:///{target}"


def _migrated() -> Path:
    global _template
    with _lock:
        if _template is None:
            home = folder()
            atexit.register(shutil.rmtree, home, ignore_errors=True)
            _template = home / "template.db"
            database = Database(f"sqlite:///{_template}")
            try:
                schema.migrate(database)
            finally:
                database.close()
        return _template


def system(
    url: str, clock: FrozenClock, zone: str, data: Path, operations: Iterable[str]
) -> System:
    """Build the system of a player; a database that is given by address is migrated here."""
    settings = Settings(
        database_url=url, secret_key=SecretStr(SECRET), timezone=zone, data_dir=data
    )
    extra = [Operation(name, name, Anything, Anything) for name in sorted(operations)]
    registry = Registry(clock.now, NoSecrets(), operations=(*OPERATIONS, *extra))
    built = build(settings, clock=clock, registry=registry)
    schema.migrate(built.database)
    return built


class Anything(Model):
    """What goes into and comes out of an operation that only a play knows."""

    model_config = ConfigDict(extra="allow", frozen=True)


class NoSecrets:
    """A player reaches nothing outside, so it has no secrets."""

    def get(self, name: str) -> str:
        """Refuse."""
        raise Permanent(f"a player has no secret “{name}”")
