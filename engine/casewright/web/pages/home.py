"""Home: what waits for the reader, and what they can start."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from casewright.commands import access
from casewright.domain.people import Permission
from casewright.store.queries import cases, definitions, incidents, people, tasks
from casewright.store.queries.cases import CaseRow
from casewright.store.queries.definitions import DefinitionView
from casewright.store.queries.tasks import Counts, TaskRow
from casewright.web import principal
from casewright.web import system as running
from casewright.web.pages import addresses
from casewright.web.pages.names import Names, names
from casewright.web.pages.rendering import Page, render
from casewright.web.pages.shell import shell

router = APIRouter(include_in_schema=False)

SHOWN = 6


@dataclass(frozen=True, slots=True)
class HomePage(Page):
    """The first page after signing in."""

    names: Names
    counts: Counts
    mine: tuple[TaskRow, ...]
    offered: tuple[TaskRow, ...]
    startable: tuple[DefinitionView, ...]
    recent: tuple[CaseRow, ...]
    case_counts: dict[str, int]
    incident_count: int


@router.get("/")
def home(request: Request) -> Response:
    """Show what waits; a stranger to a new system sets it up."""
    system = running.of(request)
    if principal.visitor(request) is None:
        with system.database.read() as connection:
            if not people.anybody(people.NOBODY, connection):
                return addresses.go("/set-up")
    visitor = principal.person(request)
    scope = access.scope(visitor.principal)
    with system.database.read() as connection:
        rows = tasks.inbox(scope, connection, limit=SHOWN * 4).rows
        may_start = visitor.principal.may(Permission.START)
        page = HomePage(
            shell(request, connection, visitor, "Home"),
            names(scope, connection),
            tasks.counts(scope, connection),
            tuple(row for row in rows if row.assignee)[:SHOWN],
            tuple(row for row in rows if not row.assignee)[:SHOWN],
            definitions.startable(scope, connection) if may_start else (),
            cases.cases(scope, connection, state="active", limit=SHOWN).rows,
            cases.counts(scope, connection),
            incidents.count(scope, connection),
        )
    return render(request, "home.html", page)
