"""People, groups, sessions and tokens."""

from __future__ import annotations

from sqlmodel import SQLModel

from casewright.store.tables.columns import key, number, text


class Person(SQLModel, table=True):
    """Somebody who can sign in; the login never changes, since the journal names it."""

    __tablename__ = "person"

    login: str = key()
    name: str = text()
    email: str = text()
    password_hash: str = text()
    active: int = number(1)
    language: str = text()
    theme: str = text()
    created_at: int = number()
    version: int = number()


class Group(SQLModel, table=True):
    """A group of people: candidates of tasks, and holders of permissions (comma separated)."""

    __tablename__ = "people_group"

    name: str = key()
    title: str = text()
    permissions: str = text()


class Membership(SQLModel, table=True):
    """A person's place in a group."""

    __tablename__ = "membership"

    login: str = key()
    group_name: str = key()


class Session(SQLModel, table=True):
    """A signed-in browser; the cookie's value is stored hashed."""

    __tablename__ = "session"

    hash: str = key()
    login: str = text(index=True)
    csrf: str = text()
    created_at: int = number()
    seen_at: int = number()
    expires_at: int = number()


class ApiToken(SQLModel, table=True):
    """A bearer token of a person, stored hashed."""

    __tablename__ = "api_token"

    hash: str = key()
    login: str = text(index=True)
    name: str = text()
    scopes: str = text()
    created_at: int = number()
    expires_at: int = number()


class LoginAttempt(SQLModel, table=True):
    """Wrong tries of an account or an address, and until when it must wait."""

    __tablename__ = "login_attempt"

    subject: str = key()
    tries: int = number()
    first_at: int = number()
    until: int = number()
