"""What a reader may choose in a case: the next steps of its ad-hoc sub-processes."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from casewright import bpmn
from casewright.commands import access
from casewright.commands.adhoc import ChooseActivity, FinishActivity
from casewright.domain.errors import Refused
from casewright.domain.people import Principal, Scope
from casewright.store.queries import cases
from casewright.web import system as running
from casewright.web.pages import addresses, elements
from casewright.web.pages.casework import Casework
from casewright.web.pages.posted import Form, new_key

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Button:
    """A step that begins at the press of a button, and the key that makes a second one harmless."""

    element: str
    name: str
    key: str


@dataclass(frozen=True, slots=True)
class Choosing:
    """One ad-hoc sub-process with its buttons; `finish` is the key of the last one, "" for none."""

    token: str
    name: str
    buttons: tuple[Button, ...]
    busy: bool
    finish: str


def choosing(work: Casework, principal: Principal) -> tuple[Choosing, ...]:
    """Return what `principal` may choose in a case that is open."""
    if work.view.state != "active":
        return ()
    return tuple(
        Choosing(
            choice.token,
            elements.name(work.definition, choice.element),
            tuple(
                Button(element, elements.name(work.definition, element), new_key())
                for element in choice.elements
            ),
            choice.busy,
            new_key() if choice.may_finish else "",
        )
        for choice in bpmn.choices(work.definition, work.snapshot)
        if access.may_choose(principal, work.definition.elements[choice.element].lane)
    )


@router.post("/cases/{case}/choose")
def choose(request: Request, case: str, form: Form) -> Response:
    """Begin a step that was chosen."""
    _see(request, case, access.scope(form.visitor.principal))
    command = ChooseActivity(case, form.one("cw:token"), (form.one("cw:element"),))
    running.of(request).unit.run(command, form.visitor.principal, form.key)
    return addresses.go(f"/cases/{case}", said="chosen")


@router.post("/cases/{case}/finish")
def finish(request: Request, case: str, form: Form) -> Response:
    """End an ad-hoc sub-process, as a person said so."""
    _see(request, case, access.scope(form.visitor.principal))
    command = FinishActivity(case, form.one("cw:token"))
    running.of(request).unit.run(command, form.visitor.principal, form.key)
    return addresses.go(f"/cases/{case}", said="finished")


def _see(request: Request, case: str, of: Scope) -> None:
    system = running.of(request)
    with system.database.read() as connection:
        if cases.case(of, connection, case) is None:
            raise Refused("not-found")
