"""User tasks as commands read and claim them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from casewright.store.statements import Statement, hot, hots
from casewright.store.tables import Draft, Person, TaskCandidate, UserTask


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A user task with its candidates as (kind, name)."""

    id: str
    instance_id: str
    root_id: str
    token: str
    element: str
    form: str
    state: str
    assignee: str | None
    completed_at: int | None
    completed_by: str | None
    candidates: frozenset[tuple[str, str]]


_table = UserTask.__table__  # type: ignore[attr-defined]
_candidate = TaskCandidate.__table__  # type: ignore[attr-defined]
_draft = Draft.__table__  # type: ignore[attr-defined]
_person = Person.__table__  # type: ignore[attr-defined]
_COLUMNS = (
    "id", "instance_id", "root_id", "token", "element", "form", "state", "assignee",
    "completed_at", "completed_by",
)  # fmt: skip
_with_candidates = (
    select(*(_table.c[n] for n in _COLUMNS), _candidate.c.kind, _candidate.c.name)
    .join(_candidate, _candidate.c.task_id == _table.c.id, isouter=True)
    .where(_table.c.id == bindparam("id"))
)
_load = Statement(_with_candidates, postgresql=_with_candidates.with_for_update(of=_table))
_root_of = Statement(select(_table.c.root_id).where(_table.c.id == bindparam("id")))
_claim = Statement(
    update(_table)
    .where(
        _table.c.id == bindparam("key"),
        _table.c.state == "open",
        _table.c.assignee.is_(None) | (_table.c.assignee == bindparam("who")),
    )
    .values(assignee=bindparam("by"), version=_table.c.version + 1)
)
_release = Statement(
    update(_table)
    .where(
        _table.c.id == bindparam("key"),
        _table.c.state == "open",
        _table.c.assignee == bindparam("who"),
    )
    .values(assignee=None, version=_table.c.version + 1)
)


def _upsert(statement: Any) -> Any:
    changed = {name: statement.excluded[name] for name in ("body", "saved_at")}
    return statement.on_conflict_do_update(index_elements=["task_id", "login"], set_=changed)


_save_draft = Statement(
    _upsert(sqlite.insert(_draft)), postgresql=_upsert(postgresql.insert(_draft))
)
_drop_drafts = Statement(delete(_draft).where(_draft.c.task_id == bindparam("key")))
_name_of = Statement(select(_person.c.name).where(_person.c.login == bindparam("login")))


def load(connection: Connection, task: str) -> TaskRow | None:
    """Return a task, locked until the transaction ends, or None."""
    rows = hots(_load, connection, id=task)
    if not rows:
        return None
    width = len(_COLUMNS)
    offered = frozenset((str(r[width]), str(r[width + 1])) for r in rows if r[width] is not None)
    fields: Any = rows[0][:width]
    return TaskRow(*(*fields, offered))


def root_of(connection: Connection, task: str) -> list[str]:
    """Return the root to lock for a task; empty when there is no such task."""
    found = hot(_root_of, connection, id=task)
    return [] if found is None else [str(found[0])]


def claim(connection: Connection, task: str, login: str) -> bool:
    """Give an open, unclaimed task to `login`; False when somebody else has it."""
    done = _claim.run(connection, {"key": task, "who": login, "by": login})
    return bool(done.rowcount == 1)


def release(connection: Connection, task: str, login: str) -> bool:
    """Take `login`'s claim from a task; False when it was not theirs."""
    return bool(_release.run(connection, {"key": task, "who": login}).rowcount == 1)


def save_draft(connection: Connection, task: str, login: str, body: str, at: int) -> None:
    """Keep what `login` has typed into the task's form."""
    _save_draft.run(connection, {"task_id": task, "login": login, "body": body, "saved_at": at})


def drop_drafts(connection: Connection, task: str) -> None:
    """Forget all drafts of a task."""
    _drop_drafts.run(connection, {"key": task})


def person_name(connection: Connection, login: str) -> str:
    """Return the name that people know `login` by."""
    found = hot(_name_of, connection, login=login)
    return str(found[0]) if found is not None and found[0] else login
