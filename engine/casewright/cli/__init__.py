"""The `casewright` command: every fault is one line with its place, never a traceback."""

from __future__ import annotations

import sys

import typer

from casewright.cli import care, demo, expressions, files, serving, setup, users
from casewright.cli.output import failed, problem

app = typer.Typer(
    name="casewright",
    help="Run business processes exactly as they are drawn.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for part in (setup, serving, demo, files, care, expressions):
    part.add(app)
app.add_typer(users.app, name="user")

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line and leave with its exit code."""
    try:
        app()
    except KeyboardInterrupt:
        failed("stopped")
        sys.exit(130)
    except Exception as error:
        failed(problem(error))
        sys.exit(1)
