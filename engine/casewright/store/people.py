"""People, groups and memberships as commands write them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from casewright.store.statements import Statement, driver, first
from casewright.store.tables import Group, Membership, Person

# Any number does, as long as nothing else on the same database takes it.
_PG_LOCK = 0x636173657732

_person = Person.__table__  # type: ignore[attr-defined]
_group = Group.__table__  # type: ignore[attr-defined]
_member = Membership.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody who can sign in, with the hash of the password."""

    login: str
    name: str
    password_hash: str
    active: bool


_load = Statement(
    select(_person.c.login, _person.c.name, _person.c.password_hash, _person.c.active).where(
        _person.c.login == bindparam("login")
    )
)
_add = Statement(insert(_person))
_anybody = Statement(select(_person.c.login).limit(1))
_set_password = Statement(
    update(_person)
    .where(_person.c.login == bindparam("key"))
    .values(password_hash=bindparam("hash"), version=_person.c.version + 1)
)
_set_active = Statement(
    update(_person)
    .where(_person.c.login == bindparam("key"))
    .values(active=bindparam("on"), version=_person.c.version + 1)
)
_set_theme = Statement(
    update(_person).where(_person.c.login == bindparam("key")).values(theme=bindparam("chosen"))
)
_ensure_group = Statement(
    sqlite.insert(_group).on_conflict_do_nothing(),
    postgresql=postgresql.insert(_group).on_conflict_do_nothing(),
)
_set_group = Statement(
    update(_group)
    .where(_group.c.name == bindparam("key"))
    .values(title=bindparam("new_title"), permissions=bindparam("rights"))
)
_group_named = Statement(select(_group.c.name).where(_group.c.name == bindparam("name")))
_join = Statement(
    sqlite.insert(_member).on_conflict_do_nothing(),
    postgresql=postgresql.insert(_member).on_conflict_do_nothing(),
)
_leave = Statement(
    delete(_member).where(
        _member.c.login == bindparam("who"), _member.c.group_name == bindparam("which")
    )
)
_administrators = Statement(
    select(func.count(_person.c.login.distinct()))
    .select_from(
        _person.join(_member, _member.c.login == _person.c.login).join(
            _group, _group.c.name == _member.c.group_name
        )
    )
    .where(
        _person.c.active == 1,
        ("," + _group.c.permissions + ",").like("%,admin,%"),
    )
)


def lock(connection: Connection) -> None:
    """Let one command at a time look at and change who there is, what they may, what is deployed.

    What a handler reads before it writes cannot change in between. SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        driver(connection).execute(f"SELECT pg_advisory_xact_lock({_PG_LOCK})")


def load(connection: Connection, login: str) -> PersonRow | None:
    """Return a person, active or not."""
    row = first(_load, connection, login=login)
    return None if row is None else PersonRow(row[0], row[1], row[2], bool(row[3]))


def anybody(connection: Connection) -> bool:
    """Tell whether there is any person yet."""
    return first(_anybody, connection) is not None


def add(connection: Connection, values: Mapping[str, Any]) -> None:
    """Add a person; `values` are the columns of the table."""
    _add.run(connection, values)


def set_password(connection: Connection, login: str, hash: str) -> None:
    """Store the hash of a new password."""
    _set_password.run(connection, {"key": login, "hash": hash})


def set_active(connection: Connection, login: str, active: bool) -> None:
    """Let a person sign in, or no longer."""
    _set_active.run(connection, {"key": login, "on": int(active)})


def set_theme(connection: Connection, login: str, theme: str) -> None:
    """Keep how a person wants the pages to look; "" follows the system."""
    _set_theme.run(connection, {"key": login, "chosen": theme})


def ensure_group(connection: Connection, name: str, title: str, permissions: str) -> bool:
    """Add a group unless it is there; return whether it was added."""
    values = {"name": name, "title": title, "permissions": permissions}
    return bool(_ensure_group.run(connection, values).rowcount == 1)


def set_group(connection: Connection, name: str, title: str, permissions: str) -> bool:
    """Change a group's title and rights; False when there is no such group."""
    values = {"key": name, "new_title": title, "rights": permissions}
    return bool(_set_group.run(connection, values).rowcount == 1)


def group_exists(connection: Connection, name: str) -> bool:
    """Tell whether there is a group `name`."""
    return first(_group_named, connection, name=name) is not None


def join(connection: Connection, login: str, group: str) -> bool:
    """Put a person into a group; False when they were in it."""
    return bool(_join.run(connection, {"login": login, "group_name": group}).rowcount == 1)


def leave(connection: Connection, login: str, group: str) -> bool:
    """Take a person out of a group; False when they were not in it."""
    return bool(_leave.run(connection, {"who": login, "which": group}).rowcount == 1)


def administrators(connection: Connection) -> int:
    """Return how many active people administer the system."""
    row = first(_administrators, connection)
    return int(row[0]) if row is not None else 0
