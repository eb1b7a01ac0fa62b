"""Names of people and groups, so that no page shows a login or a technical name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from casewright.domain.people import Scope
from casewright.store import Connection
from casewright.store.queries import people

OURSELVES = frozenset({"system", "worker"})


@dataclass(frozen=True, slots=True)
class Names:
    """What people and groups are called."""

    people: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    me: str = ""

    def person(self, login: str | None) -> str:
        """Return a person's name."""
        if not login:
            return ""
        if login in OURSELVES:
            return "Casewright"
        return self.people.get(login) or login

    def you(self, login: str | None) -> str:
        """Return "You" for the reader, and the name of anybody else."""
        return "You" if login and login == self.me else self.person(login)

    def group(self, name: str) -> str:
        """Return a group's title."""
        return self.groups.get(name) or name

    def offered(self, users: Iterable[str], groups: Iterable[str]) -> str:
        """Return whom a task is offered to, in words."""
        found = [self.group(name) for name in groups] + [self.person(name) for name in users]
        return ", ".join(found)

    @property
    def active(self) -> list[tuple[str, str]]:
        """The people by name, for a list to choose from."""
        return sorted(self.people.items(), key=lambda item: item[1].casefold())


def names(scope: Scope, connection: Connection) -> Names:
    """Return the names of everybody the reader can see."""
    return Names(
        {p.login: p.name or p.login for p in people.persons(scope, connection)},
        {g.name: g.title or g.name for g in people.groups(scope, connection)},
        scope.person,
    )
