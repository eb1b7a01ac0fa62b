"""The bundled offer approval by API: typed forms, the route of the rule, the trace, the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from casewright import resources
from casewright.bootstrap import System
from casewright.commands.deployments import Deploy
from casewright.commands.people import AddMember
from casewright.domain.people import SYSTEM
from casewright.worker import Worker

Clients = Callable[..., TestClient]
API = "/api/v1"
OFFER = {
    "client": "Kowalski",
    "subject": "Roof",
    "department": "construction",
    "price": 100_000,
    "cost": 85_000,
}


@pytest.fixture
def offers(system: System) -> None:
    """Deploy the bundled app; clara is head of construction, carl the board."""
    root = resources.bundled()
    system.unit.run(Deploy("common", resources.files(root, "common")), SYSTEM)
    for login, group in (("clara", "head of construction"), ("carl", "board"), ("anna", "sales")):
        system.unit.run(AddMember(login, group), SYSTEM)


def _start(client: TestClient, **changed: Any) -> Any:
    body = {"process": "offer-approval", "values": OFFER | changed}
    return client.post(f"{API}/instances", json=body)


@pytest.mark.usefixtures("offers")
def test_an_accepted_offer_below_the_minimum_goes_to_the_board(
    system: System, as_person: Clients
) -> None:
    anna, clara, carl = as_person("anna"), as_person("clara"), as_person("carl")
    started = _start(anna)
    assert started.status_code == 201, started.text
    case = f"{API}/instances/{started.json()['instance']}"
    (task,) = clara.get(f"{API}/tasks").json()["rows"]
    url = f"{API}/tasks/{task['id']}"
    form = clara.get(url).json()["form_view"]
    assert "head_decision" in {field["key"] for field in form["fields"]}
    missing = clara.post(f"{url}/complete", json={"values": {}})
    assert (missing.status_code, missing.json()["code"]) == (422, "invalid-input")
    assert "head_decision" in missing.json()["fields"]
    extra = clara.post(
        f"{url}/complete", json={"values": {"head_decision": "accept", "route": "none"}}
    )
    assert extra.status_code == 422
    done = clara.post(f"{url}/complete", json={"values": {"head_decision": "accept"}})
    assert done.status_code == 200, done.text
    (decision,) = anna.get(f"{case}/decisions").json()["rows"]
    assert decision["trace"]["rules"]
    (board,) = carl.get(f"{API}/tasks").json()["rows"]
    values = {"board_decision": "accept"}
    ended = carl.post(f"{API}/tasks/{board['id']}/complete", json={"values": values})
    assert ended.status_code == 200, ended.text
    Worker(system).run_once()
    assert anna.get(case).json()["state"] == "completed"
    variables = anna.get(f"{case}/variables")
    assert variables.json()["variables"]["result"] == "approved"
    assert b'"margin":0.15' in variables.content


@pytest.mark.usefixtures("offers")
@pytest.mark.parametrize("price", ["abc", None, "", [], {"a": 1}, True])
def test_a_wrong_price_starts_nothing(as_person: Clients, price: Any) -> None:
    anna = as_person("anna")
    refused = _start(anna, price=price)
    assert refused.status_code == 422, refused.text
    assert "price" in refused.json()["fields"]
    assert anna.get(f"{API}/instances").json()["rows"] == []


@pytest.mark.usefixtures("offers")
def test_the_start_form_is_read_as_it_was_deployed(as_person: Clients) -> None:
    anna = as_person("anna")
    rows = anna.get(f"{API}/definitions?process=offer-approval").json()["rows"]
    form = anna.get(f"{API}/definitions/{rows[0]['id']}/form").json()
    assert {"price", "cost", "department"} <= {c.get("key") for c in form["components"]}
