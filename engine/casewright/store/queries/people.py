"""People, groups, and what a session or a token says about its owner.

Everyone sees the names of people and groups, to assign work; addresses and rights are for
administrators. The functions that find a principal run under `domain.people`'s system scope,
before anybody is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from casewright.domain.people import Permission, Scope
from casewright.store.queries import values
from casewright.store.statements import Statement, every, first
from casewright.store.tables import ApiToken, Group, Membership, Person, Session

_person = Person.__table__  # type: ignore[attr-defined]
_group = Group.__table__  # type: ignore[attr-defined]
_member = Membership.__table__  # type: ignore[attr-defined]
_session = Session.__table__  # type: ignore[attr-defined]
_token = ApiToken.__table__  # type: ignore[attr-defined]

NOBODY = Scope("", frozenset(), admin=True)


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person; `email` is empty for readers who are no administrators."""

    login: str
    name: str
    email: str
    active: bool
    language: str
    theme: str
    created: datetime
    version: int
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group with its rights and members."""

    name: str
    title: str
    permissions: frozenset[Permission]
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What is needed to make a person's principal."""

    login: str
    name: str
    active: bool
    language: str
    theme: str
    groups: frozenset[str]
    permissions: frozenset[Permission]


@dataclass(frozen=True, slots=True)
class SessionView:
    """A signed-in browser."""

    login: str
    csrf: str
    created: datetime
    seen: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class TokenView:
    """A bearer token, without its secret."""

    login: str
    name: str
    scopes: frozenset[str]
    created: datetime
    expires: datetime


_PERSON = (
    _person.c.login, _person.c.name, _person.c.email, _person.c.active, _person.c.language,
    _person.c.theme, _person.c.created_at, _person.c.version,
)  # fmt: skip
_persons = Statement(select(*_PERSON).order_by(_person.c.login))
_one = Statement(select(*_PERSON).where(_person.c.login == bindparam("login")))
_members = Statement(
    select(_member.c.login, _member.c.group_name).order_by(_member.c.group_name, _member.c.login)
)
_groups = Statement(
    select(_group.c.name, _group.c.title, _group.c.permissions).order_by(_group.c.name)
)
_of_login = Statement(
    select(_member.c.group_name, _group.c.permissions)
    .select_from(_member.outerjoin(_group, _group.c.name == _member.c.group_name))
    .where(_member.c.login == bindparam("login"))
    .order_by(_member.c.group_name)
)
_by_hash = Statement(
    select(
        _session.c.login,
        _session.c.csrf,
        _session.c.created_at,
        _session.c.seen_at,
        _session.c.expires_at,
    ).where(_session.c.hash == bindparam("hash"))
)
_TOKEN = (
    _token.c.login, _token.c.name, _token.c.scopes, _token.c.created_at, _token.c.expires_at,
)  # fmt: skip
_token_by_hash = Statement(select(*_TOKEN).where(_token.c.hash == bindparam("hash")))
_tokens = Statement(
    select(*_TOKEN).where(_token.c.login == bindparam("login")).order_by(_token.c.created_at)
)
_any = Statement(select(_person.c.login).limit(1))


def permissions(text: str) -> frozenset[Permission]:
    """Return the rights that a group stores as comma separated names."""
    known = {p.value for p in Permission}
    return frozenset(Permission(name) for name in text.split(",") if name in known)


def _names(text: str) -> frozenset[str]:
    return frozenset(filter(None, text.split(",")))


def _view(scope: Scope, row: Any, groups: tuple[str, ...]) -> PersonView:
    own = scope.admin or scope.person == row[0]
    email = row[2] if own else ""
    return PersonView(
        row[0], row[1], email, bool(row[3]), row[4], row[5], values.at(row[6]), row[7], groups
    )


def persons(scope: Scope, conn: Connection) -> tuple[PersonView, ...]:
    """Return the people by login; those who may not sign in are for administrators."""
    member: dict[str, list[str]] = {}
    for login, group in every(_members, conn):
        member.setdefault(login, []).append(group)
    rows = every(_persons, conn)
    return tuple(
        _view(scope, row, tuple(member.get(row[0], ()))) for row in rows if row[3] or scope.admin
    )


def person(scope: Scope, conn: Connection, login: str) -> PersonView | None:
    """Return one person."""
    row = first(_one, conn, login=login)
    if row is None or not (row[3] or scope.admin):
        return None
    return _view(scope, row, tuple(r[0] for r in every(_of_login, conn, login=login)))


def groups(scope: Scope, conn: Connection) -> tuple[GroupView, ...]:
    """Return the groups by name; their rights are for administrators."""
    member: dict[str, list[str]] = {}
    for login, group in every(_members, conn):
        member.setdefault(group, []).append(login)
    return tuple(
        GroupView(
            name,
            title,
            permissions(rights) if scope.admin else frozenset(),
            tuple(member.get(name, ())),
        )
        for name, title, rights in every(_groups, conn)
    )


def known(scope: Scope, conn: Connection, login: str) -> Known | None:
    """Return what makes a person's principal, active or not."""
    row = first(_one, conn, login=login)
    if row is None:
        return None
    member = every(_of_login, conn, login=login)
    rights = frozenset[Permission]().union(*(permissions(r[1] or "") for r in member))
    return Known(
        row[0], row[1], bool(row[3]), row[4], row[5], frozenset(r[0] for r in member), rights
    )


def session(scope: Scope, conn: Connection, hash: str) -> SessionView | None:
    """Return the session whose secret hashes to `hash`, run out or not."""
    row = first(_by_hash, conn, hash=hash)
    return None if row is None else SessionView(row[0], row[1], *map(values.at, row[2:5]))


def _token_view(row: Any) -> TokenView:
    return TokenView(row[0], row[1], _names(row[2]), values.at(row[3]), values.at(row[4]))


def token(scope: Scope, conn: Connection, hash: str) -> TokenView | None:
    """Return the bearer token whose secret hashes to `hash`, run out or not."""
    row = first(_token_by_hash, conn, hash=hash)
    return None if row is None else _token_view(row)


def tokens(scope: Scope, conn: Connection, login: str) -> tuple[TokenView, ...]:
    """Return a person's bearer tokens: their own, or anybody's for an administrator."""
    if login != scope.person and not scope.admin:
        return ()
    return tuple(_token_view(row) for row in every(_tokens, conn, login=login))


def anybody(scope: Scope, conn: Connection) -> bool:
    """Tell whether there is a person at all; without one the system is not set up."""
    return first(_any, conn) is not None
