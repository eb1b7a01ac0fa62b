"""`migrate`, `verify` and `doctor`: looking after a system."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from zoneinfo import ZoneInfoNotFoundError

import typer

from casewright.bootstrap import open_database
from casewright.cli.output import failed, problem, say
from casewright.cli.system import database, system
from casewright.commands import housekeeping
from casewright.settings import Settings
from casewright.store import schema
from casewright.store.queries import people
from casewright.web.app import STATIC

ENOUGH = 500 * 1024 * 1024


def add(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(migrate)
    app.command()(verify)
    app.command()(doctor)


def migrate() -> None:
    """Bring the database to the schema that this program needs."""
    with database() as opened:
        before, after = schema.migrate(opened)
    if before == after:
        say(f"the schema is {after} already")
    else:
        say(f"the schema went from {before or 'nothing'} to {after}")


def verify() -> None:
    """Check the journal's chains and that every running instance waits for something."""
    with system() as opened:
        folder = opened.settings.data_dir / "checkpoints"
        report = housekeeping.verify(opened.database, opened.settings.key("journal"), folder)
    for broken in report.broken:
        failed(f"journal {broken.stream}, row {broken.seq}: {broken.reason}")
    for one in report.stalled:
        failed(f"instance {one.instance} of {one.process} waits for nothing")
    say(
        f"{report.streams} journals, {len(report.broken)} broken; "
        f"{report.checkpoints} checkpoints; {len(report.stalled)} instances stalled"
    )
    raise typer.Exit(0 if report.whole else 1)


def doctor() -> None:
    """Look at settings, database, disk and program, and say what to mend."""
    bad = 0
    for name, look in _LOOKS.items():
        try:
            good, text = look()
        except Exception as error:
            good, text = False, problem(error)
        say(f"{'ok  ' if good else 'BAD '} {name}: {text}")
        bad += not good
    raise typer.Exit(1 if bad else 0)


def _python() -> tuple[bool, str]:
    return sys.version_info >= (3, 11), sys.version.split()[0]


def _secret() -> tuple[bool, str]:
    good = len(Settings().secret_key.get_secret_value()) >= 32
    return good, "set" if good else "missing or short: run `casewright init`"


def _zone() -> tuple[bool, str]:
    try:
        return True, Settings().zone.key
    except (ZoneInfoNotFoundError, ValueError):
        return False, f"there is no zone “{Settings().timezone}”"


def _data() -> tuple[bool, str]:
    folder = Settings().data_dir
    there = folder if folder.exists() else folder.absolute().parent
    free = shutil.disk_usage(there).free
    if not os.access(there, os.W_OK):
        return False, f"{folder} cannot be written"
    return free >= ENOUGH, f"{folder}, {free // 2**20} MiB free"


def _schema() -> tuple[bool, str]:
    settings = Settings()
    prefix = "sqlite:///"
    if settings.database_url.startswith(prefix):
        file = settings.database_url.removeprefix(prefix)
        if not os.path.exists(file):
            return False, f"{file} is not there yet: run `casewright migrate`"
    opened = open_database(settings)
    try:
        schema.check(opened)
        with opened.read() as connection:
            anybody = people.anybody(people.NOBODY, connection)
        who = "" if anybody else "; nobody can sign in yet: open the first page, or `user add`"
        return True, f"{opened.dialect}, schema {schema.wanted()}{who}"
    finally:
        opened.close()


def _bundle() -> tuple[bool, str]:
    good = (STATIC / "bundle" / "app.js").is_file()
    return good, "there" if good else "missing: run `make setup` in the checkout"


_LOOKS: dict[str, Callable[[], tuple[bool, str]]] = {
    "Python": _python,
    "secret key": _secret,
    "time zone": _zone,
    "data folder": _data,
    "database": _schema,
    "front-end bundle": _bundle,
}
