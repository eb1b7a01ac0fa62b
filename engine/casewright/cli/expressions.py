"""`feel`: try an expression."""

from __future__ import annotations

from typing import Annotated

import typer

from casewright import feel
from casewright.cli.output import failed, say
from casewright.domain.clock import SystemClock
from casewright.settings import Settings
from casewright.web import body


def add(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("feel")(evaluate)


def evaluate(
    expression: Annotated[str, typer.Argument(help="The FEEL expression.")],
    context: Annotated[str, typer.Option(help="Variables, as a JSON object.")] = "{}",
) -> None:
    """Evaluate a FEEL expression and print its value."""
    variables = {
        name: feel.values.from_python(value) for name, value in body.loads(context.encode()).items()
    }
    value, problems = feel.evaluate(
        expression, variables, now=SystemClock().now(), zone=Settings().zone
    )
    for problem in problems:
        failed(f"line {problem.line}, column {problem.column}: [{problem.kind}] {problem.message}")
    say(body.dumps(feel.codec.plain(value)).decode())
    raise typer.Exit(1 if problems else 0)
