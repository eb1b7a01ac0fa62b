"""Groups: who is in them, and what they may do. For administrators."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from casewright.commands import access
from casewright.commands.people import AddMember, CreateGroup, RemoveMember, SetGroup
from casewright.domain.errors import Refused
from casewright.domain.people import Permission
from casewright.store.queries import people
from casewright.store.queries.people import GroupView, PersonView
from casewright.web import principal
from casewright.web import system as running
from casewright.web.pages import addresses
from casewright.web.pages.names import Names, names
from casewright.web.pages.people import RIGHTS, people_page, weak
from casewright.web.pages.posted import Form
from casewright.web.pages.rendering import Page, render
from casewright.web.pages.shell import shell

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class GroupPage(Page):
    """One group."""

    names: Names
    group: GroupView
    rights: tuple[tuple[str, str], ...]
    others: tuple[PersonView, ...]


@router.post("/groups")
def create(request: Request, form: Form) -> Response:
    """Add a group."""
    access.require(form.visitor.principal, Permission.ADMIN)
    command = CreateGroup(form.one("group"), form.one("title"), form.all("rights"))
    try:
        running.of(request).unit.run(command, form.visitor.principal)
    except Refused as refused:
        problems = weak(refused)
        texts = {"group": problems.of("name") or problems.of("permissions")}
        return people_page(request, form.visitor, form, type(problems)(texts))
    return addresses.go("/people", said="created")


@router.get("/groups/{name}")
def group_page(request: Request, name: str) -> Response:
    """Show one group."""
    visitor = principal.person(request)
    access.require(visitor.principal, Permission.ADMIN)
    scope = access.scope(visitor.principal)
    with running.of(request).database.read() as connection:
        found = next((g for g in people.groups(scope, connection) if g.name == name), None)
        if found is None:
            raise Refused("not-found")
        everybody = people.persons(scope, connection)
        page = GroupPage(
            shell(request, connection, visitor, found.title or found.name),
            names(scope, connection),
            found,
            RIGHTS,
            tuple(p for p in everybody if p.login not in found.members and p.active),
        )
    return render(request, "group.html", page)


@router.post("/groups/{name}")
def change(request: Request, name: str, form: Form) -> Response:
    """Change title and rights."""
    access.require(form.visitor.principal, Permission.ADMIN)
    command = SetGroup(name, form.one("title"), form.all("rights"))
    running.of(request).unit.run(command, form.visitor.principal)
    return addresses.go(f"/groups/{addresses.part(name)}", said="changed")


@router.post("/groups/{name}/members")
def members(request: Request, name: str, form: Form) -> Response:
    """Put somebody in, or take somebody out."""
    access.require(form.visitor.principal, Permission.ADMIN)
    login = form.one("login")
    command = RemoveMember(login, name) if form.one("out") else AddMember(login, name)
    running.of(request).unit.run(command, form.visitor.principal)
    return addresses.go(f"/groups/{addresses.part(name)}", said="changed")
