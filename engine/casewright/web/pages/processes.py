"""Processes: what is deployed, in which versions, and the diagram of each."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from casewright.commands import access
from casewright.domain.errors import Refused
from casewright.domain.people import Permission
from casewright.store.queries import cases, definitions
from casewright.store.queries.definitions import DefinitionView
from casewright.web import principal
from casewright.web import system as running
from casewright.web.pages.case import bpmn_file
from casewright.web.pages.names import names
from casewright.web.pages.rendering import Page, render
from casewright.web.pages.shell import shell

router = APIRouter(include_in_schema=False)

COUNTED = 200


@dataclass(frozen=True, slots=True)
class Row:
    """A process in the list, with how many of its cases are open."""

    process: DefinitionView
    versions: int
    running: str


@dataclass(frozen=True, slots=True)
class ProcessesPage(Page):
    """Every deployed process."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class ProcessPage(Page):
    """One version of a process, and its other versions."""

    process: DefinitionView
    versions: tuple[DefinitionView, ...]
    running: str
    may_start: bool
    deployed_by: str


@router.get("/processes")
def list_processes(request: Request) -> Response:
    """Show what is deployed."""
    system = running.of(request)
    visitor = principal.person(request)
    scope = access.scope(visitor.principal)
    with system.database.read() as connection:
        rows = []
        for item in definitions.definitions(scope, connection, limit=200).rows:
            found = definitions.definitions(
                scope, connection, process=item.process, all_versions=True, limit=200
            )
            open_cases = cases.cases(
                scope, connection, state="active", process=item.process, limit=COUNTED
            )
            more = "+" if open_cases.next else ""
            rows.append(Row(item, len(found.rows), f"{len(open_cases.rows)}{more}"))
        page = ProcessesPage(shell(request, connection, visitor, "Processes"), tuple(rows))
    return render(request, "processes.html", page)


@router.get("/processes/{process}")
def process_page(request: Request, process: str, version: int | None = None) -> Response:
    """Show a process with its diagram."""
    system = running.of(request)
    visitor = principal.person(request)
    scope = access.scope(visitor.principal)
    with system.database.read() as connection:
        found = definitions.of_process(scope, connection, process, version)
        if found is None:
            raise Refused("not-found")
        open_cases = cases.cases(scope, connection, state="active", process=process, limit=COUNTED)
        released = definitions.deployments(scope, connection, app=found.app)
        by = next((item.created_by for item in released if item.id == found.deployment), "")
        page = ProcessPage(
            shell(request, connection, visitor, found.name),
            found,
            definitions.definitions(
                scope, connection, process=process, all_versions=True, limit=200
            ).rows,
            f"{len(open_cases.rows)}{'+' if open_cases.next else ''}",
            found.latest and found.startable and visitor.principal.may(Permission.START),
            names(scope, connection).person(by),
        )
    return render(request, "process.html", page)


@router.get("/processes/{process}/{version}/diagram.bpmn")
def diagram(request: Request, process: str, version: int) -> Response:
    """Return the file of one version."""
    system = running.of(request)
    scope = access.scope(principal.person(request).principal)
    with system.database.read() as connection:
        found = definitions.of_process(scope, connection, process, version)
        if found is None:
            raise Refused("not-found")
        file = definitions.resource(scope, connection, found.deployment, found.path)
    if file is None:
        raise Refused("not-found")
    return bpmn_file(file.content)
