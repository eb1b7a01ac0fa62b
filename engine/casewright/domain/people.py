"""Who acts: principals, what they may do, and the scope of what they may see."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of actor."""

    PERSON = "person"
    GUEST = "guest"
    TOKEN = "token"  # noqa: S105 - a kind of actor
    WORKER = "worker"
    SYSTEM = "system"


class Permission(StrEnum):
    """What a group may grant; the names are stored and shown in the administration."""

    START = "start"
    CASES = "cases"
    OPERATE = "operate"
    DEPLOY = "deploy"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who does something: `actor` pressed the button, `effective` is who it counts for.

    `scopes` limits a token to some permissions; empty means no limit beyond the person's own.
    """

    kind: Kind
    actor: str
    effective: str
    groups: frozenset[str] = frozenset()
    permissions: frozenset[Permission] = frozenset()
    on_behalf_of: str | None = None
    scopes: frozenset[str] = field(default=frozenset())

    def may(self, permission: Permission) -> bool:
        """Tell whether this principal holds `permission` (the administrator holds all)."""
        if self.kind is Kind.SYSTEM:
            return True
        if self.scopes and permission.value not in self.scopes:
            return False
        return permission in self.permissions or Permission.ADMIN in self.permissions


SYSTEM = Principal(Kind.SYSTEM, "system", "system")


@dataclass(frozen=True, slots=True)
class Scope:
    """The limit of what a principal sees; every query takes one first.

    `all_cases` opens every case; otherwise only cases started by `person`, or with a task
    that was assigned to `person` or offered to one of `groups`.
    """

    person: str
    groups: frozenset[str]
    all_cases: bool = False
    operate: bool = False
    admin: bool = False
