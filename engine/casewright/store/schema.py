"""The schema's version: bringing a database up to date, and refusing one that is not."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlmodel import SQLModel

import casewright.store.tables  # noqa: F401 - declares the tables
from casewright.domain.errors import Refused
from casewright.store.db import Database

# Any number does, as long as no other program on the same server takes it.
_PG_LOCK = 0x6361736577


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def wanted() -> str:
    """Return the revision that this program needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def found(connection: Connection) -> str | None:
    """Return the revision of the database, or None where it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def migrate(database: Database) -> tuple[str | None, str]:
    """Bring the database to the wanted revision in one transaction; return (before, after).

    A database of a newer program is refused by name.
    """
    known = {r.revision for r in ScriptDirectory.from_config(_config()).walk_revisions()}

    def work(connection: Connection) -> tuple[str | None, str]:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_PG_LOCK})")
        before = found(connection)
        if before is not None and before not in known:
            raise Refused("schema-unknown", found=before, wanted=wanted())
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        return before, wanted()

    return database.write(work)


def check(database: Database) -> None:
    """Refuse a database whose schema is not the one this program needs."""
    with database.read() as connection:
        revision = found(connection)
    if revision != wanted():
        raise Refused("schema-unknown", found=revision or "none", wanted=wanted())


def differences(connection: Connection) -> list[object]:
    """Return what differs between the declared tables and those in the database."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, SQLModel.metadata))
