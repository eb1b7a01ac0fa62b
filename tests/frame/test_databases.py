"""The databases that the fixtures hand out are fresh and of the kind they say."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy


def test_database_is_empty_and_writable(database_url: str) -> None:
    engine = sqlalchemy.create_engine(database_url)
    with engine.begin() as connection:
        assert sqlalchemy.inspect(connection).get_table_names() == []
        connection.execute(sqlalchemy.text("CREATE TABLE t (a INTEGER)"))
    engine.dispose()


def test_database_can_be_copied_from_a_template(new_postgres: Callable[..., str]) -> None:
    first = sqlalchemy.create_engine(new_postgres())
    with first.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE t (a INTEGER)"))
    name = first.url.database
    first.dispose()
    second = sqlalchemy.create_engine(new_postgres(name))
    assert sqlalchemy.inspect(second).get_table_names() == ["t"]
    second.dispose()
