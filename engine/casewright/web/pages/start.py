"""Starting a process: what can be started, and its start form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from casewright.commands import access
from casewright.commands.instances import StartInstance
from casewright.domain.errors import Refused
from casewright.domain.people import Permission
from casewright.store.queries import definitions
from casewright.store.queries.definitions import DefinitionView
from casewright.web import principal
from casewright.web import system as running
from casewright.web.pages import addresses, formwork
from casewright.web.pages.drawing import Drawing
from casewright.web.pages.posted import Form, new_key
from casewright.web.pages.rendering import Page, render
from casewright.web.pages.shell import shell
from casewright.web.principal import Visitor

router = APIRouter(include_in_schema=False)

KEY_FIELD = "cw:business-key"
LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class StartListPage(Page):
    """The processes that the reader can start."""

    rows: tuple[DefinitionView, ...]


@dataclass(frozen=True, slots=True)
class StartPage(Page):
    """The start form of a process."""

    process: DefinitionView
    drawing: Drawing
    moves: bool
    command_key: str
    business_key: str


@router.get("/start")
def start_list(request: Request) -> Response:
    """Show what can be started."""
    system = running.of(request)
    visitor = principal.person(request)
    access.require(visitor.principal, Permission.START)
    scope = access.scope(visitor.principal)
    with system.database.read() as connection:
        page = StartListPage(
            shell(request, connection, visitor, "Start"),
            definitions.startable(scope, connection),
        )
    return render(request, "start.html", page)


def _page(
    request: Request,
    visitor: Visitor,
    process: str,
    business_key: str = "",
    submitted: Mapping[str, Any] | None = None,
    problems: Mapping[str, Any] | None = None,
) -> Response:
    system = running.of(request)
    access.require(visitor.principal, Permission.START)
    scope = access.scope(visitor.principal)
    with system.database.read() as connection:
        found = definitions.of_process(scope, connection, process)
        if found is None or not found.startable:
            raise Refused("not-found")
        drawing, moves = Drawing(), False
        if found.start_form:
            _, release = system.definitions.of(connection, found.id)
            schema = release.form(found.start_form)
            drawing = formwork.drawn(system, schema, {}, submitted, problems)
            moves = formwork.moves(schema)
        page = StartPage(
            shell(request, connection, visitor, found.name),
            found,
            drawing,
            moves,
            new_key(),
            business_key,
        )
    return render(request, "start_form.html", page, 422 if problems else 200)


@router.get("/start/{process}")
def start_form(request: Request, process: str) -> Response:
    """Show the start form."""
    visitor = principal.person(request)
    access.require(visitor.principal, Permission.START)
    return _page(request, visitor, process)


def _split(form: Form) -> tuple[str, dict[str, Any]]:
    return form.one(KEY_FIELD).strip()[:LONGEST_KEY], dict(form.values())


@router.post("/start/{process}/form")
def redraw(request: Request, process: str, form: Form) -> Response:
    """Draw the form again for what is typed so far."""
    access.require(form.visitor.principal, Permission.START)
    key, values = _split(form)
    return _page(request, form.visitor, process, key, values)


@router.post("/start/{process}")
def start(request: Request, process: str, form: Form) -> Response:
    """Start a case, or show the form again with what is wrong."""
    access.require(form.visitor.principal, Permission.START)
    system = running.of(request)
    key, values = _split(form)
    command = StartInstance(process, values, business_key=key)
    try:
        answer = system.unit.run(command, form.visitor.principal, form.key)
    except Refused as refused:
        if refused.code != "invalid-input":
            raise
        return _page(request, form.visitor, process, key, values, refused.details["fields"])
    return addresses.go(f"/cases/{answer['root']}", said="started")
