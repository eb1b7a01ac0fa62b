"""The people of a player: added from an app's list, and the principals they act as."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from casewright.bootstrap import System
from casewright.domain.clock import micros
from casewright.domain.people import Kind, Principal
from casewright.store import Connection, people
from casewright.store.queries import people as known


def add(system: System, listed: Iterable[Mapping[str, Any]]) -> None:
    """Add people who are not there yet, without a password: nobody signs in to a player."""
    at = micros(system.clock.now())

    def work(connection: Connection) -> None:
        for person in listed:
            login = str(person["login"])
            if people.load(connection, login) is None:
                people.add(
                    connection,
                    {
                        "login": login,
                        "name": str(person.get("name") or login),
                        "email": "",
                        "password_hash": "",
                        "active": 1,
                        "language": "",
                        "theme": "",
                        "created_at": at,
                        "version": 0,
                    },
                )
            for group in person.get("groups") or ():
                people.ensure_group(connection, str(group), str(group), "")
                people.join(connection, login, str(group))

    system.database.write(work)


def principal(system: System, login: str) -> Principal:
    """Return the principal of a person; KeyError where there is no such person."""
    with system.database.read() as conn:
        found = known.known(known.NOBODY, conn, login)
    if found is None:
        raise KeyError(login)
    return Principal(Kind.PERSON, login, login, found.groups, found.permissions)
