"""`/api/v1`: the way of a case, who sees what, keys, versions and refusals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from casewright.bootstrap import System
from casewright.worker import Worker

Clients = Callable[..., TestClient]
API = "/api/v1"


def ok(answer: Any, status: int = 200) -> Any:
    """Return the JSON of an answer that has the status."""
    assert answer.status_code == status, answer.text
    return answer.json()


def refused(answer: Any, status: int, code: str) -> Any:
    """Return the problem of an answer that says no."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == f"/api/docs#error-{code}"
    return problem


@pytest.fixture
def case(as_person: Clients) -> dict[str, Any]:
    """A started case with one open task."""
    found: dict[str, Any] = ok(
        as_person("anna").post(f"{API}/instances", json={"process": "simple"}), 201
    )
    return found


def test_a_case_goes_its_way(as_person: Clients) -> None:
    anna, clara = as_person("anna"), as_person("clara")
    started = anna.post(f"{API}/instances", json={"process": "simple", "business_key": "K-1"})
    answer = ok(started, 201)
    place = started.headers["location"]
    assert place == f"{API}/instances/{answer['instance']}"
    shown = ok(anna.get(place))
    assert shown["business_key"] == "K-1"
    assert [(t["element"], t["waits_for"]) for t in shown["tokens"]] == [("check", "task")]
    (task,) = ok(clara.get(f"{API}/tasks"))["rows"]
    assert task["process_name"] == "Simple"
    assert ok(clara.get(f"{API}/tasks/counts"))["groups"] == {"clerks": 1}
    url = f"{API}/tasks/{task['id']}"
    assert ok(clara.get(url))["may_claim"]
    assert ok(clara.post(f"{url}/claim"))["assignee"] == "clara"
    refused(as_person("carl").post(f"{url}/complete", json={}), 409, "task-claimed")
    assert ok(clara.post(f"{url}/unclaim"))["assignee"] is None
    done = ok(clara.post(f"{url}/complete", json={"values": {}}))
    assert done["state"] == "completed"
    problem = refused(as_person("carl").post(f"{url}/complete", json={}), 409, "task-done")
    assert problem["who"] == "Clara"
    assert "Clara completed this task on 2026-03-02" in problem["title"]
    timeline = ok(anna.get(f"{place}/timeline"))["rows"]
    assert [row["command"] for row in timeline] == ["StartInstance", "CompleteTask"]
    for part in ("tasks", "decisions", "children", "notes"):
        assert "rows" in ok(anna.get(f"{place}/{part}"))
    assert ok(anna.get(f"{place}/waits")) == {"timers": [], "messages": [], "jobs": []}


@pytest.mark.parametrize("who", ["nobody", "dora"])
def test_what_is_not_yours_does_not_exist(
    as_person: Clients, case: dict[str, Any], who: str
) -> None:
    client = as_person(who)
    instance, task = f"{API}/instances/{case['instance']}", f"{API}/tasks/{case['tasks'][0]['id']}"
    for answer in (
        *(client.get(f"{instance}{part}") for part in PARTS),
        client.put(f"{instance}/variables", json={"values": {"a": 1}}),
        client.post(f"{instance}/cancel", json={}),
        client.get(task),
        client.get(f"{task}/draft"),
        client.put(f"{task}/draft", json={"body": {}}),
        client.post(f"{task}/claim"),
        client.post(f"{task}/unclaim"),
        client.post(f"{task}/assign", json={"assignee": who}),
        client.post(f"{task}/complete", json={}),
        client.post(f"{task}/error", json={"code": "E"}),
    ):
        missing = refused(answer, 404, "not-found")
        assert missing["title"] == "This does not exist, or it is not yours to see."
    other = client.get(f"{API}/instances/unknown")
    assert client.get(instance).content == other.content
    assert ok(client.get(f"{API}/instances"))["rows"] == []
    assert ok(client.get(f"{API}/tasks?view=all"))["rows"] == []
    assert ok(client.get(f"{API}/tasks?view=all&assignee=clara"))["rows"] == []


PARTS = (
    "", "/variables", "/timeline", "/tasks", "/decisions", "/children", "/notes", "/waits",
)  # fmt: skip


def test_nobody_gets_in_unknown(anonymous: TestClient) -> None:
    for path in ("/instances", "/tasks", "/definitions", "/me", "/tasks/x", "/deployments"):
        answer = anonymous.get(API + path)
        refused(answer, 401, "sign-in-required")
        assert answer.headers["www-authenticate"] == "Bearer"
    for token in ("Bearer x", "Bearer", "Basic YTpi", "bearer \x7f"):
        answer = anonymous.get(f"{API}/me", headers={"Authorization": token})
        refused(answer, 401, "sign-in-required")
    refused(anonymous.post(f"{API}/instances", json={"process": "x"}), 401, "sign-in-required")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/tasks/", "//api/v1/tasks", "/api/v1/tasks;x", "/api/v1/tasks.json",
        "/api/v1/tasks%00", "/api/v1/x/../tasks/", "/api/admin/users", "/API/v1/tasks",
    ],
)  # fmt: skip
def test_only_the_exact_address_is_a_route(as_person: Clients, path: str) -> None:
    assert as_person("olga").get(path).status_code == 404


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "DELETE", "PATCH"])
def test_other_methods_are_refused(as_person: Clients, method: str) -> None:
    answer = as_person("olga").request(method, f"{API}/tasks")
    refused(answer, 405, "method-not-allowed")
    assert "GET" in answer.headers["allow"]


def test_a_key_gives_the_first_answer_again(as_person: Clients) -> None:
    anna = as_person("anna")
    body, key = {"process": "simple"}, {"Idempotency-Key": "k-1"}
    first = ok(anna.post(f"{API}/instances", json=body, headers=key), 201)
    again = ok(anna.post(f"{API}/instances", json=body, headers=key), 201)
    assert again == first
    assert len(ok(anna.get(f"{API}/instances"))["rows"]) == 1
    other = anna.post(f"{API}/instances", json=body | {"business_key": "x"}, headers=key)
    refused(other, 422, "key-reused")
    bad = anna.post(f"{API}/instances", json=body, headers={"Idempotency-Key": "a b"})
    refused(bad, 422, "invalid-input")


def test_an_old_key_does_not_start_its_instance_twice(system: System, as_person: Clients) -> None:
    anna = as_person("anna")
    body, key = {"process": "simple"}, {"Idempotency-Key": "k-1"}
    ok(anna.post(f"{API}/instances", json=body, headers=key), 201)
    clock: Any = system.clock
    clock.advance(timedelta(days=8))
    Worker(system).keep_house()
    refused(anna.post(f"{API}/instances", json=body, headers=key), 422, "key-reused")
    assert len(ok(anna.get(f"{API}/instances"))["rows"]) == 1


def test_variables_are_exact_and_have_a_version(as_person: Clients, case: dict[str, Any]) -> None:
    olga = as_person("olga")
    url = f"{API}/instances/{case['instance']}/variables"
    tag = olga.get(url).headers["etag"]
    body = b'{"values": {"price": 9007199254740993.10, "big": 123456789012345678901234}}'
    headers = {"Content-Type": "application/json"}
    written = olga.put(url, content=body, headers=headers | {"If-Match": tag})
    ok(written)
    assert written.headers["etag"] != tag
    shown = olga.get(url)
    assert b"9007199254740993.10" in shown.content
    assert b"123456789012345678901234" in shown.content
    assert shown.headers["etag"] == written.headers["etag"]
    stale = olga.put(url, content=body, headers=headers | {"If-Match": tag})
    refused(stale, 412, "precondition-failed")
    for bad in ("abc", '"', "W/1"):
        stale = olga.put(url, content=body, headers=headers | {"If-Match": bad})
        refused(stale, 412, "precondition-failed")
    refused(as_person("anna").put(url, content=body, headers=headers), 403, "forbidden")


def test_drafts_are_kept_by_version(as_person: Clients, case: dict[str, Any]) -> None:
    clara = as_person("clara")
    url = f"{API}/tasks/{case['tasks'][0]['id']}/draft"
    refused(clara.get(url), 404, "not-found")
    ok(clara.put(url, json={"body": {"remark": "so far"}}))
    kept = clara.get(url)
    assert ok(kept)["body"] == {"remark": "so far"}
    ok(clara.put(url, json={"body": {}}, headers={"If-Match": kept.headers["etag"]}))
    refused(
        clara.put(url, json={"body": {}}, headers={"If-Match": '"1"'}), 412, "precondition-failed"
    )
    refused(as_person("carl").get(url), 404, "not-found")


@pytest.mark.parametrize(
    "extra",
    ["approved", "margin", "initiator", "role", "instance_id", "__builtins__", "a][b", "version_"],
)
def test_unknown_fields_are_refused_by_name(as_person: Clients, extra: str) -> None:
    anna = as_person("anna")
    body = {"process": "simple", extra: 1}
    assert refused(anna.post(f"{API}/instances", json=body), 422, "unknown-field")["field"] == extra
    refused(anna.get(f"{API}/tasks", params={"order_by": "password"}), 422, "unknown-field")
    assert ok(anna.get(f"{API}/instances"))["rows"] == []


def test_a_route_without_a_body_takes_none(as_person: Clients, case: dict[str, Any]) -> None:
    clara = as_person("clara")
    url = f"{API}/tasks/{case['tasks'][0]['id']}/claim"
    refused(clara.post(url, json={"assignee": "carl"}), 422, "unknown-field")
    ok(clara.post(url, json={}))


def test_variables_that_no_form_declares_are_refused(
    as_person: Clients, case: dict[str, Any]
) -> None:
    clara = as_person("clara")
    url = f"{API}/tasks/{case['tasks'][0]['id']}/complete"
    refused(clara.post(url, json={"values": {"approved": True}}), 422, "unknown-field")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "page-size"),
        ("limit=1000000000", "page-size"),
        ("limit=-1", "page-size"),
        ("limit=x", "invalid-input"),
        ("cursor=zzz", "bad-cursor"),
        ("view=secret", "invalid-input"),
        ("state=secret", "invalid-input"),
        ("search=" + "x" * 300, "invalid-input"),
    ],
)
def test_lists_refuse_what_they_do_not_know(as_person: Clients, query: str, code: str) -> None:
    refused(as_person("clara").get(f"{API}/tasks?{query}"), 422, code)


def test_lists_go_on_at_the_cursor(as_person: Clients) -> None:
    anna = as_person("anna")
    started = [
        ok(anna.post(f"{API}/instances", json={"process": "simple"}), 201)["instance"]
        for _ in range(3)
    ]
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = ok(anna.get(f"{API}/instances", params=query))
        seen += [row["id"] for row in page["rows"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert sorted(seen) == sorted(started)


def test_definitions_are_read_and_deployed(as_person: Clients) -> None:
    anna, dora = as_person("anna"), as_person("dora")
    (row,) = ok(anna.get(f"{API}/definitions"))["rows"]
    url = f"{API}/definitions/{row['id']}"
    assert ok(anna.get(url))["startable"]
    xml = anna.get(f"{url}/xml")
    assert xml.headers["content-type"].startswith("application/xml")
    assert xml.content.startswith(b"<?xml")
    refused(anna.get(f"{url}/form"), 404, "not-found")
    files = [("files", ("processes/demo/simple.bpmn", xml.content))]
    send: dict[str, Any] = {"data": {"app": "demo"}, "files": files}
    refused(anna.post(f"{API}/deployments", **send), 403, "forbidden")
    assert ok(dora.post(f"{API}/deployments", **send))["unchanged"]
    newer = [("files", ("processes/demo/simple.bpmn", xml.content.replace(b"Check", b"Look")))]
    answer = ok(dora.post(f"{API}/deployments", data={"app": "demo"}, files=newer), 201)
    assert answer["version"] == 2
    assert len(ok(anna.get(f"{API}/definitions?all_versions=true"))["rows"]) == 2
    assert [d["version"] for d in ok(anna.get(f"{API}/deployments?app=demo"))["rows"]] == [2, 1]


def test_broken_files_are_refused_with_their_place(as_person: Clients) -> None:
    dora = as_person("dora")
    bad = [("files", ("a.bpmn", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"))]
    answer = dora.post(f"{API}/deployments", data={"app": "bad"}, files=bad)
    problem = refused(answer, 422, "deploy-refused")
    assert problem["findings"][0]["code"] == "xml-doctype"
    assert problem["findings"][0]["file"] == "a.bpmn"
    twice = [("files", ("a.bpmn", b"x")), ("files", ("a.bpmn", b"y"))]
    refused(dora.post(f"{API}/deployments", data={"app": "b"}, files=twice), 422, "file-invalid")
    refused(dora.post(f"{API}/deployments", json={"app": "b"}), 415, "wrong-content-type")
    assert ok(dora.get(f"{API}/deployments?app=bad"))["rows"] == []


def test_a_token_may_at_most_what_its_scopes_say(as_person: Clients) -> None:
    reader = as_person("olga", "cases")
    assert ok(reader.get(f"{API}/me"))["permissions"] == ["cases"]
    refused(reader.post(f"{API}/instances", json={"process": "simple"}), 403, "forbidden")
    assert ok(as_person("olga").get(f"{API}/me"))["permissions"] == ["cases", "operate", "start"]


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (b'{"process": NaN}', {}, "bad-json"),
        (b'{"process": "a", "process": "b"}', {}, "bad-json"),
        (b'{"process": "\\ud800"}', {}, "bad-json"),
        (b'{"values": {"a": 1e999}}', {}, "bad-json"),
        (b"[]", {}, "bad-json"),
        (b'{"a":' * 100_000, {}, "json-too-deep"),
        (b'{"a": "' + b"x" * 2_000_000 + b'"}', {}, "json-too-large"),
        (b"{}", {"Content-Type": "text/plain"}, "wrong-content-type"),
        (b"\x1f\x8b", {"Content-Encoding": "gzip"}, "wrong-content-type"),
        (b'{"process": 1}', {}, "invalid-input"),
        (b"{}", {}, "invalid-input"),
        (b"", {}, "bad-json"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_bad_bodies_are_refused_with_a_code(
    as_person: Clients, body: bytes, headers: dict[str, str], code: str
) -> None:
    sent = {"Content-Type": "application/json"} | headers
    answer = as_person("anna").post(f"{API}/instances", content=body, headers=sent)
    assert 400 <= answer.status_code < 500
    assert answer.json()["code"] == code


def test_a_signal_is_for_operators_and_has_its_key(as_person: Clients) -> None:
    body, key = {"name": "storm", "variables": {"wind": 12}}, {"Idempotency-Key": "s-1"}
    refused(as_person("anna").post(f"{API}/signals", json=body), 403, "forbidden")
    olga = as_person("olga")
    first = ok(olga.post(f"{API}/signals", json=body, headers=key), 202)
    assert first["reached"] == 0
    assert ok(olga.post(f"{API}/signals", json=body, headers=key), 202) == first


def test_an_escalation_that_nobody_catches_leaves_the_task_open(
    as_person: Clients, case: dict[str, Any]
) -> None:
    clara = as_person("clara")
    (task,) = ok(clara.get(f"{API}/tasks"))["rows"]
    answer = ok(clara.post(f"{API}/tasks/{task['id']}/escalation", json={"code": "LATE"}))
    assert answer["caught"] is False
    assert ok(clara.get(f"{API}/tasks/{task['id']}"))["state"] == "open"
