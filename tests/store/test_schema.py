"""The migrations give exactly the declared tables, on both databases."""

from __future__ import annotations

import pytest

from casewright.domain.errors import Refused
from casewright.store import schema
from casewright.store.db import Database


def test_migrations_give_the_declared_tables(database_url: str) -> None:
    """What Alembic would still generate is nothing."""
    database = Database(database_url)
    try:
        assert schema.migrate(database) == (None, schema.wanted())
        with database.read() as connection:
            assert schema.differences(connection) == []
    finally:
        database.close()


def test_migrating_again_changes_nothing(database_url: str) -> None:
    """A second run finds the wanted revision."""
    database = Database(database_url)
    try:
        schema.migrate(database)
        assert schema.migrate(database) == (schema.wanted(), schema.wanted())
        schema.check(database)
    finally:
        database.close()


def test_an_empty_database_is_refused_by_name(database_url: str) -> None:
    """A program never runs on tables it does not know."""
    database = Database(database_url)
    try:
        with pytest.raises(Refused) as refused:
            schema.check(database)
        assert refused.value.code == "schema-unknown"
        assert refused.value.details["found"] == "none"
    finally:
        database.close()


def test_a_newer_database_is_refused_by_name(database_url: str) -> None:
    """An older program must not touch what a newer one made."""
    database = Database(database_url)
    try:
        schema.migrate(database)
        database.write(
            lambda c: c.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'").rowcount
        )
        with pytest.raises(Refused) as refused:
            schema.migrate(database)
        assert refused.value.details["found"] == "9999"
    finally:
        database.close()


def test_the_reader_cannot_write(database_url: str) -> None:
    """Pages read on an engine whose connections refuse to write."""
    database = Database(database_url)
    try:
        schema.migrate(database)
        with database.read() as connection, pytest.raises(Exception, match=r"read.?only"):
            connection.exec_driver_sql("INSERT INTO chain VALUES ('x', 1, 'y')")
    finally:
        database.close()
