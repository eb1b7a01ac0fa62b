"""A case: its diagram with what each token waits for, history, values, decisions, tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from casewright.commands import access
from casewright.commands.instances import CancelInstance, SetVariables
from casewright.domain.errors import Refused
from casewright.domain.people import Permission
from casewright.store.queries import cases, definitions
from casewright.web import principal
from casewright.web import system as running
from casewright.web.pages import addresses, casework, show, values, waits
from casewright.web.pages.approvals import Offer, offer
from casewright.web.pages.casework import Casework, Variable
from casewright.web.pages.choosing import Choosing, choosing
from casewright.web.pages.drawing import Problems, problems_of
from casewright.web.pages.posted import Form, new_key
from casewright.web.pages.rendering import Page, render
from casewright.web.pages.shell import shell
from casewright.web.principal import Visitor

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class CasePage(Page):
    """Everything about a case; `editing` are its variables as an operator edits them."""

    work: Casework
    variables: tuple[Variable, ...]
    offer: Offer | None
    choosing: tuple[Choosing, ...]
    may_operate: bool
    command_key: str
    version: int
    typed: dict[str, str]
    problems: Problems


def _page(
    request: Request,
    visitor: Visitor,
    case: str,
    typed: dict[str, str] | None = None,
    problems: Problems | None = None,
) -> Response:
    system = running.of(request)
    scope = access.scope(visitor.principal)
    with system.database.read() as connection:
        work = casework.load(system, scope, connection, case)
        found = work.variables
        title = work.view.business_key or work.view.process_name
        page = CasePage(
            shell(request, connection, visitor, title, f"case:{work.view.root}"),
            work,
            casework.shown_variables(found, system.zone),
            offer(found),
            choosing(work, visitor.principal),
            visitor.principal.may(Permission.OPERATE) and work.view.state == "active",
            new_key(),
            work.view.version,
            {v: show.typed_in(found[v]) for v in found} | (typed or {}),
            problems or Problems(),
        )
    return render(request, "case.html", page, 422 if problems else 200)


@router.get("/cases/{case}")
def case_page(request: Request, case: str) -> Response:
    """Show a case."""
    visitor = principal.person(request)
    access.signed_in(visitor.principal)
    return _page(request, visitor, case)


@router.get("/cases/{case}/diagram.bpmn")
def diagram(request: Request, case: str) -> Response:
    """Return the file that the case runs on, as it was deployed."""
    system = running.of(request)
    scope = access.scope(principal.person(request).principal)
    with system.database.read() as connection:
        view = cases.case(scope, connection, case)
        if view is None:
            raise Refused("not-found")
        found = definitions.resource(scope, connection, view.deployment, view.path)
    if found is None:
        raise Refused("not-found")
    return bpmn_file(found.content)


def bpmn_file(content: bytes) -> Response:
    """Return a BPMN file as data: never to be opened as a page of ours."""
    return Response(
        content,
        media_type="application/xml",
        headers={"Content-Disposition": 'attachment; filename="diagram.bpmn"'},
    )


@router.get("/cases/{case}/state.json")
def state(request: Request, case: str) -> Response:
    """Return what the diagram paints."""
    system = running.of(request)
    scope = access.scope(principal.person(request).principal)
    with system.database.read() as connection:
        work = casework.load(system, scope, connection, case)
    marks: dict[str, Any] = waits.marks(work.waits, work.entries, case)
    return Response(orjson.dumps(marks), media_type="application/json")


@router.post("/cases/{case}/variables")
def set_variables(request: Request, case: str, form: Form) -> Response:
    """Change values, as an operator; what changed meanwhile is not overwritten."""
    access.require(form.visitor.principal, Permission.OPERATE)
    system = running.of(request)
    try:
        found = values.edited(system, form)
    except Refused as refused:
        problems = problems_of(refused.details["fields"])
        return _page(request, form.visitor, case, values.typed(form), problems)
    if found:
        version = form.one("cw:version")
        command = SetVariables(case, found, version=int(version) if version.isdigit() else None)
        system.unit.run(command, form.visitor.principal, form.key)
    return addresses.go(f"/cases/{case}", said="variables")


@router.post("/cases/{case}/cancel")
def cancel(request: Request, case: str, form: Form) -> Response:
    """End a case early, as an operator."""
    access.require(form.visitor.principal, Permission.OPERATE)
    reason = form.one("reason").strip()[:2000]
    if not reason:
        problems = Problems({"reason": "Please say why; it stands in the history."})
        return _page(request, form.visitor, case, problems=problems)
    command = CancelInstance(case, reason)
    running.of(request).unit.run(command, form.visitor.principal, form.key)
    return addresses.go(f"/cases/{case}", said="cancelled")
