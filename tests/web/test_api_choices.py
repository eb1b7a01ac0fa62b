"""`/api/v1/instances/{id}/choices`: what can begin, and who may let it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from casewright.bootstrap import System
from casewright.commands.deployments import Deploy
from casewright.domain.people import SYSTEM

Clients = Callable[..., TestClient]
FREE = b"""<?xml version="1.0"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t" id="d">
<process id="free" isExecutable="true">
<startEvent id="s"/><sequenceFlow id="f1" sourceRef="s" targetRef="H"/>
<adHocSubProcess id="H"><userTask id="a"/><userTask id="b"/></adHocSubProcess>
<sequenceFlow id="f2" sourceRef="H" targetRef="e"/><endEvent id="e"/>
</process></definitions>"""


@pytest.fixture
def place(system: System, as_person: Clients) -> str:
    """The address of a case with an open ad-hoc sub-process, started by anna."""
    system.unit.run(Deploy("free", {"free.bpmn": FREE}), SYSTEM)
    answer = as_person("anna").post("/api/v1/instances", json={"process": "free"})
    return str(answer.headers["location"])


def sent(client: TestClient, address: str, **body: Any) -> tuple[int, Any]:
    answer = client.post(address, json=body)
    return answer.status_code, answer.json()


def test_an_operator_chooses_and_finishes(place: str, as_person: Clients) -> None:
    olga = as_person("olga")
    (token,) = olga.get(place).json()["tokens"]
    assert token["waits_for"] == "choice"
    (row,) = olga.get(f"{place}/choices").json()["rows"]
    assert row == {
        "token": "H#1", "element": "H", "elements": ["a", "b"], "busy": False, "may_finish": True,
    }  # fmt: skip
    status, answer = sent(olga, f"{place}/choices", token="H#1", elements=["a", "a"])
    assert (status, len(answer["tasks"])) == (200, 2)
    assert len(olga.get(place).json()["tokens"]) == 3
    assert sent(olga, f"{place}/finish", token="H#1")[1]["state"] == "completed"
    assert olga.get(f"{place}/choices").json() == {"rows": []}
    assert sent(olga, f"{place}/finish", token="H#1")[1]["code"] == "instance-ended"


@pytest.mark.parametrize(
    ("who", "body", "status", "code"),
    [
        ("olga", {"token": "H#1", "elements": ["e"]}, 422, "activity-unknown"),
        ("olga", {"token": "H#2", "elements": ["a"]}, 409, "token-not-open"),
        ("olga", {"token": "H#1", "elements": []}, 422, "invalid-input"),
        ("anna", {"token": "H#1", "elements": ["a"]}, 403, "forbidden"),
        ("clara", {"token": "H#1", "elements": ["a"]}, 404, "not-found"),
    ],
)
def test_what_is_refused(
    place: str, as_person: Clients, who: str, body: dict[str, Any], status: int, code: str
) -> None:
    found, problem = sent(as_person(who), f"{place}/choices", **body)
    assert (found, problem["code"]) == (status, code)
