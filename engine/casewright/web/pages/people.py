"""People: who can sign in, and in which groups they are. For administrators."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from casewright.commands import access
from casewright.commands.people import (
    SHORTEST,
    AddMember,
    CreatePerson,
    RemoveMember,
    SetActive,
    SetPassword,
)
from casewright.domain.errors import Refused
from casewright.domain.people import Permission
from casewright.store.queries import people
from casewright.store.queries.people import GroupView, PersonView
from casewright.web import principal
from casewright.web import system as running
from casewright.web.pages import addresses
from casewright.web.pages.drawing import Problems, problems_of
from casewright.web.pages.names import Names, names
from casewright.web.pages.posted import Form, Posted
from casewright.web.pages.rendering import Page, render
from casewright.web.pages.shell import shell
from casewright.web.principal import Visitor

router = APIRouter(include_in_schema=False)

RIGHTS = (
    ("start", "Start processes"),
    ("cases", "See every case"),
    ("operate", "Repair cases: edit values, retry, hand over, cancel"),
    ("deploy", "Deploy processes"),
    ("admin", "Administer people and groups"),
)


@dataclass(frozen=True, slots=True)
class PeoplePage(Page):
    """The people and the groups, and the form for a new person."""

    names: Names
    people: tuple[PersonView, ...]
    groups: tuple[GroupView, ...]
    rights: tuple[tuple[str, str], ...]
    shortest: int
    typed: dict[str, str]
    chosen: tuple[str, ...]
    problems: Problems


@dataclass(frozen=True, slots=True)
class PersonPage(Page):
    """One person."""

    person: PersonView
    groups: tuple[GroupView, ...]
    shortest: int
    problems: Problems


def weak(refused: Refused) -> Problems:
    """Return what is wrong with a form of a person, by field."""
    if refused.code == "weak-password":
        return Problems({"password": refused.text()})
    if refused.code in ("person-exists", "group-exists"):
        return Problems({"login": refused.text(), "name": refused.text()})
    if refused.code == "invalid-input":
        return problems_of(refused.details["fields"])
    raise refused


def people_page(
    request: Request, visitor: Visitor, form: Posted | None = None, problems: Problems | None = None
) -> Response:
    """Return the page of everybody, with what was typed into a form."""
    access.require(visitor.principal, Permission.ADMIN)
    scope = access.scope(visitor.principal)
    with running.of(request).database.read() as connection:
        fields = form.fields if form is not None else {}
        page = PeoplePage(
            shell(request, connection, visitor, "People"),
            names(scope, connection),
            people.persons(scope, connection),
            people.groups(scope, connection),
            RIGHTS,
            SHORTEST,
            {
                name: fields.get(name, [""])[-1]
                for name in ("login", "name", "email", "group", "title")
            },
            tuple(fields.get("groups", ())),
            problems or Problems(),
        )
    return render(request, "people.html", page, 422 if problems else 200)


@router.get("/people")
def list_people(request: Request) -> Response:
    """Show everybody."""
    visitor = principal.person(request)
    access.require(visitor.principal, Permission.ADMIN)
    return people_page(request, visitor)


@router.post("/people")
def create(request: Request, form: Form) -> Response:
    """Add a person."""
    access.require(form.visitor.principal, Permission.ADMIN)
    command = CreatePerson(
        form.one("login"),
        form.one("name"),
        form.one("email"),
        form.one("password"),
        form.all("groups"),
    )
    try:
        running.of(request).unit.run(command, form.visitor.principal)
    except Refused as refused:
        return people_page(request, form.visitor, form, weak(refused))
    return addresses.go("/people", said="created")


def _person_page(
    request: Request, visitor: Visitor, login: str, problems: Problems | None = None
) -> Response:
    access.require(visitor.principal, Permission.ADMIN)
    scope = access.scope(visitor.principal)
    with running.of(request).database.read() as connection:
        found = people.person(scope, connection, login)
        if found is None:
            raise Refused("not-found")
        page = PersonPage(
            shell(request, connection, visitor, found.name or found.login),
            found,
            people.groups(scope, connection),
            SHORTEST,
            problems or Problems(),
        )
    return render(request, "person.html", page, 422 if problems else 200)


@router.get("/people/{login}")
def person_page(request: Request, login: str) -> Response:
    """Show one person."""
    visitor = principal.person(request)
    access.require(visitor.principal, Permission.ADMIN)
    return _person_page(request, visitor, login)


@router.post("/people/{login}/password")
def set_password(request: Request, login: str, form: Form) -> Response:
    """Give a person a new password."""
    access.require(form.visitor.principal, Permission.ADMIN)
    keep = form.visitor.session if login == form.visitor.login else ""
    command = SetPassword(login, form.one("password"), keep)
    try:
        running.of(request).unit.run(command, form.visitor.principal)
    except Refused as refused:
        return _person_page(request, form.visitor, login, weak(refused))
    return addresses.go(f"/people/{login}", said="changed")


@router.post("/people/{login}/active")
def set_active(request: Request, login: str, form: Form) -> Response:
    """Let a person sign in, or no longer."""
    access.require(form.visitor.principal, Permission.ADMIN)
    command = SetActive(login, form.one("active") == "1")
    running.of(request).unit.run(command, form.visitor.principal)
    return addresses.go(f"/people/{login}", said="changed")


@router.post("/people/{login}/groups")
def set_groups(request: Request, login: str, form: Form) -> Response:
    """Put a person into the chosen groups, and out of the others."""
    access.require(form.visitor.principal, Permission.ADMIN)
    system, who = running.of(request), form.visitor.principal
    scope = access.scope(who)
    with system.database.read() as connection:
        found = people.person(scope, connection, login)
    if found is None:
        raise Refused("not-found")
    wanted, present = set(form.all("groups")), set(found.groups)
    for group in sorted(wanted - present):
        system.unit.run(AddMember(login, group), who)
    for group in sorted(present - wanted):
        system.unit.run(RemoveMember(login, group), who)
    return addresses.go(f"/people/{login}", said="changed")
