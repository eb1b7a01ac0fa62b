"""One's own page: how the pages look, the password, the groups one is in."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from casewright.commands import access, sessions
from casewright.commands.people import SHORTEST, SetPassword, SetTheme
from casewright.domain.errors import Refused
from casewright.store.queries import people
from casewright.store.queries.people import PersonView
from casewright.web import principal
from casewright.web import system as running
from casewright.web.pages import addresses
from casewright.web.pages.drawing import MESSAGES, Problems
from casewright.web.pages.names import Names, names
from casewright.web.pages.people import weak
from casewright.web.pages.posted import Form
from casewright.web.pages.rendering import Page, render
from casewright.web.pages.shell import shell
from casewright.web.principal import Visitor

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class ProfilePage(Page):
    """The reader themselves."""

    names: Names
    person: PersonView
    shortest: int
    problems: Problems


def _page(request: Request, visitor: Visitor, problems: Problems | None = None) -> Response:
    scope = access.scope(visitor.principal)
    with running.of(request).database.read() as connection:
        found = people.person(scope, connection, visitor.login)
        if found is None:
            raise Refused("not-found")
        page = ProfilePage(
            shell(request, connection, visitor, "Your profile"),
            names(scope, connection),
            found,
            SHORTEST,
            problems or Problems(),
        )
    return render(request, "profile.html", page, 422 if problems else 200)


@router.get("/profile")
def profile(request: Request) -> Response:
    """Show one's own page."""
    visitor = principal.person(request)
    access.signed_in(visitor.principal)
    return _page(request, visitor)


@router.post("/profile/theme")
def set_theme(request: Request, form: Form) -> Response:
    """Choose light, dark, or as the system does."""
    access.signed_in(form.visitor.principal)
    running.of(request).unit.run(SetTheme(form.one("theme")), form.visitor.principal)
    return addresses.go("/profile", said="changed")


@router.post("/profile/password")
def set_password(request: Request, form: Form) -> Response:
    """Change one's own password; the present one is asked for, and other browsers are out."""
    access.signed_in(form.visitor.principal)
    system, visitor = running.of(request), form.visitor
    password = form.one("password")
    if password != form.one("password_again"):
        return _page(request, visitor, Problems({"password_again": MESSAGES["mismatch"]}))
    address = request.client.host if request.client else ""
    try:
        sessions.check_password(system.unit, visitor.login, form.one("present"), address)
        system.unit.run(SetPassword(visitor.login, password, visitor.session), visitor.principal)
    except Refused as refused:
        if refused.code == "sign-in-failed":
            return _page(request, visitor, Problems({"present": MESSAGES["wrong-password"]}))
        if refused.code == "too-many-tries":
            return _page(request, visitor, Problems({"present": refused.text()}))
        return _page(request, visitor, weak(refused))
    return addresses.go("/profile", said="password")
