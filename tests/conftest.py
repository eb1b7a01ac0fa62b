"""What every test may use: databases of its own, and the rule about missing parts.

`postgres_url` and `sqlite_url` give a fresh empty database; `database_url` gives each in turn,
so that a test which takes it runs on both. `page` is a page of the system's Chromium.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from parts import PARTS, chromium, everything_required, require
from postgres import Postgres, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The PostgreSQL server of this run."""
    require("postgresql")
    with running() as server:
        yield server


@pytest.fixture
def new_postgres(postgres: Postgres) -> Iterator[Callable[..., str]]:
    """Make fresh databases: call it, with a template's name when given, for an address."""
    made: list[str] = []

    def new(template: str = "template0") -> str:
        made.append(postgres.create(template))
        return postgres.url(made[-1])

    yield new
    for name in made:
        postgres.drop(name)


@pytest.fixture
def postgres_url(new_postgres: Callable[..., str]) -> str:
    """The address of a fresh empty PostgreSQL database."""
    return new_postgres()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a fresh SQLite file."""
    return f"sqlite:///{tmp_path / 'casewright.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh empty database, once on SQLite and once on PostgreSQL."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(name))


@pytest.fixture(scope="session")
def _migrated_postgres(postgres: Postgres) -> str:
    """A database that is only copied: migrating one takes half a second."""
    name = postgres.create()
    _migrate(postgres.url(name))
    return name


@pytest.fixture(scope="session")
def _migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that is only copied."""
    path = tmp_path_factory.mktemp("migrated") / "casewright.db"
    _migrate(f"sqlite:///{path}")
    return path


def _migrate(url: str) -> None:
    from casewright.store import schema
    from casewright.store.db import Database

    database = Database(url)
    schema.migrate(database)
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh database with our schema, once on SQLite and once on PostgreSQL."""
    if request.param == "postgresql":
        new = request.getfixturevalue("new_postgres")
        return str(new(request.getfixturevalue("_migrated_postgres")))
    path = tmp_path / "casewright.db"
    shutil.copyfile(request.getfixturevalue("_migrated_sqlite"), path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    require("chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Its sandbox refuses to run as root, as CI does.
        program = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield program
        program.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh browser page; an error on its console fails the test that opened it."""
    context = browser.new_context(locale="en-GB", timezone_id="Europe/Warsaw")
    opened = context.new_page()
    problems: list[str] = []
    opened.on("console", lambda told: problems.append(told.text) if told.type == "error" else None)
    opened.on("pageerror", lambda error: problems.append(str(error)))
    yield opened
    context.close()
    assert problems == []


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    told = report.longrepr
    return str(told[2]) if isinstance(told, tuple) else str(told)


def _judge(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Fail a skip where everything is required."""
    if report.outcome != "skipped" or hasattr(report, "wasxfail"):
        return
    if everything_required():
        reason = _reason(report)
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}\nskipped under CASEWRIGHT_REQUIRE=all: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Judge a skip of a test."""
    report = yield
    _judge(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Judge a skip of a whole module."""
    report = yield
    _judge(report)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name each missing part with the command that installs it."""
    # From the reports, not counted on the way: tests run in processes of their own.
    reasons = [_reason(report) for report in terminalreporter.stats.get("skipped", ())]
    missing = Counter(
        name
        for name, part in PARTS.items()
        for reason in reasons
        if f"needs {part.title}:" in reason
    )
    if not missing:
        return
    terminalreporter.section("missing parts")
    for name, count in sorted(missing.items()):
        part = PARTS[name]
        terminalreporter.line(f"{part.title}: {count} skipped; to run them: {part.install}")
