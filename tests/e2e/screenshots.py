"""Pictures of the pages that people use, large and as on a phone, light and dark."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from e2e.demo import PHONE, Person, served
from parts import chromium

FOLDER = Path("screenshots")
PAGES = {
    "anna": ["/", "/start", "/start/offer-approval", "/cases"],
    "henryk": ["/inbox", "/approvals"],
    "barbara": ["/approvals"],
    "olga": ["/cases", "/incidents", "/processes"],
    "admin": ["/people", "/profile"],
}


def main() -> None:
    """Serve a demonstration, enter two offers, and photograph."""
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        served(Path(data)) as address,
        sync_playwright() as playwright,
    ):
        program = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        _prepare(program, address)
        for login, paths in PAGES.items():
            for path in paths:
                _photograph(Person(program, address, login), login, path)
        program.close()
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER}/")


def _prepare(program: Browser, address: str) -> None:
    anna, henryk = Person(program, address, "anna"), Person(program, address, "henryk")
    anna.enter_offer("10000", "8001", "Survey of a roof", "construction")
    anna.enter_offer("25000", "21000", "Valuation of a quarry", "construction")
    henryk.decide("Survey of a roof", "accept")
    anna.close()
    henryk.close()


def _photograph(person: Person, login: str, path: str) -> None:
    name = f"{login}{path.replace('/', '-').rstrip('-')}"
    for scheme in ("light", "dark"):
        person.page.emulate_media(color_scheme=scheme)
        for size, suffix in ((None, "wide"), (PHONE, "phone")):
            if size is not None:
                person.page.set_viewport_size({"width": size[0], "height": size[1]})
            person.open(path)
            person.page.screenshot(path=FOLDER / f"{name}-{suffix}-{scheme}.png", full_page=True)
        person.page.set_viewport_size({"width": 1280, "height": 850})
    person.close()


if __name__ == "__main__":
    main()
