"""What a scope sees: the one clause that lists, counts and single reads share.

A case is visible to whom all cases are open, who started it, or to whom some task of it was
ever assigned or offered, in person or through a group. Everything that belongs to a case
(tasks, variables, timeline, incidents) is visible exactly when its root is.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, false, or_, select, true, union_all

from casewright.domain.people import Scope
from casewright.store.tables import Instance, TaskCandidate, UserTask

_instance = Instance.__table__  # type: ignore[attr-defined]
_task = UserTask.__table__  # type: ignore[attr-defined]
_candidate = TaskCandidate.__table__  # type: ignore[attr-defined]


class Shape(NamedTuple):
    """What of a scope changes the SQL: whether it is limited, and how many groups it binds."""

    everything: bool
    groups: int


def shape(scope: Scope) -> Shape:
    """Return the scope's shape; groups are rounded up to a power of two, so shapes are few."""
    count = len(scope.groups)
    return Shape(scope.all_cases, 0 if not count else 1 << (count - 1).bit_length())


def binds(scope: Scope) -> dict[str, Any]:
    """Return the values for the binds of any statement made for `shape(scope)`."""
    names = sorted(scope.groups)
    size = shape(scope).groups
    padded = names + names[-1:] * (size - len(names))
    return {"person": scope.person, **{f"group_{i}": name for i, name in enumerate(padded)}}


def offered(of: Shape, candidate: Any = _candidate) -> ColumnElement[bool]:
    """Return the clause "the candidate row means this person, or one of their groups"."""
    person = and_(candidate.c.kind == "person", candidate.c.name == bindparam("person"))
    return person if not of.groups else or_(person, offered_to_groups(of, candidate))


def offered_to_groups(of: Shape, candidate: Any = _candidate) -> ColumnElement[bool]:
    """Return the clause "the candidate row means one of the person's groups"."""
    if not of.groups:
        return false()
    names: list[Any] = [bindparam(f"group_{i}") for i in range(of.groups)]
    return and_(candidate.c.kind == "group", or_(*(candidate.c.name == name for name in names)))


def _branches(of: Shape) -> list[tuple[Any, Select[Any]]]:
    """Return the ways to see a case: the column that holds its root, and the rows that open it."""
    started = _instance.alias("seen_instance")
    assigned = _task.alias("seen_assigned")
    task = _task.alias("seen_task")
    candidate = _candidate.alias("seen_candidate")
    ways = [
        (started.c.root_id, select(started.c.root_id).where(started.c.started_by == _me())),
        (assigned.c.root_id, select(assigned.c.root_id).where(assigned.c.assignee == _me())),
    ]
    means = [and_(candidate.c.kind == "person", candidate.c.name == _me())]
    means += [
        and_(candidate.c.kind == "group", candidate.c.name == bindparam(f"group_{i}"))
        for i in range(of.groups)
    ]
    joined = candidate.join(task, task.c.id == candidate.c.task_id)
    ways.append((task.c.root_id, select(task.c.root_id).select_from(joined).where(or_(*means))))
    return ways


def _me() -> Any:
    return bindparam("person")


def listed(root: Any, of: Shape) -> ColumnElement[bool]:
    """Return the clause "the case `root` is visible", for statements over many cases."""
    if of.everything:
        return true()
    inside: ColumnElement[bool] = root.in_(union_all(*(rows for _, rows in _branches(of))))
    return inside


def single(root: Any, of: Shape) -> ColumnElement[bool]:
    """Return the same clause for statements over one case, probing from that case."""
    if of.everything:
        return true()
    return or_(*(rows.where(column == root).exists() for column, rows in _branches(of)))


def widened(of: Shape, everything: bool) -> Shape:
    """Return the shape that also sees everything when `everything` holds, as operators do."""
    return of._replace(everything=of.everything or everything)
