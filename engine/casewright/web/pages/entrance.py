"""Signing in and out, and the first-run page that makes the administrator."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from casewright.commands import sessions
from casewright.commands.people import SHORTEST, SetUp
from casewright.commands.sessions import NOBODY, SignOut
from casewright.domain.errors import CODES, Refused, fill
from casewright.store.queries import people
from casewright.web import principal
from casewright.web import system as running
from casewright.web.pages import addresses
from casewright.web.pages.drawing import Problems, problems_of
from casewright.web.pages.posted import NEXT, Form, StrangersForm
from casewright.web.pages.rendering import Page, render
from casewright.web.pages.shell import remember, stranger
from casewright.web.system import System

router = APIRouter(include_in_schema=False)

_KEPT = ("sign-in-failed", "too-many-tries")


@dataclass(frozen=True, slots=True)
class SignInPage(Page):
    """The form to sign in; `next` is where it leads."""

    next: str
    login: str
    problem: str
    advice: str


@dataclass(frozen=True, slots=True)
class SetUpPage(Page):
    """The form for the first person."""

    login: str
    person_name: str
    shortest: int
    problems: Problems


def _is_new(system: System) -> bool:
    with system.database.read() as connection:
        return not people.anybody(people.NOBODY, connection)


def _sign_in_page(
    request: Request, next: str, login: str = "", refused: Refused | None = None
) -> Response:
    frame, secret = stranger(request, "Sign in")
    problem = refused.text() if refused else ""
    advice = fill(CODES[refused.code].advice, refused.details) if refused else ""
    page = SignInPage(frame, addresses.local(next), login, problem, advice)
    response = render(request, "sign_in.html", page, refused.status if refused else 200)
    if refused is not None and refused.code == "too-many-tries":
        response.headers["Retry-After"] = str(refused.details["seconds"])
    return remember(response, running.of(request), secret)


@router.get("/sign-in")
def sign_in_form(request: Request, next: str = "/") -> Response:
    """Show the form; a new system is set up first."""
    if _is_new(running.of(request)):
        return addresses.go("/set-up")
    if principal.visitor(request) is not None:
        return RedirectResponse(addresses.local(next), 303)
    return _sign_in_page(request, next)


@router.post("/sign-in")
def sign_in(request: Request, form: StrangersForm) -> Response:
    """Sign in: a new session, and an end to the one the browser may have had."""
    system = running.of(request)
    login, next = form.get("login", ""), form.get(NEXT, "/")
    address = request.client.host if request.client else ""
    try:
        answer = sessions.sign_in(system.unit, login, form.get("password", ""), address)
    except Refused as refused:
        if refused.code not in _KEPT:
            raise
        return _sign_in_page(request, next, login[:200], refused)
    before = principal.visitor(request)
    if before is not None and before.session:
        system.unit.run(SignOut(before.session), before.principal)
    response = RedirectResponse(addresses.local(next), 303)
    principal.set_session(response, system, answer["session"])
    return response


@router.post("/sign-out")
def sign_out(request: Request, form: Form) -> Response:
    """End the session."""
    system = running.of(request)
    system.unit.run(SignOut(form.visitor.session), form.visitor.principal)
    response = addresses.go("/sign-in", said="signed-out")
    principal.drop_session(response, system)
    return response


def _set_up_page(
    request: Request, login: str, name: str, problems: Problems, status: int = 200
) -> Response:
    frame, secret = stranger(request, "Set up Casewright")
    page = SetUpPage(frame, login, name, SHORTEST, problems)
    return remember(render(request, "set_up.html", page, status), running.of(request), secret)


@router.get("/set-up")
def set_up_form(request: Request) -> Response:
    """Show the form for the first person, as long as there is none."""
    if not _is_new(running.of(request)):
        raise Refused("setup-done")
    return _set_up_page(request, "admin", "", Problems())


@router.post("/set-up")
def set_up(request: Request, form: StrangersForm) -> Response:
    """Make the administrator and sign them in."""
    system = running.of(request)
    login, name = form.get("login", ""), form.get("name", "")
    password = form.get("password", "")
    try:
        if password != form.get("password_again", ""):
            raise Refused("invalid-input", fields={"password_again": {"code": "mismatch"}})
        system.unit.run(SetUp(login, name, password), NOBODY)
    except Refused as refused:
        if refused.status != 422:
            raise
        problems = problems_of(refused.details.get("fields", {}))
        if refused.code == "weak-password":
            problems = Problems({"password": refused.text()})
        return _set_up_page(request, login, name, problems, 422)
    address = request.client.host if request.client else ""
    answer = sessions.sign_in(system.unit, login, password, address)
    response = addresses.go("/")
    principal.set_session(response, system, answer["session"])
    return response
