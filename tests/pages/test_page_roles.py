"""Each page at each role: its status, what it may never hold, and that it asks for access."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest

from casewright.bootstrap import System
from pages.visiting import Person, waiting

ROLES = ("", "anna", "henryk", "barbara", "olga", "ada")
TO_SIGN_IN, YES, NO, HIDDEN = 303, 200, 403, 404
# Statuses in the order of ROLES: nobody, salesperson, head, board, operator, administrator.
EVERYONE = (TO_SIGN_IN, YES, YES, YES, YES, YES)
PAGES = {
    "/": EVERYONE,
    "/inbox": EVERYONE,
    "/inbox?view=mine&search=x": EVERYONE,
    "/approvals": EVERYONE,
    "/start": (TO_SIGN_IN, YES, NO, NO, YES, YES),
    "/start/offer-approval": (TO_SIGN_IN, YES, NO, NO, YES, YES),
    "/cases": EVERYONE,
    "/cases?state=active&process=broken": EVERYONE,
    "/cases/{one}": EVERYONE,
    "/cases/{two}": (TO_SIGN_IN, YES, YES, HIDDEN, YES, YES),
    "/cases/{two}/state.json": (TO_SIGN_IN, YES, YES, HIDDEN, YES, YES),
    "/cases/{two}/diagram.bpmn": (TO_SIGN_IN, YES, YES, HIDDEN, YES, YES),
    "/tasks/{head}": (TO_SIGN_IN, YES, YES, HIDDEN, YES, YES),
    "/tasks/{board}": EVERYONE,
    "/incidents": EVERYONE,
    "/incidents?state=resolved": EVERYONE,
    "/incidents/{incident}": (TO_SIGN_IN, HIDDEN, HIDDEN, HIDDEN, YES, YES),
    "/processes": EVERYONE,
    "/processes/offer-approval": EVERYONE,
    "/processes/nothing": (TO_SIGN_IN, HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN),
    "/people": (TO_SIGN_IN, NO, NO, NO, NO, YES),
    "/people/anna": (TO_SIGN_IN, NO, NO, NO, NO, YES),
    "/groups/board": (TO_SIGN_IN, NO, NO, NO, NO, YES),
    "/profile": EVERYONE,
    "/set-up": (409,) * 6,
}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def _look(page: str) -> None:
    """Nothing inline, nothing from elsewhere, and no id where people read."""
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"<[^>]*\s(style|on[a-z]+)\s*=", page.replace(XSS_TEXT, ""))
    assert "<style" not in page
    assert not re.search(r"""(src|href|action)=["']?\s*(javascript|data|https?):""", page)
    text = unescape(re.sub(r"<[^>]*>", " ", re.sub(r"<head>.*?</head>", "", page, flags=re.S)))
    assert not UUID.search(text)
    assert "Undefined" not in text
    assert page.count("<h1") == 1
    assert 'lang="en"' in page


XSS_TEXT = "&lt;img src=x onerror=alert(1)&gt;"


@pytest.fixture
def ids(system: System, incident: str, enter: Callable[[str], Person]) -> dict[str, str]:
    """Ids for the addresses of the table."""
    head, board = waiting(system, "henryk")["O/2"], waiting(system, "barbara")["O/1"]
    found = {"head": head, "board": board, "incident": incident}
    with system.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT id, business_key FROM instance").all()
    keys = {key: id for id, key in rows}
    return found | {"one": keys["O/1"], "two": keys["O/2"]}


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role or "nobody")
def test_every_page_for(role: str, ids: dict[str, str], enter: Callable[[str], Person]) -> None:
    person = enter(role)
    wrong = {}
    for page, statuses in PAGES.items():
        answer = person.client.get(page.format(**ids))
        if answer.status_code != statuses[ROLES.index(role)]:
            wrong[page] = answer.status_code
        if answer.headers.get("content-type", "").startswith("text/html"):
            _look(answer.text)
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "script-src 'self'" in policy
        assert answer.headers["cache-control"] == "no-store"
    assert wrong == {}


def test_sign_in_page_leads_back(stranger: Person) -> None:
    answer = stranger.client.get("/inbox?view=mine")
    assert answer.headers["location"] == "/sign-in?next=/inbox%3Fview%3Dmine"
    page = stranger.get(answer.headers["location"])
    assert 'name="cw:next" value="/inbox?view=mine"' in page
    _look(page)


def test_what_is_not_theirs_looks_like_what_does_not_exist(
    ids: dict[str, str], enter: Callable[[str], Person]
) -> None:
    barbara = enter("barbara")
    there = barbara.get(f"/cases/{ids['two']}", 404)
    nothing = barbara.get("/cases/01900000-0000-7000-8000-000000000000", 404)
    csrf = re.compile(r"csrf[^>]*>")
    assert csrf.sub("", there) == csrf.sub("", nothing)


def test_navigation_shows_only_what_opens(enter: Callable[[str], Person]) -> None:
    for login in ("anna", "henryk", "ada"):
        person = enter(login)
        page = person.get("/")
        menu = re.findall(r'<li><a href="([^"]+)"', page[page.index('id="side"') :])
        for href in set(menu):
            person.get(href)


def test_stored_text_is_shown_as_text(ids: dict[str, str], enter: Callable[[str], Person]) -> None:
    henryk = enter("henryk")
    for path in ("/tasks/{head}", "/cases/{two}"):
        page = henryk.get(path.format(**ids))
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;" in page
    answer = henryk.client.get(f"/cases/{ids['two']}/diagram.bpmn")
    assert answer.headers["content-disposition"].startswith("attachment")


def test_diagram_state_says_what_each_token_waits_for(
    ids: dict[str, str], enter: Callable[[str], Person]
) -> None:
    state = enter("olga").client.get(f"/cases/{ids['one']}/state.json").json()
    assert state["active"] == [{"element": "board_decides", "count": 1, "text": "waits for Board"}]
    assert "compute_margin" in state["completed"]


def test_approvals_show_what_decides(enter: Callable[[str], Person]) -> None:
    page = enter("barbara").get("/approvals")
    for text in (
        "48,600.00",
        "38,880.05",
        "19.9999 %",
        "20 %",
        "Margin below the minimum: the board decides",
        "Henryk Zieliński",
        "Worth it.",
        "accepted",
        "Margin = (price − cost) ÷ price",
    ):
        assert text in page
    assert "Bridge" not in enter("anna").get("/approvals")


def test_case_page_tells_the_story(ids: dict[str, str], enter: Callable[[str], Person]) -> None:
    page = enter("anna").get(f"/cases/{ids['one']}")
    assert "You started the case." in page
    assert "Henryk Zieliński completed “Accept or refuse as head”." in page
    assert "“Approve or refuse as board” went to Board." in page
    assert "Repair" not in page
    assert "Repair" in enter("olga").get(f"/cases/{ids['one']}")
