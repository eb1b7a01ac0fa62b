"""Opening the system that a command works on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from casewright.bootstrap import System, build, open_database
from casewright.cli.output import stop
from casewright.settings import Settings
from casewright.store import schema
from casewright.store.db import Database


def settings() -> Settings:
    """Return the settings, complete enough to run."""
    found = Settings()
    if len(found.secret_key.get_secret_value()) < 32:
        stop("SECRET_KEY needs at least 32 characters: run `casewright init` first, or set it")
    return found


@contextmanager
def database() -> Iterator[Database]:
    """Open the database alone, migrated or not."""
    opened = open_database(Settings())
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def system(*, found: Settings | None = None, checked: bool = True) -> Iterator[System]:
    """Open the system; refuse a database whose schema is not the one this program needs."""
    built = build(found or settings())
    try:
        if checked:
            schema.check(built.database)
        yield built
    finally:
        built.close()
