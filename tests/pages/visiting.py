"""What the tests of pages share: who is there, what happened, and a browser without a screen."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from casewright.bootstrap import System
from casewright.commands import access, people, sessions
from casewright.commands.deployments import Deploy
from casewright.commands.instances import StartInstance
from casewright.commands.tasks import CompleteTask
from casewright.domain.people import SYSTEM, Kind, Principal
from casewright.settings import Settings
from casewright.store.queries import people as known_people
from casewright.store.queries import tasks
from parts import ROOT

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
XSS = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
PEOPLE = {
    "anna": ("Anna Nowak", "sales"),
    "henryk": ("Henryk Zieliński", "head of construction"),
    "hugo": ("Hugo Maj", "head of construction"),
    "barbara": ("Barbara Kamińska", "board"),
    "olga": ("Olga Dąbrowska", "operators"),
}
BROKEN = b"""<?xml version="1.0"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t" id="d"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">
<process id="broken" name="Broken" isExecutable="true">
<startEvent id="s"/><sequenceFlow id="f1" sourceRef="s" targetRef="double"/>
<scriptTask id="double" name="Double it"><extensionElements>
<zeebe:script expression="=base * 2" resultVariable="twice"/></extensionElements></scriptTask>
<sequenceFlow id="f2" sourceRef="double" targetRef="look"/>
<userTask id="look" name="Look at it"><extensionElements><zeebe:userTask/>
<zeebe:assignmentDefinition candidateGroups="board"/></extensionElements></userTask>
<sequenceFlow id="f3" sourceRef="look" targetRef="e"/><endEvent id="e"/>
</process></definitions>"""
OFFERS = {
    "O/1": {"client": "Nordbank", "subject": "Bridge", "price": "48600", "cost": "38880.05"},
    "O/2": {"client": XSS, "subject": XSS, "price": "1000", "cost": "500"},
}


def settings(folder: Path, **more: Any) -> Settings:
    """Return settings for a database in `folder`."""
    return Settings(
        database_url=f"sqlite:///{folder / 'pages.db'}",
        secret_key="a secret key that is long enough",
        data_dir=folder / "data",
        **more,
    )


def principal(system: System, login: str) -> Principal:
    """Return the principal of a person."""
    with system.database.read() as connection:
        found = known_people.known(known_people.NOBODY, connection, login)
    assert found is not None
    return Principal(Kind.PERSON, login, login, found.groups, found.permissions)


def waiting(system: System, login: str) -> dict[str, str]:
    """Return the ids of the open tasks that wait for a person, by business key."""
    scope = access.scope(principal(system, login))
    with system.database.read() as connection:
        return {row.business_key: row.id for row in tasks.inbox(scope, connection).rows}


def fill(system: System) -> None:
    """Deploy, let people in, and let things happen."""
    files = {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for base in ("processes/common", "forms/common")
        for path in (ROOT / base).glob("*.*")
    }
    system.unit.run(Deploy("common", files), SYSTEM)
    system.unit.run(Deploy("broken", {"broken.bpmn": BROKEN}), SYSTEM)
    system.unit.run(people.SetUp("ada", "Ada Admin", PASSWORD), sessions.NOBODY)
    for login, (name, group) in PEOPLE.items():
        system.unit.run(people.CreatePerson(login, name, "", PASSWORD, (group,)), SYSTEM)
    anna, henryk = principal(system, "anna"), principal(system, "henryk")
    for key, offer in OFFERS.items():
        values = {**offer, "department": "construction"}
        system.unit.run(StartInstance("offer-approval", values, key), anna)
    decision = {"head_decision": "accept", "head_note": "Worth it."}
    system.unit.run(CompleteTask(waiting(system, "henryk")["O/1"], decision), henryk)
    system.unit.run(StartInstance("broken", {}, "B/1"), SYSTEM)


@dataclass
class Person:
    """A browser without a screen: it keeps cookies and fills in forms."""

    client: TestClient
    fields: dict[str, list[str]] = field(default_factory=dict)

    def get(self, path: str, status: int = 200) -> str:
        """Read a page and remember the hidden fields of its forms."""
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text
        self._remember(answer.text)
        return answer.text

    def post(self, path: str, status: int = 303, /, **data: Any) -> str:
        """Send a form as the page would; return where it leads, or the page itself."""
        hidden = {name: values[0] for name, values in self.fields.items()}
        given = {name.replace("__", ":"): value for name, value in data.items()}
        answer = self.client.post(path, data=hidden | given)
        assert answer.status_code == status, answer.text
        if status == 303:
            return answer.headers["location"]
        self._remember(answer.text)
        return answer.text

    def _remember(self, text: str) -> None:
        found = re.findall(r'name="(cw:(?:csrf|key|version))" value="([^"]*)"', text)
        self.fields = {}
        for name, value in found:
            self.fields.setdefault(name, []).append(value)
