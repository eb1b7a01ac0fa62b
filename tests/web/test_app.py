"""What holds for every answer: headers, origin, sessions, health, docs, faults."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from starlette.testclient import TestClient

from casewright.bootstrap import System
from casewright.commands import people, sessions
from casewright.domain.people import SYSTEM
from casewright.web import sse
from casewright.web.app import create_app
from casewright.web.guard import Guard

API = "/api/v1"
SignedIn = Callable[[str], tuple[TestClient, str]]
Clients = Callable[..., TestClient]
T = TypeVar("T")


def in_its_own_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run in a thread of its own: a browser of another test keeps a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@pytest.mark.parametrize("path", ["/health/live", "/api/docs", "/nothing", "/api/v1/me"])
def test_every_answer_has_the_security_headers(anonymous: TestClient, path: str) -> None:
    headers = anonymous.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"


def test_a_cookie_needs_the_csrf_header(signed_in: SignedIn) -> None:
    client, csrf = signed_in("anna")
    assert client.get(f"{API}/me").json()["csrf"] == csrf
    body = {"process": "simple"}
    other = signed_in("anna")[1]
    for headers in ({}, {"X-CSRF-Token": "x"}, {"X-CSRF-Token": other}, {"X-CSRF-Token": b"\xe9"}):
        sent: Any = headers
        answer = client.post(f"{API}/instances", json=body, headers=sent)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    for origin in ("null", "https://evil", "http://evil", "http://casewright.test.evil", "x"):
        headers = {"X-CSRF-Token": csrf, "Origin": origin}
        assert client.post(f"{API}/instances", json=body, headers=headers).status_code == 403
    headers = {"X-CSRF-Token": csrf, "Sec-Fetch-Site": "cross-site"}
    assert client.post(f"{API}/instances", json=body, headers=headers).status_code == 403
    headers = {"X-CSRF-Token": csrf, "Origin": "http://casewright.test"}
    assert client.post(f"{API}/instances", json=body, headers=headers).status_code == 201
    assert len(client.get(f"{API}/instances").json()["rows"]) == 1


def test_a_session_ends(system: System, signed_in: SignedIn) -> None:
    client, _ = signed_in("anna")
    assert client.get(f"{API}/me").status_code == 200
    system.unit.run(people.SetPassword("anna", "another good password"), SYSTEM)
    assert client.get(f"{API}/me").status_code == 401
    other, _ = signed_in("clara")
    system.unit.run(people.SetActive("clara", False), SYSTEM)
    assert other.get(f"{API}/me").status_code == 401


def test_a_session_that_is_not_used_runs_out(system: System, signed_in: SignedIn) -> None:
    client, _ = signed_in("anna")
    clock: Any = system.clock
    for _ in range(4):
        clock.advance(sessions.IDLE - timedelta(minutes=1))
        assert client.get(f"{API}/me").status_code == 200
    clock.advance(sessions.IDLE)
    assert client.get(f"{API}/me").status_code == 401


def test_a_token_runs_out(system: System, as_person: Clients) -> None:
    client = as_person("anna")
    clock: Any = system.clock
    clock.advance(timedelta(days=400))
    assert client.get(f"{API}/me").status_code == 401


def test_health(anonymous: TestClient, system: System) -> None:
    assert anonymous.get("/health/live").json() == {"status": "ok"}
    assert anonymous.get("/health/ready").json() == {"status": "ok"}
    system.database.write(lambda c: c.exec_driver_sql("DELETE FROM alembic_version"))
    answer = anonymous.get("/health/ready")
    assert (answer.status_code, answer.json()["code"]) == (503, "schema-unknown")


def test_metrics_are_for_the_machine_and_operators(system: System, as_person: Clients) -> None:
    assert as_person("anna").get("/metrics").status_code == 404
    shown = as_person("olga").get("/metrics")
    assert 'casewright_requests_total{method="GET",route="/metrics",status="404"} 1.0' in shown.text
    assert 'casewright_tasks{state="open"} 0.0' in shown.text
    local = TestClient(create_app(system), client=("127.0.0.1", 1))
    assert local.get("/metrics").status_code == 200
    assert local.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404


def test_the_docs_page_lists_every_operation(anonymous: TestClient) -> None:
    schema = anonymous.get("/openapi.json").json()
    page = anonymous.get("/api/docs").text
    assert "<script" not in page
    assert "style=" not in page
    for path, methods in schema["paths"].items():
        assert f"<code>{path}</code>" in page
        for method, operation in methods.items():
            if method == "post":
                names = [p["name"] for p in operation["parameters"]]
                assert "Idempotency-Key" in names, path
    assert 'id="error-task-done"' in page
    assert anonymous.get("/api/docs.css").headers["content-type"].startswith("text/css")


def test_a_fault_is_answered_without_its_text(
    system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    app = create_app(system)

    @app.get("/api/v1/fault")
    def fault() -> None:
        raise RuntimeError("canary")

    answer = TestClient(app).get("/api/v1/fault")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "canary" not in answer.text
    assert "content-security-policy" in answer.headers
    capsys.readouterr()


def test_a_body_must_arrive_in_time(system: System) -> None:
    sent: list[Any] = []

    async def never(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError

    async def slow() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Any) -> None:
        sent.append(message)

    def refuse(scope: Any, problem: Any) -> Any:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": problem.status, "headers": []})

        return app

    guard = Guard(never, system, refuse, lambda *_: (_ for _ in ()).throw(AssertionError), 0.01)
    scope = {"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b""}
    in_its_own_loop(guard(scope, slow, send))
    assert sent[0]["status"] == 408


class Stream:
    """An `/events` request, driven by hand."""

    def __init__(self, client: TestClient, topics: str) -> None:
        self.app = client.app
        headers = [(b"authorization", client.headers["authorization"].encode())]
        self.scope = {
            "type": "http", "method": "GET", "path": "/events", "raw_path": b"/events",
            "query_string": f"topics={topics}".encode(), "headers": headers,
            "client": ("x", 1), "server": ("x", 80), "scheme": "http", "root_path": "",
        }  # fmt: skip

    async def run(self, until: Callable[[str], bool], begun: Callable[[], None]) -> str:
        gone = asyncio.Event()
        text: list[str] = []

        asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive() -> dict[str, Any]:
            for message in asked:
                return message
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            body = message.get("body", b"").decode()
            text.append(body or str(message.get("status")))
            if ": open" in body:
                await asyncio.to_thread(begun)
            if until("".join(text)):
                gone.set()

        await asyncio.wait_for(self.app(self.scope, receive, send), 10)
        return "".join(text)


def test_a_stream_tells_what_changed_and_no_more(as_person: Clients) -> None:
    anna, clara = as_person("anna"), as_person("clara")

    def begun() -> None:
        answer = anna.post(f"{API}/instances", json={"process": "simple"})
        assert answer.status_code == 201

    text = in_its_own_loop(Stream(clara, "inbox,incidents").run(lambda t: "data:" in t, begun))
    assert "data: inbox\n\n" in text
    assert "simple" not in text


def test_a_stream_ends_when_the_server_closes(as_person: Clients) -> None:
    clara = as_person("clara")
    app: Any = clara.app
    text = in_its_own_loop(Stream(clara, "inbox").run(lambda t: False, app.state.closing.set))
    assert "data:" not in text


def test_only_topics_of_ones_own_are_watched(as_person: Clients, anonymous: TestClient) -> None:
    anna = as_person("anna")
    case = anna.post(f"{API}/instances", json={"process": "simple"}).json()["instance"]
    assert anonymous.get("/events?topics=inbox").status_code == 401
    nobody = as_person("nobody")
    for topics in (f"case:{case}", "case:unknown", "jobs", "timers", "case:", "x", "inbox,x"):
        assert nobody.get(f"/events?topics={topics}").status_code == 404
    assert nobody.get("/events?topics=").status_code == 400
    assert nobody.get("/events?topics=" + ",".join(["inbox"] * 21)).status_code == 400
    assert nobody.get("/events").status_code == 422
    assert sse.TOPICS == 20
