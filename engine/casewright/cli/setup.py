"""`init`: a settings file with a secret key, and the folder for data."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Annotated

import typer

from casewright.cli.output import say, stop
from casewright.settings import FILE

_TEXT = """\
# Settings of this Casewright; the environment (CASEWRIGHT_ and the name in capitals) goes first.
# Keep the secret key: the journal's chain and every session hang on it.
secret_key = {secret}
database_url = {database}
data_dir = {data}
timezone = {zone}
host = "127.0.0.1"
port = 8080
"""


def add(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(init)


def init(
    folder: Annotated[Path, typer.Argument(help="Where to write casewright.toml.")] = Path("."),
    database_url: Annotated[
        str, typer.Option(help="The database; a SQLite file in the data folder by default.")
    ] = "",
    data_dir: Annotated[Path, typer.Option(help="The folder for data.")] = Path("var"),
    timezone: Annotated[str, typer.Option(help="Zone of dates without one.")] = "Europe/Warsaw",
) -> None:
    """Write casewright.toml with a fresh secret key, and make the data folder."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / FILE
    text = _TEXT.format(
        secret=json.dumps(secrets.token_urlsafe(48)),
        database=json.dumps(database_url or f"sqlite:///{(data_dir / 'casewright.db').as_posix()}"),
        data=json.dumps(data_dir.as_posix()),
        zone=json.dumps(timezone),
    )
    try:
        # Only its owner may read the key.
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        stop(f"{target} is there already; nothing was changed")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    (folder / data_dir).mkdir(parents=True, exist_ok=True)
    say(f"wrote {target}; next: casewright serve")
