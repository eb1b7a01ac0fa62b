"""A system behind its web application, with people and a small app."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from casewright.bootstrap import System, build
from casewright.commands import people, sessions
from casewright.commands.deployments import Deploy
from casewright.domain.clock import FrozenClock
from casewright.domain.people import SYSTEM
from casewright.settings import Settings
from casewright.store import schema
from casewright.web.app import create_app

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
PASSWORD = "correct horse battery"
ONE_TASK = f"""<?xml version="1.0"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="{ZEEBE}"
    targetNamespace="t" id="d"><process id="simple" name="Simple" isExecutable="true">
<startEvent id="s"/><sequenceFlow id="f1" sourceRef="s" targetRef="check"/>
<userTask id="check" name="Check"><extensionElements><zeebe:userTask/>
<zeebe:assignmentDefinition candidateGroups="clerks"/></extensionElements></userTask>
<sequenceFlow id="f2" sourceRef="check" targetRef="e"/><endEvent id="e"/>
</process></definitions>""".encode()
GROUPS = {
    "operators": ("start", "cases", "operate"),
    "sales": ("start",),
    "clerks": (),
    "deployers": ("deploy",),
}
PEOPLE = {
    "olga": ("operators",),
    "anna": ("sales",),
    "clara": ("clerks",),
    "carl": ("clerks",),
    "dora": ("deployers",),
    "nobody": (),
}


def _settings(folder: Path) -> Settings:
    return Settings(
        database_url=f"sqlite:///{folder / 'web.db'}",
        secret_key="a secret key that is long enough",
        data_dir=folder / "data",
    )


@pytest.fixture(scope="session")
def _template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database that has people and the process "simple"."""
    folder = tmp_path_factory.mktemp("web")
    built = build(_settings(folder), clock=FrozenClock(START))
    schema.migrate(built.database)
    for name, rights in GROUPS.items():
        built.unit.run(people.CreateGroup(name, name, rights), SYSTEM)
    for login, groups in PEOPLE.items():
        person = people.CreatePerson(login, login.title(), "", PASSWORD, groups)
        built.unit.run(person, SYSTEM)
    built.unit.run(Deploy("demo", {"processes/demo/simple.bpmn": ONE_TASK}), SYSTEM)
    built.close()
    return folder


@pytest.fixture
def system(_template: Path, tmp_path: Path) -> Iterator[System]:
    """A system of one's own with people and the process "simple"."""
    for file in _template.glob("web.db*"):
        shutil.copy(file, tmp_path / file.name)
    built = build(_settings(tmp_path), clock=FrozenClock(START))
    yield built
    built.close()


@pytest.fixture
def anonymous(system: System) -> Iterator[TestClient]:
    """A client that is nobody."""
    with TestClient(create_app(system), base_url="http://casewright.test") as client:
        yield client


@pytest.fixture
def as_person(system: System, anonymous: TestClient) -> Callable[[str], TestClient]:
    """Return clients that send a person's bearer token."""

    def made(login: str, *scopes: str) -> TestClient:
        name = f"test {len(scopes)}"
        answer = system.unit.run(sessions.CreateToken(login, name, scopes), SYSTEM)
        client = TestClient(anonymous.app, base_url="http://casewright.test")
        client.headers["Authorization"] = f"Bearer {answer['token']}"
        return client

    return made


@pytest.fixture
def signed_in(system: System, anonymous: TestClient) -> Callable[[str], tuple[TestClient, str]]:
    """Return clients with a person's session cookie, and the session's CSRF secret."""

    def made(login: str) -> tuple[TestClient, str]:
        answer: dict[str, Any] = sessions.sign_in(system.unit, login, PASSWORD, "127.0.0.1")
        client = TestClient(anonymous.app, base_url="http://casewright.test")
        client.cookies.set("casewright", answer["session"])
        return client, answer["csrf"]

    return made
