"""Who may do and see what: the one place that every command, page and route asks."""

from __future__ import annotations

from casewright.domain.errors import Refused
from casewright.domain.people import Kind, Permission, Principal, Scope


def scope(principal: Principal) -> Scope:
    """Return the limit of what `principal` sees."""
    return Scope(
        person=principal.effective,
        groups=principal.groups,
        all_cases=principal.may(Permission.CASES),
        operate=principal.may(Permission.OPERATE),
        admin=principal.may(Permission.ADMIN),
    )


def require(principal: Principal, permission: Permission) -> None:
    """Refuse unless `principal` holds `permission`."""
    if not principal.may(permission):
        raise Refused("forbidden", permission=permission.value)


def engine(principal: Principal) -> None:
    """Refuse everybody but the engine's own workers."""
    if principal.kind not in (Kind.SYSTEM, Kind.WORKER):
        raise Refused("forbidden", permission="worker")


def signed_in(principal: Principal) -> None:
    """Refuse a principal who is nobody: neither a person, a token of one, nor the system."""
    if principal.kind is Kind.GUEST or not principal.effective:
        raise Refused("sign-in-required")


def offered_to(
    principal: Principal, assignee: str | None, candidates: frozenset[tuple[str, str]]
) -> bool:
    """Tell whether a task is assigned or offered to `principal`.

    `candidates` are (kind, name) with kind "person" or "group". A task that nobody is named
    for belongs to those who operate cases, never to everybody.
    """
    if principal.kind is Kind.SYSTEM:
        return True
    if assignee == principal.effective or ("person", principal.effective) in candidates:
        return True
    if any(("group", group) in candidates for group in principal.groups):
        return True
    return not candidates and assignee is None and principal.may(Permission.OPERATE)


def may_choose(principal: Principal, lane: str) -> bool:
    """Tell whether `principal` may choose what begins next in an ad-hoc sub-process.

    As with a user task that names nobody, the lane's name is the group that it is for.
    """
    if principal.kind is Kind.SYSTEM or principal.may(Permission.OPERATE):
        return True
    return bool(lane) and lane in principal.groups


def may_work(
    principal: Principal, assignee: str | None, candidates: frozenset[tuple[str, str]]
) -> bool:
    """Tell whether `principal` may complete the task now: theirs, or offered and unclaimed."""
    if principal.kind is Kind.SYSTEM or assignee == principal.effective:
        return True
    return assignee is None and offered_to(principal, assignee, candidates)
