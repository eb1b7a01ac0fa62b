"""Tasks as people see them: the inbox, one task, its candidates and its draft.

A task's page and the inbox agree: both ask `visible` for the case, and the inbox lists the
open tasks that are assigned to the reader, or unassigned and offered to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Integer,
    and_,
    bindparam,
    func,
    literal_column,
    select,
    true,
    tuple_,
    union,
)

from casewright.domain.people import Scope
from casewright.store.queries import search as text
from casewright.store.queries import values, visible
from casewright.store.queries.paging import Page, checked, decode, page
from casewright.store.statements import Statement, every, first
from casewright.store.tables import DecisionRow, Definition, Draft, TaskCandidate, UserTask

STATES = ("open", "completed", "cancelled")

_task = UserTask.__table__  # type: ignore[attr-defined]
_candidate = TaskCandidate.__table__  # type: ignore[attr-defined]
_draft = Draft.__table__  # type: ignore[attr-defined]
_definition = Definition.__table__  # type: ignore[attr-defined]
_decision = DecisionRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task in a list."""

    id: str
    instance: str
    root: str
    definition: str
    app: str
    process: str
    process_name: str
    business_key: str
    token: str
    element: str
    name: str
    form: str
    lane: str
    state: str
    assignee: str | None
    priority: int
    due: datetime | None
    follow_up: datetime | None
    created: datetime
    completed: datetime | None
    completed_by: str | None
    version: int


@dataclass(frozen=True, slots=True)
class TaskView(TaskRow):
    """One task: the row, whom it is offered to, and whether the reader may work on it.

    `may_work` is open, and assigned to the reader or unassigned and offered to them;
    `may_claim` is the same for an unassigned one.
    """

    settings: dict[str, Any]
    deployment: str
    users: tuple[str, ...]
    groups: tuple[str, ...]
    may_work: bool
    may_claim: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """How many open tasks wait for the reader: own ones, offered ones, and those by group."""

    mine: int
    offered: int
    groups: dict[str, int]

    @property
    def all(self) -> int:
        """The number of rows of the whole inbox."""
        return self.mine + self.offered


@dataclass(frozen=True, slots=True)
class DraftView:
    """What the reader has typed into a task's form and not yet sent."""

    task: str
    body: dict[str, Any]
    saved: datetime


_COLUMNS = (
    _task.c.id, _task.c.instance_id, _task.c.root_id, _task.c.definition_id, _task.c.app,
    _task.c.process_id, func.coalesce(_definition.c.name, _task.c.process_id).label("title"),
    _task.c.business_key, _task.c.token, _task.c.element, _task.c.name, _task.c.form,
    _task.c.lane, _task.c.state, _task.c.assignee, _task.c.priority, _task.c.due_at,
    _task.c.follow_up_at, _task.c.created_at, _task.c.completed_at, _task.c.completed_by,
    _task.c.version,
)  # fmt: skip
_FROM = _task.outerjoin(_definition, _definition.c.id == _task.c.definition_id)
# Urgent first, then what is due first, then the oldest.
_ORDER = (
    -_task.c.priority,
    func.coalesce(_task.c.due_at, literal_column(str(values.FAR), BigInteger)),
    _task.c.created_at,
    _task.c.id,
)
_AFTER = (int, int, int, str)


def _fields(row: Any) -> list[Any]:
    return values.typed(
        row,
        due_at=values.maybe_at,
        follow_up_at=values.maybe_at,
        created_at=values.at,
        completed_at=values.maybe_at,
        settings=values.json,
    )


def _row(row: Any) -> TaskRow:
    return TaskRow(*_fields(row))


def _key(row: Any) -> tuple[int | str, ...]:
    return (-row[15], values.FAR if row[16] is None else row[16], row[18], row[0])


def _waiting(of: visible.Shape, *, mine: bool, group: bool) -> Any:
    """Return the ids of the open tasks that wait for the reader, by index."""
    own = select(_task.c.id).where(_task.c.assignee == bindparam("person"), _task.c.state == "open")
    if mine:
        return own
    joined = _candidate.join(_task, _task.c.id == _candidate.c.task_id)
    free = select(_task.c.id).select_from(joined)
    free = free.where(_candidate.c.open == 1, _task.c.state == "open", _task.c.assignee.is_(None))
    if group:
        named = and_(_candidate.c.kind == "group", _candidate.c.name == bindparam("group"))
        return free.where(named, visible.offered_to_groups(of))
    return union(own, free.where(visible.offered(of)))


@cache
def _inbox(
    of: visible.Shape,
    mine: bool,
    group: bool,
    decided: bool,
    process: bool,
    words: int,
    after: bool,
) -> Statement:
    rows = select(*_COLUMNS).select_from(_FROM)
    rows = rows.where(_task.c.id.in_(_waiting(of, mine=mine, group=group)))
    if decided:
        rows = rows.where(
            select(_decision.c.id).where(_decision.c.instance_id == _task.c.instance_id).exists()
        )
    return Statement(_narrowed(rows, process, words, after))


def _narrowed(rows: Any, process: bool, words: int, after: bool) -> Any:
    if process:
        rows = rows.where(_task.c.process_id == bindparam("process"))
    if words:
        rows = rows.where(
            text.clause(words, _task.c.business_key, _task.c.name, _definition.c.name)
        )
    if after:
        limits = [bindparam(f"after_{i}", type_=c.type) for i, c in enumerate(_ORDER)]
        rows = rows.where(tuple_(*_ORDER) > tuple_(*limits))
    return rows.order_by(*_ORDER).limit(bindparam("rows", type_=Integer()))


def inbox(
    scope: Scope,
    conn: Connection,
    *,
    mine: bool = False,
    group: str | None = None,
    process: str | None = None,
    search: str = "",
    decided: bool = False,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[TaskRow]:
    """Return the open tasks that wait for the reader; most urgent first.

    `mine` keeps those assigned to the reader, `group` those offered to one of their groups,
    `decided` those of instances where a rule has decided something.
    """
    found = text.words(search)
    grouped, named = group is not None, process is not None
    statement = _inbox(
        visible.shape(scope), mine, grouped, decided, named, len(found), bool(cursor)
    )
    bound = visible.binds(scope) | {"group": group, "process": process}
    return _page(conn, statement, bound, found, limit, cursor)


def _page(
    conn: Connection,
    statement: Statement,
    bound: dict[str, Any],
    found: tuple[str, ...],
    limit: int,
    cursor: str | None,
) -> Page[TaskRow]:
    if found:
        text.prepare(conn)
    after = decode(cursor, _AFTER) if cursor else ()
    bound |= text.binds(found) | {f"after_{i}": part for i, part in enumerate(after)}
    bound["rows"] = checked(limit) + 1
    return page(every(statement, conn, **bound), limit, _row, _key)


@cache
def _tasks(of: visible.Shape, names: tuple[str, ...], words: int, after: bool) -> Statement:
    rows = select(*_COLUMNS).select_from(_FROM).where(visible.listed(_task.c.root_id, of))
    columns = {"state": _task.c.state, "assignee": _task.c.assignee, "root": _task.c.root_id}
    rows = rows.where(true(), *(columns[n] == bindparam(n) for n in names if n in columns))
    return Statement(_narrowed(rows, "process" in names, words, after))


def tasks(
    scope: Scope,
    conn: Connection,
    *,
    state: str | None = "open",
    assignee: str | None = None,
    root: str | None = None,
    process: str | None = None,
    search: str = "",
    limit: int = 50,
    cursor: str | None = None,
) -> Page[TaskRow]:
    """Return every task the reader can see, their own or not; most urgent first."""
    given = {"state": state, "assignee": assignee, "root": root, "process": process}
    found = text.words(search)
    names = tuple(sorted(name for name, value in given.items() if value is not None))
    statement = _tasks(visible.shape(scope), names, len(found), bool(cursor))
    return _page(conn, statement, visible.binds(scope) | given, found, limit, cursor)


@cache
def _one(of: visible.Shape) -> Statement:
    rows = select(*_COLUMNS, _task.c.settings, func.coalesce(_definition.c.deployment_id, ""))
    rows = rows.select_from(_FROM).where(_task.c.id == bindparam("task"))
    return Statement(rows.where(visible.single(_task.c.root_id, of)))


_candidates = Statement(
    select(_candidate.c.kind, _candidate.c.name)
    .where(_candidate.c.task_id == bindparam("task"))
    .order_by(_candidate.c.kind, _candidate.c.name)
)


def task(scope: Scope, conn: Connection, id: str) -> TaskView | None:
    """Return one task, or None when there is none or it is not the reader's to see."""
    row = first(_one(visible.shape(scope)), conn, task=id, **visible.binds(scope))
    if row is None:
        return None
    names = every(_candidates, conn, task=id)
    users = tuple(name for kind, name in names if kind == "person")
    groups = tuple(name for kind, name in names if kind == "group")
    is_open, assignee = row[13] == "open", row[14]
    is_offered = scope.person in users or not scope.groups.isdisjoint(groups)
    free = is_open and assignee is None and is_offered
    mine = is_open and assignee == scope.person
    return TaskView(*[*_fields(row), users, groups, free or mine, free])


@cache
def _counts(of: visible.Shape) -> tuple[Statement, Statement, Statement]:
    own = select(func.count()).where(
        _task.c.assignee == bindparam("person"), _task.c.state == "open"
    )
    joined = _candidate.join(_task, _task.c.id == _candidate.c.task_id)
    free = and_(_candidate.c.open == 1, _task.c.state == "open", _task.c.assignee.is_(None))
    offered = select(func.count(_task.c.id.distinct())).select_from(joined)
    by_group = select(_candidate.c.name, func.count()).select_from(joined)
    by_group = by_group.where(free, visible.offered_to_groups(of)).group_by(_candidate.c.name)
    return (
        Statement(own),
        Statement(offered.where(free, visible.offered(of))),
        Statement(by_group),
    )


def counts(scope: Scope, conn: Connection) -> Counts:
    """Return how many open tasks wait for the reader; `groups` names each of their groups."""
    own, offered, by_group = _counts(visible.shape(scope))
    bound = visible.binds(scope)
    mine, free = first(own, conn, **bound), first(offered, conn, **bound)
    groups = dict.fromkeys(sorted(scope.groups), 0)
    if groups:
        groups |= {row[0]: row[1] for row in every(by_group, conn, **bound)}
    return Counts(mine[0] if mine else 0, free[0] if free else 0, groups)


@cache
def _states(of: visible.Shape) -> Statement:
    rows = select(_task.c.state, func.count()).where(visible.listed(_task.c.root_id, of))
    return Statement(rows.group_by(_task.c.state))


def states(scope: Scope, conn: Connection) -> dict[str, int]:
    """Return how many tasks the reader can see in each state, their own or not."""
    rows = every(_states(visible.shape(scope)), conn, **visible.binds(scope))
    return dict.fromkeys(STATES, 0) | {row[0]: row[1] for row in rows}


@cache
def _of_case(of: visible.Shape) -> Statement:
    rows = select(*_COLUMNS).select_from(_FROM).where(_task.c.root_id == bindparam("root"))
    rows = rows.where(visible.single(_task.c.root_id, of))
    return Statement(rows.order_by(_task.c.created_at, _task.c.id))


def of_case(scope: Scope, conn: Connection, root: str) -> tuple[TaskRow, ...]:
    """Return all tasks of a case, open and ended, oldest first."""
    rows = every(_of_case(visible.shape(scope)), conn, root=root, **visible.binds(scope))
    return tuple(_row(row) for row in rows)


@cache
def _own_draft(of: visible.Shape) -> Statement:
    rows = select(_draft.c.body, _draft.c.saved_at).join(_task, _task.c.id == _draft.c.task_id)
    rows = rows.where(_draft.c.task_id == bindparam("task"), _draft.c.login == bindparam("person"))
    return Statement(rows.where(visible.single(_task.c.root_id, of)))


def draft(scope: Scope, conn: Connection, task: str) -> DraftView | None:
    """Return the reader's own draft of a task's form, or None."""
    row = first(_own_draft(visible.shape(scope)), conn, task=task, **visible.binds(scope))
    return None if row is None else DraftView(task, values.json(row[0]), values.at(row[1]))
