"""An offer finds its way, as people see it: browser, server process and database are real."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from e2e.demo import Person, served
from parts import requires

pytestmark = [requires("chromium"), requires("bundle"), pytest.mark.browser]

People = Callable[[str], Person]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a demonstration of its own."""
    with served(tmp_path_factory.mktemp("demo")) as found:
        yield found


@pytest.fixture
def person(browser: Browser, address: str) -> Iterator[People]:
    """Sign people in; their browsers are closed afterwards."""
    seen: dict[str, Person] = {}

    def sign_in(login: str) -> Person:
        if login not in seen:
            seen[login] = Person(browser, address, login)
        return seen[login]

    yield sign_in
    for each in seen.values():
        each.close()


@pytest.mark.parametrize(
    ("cost", "margin", "goes_to_the_board"),
    [("8001", "19.99 %", True), ("8000", "20 %", False), ("7999", "20.01 %", False)],
    ids=["below", "exactly", "above"],
)
def test_the_margin_decides_who_decides(
    person: People, cost: str, margin: str, goes_to_the_board: bool
) -> None:
    """Minimum − 0.01, exactly, + 0.01 percentage points: board, not, not."""
    subject = f"Survey at cost {cost}"
    person("anna").enter_offer("10000", cost, subject, "construction")
    assert margin in person("henryk").approvals()
    person("henryk").decide(subject, "accept")
    assert (subject in person("barbara").approvals()) is goes_to_the_board


def test_everyone_sees_why(person: People) -> None:
    """The board reads margin, minimum, rule and the head's word; the case keeps it all."""
    subject = "Valuation of a quarry"
    person("anna").enter_offer("10000", "9001", subject, "finance")
    person("filip").decide(subject, "accept")
    text = person("barbara").approvals()
    for told in ("9.99 %", "20 %", "Margin below the minimum", "Filip Lewandowski", "accepted"):
        assert told in text
    person("barbara").decide(subject, "accept")
    page = person("anna").open("/cases")
    page.locator("main a[href^='/cases/']").first.click()
    text = page.inner_text("main")
    assert "Barbara Kamińska" in text
    assert "Margin below the minimum" in text


def test_an_offer_that_the_head_refuses_never_reaches_the_board(person: People) -> None:
    """Below the minimum, and stopped before the board: no task for the board."""
    subject = "Survey that nobody wants"
    person("anna").enter_offer("100", "99", subject, "construction")
    person("henryk").decide(subject, "refuse", "Too cheap.")
    assert subject not in person("barbara").approvals()
    assert subject not in person("henryk").approvals()
