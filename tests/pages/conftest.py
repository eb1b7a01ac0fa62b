"""A system with the shipped app, people in every role, and cases at every stage."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from casewright.bootstrap import System, build
from casewright.commands import access, sessions
from casewright.domain.clock import FrozenClock
from casewright.domain.people import SYSTEM
from casewright.store import schema
from casewright.store.queries import incidents
from casewright.web.app import create_app
from pages.visiting import PASSWORD, START, Person, fill, settings


@pytest.fixture(scope="session")
def _template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database where all that has happened once."""
    folder = tmp_path_factory.mktemp("pages")
    built = build(settings(folder), clock=FrozenClock(START))
    schema.migrate(built.database)
    fill(built)
    built.close()
    return folder


@pytest.fixture
def system(_template: Path, tmp_path: Path) -> Iterator[System]:
    """A system of one's own, filled."""
    for file in _template.glob("pages.db*"):
        shutil.copy(file, tmp_path / file.name)
    built = build(settings(tmp_path), clock=FrozenClock(START))
    yield built
    built.close()


@pytest.fixture
def stranger(system: System) -> Iterator[Person]:
    """Somebody who is not signed in."""
    with TestClient(create_app(system), follow_redirects=False) as client:
        yield Person(client)


@pytest.fixture
def enter(system: System) -> Iterator[Callable[[str], Person]]:
    """Sign people in: call it with a login for a browser of theirs."""
    app = create_app(system)
    clients: list[TestClient] = []

    def sign_in(login: str) -> Person:
        client = TestClient(app, follow_redirects=False)
        clients.append(client)
        found = Person(client)
        if login:
            answer = sessions.sign_in(system.unit, login, PASSWORD, login)
            client.cookies.set("casewright", answer["session"], domain="testserver.local")
        return found

    yield sign_in
    for client in clients:
        client.close()


@pytest.fixture
def incident(system: System) -> str:
    """The id of the open incident."""
    scope = access.scope(SYSTEM)
    with system.database.read() as connection:
        (found,) = incidents.incidents(scope, connection).rows
    return found.id
