"""`user`: people, their passwords, groups and tokens."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from casewright.cli.output import say, stop, table
from casewright.cli.system import system
from casewright.commands.people import (
    ADMINISTRATORS,
    AddMember,
    CreateGroup,
    CreatePerson,
    RemoveMember,
    SetActive,
    SetPassword,
    normal,
)
from casewright.commands.sessions import CreateToken
from casewright.domain.people import SYSTEM, Permission
from casewright.store.queries import people

app = typer.Typer(help="People, their passwords, groups and tokens.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="The person's login.")]
Secret = Annotated[
    str, typer.Option("--password", help="The password; “-” reads it from stdin, none asks.")
]


def _password(given: str) -> str:
    if given == "-":
        return sys.stdin.readline().rstrip("\n")
    if given:
        return given
    if not sys.stdin.isatty():
        stop("give --password, or --password - and the password on stdin", 2)
    answer: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return answer


@app.command("add")
def add_person(
    login: Login,
    name: Annotated[str, typer.Option(help="The name that others see.")] = "",
    email: Annotated[str, typer.Option(help="The mail address.")] = "",
    group: Annotated[list[str] | None, typer.Option(help="A group; may be repeated.")] = None,
    admin: Annotated[bool, typer.Option("--admin", help="May administer.")] = False,
    password: Secret = "",
) -> None:
    """Add a person."""
    groups = list(group or ())
    with system() as opened:
        if admin:
            with opened.database.read() as connection:
                known = {g.name for g in people.groups(people.NOBODY, connection)}
            if ADMINISTRATORS not in known:
                rights = (Permission.ADMIN.value,)
                opened.unit.run(CreateGroup(ADMINISTRATORS, "Administrators", rights), SYSTEM)
            groups.append(ADMINISTRATORS)
        command = CreatePerson(login, name or login, email, _password(password), tuple(groups))
        answer = opened.unit.run(command, SYSTEM)
    say(f"added {answer['login']}")


@app.command("password")
def set_password(login: Login, password: Secret = "") -> None:
    """Give a person a new password; their sessions end."""
    with system() as opened:
        opened.unit.run(SetPassword(normal(login), _password(password)), SYSTEM)
    say(f"the password of {login} is changed")


@app.command("list")
def list_people() -> None:
    """List the people."""
    with system() as opened, opened.database.read() as connection:
        found = people.persons(people.NOBODY, connection)
    rows = [(p.login, p.name, "yes" if p.active else "no", ", ".join(p.groups)) for p in found]
    table(("login", "name", "active", "groups"), rows)


@app.command("groups")
def groups(
    login: Annotated[str, typer.Argument(help="Of this person; all groups without.")] = "",
    add: Annotated[list[str] | None, typer.Option(help="Put the person into it.")] = None,
    remove: Annotated[list[str] | None, typer.Option(help="Take the person out of it.")] = None,
) -> None:
    """List groups and their rights, or change those of a person."""
    if (add or remove) and not login:
        stop("say whose groups change", 2)
    with system() as opened:
        for name in add or ():
            opened.unit.run(AddMember(login, name), SYSTEM)
        for name in remove or ():
            opened.unit.run(RemoveMember(login, name), SYSTEM)
        with opened.database.read() as connection:
            found = people.groups(people.NOBODY, connection)
    rows = [
        (g.name, ", ".join(sorted(g.permissions)), ", ".join(g.members))
        for g in found
        if not login or normal(login) in g.members
    ]
    table(("group", "rights", "members"), rows)


@app.command("disable")
def disable(login: Login) -> None:
    """Keep a person out; their sessions end at once."""
    with system() as opened:
        opened.unit.run(SetActive(login, False), SYSTEM)
    say(f"{login} cannot sign in any more")


@app.command("enable")
def enable(login: Login) -> None:
    """Let a person in again."""
    with system() as opened:
        opened.unit.run(SetActive(login, True), SYSTEM)
    say(f"{login} can sign in")


@app.command("token")
def token(
    login: Login,
    name: Annotated[str, typer.Option(help="What the token is for.")],
    scope: Annotated[list[str] | None, typer.Option(help="A right; all without.")] = None,
    days: Annotated[int, typer.Option(help="How long it holds.")] = 365,
) -> None:
    """Make a bearer token for the API; it is shown this once."""
    with system() as opened:
        command = CreateToken(login, name, tuple(scope or ()), days)
        answer = opened.unit.run(command, SYSTEM)
    say(answer["token"])
