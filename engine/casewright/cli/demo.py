"""`demo`: the bundled apps with people to try them, served in seconds."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from casewright import bootstrap, resources
from casewright.bootstrap import System
from casewright.cli import serving
from casewright.commands.deployments import Deploy
from casewright.commands.people import ADMINISTRATORS, CreatePerson, SetUp
from casewright.domain.people import SYSTEM
from casewright.settings import Settings
from casewright.store import schema
from casewright.store.queries import people

ADMIN = "admin"


def add(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(demo)


def demo(
    data: Annotated[Path, typer.Option(help="The folder for the demo's data.")] = Path("var/demo"),
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8080,
    password: Annotated[str, typer.Option(help="Of everybody; a random one by default.")] = "",
) -> None:
    """Serve a demonstration system, filled with the bundled apps and their people."""
    serving.logs()
    data.mkdir(parents=True, exist_ok=True)
    settings = Settings(
        database_url=f"sqlite:///{(data / 'casewright.db').as_posix()}",
        secret_key=_kept(data / "secret", secrets.token_urlsafe(48)),
        data_dir=data,
        host=host,
        port=port,
        public_url="",
    )
    system = bootstrap.build(settings)
    try:
        schema.migrate(system.database)
        found = _kept(data / "password", password or f"demo-{secrets.token_hex(4)}")
        shown = fill(system, found)
        serving.run(system, host, port, greeting=_greeting(shown, found))
    finally:
        system.close()


def _kept(file: Path, fresh: str) -> str:
    """Return what the file holds, or write `fresh` into it, for its owner only."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(fresh, "utf-8")
    return file.read_text("utf-8")


def fill(system: System, password: str) -> list[tuple[str, str, str]]:
    """Deploy the bundled apps and add their people; return login, name and groups of each."""
    root = resources.bundled()
    listed: dict[str, Mapping[str, Any]] = {}
    for app in resources.apps(root):
        system.unit.run(Deploy(app, resources.files(root, app)), SYSTEM)
        listed |= {str(person["login"]): person for person in _people(root, app)}
    with system.database.read() as connection:
        there = {p.login for p in people.persons(people.NOBODY, connection)}
    if not there:
        system.unit.run(SetUp(ADMIN, "Administrator", password), SYSTEM)
    for login, person in listed.items():
        if login not in there and login != ADMIN:
            groups = tuple(map(str, person.get("groups") or ()))
            name = str(person.get("name") or login)
            system.unit.run(CreatePerson(login, name, "", password, groups), SYSTEM)
    shown = [
        (login, str(p.get("name") or login), ", ".join(p.get("groups") or ()))
        for login, p in listed.items()
    ]
    return [*shown, (ADMIN, "Administrator", ADMINISTRATORS)]


def _people(root: Path, app: str) -> Iterator[Mapping[str, Any]]:
    file = root / "processes" / app / "app.yaml"
    found = yaml.safe_load(file.read_text("utf-8")) if file.is_file() else None
    yield from (found or {}).get("people") or ()


def _greeting(shown: list[tuple[str, str, str]], password: str) -> str:
    wide = max(len(login) for login, _, _ in shown)
    rows = [f"  {login:<{wide}}  {name} ({groups})" for login, name, groups in shown]
    return "\n".join([f"Sign in with the password {password} as", *rows, "Stop with Ctrl-C."])
