"""People and groups: the first administrator, new people, passwords, memberships."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from casewright.commands import access
from casewright.commands.unit import Answer, Kind, handles
from casewright.commands.work import Ports, Work
from casewright.domain.errors import Refused
from casewright.domain.people import Kind as Who
from casewright.domain.people import Permission
from casewright.store import people, sessions

SHORTEST = 10
LONGEST = 1024
ADMINISTRATORS = "administrators"
THEMES = ("", "light", "dark")

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_hasher = PasswordHasher()
# One verification takes 64 MiB; more at once would let strangers fill the memory.
_at_once = threading.BoundedSemaphore(2)


@dataclass(frozen=True, slots=True)
class SetUp:
    """Make the first person, who administers the system."""

    login: str
    name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CreatePerson:
    """Let somebody new sign in; the login never changes afterwards."""

    login: str
    name: str
    email: str = ""
    password: str = field(default="", repr=False)
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetPassword:
    """Give a person a new password; `keep` is the hash of the one session that stays."""

    login: str
    password: str = field(repr=False)
    keep: str = ""


@dataclass(frozen=True, slots=True)
class SetActive:
    """Let a person sign in, or no longer; then their sessions end at once."""

    login: str
    active: bool


@dataclass(frozen=True, slots=True)
class SetTheme:
    """Choose how the pages look for oneself: light, dark, or "" as the system does."""

    theme: str


@dataclass(frozen=True, slots=True)
class CreateGroup:
    """Make a group with the rights that it gives its members."""

    name: str
    title: str
    permissions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetGroup:
    """Change the title and the rights of a group."""

    name: str
    title: str
    permissions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AddMember:
    """Put a person into a group."""

    login: str
    group: str


@dataclass(frozen=True, slots=True)
class RemoveMember:
    """Take a person out of a group."""

    login: str
    group: str


def normal(login: str) -> str:
    """Return a login as it is stored, so that case and spaces around it do not matter."""
    return login.strip().casefold()


def verified(hash: str, password: str) -> bool:
    """Tell whether `password` is the one behind `hash`; an empty hash costs the same time."""
    with _at_once:
        try:
            return _hasher.verify(hash or _nobody(), password[:LONGEST]) and bool(hash)
        except (Argon2Error, InvalidHashError):
            return False


@cache
def _nobody() -> str:
    return _hasher.hash("the password of nobody")


def _hashed(password: str) -> str:
    if len(password) < SHORTEST:
        raise Refused("weak-password", "password", limit=SHORTEST)
    if len(password) > LONGEST:
        raise Refused("value-too-large", "password", name="password", limit=LONGEST)
    with _at_once:
        return _hasher.hash(password)


def _prepare(_: Ports, command: SetUp | CreatePerson | SetPassword) -> str:
    return _hashed(command.password)


def _add(work: Work, login: str, name: str, email: str, hash: str) -> str:
    key = normal(login)
    problems = {}
    if not _LOGIN.fullmatch(key):
        problems["login"] = {"code": "login", "params": {}}
    if not 0 < len(name.strip()) <= 200 or not name.isprintable():
        problems["name"] = {"code": "required", "params": {}}
    if len(email) > 320 or not email.isprintable():
        problems["email"] = {"code": "email", "params": {}}
    if problems:
        raise Refused("invalid-input", fields=problems)
    if people.load(work.connection, key) is not None:
        raise Refused("person-exists", login=key)
    people.add(
        work.connection,
        {
            "login": key,
            "name": name.strip(),
            "email": email.strip(),
            "password_hash": hash,
            "active": 1,
            "language": "",
            "theme": "",
            "created_at": work.at,
            "version": 0,
        },
    )
    return key


@handles(SetUp, Kind.ADMIN, prepare=_prepare)
def set_up(work: Work, command: SetUp, hash: str) -> Answer:
    """Make the administrator of a system that has nobody yet; anyone who gets there first may."""
    if people.anybody(work.connection):
        raise Refused("setup-done")
    login = _add(work, command.login, command.name, "", hash)
    people.ensure_group(work.connection, ADMINISTRATORS, "Administrators", Permission.ADMIN.value)
    people.join(work.connection, login, ADMINISTRATORS)
    work.record = {"login": login}
    return {"login": login}


@handles(CreatePerson, Kind.ADMIN, prepare=_prepare)
def create_person(work: Work, command: CreatePerson, hash: str) -> Answer:
    """Add a person; needs the right to administer."""
    access.require(work.principal, Permission.ADMIN)
    login = _add(work, command.login, command.name, command.email, hash)
    for group in command.groups:
        _join(work, login, group)
    work.record = {"login": login, "groups": list(command.groups)}
    return {"login": login}


@handles(SetPassword, Kind.ADMIN, prepare=_prepare)
def set_password(work: Work, command: SetPassword, hash: str) -> Answer:
    """Change one's own password, or anybody's as an administrator; their sessions end."""
    if work.principal.kind is not Who.PERSON or work.principal.actor != command.login:
        access.require(work.principal, Permission.ADMIN)
    login = _person(work, command.login)
    people.set_password(work.connection, login, hash)
    sessions.end_all(work.connection, login, command.keep)
    work.record = {"login": login}
    return {"login": login}


@handles(SetActive, Kind.ADMIN)
def set_active(work: Work, command: SetActive) -> Answer:
    """Let a person in or keep them out; needs the right to administer."""
    access.require(work.principal, Permission.ADMIN)
    login = _person(work, command.login)
    people.set_active(work.connection, login, command.active)
    if not command.active:
        sessions.end_all(work.connection, login)
    _somebody_administers(work)
    work.record = {"login": login, "active": command.active}
    return {"login": login, "active": command.active}


@handles(SetTheme, Kind.HOUSEKEEPING)
def set_theme(work: Work, command: SetTheme) -> Answer:
    """Keep one's own choice."""
    access.signed_in(work.principal)
    if command.theme not in THEMES:
        raise Refused("invalid-input", fields={"theme": {"code": "choice", "params": {}}})
    people.set_theme(work.connection, work.principal.actor, command.theme)
    return {"theme": command.theme}


@handles(CreateGroup, Kind.ADMIN)
def create_group(work: Work, command: CreateGroup) -> Answer:
    """Add a group; needs the right to administer."""
    access.require(work.principal, Permission.ADMIN)
    name = command.name.strip()
    if not 0 < len(name) <= 100 or not name.isprintable() or "," in name:
        raise Refused("invalid-input", fields={"name": {"code": "group", "params": {}}})
    rights = _rights(command.permissions)
    if not people.ensure_group(work.connection, name, command.title.strip() or name, rights):
        raise Refused("group-exists", group=name)
    work.record = {"group": name, "permissions": rights}
    return {"group": name}


@handles(SetGroup, Kind.ADMIN)
def set_group(work: Work, command: SetGroup) -> Answer:
    """Change a group; needs the right to administer."""
    access.require(work.principal, Permission.ADMIN)
    rights = _rights(command.permissions)
    title = command.title.strip() or command.name
    if not people.set_group(work.connection, command.name, title, rights):
        raise Refused("not-found")
    _somebody_administers(work)
    work.record = {"group": command.name, "permissions": rights}
    return {"group": command.name}


@handles(AddMember, Kind.ADMIN)
def add_member(work: Work, command: AddMember) -> Answer:
    """Put a person into a group; needs the right to administer."""
    access.require(work.principal, Permission.ADMIN)
    login = _person(work, command.login)
    _join(work, login, command.group)
    work.record = {"login": login, "group": command.group}
    return {"login": login, "group": command.group}


@handles(RemoveMember, Kind.ADMIN)
def remove_member(work: Work, command: RemoveMember) -> Answer:
    """Take a person out of a group; needs the right to administer."""
    access.require(work.principal, Permission.ADMIN)
    login = _person(work, command.login)
    people.leave(work.connection, login, command.group)
    _somebody_administers(work)
    work.record = {"login": login, "group": command.group}
    return {"login": login, "group": command.group}


def _person(work: Work, login: str) -> str:
    found = people.load(work.connection, normal(login))
    if found is None:
        raise Refused("not-found")
    return found.login


def _join(work: Work, login: str, group: str) -> None:
    if not people.group_exists(work.connection, group):
        raise Refused("invalid-input", fields={"groups": {"code": "choice", "params": {}}})
    people.join(work.connection, login, group)


def _somebody_administers(work: Work) -> None:
    """Refuse a change after which nobody could undo it."""
    if work.principal.kind is Who.SYSTEM:
        return
    if not people.administrators(work.connection):
        raise Refused("last-administrator")


def _rights(permissions: tuple[str, ...]) -> str:
    known = [permission.value for permission in Permission]
    if any(name not in known for name in permissions):
        raise Refused("invalid-input", fields={"permissions": {"code": "choice", "params": {}}})
    return ",".join(name for name in known if name in permissions)
