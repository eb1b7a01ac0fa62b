"""Approvals: open tasks that a rule sent to somebody to decide, with what decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from casewright import bpmn
from casewright.commands import access
from casewright.domain.people import Scope
from casewright.store import Connection
from casewright.store.queries import approvals, cases, tasks
from casewright.store.queries.approvals import Approval
from casewright.store.queries.tasks import TaskRow
from casewright.web import principal
from casewright.web import system as running
from casewright.web.pages import show
from casewright.web.pages.names import names
from casewright.web.pages.rendering import Page, render
from casewright.web.pages.shell import shell
from casewright.web.pages.why import Why, why
from casewright.web.system import System

router = APIRouter(include_in_schema=False)

ROWS = 20


@dataclass(frozen=True, slots=True)
class Offer:
    """The figures of an offer, as they are shown; empty where the case has none."""

    price: str
    cost: str
    margin: str
    minimum: str
    below: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """What somebody decided in the case before."""

    step: str
    who: str
    task: TaskRow


@dataclass(frozen=True, slots=True)
class Waiting:
    """One approval: the task, the offer, the rule that fired, who decided what before."""

    task: TaskRow
    title: str
    facts: tuple[tuple[str, str], ...]
    offer: Offer | None
    why: Why
    decided: tuple[Decided, ...]
    remarks: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ApprovalsPage(Page):
    """The reader's approvals, the most urgent first."""

    rows: tuple[Waiting, ...]
    more: str


_REMARKS = (
    ("head_decision", "Head of department"),
    ("head_remark", "Their reason"),
    ("head_note", "Their note"),
)
_WORDS = {"accept": "accepted", "refuse": "refused"}
_TITLE = ("subject", "title", "client")


def offer(variables: dict[str, Any]) -> Offer | None:
    """Return the figures of an offer, when the case is about one."""
    margin, minimum = variables.get("margin"), variables.get("minimum")
    if margin is None and variables.get("price") is None:
        return None
    return Offer(
        show.money(variables.get("price")),
        show.money(variables.get("cost")),
        show.percent(margin, minimum),
        show.percent(minimum, margin),
        show.below(margin, minimum),
    )


def _waiting(system: System, scope: Scope, connection: Connection, found: Approval) -> Waiting:
    view = cases.case(scope, connection, found.task.instance)
    variables = bpmn.variables(orjson.loads(view.snapshot)) if view is not None else {}
    shown = names(scope, connection)
    facts = [
        (label, show.value(variables[key], system.zone))
        for key, label in (("client", "Client"), ("department", "Department"))
        if variables.get(key)
    ]
    remarks = [
        (label, _WORDS.get(str(variables[key]), show.value(variables[key], system.zone)))
        for key, label in _REMARKS
        if variables.get(key)
    ]
    before = tuple(
        Decided(task.name, shown.person(task.completed_by), task)
        for task in tasks.of_case(scope, connection, found.task.root)
        if task.state == "completed"
    )
    title = next((str(variables[key]) for key in _TITLE if variables.get(key)), "")
    return Waiting(
        found.task,
        title or found.task.business_key or found.task.process_name,
        tuple(facts),
        offer(variables),
        why(found.decision, system.zone),
        before,
        tuple(remarks),
    )


@router.get("/approvals")
def list_approvals(request: Request, after: str = "") -> Response:
    """Show what waits for the reader's decision."""
    system = running.of(request)
    visitor = principal.person(request)
    scope = access.scope(visitor.principal)
    with system.database.read() as connection:
        found = approvals.approvals(scope, connection, limit=ROWS, cursor=after or None)
        page = ApprovalsPage(
            shell(request, connection, visitor, "Approvals"),
            tuple(_waiting(system, scope, connection, row) for row in found.rows),
            "/approvals?" + urlencode({"after": found.next}) if found.next else "",
        )
    return render(request, "approvals.html", page)
