"""Incidents: what stands still, why, and the way on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from casewright import bpmn
from casewright.commands import access
from casewright.commands.incidents import RetryIncident
from casewright.domain.errors import Refused
from casewright.domain.people import Permission
from casewright.store.queries import cases, incidents
from casewright.store.queries.incidents import IncidentView
from casewright.web import principal
from casewright.web import system as running
from casewright.web.pages import addresses, casework, elements, show, values
from casewright.web.pages.casework import Variable
from casewright.web.pages.drawing import Problems, problems_of
from casewright.web.pages.inbox import Tab
from casewright.web.pages.names import Names, names
from casewright.web.pages.posted import Form, new_key
from casewright.web.pages.rendering import Page, render
from casewright.web.pages.shell import shell
from casewright.web.principal import Visitor

router = APIRouter(include_in_schema=False)

ROWS = 25
# Details that have their own place on the page.
_PLACES = (("expression", "Expression"), ("place", "Place"), ("problem", "Reason"))


@dataclass(frozen=True, slots=True)
class Row:
    """An incident in the list."""

    incident: IncidentView
    where: str
    process_name: str


@dataclass(frozen=True, slots=True)
class IncidentsPage(Page):
    """The incidents the reader can see, the newest first."""

    tabs: tuple[Tab, ...]
    rows: tuple[Row, ...]
    more: str


@dataclass(frozen=True, slots=True)
class IncidentPage(Page):
    """An incident: where, why, the types it saw, and the values as they are now."""

    incident: IncidentView
    where: str
    process_name: str
    names: Names
    details: tuple[tuple[str, str], ...]
    types: tuple[tuple[str, str], ...]
    variables: tuple[Variable, ...]
    typed: dict[str, str]
    may_retry: bool
    command_key: str
    problems: Problems


@router.get("/incidents")
def list_incidents(request: Request, state: str = "open", after: str = "") -> Response:
    """Show what stands still, or what did."""
    system = running.of(request)
    visitor = principal.person(request)
    scope = access.scope(visitor.principal)
    state = "resolved" if state == "resolved" else "open"
    with system.database.read() as connection:
        found = incidents.incidents(
            scope, connection, state=state, limit=ROWS, cursor=after or None
        )
        rows = []
        for item in found.rows:
            view = cases.case(scope, connection, item.instance)
            definition = system.definitions.of(connection, view.definition)[0] if view else None
            name = view.process_name if view else item.process
            rows.append(Row(item, elements.name(definition, item.element), name))
        query = {"state": state, "after": found.next or ""}
        page = IncidentsPage(
            shell(request, connection, visitor, "Incidents"),
            (
                Tab("Open", "/incidents", incidents.count(scope, connection), state == "open"),
                Tab("Solved", "/incidents?state=resolved", 0, state == "resolved"),
            ),
            tuple(rows),
            "/incidents?" + urlencode(query) if found.next else "",
        )
    return render(request, "incidents.html", page)


def _details(found: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((label, str(found[key])) for key, label in _PLACES if found.get(key))


def _types(found: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    types = found.get("types")
    if not isinstance(types, Mapping):
        return ()
    return tuple((str(name), str(kind)) for name, kind in sorted(types.items()))


def _page(
    request: Request,
    visitor: Visitor,
    id: str,
    typed: dict[str, str] | None = None,
    problems: Problems | None = None,
) -> Response:
    system = running.of(request)
    scope = access.scope(visitor.principal)
    with system.database.read() as connection:
        found = incidents.incident(scope, connection, id)
        if found is None:
            raise Refused("not-found")
        view = cases.case(scope, connection, found.instance)
        definition = system.definitions.of(connection, view.definition)[0] if view else None
        seen: dict[str, Any] = {}
        if view is not None:
            snapshot = orjson.loads(view.snapshot)
            seen = bpmn.variables(snapshot, found.token)
        page = IncidentPage(
            shell(request, connection, visitor, "Incident", f"case:{found.root}"),
            found,
            elements.name(definition, found.element),
            view.process_name if view else found.process,
            names(scope, connection),
            _details(found.details),
            _types(found.details),
            casework.shown_variables(seen, system.zone),
            {name: show.typed_in(value) for name, value in seen.items()} | (typed or {}),
            visitor.principal.may(Permission.OPERATE) and found.state == "open",
            new_key(),
            problems or Problems(),
        )
    return render(request, "incident.html", page, 422 if problems else 200)


@router.get("/incidents/{incident}")
def incident_page(request: Request, incident: str) -> Response:
    """Show an incident."""
    visitor = principal.person(request)
    access.signed_in(visitor.principal)
    return _page(request, visitor, incident)


@router.post("/incidents/{incident}/retry")
def retry(request: Request, incident: str, form: Form) -> Response:
    """Try the step again, with values edited before."""
    access.require(form.visitor.principal, Permission.OPERATE)
    system = running.of(request)
    try:
        found = values.edited(system, form)
    except Refused as refused:
        return _page(
            request,
            form.visitor,
            incident,
            values.typed(form),
            problems_of(refused.details["fields"]),
        )
    system.unit.run(RetryIncident(incident, found), form.visitor.principal, form.key)
    return addresses.go(f"/incidents/{incident}", said="retried")
