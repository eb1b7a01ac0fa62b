"""The demonstration as a process of its own, and a person who uses it in a browser."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

PASSWORD = "a password for trying out"
LARGE = (1280, 850)
PHONE = (390, 844)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve `casewright demo` from `folder` on a free port; give its address."""
    command = [
        sys.executable,
        "-c",
        "from casewright.cli import main; main()",
        "demo",
        "--port",
        "0",
    ]
    command += ["--data", str(folder), "--password", PASSWORD]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = process.stdout.readline()
            found = re.search(r"http://\S+", told)
            assert found is not None, f"the demo did not start: {told}"
            yield found[0].rstrip("/")
        finally:
            process.terminate()
            process.wait(15)


class Person:
    """Somebody signed in, with the pages that they see."""

    def __init__(self, browser: Browser, address: str, login: str) -> None:
        width, height = LARGE
        self.address = address
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="en-GB",
            timezone_id="Europe/Warsaw",
        )
        self.page: Page = self.context.new_page()
        self.open("/")
        self.page.fill("[name=login]", login)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("main button[type=submit]")

    def open(self, path: str) -> Page:
        """Go to a page."""
        self.page.goto(self.address + path)
        return self.page

    def enter_offer(self, price: str, cost: str, subject: str, department: str) -> None:
        """Start an offer approval by its form."""
        page = self.open("/start/offer-approval")
        page.fill("[name=client]", "Zakład Kowalski")
        page.fill("[name=subject]", subject)
        page.check(f"[name=department][value={department}]")
        page.fill("[name=price]", price)
        page.fill("[name=cost]", cost)
        page.get_by_role("button", name="Start", exact=True).click()
        page.wait_for_url("**/cases/**")

    def decide(self, subject: str, word: str, reason: str = "") -> None:
        """Open the offer from the approvals and accept it, or refuse it with a reason."""
        page = self.open("/approvals")
        page.get_by_role("link", name=subject).click()
        page.check(f"input[value={word}]")
        if reason:
            page.get_by_label("Reason").fill(reason)
        page.get_by_role("button", name="Complete the task").click()
        page.wait_for_url("**/done")

    def approvals(self) -> str:
        """Return the text of the approvals page."""
        return self.open("/approvals").inner_text("main")

    def close(self) -> None:
        """Leave the browser."""
        self.context.close()
