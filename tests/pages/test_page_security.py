"""Sessions, forgery, redirects and guessing, through the pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from casewright.bootstrap import System, build
from casewright.commands import people
from casewright.domain.clock import FrozenClock
from casewright.domain.people import SYSTEM
from casewright.store import schema
from casewright.web.app import create_app
from pages.visiting import PASSWORD, START, Person, settings, waiting

Enter = Callable[[str], Person]


def _sign_in(person: Person, login: str = "anna", password: str = PASSWORD, **more: str) -> str:
    person.get("/sign-in")
    return person.post("/sign-in", login=login, password=password, **more)


def _later(system: System, **by: float) -> None:
    assert isinstance(system.clock, FrozenClock)
    system.clock.advance(timedelta(**by))


def test_signing_in_gives_a_new_session_and_ends_the_old(
    system: System, stranger: Person, enter: Enter
) -> None:
    client = stranger.client
    client.cookies.set("casewright", "fixed-by-somebody-else", domain="testserver.local")
    _sign_in(stranger)
    first = client.cookies["casewright"]
    assert first != "fixed-by-somebody-else"
    stranger.get("/")
    again = client.get("/sign-in")
    assert again.headers["location"] == "/"
    stranger.post("/sign-out")
    assert client.get("/").status_code == 303
    client.cookies.set("casewright", first, domain="testserver.local")
    assert client.get("/").status_code == 303


def test_cookie_is_kept_from_scripts_and_other_sites(stranger: Person) -> None:
    stranger.get("/sign-in")
    hidden = {name: values[0] for name, values in stranger.fields.items()}
    data = hidden | {"login": "anna", "password": PASSWORD}
    answer = stranger.client.post("/sign-in", data=data)
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("casewright="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_cookie_on_https_is_tied_to_the_host(tmp_path: Path) -> None:
    made = settings(tmp_path, public_url="https://cases.example")
    system = build(made, clock=FrozenClock(START))
    schema.migrate(system.database)
    system.unit.run(people.CreatePerson("anna", "Anna", "", PASSWORD), SYSTEM)
    with TestClient(
        create_app(system), base_url="https://cases.example", follow_redirects=False
    ) as client:
        person = Person(client)
        person.get("/sign-in")
        hidden = {name: values[0] for name, values in person.fields.items()}
        answer = client.post("/sign-in", data=hidden | {"login": "anna", "password": PASSWORD})
        cookies = answer.headers.get_list("set-cookie")
        person.get("/")
    system.close()
    (session,) = [c for c in cookies if c.startswith("__Host-casewright=")]
    assert "Secure" in session
    assert "strict-transport-security" in answer.headers


@pytest.mark.parametrize("hours", [8, 24 * 7])
def test_sessions_run_out(system: System, stranger: Person, hours: int) -> None:
    _sign_in(stranger)
    for _ in range(hours // 7):
        _later(system, hours=7)
        if stranger.client.get("/").status_code != 200:
            break
    _later(system, hours=8)
    assert stranger.client.get("/").status_code == 303


def test_use_keeps_a_session_alive(system: System, stranger: Person) -> None:
    _sign_in(stranger)
    for _ in range(4):
        _later(system, hours=7)
        stranger.get("/")


def test_new_password_and_being_kept_out_end_sessions(system: System, enter: Enter) -> None:
    here, there = enter("anna"), enter("anna")
    here.get("/profile")
    new = {"password": "another long one", "password_again": "another long one"}
    assert "not your present password" in here.post("/profile/password", 422, present="x", **new)
    here.post("/profile/password", present=PASSWORD, **new)
    here.get("/profile")
    assert there.client.get("/").status_code == 303
    system.unit.run(people.SetActive("anna", False), SYSTEM)
    assert here.client.get("/").status_code == 303


def test_forged_forms_change_nothing(system: System, enter: Enter) -> None:
    henryk, task = enter("henryk"), waiting(system, "henryk")["O/2"]
    henryk.get(f"/tasks/{task}")
    token = henryk.fields["cw:csrf"][0]
    other = enter("hugo")
    other.get("/")
    path, data = f"/tasks/{task}/claim", {"cw:csrf": token}
    post = henryk.client.post
    wrong = [
        post(path),
        post(path, data={"cw:csrf": ""}),
        post(path, data={"cw:csrf": "ą"}),
        post(path, data={"cw:csrf": other.fields["cw:csrf"][0]}),
        post(path, content='{"cw:csrf": "x"}', headers={"content-type": "text/plain"}),
        post(path, data=data, headers={"origin": "https://evil.example"}),
        post(path, data=data, headers={"origin": "null"}),
        post(path, data=data, headers={"sec-fetch-site": "cross-site"}),
    ]
    assert {answer.status_code for answer in wrong} == {403}
    assert henryk.client.get(path).status_code == 405
    assert "This task is yours" not in henryk.get(f"/tasks/{task}")
    assert post(path, data=data, headers={"origin": "http://testserver"}).status_code == 303


def test_token_of_an_ended_session_is_worth_nothing(enter: Enter) -> None:
    person = enter("anna")
    person.get("/profile")
    token = person.fields["cw:csrf"][0]
    person.post("/sign-out")
    answer = person.client.post("/profile/theme", data={"cw:csrf": token, "theme": "dark"})
    assert answer.headers["location"].startswith("/sign-in")


def test_signing_in_by_a_forged_form_is_refused(stranger: Person) -> None:
    data = {"login": "anna", "password": PASSWORD}
    assert stranger.client.post("/sign-in", data=data).status_code == 403
    stranger.get("/sign-in")
    forged = data | {"cw:csrf": "0" * 64}
    assert stranger.client.post("/sign-in", data=forged).status_code == 403


@pytest.mark.parametrize(
    "next",
    ["/\\evil", "https:evil", "\\\\evil", "javascript:alert(1)", "/%09/evil", "//evil.example",
     "https://good.example@evil", "https://good.example.evil"],
)  # fmt: skip
def test_only_our_own_pages_are_next(stranger: Person, next: str) -> None:
    page = stranger.client.get("/sign-in", params={"next": next}).text
    assert 'name="cw:next" value="/"' in page
    assert _sign_in(stranger, cw__next=next) == "/"


def test_next_page_of_ours_is_followed(stranger: Person) -> None:
    assert _sign_in(stranger, cw__next="/cases?state=active") == "/cases?state=active"


def test_guessing_is_slow_and_tells_nothing(system: System, stranger: Person) -> None:
    told = []
    for login in ("anna", "nobody"):
        _later(system, minutes=2)
        texts = []
        for number in range(10):
            stranger.get("/sign-in")
            spelled = (login.upper() + " ") if number % 2 else login
            headers = {"X-Forwarded-For": f"10.0.0.{number}"}
            hidden = {name: values[0] for name, values in stranger.fields.items()}
            answer = stranger.client.post(
                "/sign-in",
                data=hidden | {"login": spelled, "password": "wrong"},
                headers=headers,
            )
            assert answer.status_code == 401
            assert "wrong" not in answer.text.replace("name or the password is wrong", "")
            texts.append(len(answer.text.replace(spelled, "")))
        told.append(texts)
        stranger.get("/sign-in")
        page = stranger.post("/sign-in", 429, login=login, password=PASSWORD)
        assert "Too many wrong tries. Wait 60 seconds." in page
    assert told[0] == told[1]
    _later(system, minutes=1)
    assert _sign_in(stranger) == "/"


def test_first_run_makes_the_administrator(tmp_path: Path) -> None:
    system = build(settings(tmp_path), clock=FrozenClock(START))
    schema.migrate(system.database)
    with TestClient(create_app(system), follow_redirects=False) as client:
        person = Person(client)
        assert client.get("/").headers["location"] == "/set-up"
        assert client.get("/sign-in").headers["location"] == "/set-up"
        person.get("/set-up")
        admin = {"login": "admin", "name": "Ada", "password": PASSWORD}
        assert "not the same" in person.post("/set-up", 422, **admin, password_again="x")
        assert person.post("/set-up", **admin, password_again=PASSWORD) == "/"
        assert "People" in person.get("/")
        person.get("/set-up", 409)
    system.close()


def test_fault_shows_where_it_is_in_the_log_and_nothing_else(
    system: System, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = enter("anna")

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("casewright.store.queries.tasks.inbox", broken)
    page = person.get("/inbox", 500)
    assert "Something went wrong" in page
    assert "Reference for the operator" in page
    assert "secret detail" not in page
