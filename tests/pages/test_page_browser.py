"""The pages in a real browser, under their own policy: script, width, theme, live refresh."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
import uvicorn

from casewright.bootstrap import System
from casewright.commands.instances import StartInstance
from casewright.web.app import create_app
from pages.visiting import PASSWORD, principal, waiting
from parts import requires

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Page

pytestmark = [pytest.mark.browser, requires("chromium"), requires("bundle")]

PHONE = {"width": 390, "height": 844}


class _Server(uvicorn.Server):
    """A server that a thread runs, and that tells when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup()
        self.ready.set()


@pytest.fixture
def address(system: System) -> Iterator[str]:
    """The address of the system, served."""
    app = create_app(system)
    config = uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=1)
    server = _Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert server.ready.wait(10)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    app.state.closing.set()
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def page(address: str, page: Page) -> Page:
    """A page that is closed before its server, so that no stream finds the server gone."""
    return page


def _sign_in(page: Page, address: str, login: str) -> None:
    page.goto(f"{address}/sign-in")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(f"{address}/")


def _no_wider_than_the_screen(page: Page) -> None:
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wider <= 0, page.url


def test_head_decides_and_fields_appear_while_choosing(
    system: System, page: Page, address: str
) -> None:
    task = waiting(system, "henryk")["O/2"]
    _sign_in(page, address, "henryk")
    page.goto(f"{address}/tasks/{task}")
    assert page.get_by_label("Reason for refusing").count() == 0
    page.get_by_label("Refuse", exact=True).check()
    page.get_by_label("Reason for refusing").fill("Too cheap")
    page.get_by_text("Draft saved").wait_for()
    page.get_by_role("button", name="Complete the task").click()
    page.get_by_role("heading", name="Done: Accept or refuse as head").wait_for()
    page.get_by_text("You completed", exact=False).first.wait_for()


def test_stored_script_never_runs(system: System, page: Page, address: str) -> None:
    dialogs: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    _sign_in(page, address, "olga")
    page.goto(f"{address}/cases?search=O/2")
    page.get_by_role("link", name="O/2", exact=True).click()
    page.locator(".diagram[data-loading=done]").wait_for()
    page.goto(f"{address}/tasks/{waiting(system, 'henryk')['O/2']}")
    assert page.locator("img[src=x]").count() == 0
    assert dialogs == []


def test_nothing_is_wider_than_a_phone(
    system: System, page: Page, address: str, incident: str
) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    _sign_in(page, address, "ada")
    paths = ["/", "/inbox", "/approvals", "/start/offer-approval", "/cases", "/incidents",
             f"/incidents/{incident}", "/processes", "/processes/offer-approval", "/people",
             "/people/anna", "/groups/board", "/profile",
             f"/tasks/{waiting(system, 'henryk')['O/2']}"]  # fmt: skip
    for path in paths:
        page.goto(address + path)
        _no_wider_than_the_screen(page)
    page.goto(f"{address}/cases")
    page.get_by_role("link", name="O/1", exact=True).click()
    page.locator(".diagram[data-loading=done]").wait_for()
    _no_wider_than_the_screen(page)
    page.locator(".menu summary").click()
    page.locator("#menu").get_by_role("link", name="Inbox").click()
    page.wait_for_url(f"{address}/inbox")


def test_inbox_shows_new_tasks_by_itself(system: System, page: Page, address: str) -> None:
    _sign_in(page, address, "henryk")
    page.goto(f"{address}/inbox")
    page.locator("html[data-live=on]").wait_for()
    offer = {"client": "C", "subject": "S", "department": "construction", "price": "9", "cost": "1"}
    system.unit.run(StartInstance("offer-approval", offer, "O/77"), principal(system, "anna"))
    page.get_by_text("O/77").first.wait_for()


def test_theme_is_chosen_and_kept(page: Page, address: str) -> None:
    page.emulate_media(color_scheme="dark")
    _sign_in(page, address, "anna")
    dark = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.goto(f"{address}/profile")
    page.get_by_label("Light").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The change is saved.").wait_for()
    light = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert dark != light
    page.goto(f"{address}/inbox")
    assert page.evaluate("document.documentElement.dataset.theme") == "light"


def test_keyboard_reaches_the_content_first(page: Page, address: str) -> None:
    _sign_in(page, address, "anna")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_works_without_script(system: System, page: Page, address: str) -> None:
    context = page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    plain = context.new_page()
    try:
        _sign_in(plain, address, "henryk")
        plain.goto(f"{address}/tasks/{waiting(system, 'henryk')['O/2']}")
        plain.get_by_label("Refuse", exact=True).check()
        plain.get_by_role("button", name="Complete the task").click()
        plain.get_by_label("Reason for refusing").fill("Too cheap")
        plain.get_by_role("button", name="Complete the task").click()
        plain.get_by_role("heading", name="Done: Accept or refuse as head").wait_for()
    finally:
        context.close()
