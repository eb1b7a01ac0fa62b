"""Approvals: the reader's open tasks in instances where a rule has decided something.

Each comes with the latest decision and its trace, so that a manager sees what the rule saw.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sqlalchemy import Connection, bindparam, select

from casewright.domain.people import Scope
from casewright.store.queries import cases, tasks, visible
from casewright.store.queries.cases import DecisionView
from casewright.store.queries.paging import Page
from casewright.store.queries.tasks import TaskRow
from casewright.store.statements import Statement, first
from casewright.store.tables import DecisionRow

_decision = DecisionRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Approval:
    """A task to decide, and the latest decision that a rule made in its instance."""

    task: TaskRow
    decision: DecisionView


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """One approval with everything the rules of its case decided, oldest first."""

    task: tasks.TaskView
    decisions: tuple[DecisionView, ...]


@cache
def _latest(of: visible.Shape) -> Statement:
    rows = select(*cases.DECISION).where(_decision.c.instance_id == bindparam("instance"))
    rows = rows.where(visible.single(_decision.c.root_id, of))
    rows = rows.order_by(_decision.c.at.desc(), _decision.c.id.desc())
    return Statement(rows.limit(1))


def approvals(
    scope: Scope, conn: Connection, *, limit: int = 50, cursor: str | None = None
) -> Page[Approval]:
    """Return the approvals that wait for the reader, most urgent first."""
    waiting = tasks.inbox(scope, conn, decided=True, limit=limit, cursor=cursor)
    found = []
    for row in waiting.rows:
        bound = visible.binds(scope) | {"instance": row.instance}
        latest = first(_latest(visible.shape(scope)), conn, **bound)
        if latest is not None:
            found.append(Approval(row, cases.decided(latest)))
    return Page(tuple(found), waiting.next)


def approval(scope: Scope, conn: Connection, task: str) -> ApprovalView | None:
    """Return one task with what the rules of its case decided, or None when it is not there."""
    view = tasks.task(scope, conn, task)
    if view is None:
        return None
    return ApprovalView(view, cases.decisions(scope, conn, view.root))
