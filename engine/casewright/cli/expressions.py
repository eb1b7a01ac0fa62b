"""`feel` and `dmn`: try an expression, try a decision."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from casewright import dmn, feel
from casewright.cli.output import failed, findings, refusal, say, stop
from casewright.domain.clock import SystemClock
from casewright.domain.errors import Refused
from casewright.settings import Settings
from casewright.web import body

_VALUES = "A JSON object, or the file that holds one."


def add(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("feel")(evaluate)
    app.command("dmn")(decide)


def evaluate(
    expression: Annotated[str, typer.Argument(help="The FEEL expression.")],
    context: Annotated[str, typer.Option(help=f"The variables. {_VALUES}")] = "{}",
) -> None:
    """Evaluate a FEEL expression and print its value."""
    variables = _values(context, "--context")
    value, problems = feel.evaluate(
        expression, variables, now=SystemClock().now(), zone=Settings().zone
    )
    for problem in problems:
        failed(f"line {problem.line}, column {problem.column}: [{problem.kind}] {problem.message}")
    if not any(problem.kind == "syntax" for problem in problems):
        kinds = {name: feel.kind_of(item) for name, item in variables.items()}
        for problem in feel.analyse(expression, kinds).problems:
            if (problem.line, problem.column) not in {(p.line, p.column) for p in problems}:
                place = f"line {problem.line}, column {problem.column}"
                failed(f"{place}: [{problem.kind}] {problem.message}")
    say(body.dumps(feel.codec.plain(value)).decode())
    raise typer.Exit(1 if problems else 0)


def decide(
    file: Annotated[list[Path], typer.Argument(help="The DMN file, then those that it imports.")],
    decision: Annotated[str, typer.Option(help="Id or name; the only one if left out.")] = "",
    given: Annotated[str, typer.Option("--input", help=f"The inputs. {_VALUES}")] = "{}",
    trace: Annotated[bool, typer.Option(help="Print also the rules that hit, and why.")] = False,
) -> None:
    """Evaluate a decision and print its value."""
    for path in file:
        if not path.is_file():
            stop(f"{path}: there is no such file", 2)
    try:
        model = dmn.load(file)
    except dmn.DmnProblem as problem:
        stop(f"{problem} [{problem.code}]", 1)
    if findings(model.problems):
        stop("the model has errors and decides nothing until they are mended")
    name = decision or _only(model)
    if name not in {item for one in model.decisions.values() for item in (one.id, one.name)}:
        stop(f"there is no decision “{name}”; there are {_listed(model)}", 2)
    inputs = _values(given, "--input")
    found = model.decision(name, inputs, SystemClock().now(), Settings().zone)
    for warning in found.warnings:
        failed(str(warning))
    value = feel.codec.plain(found.value)
    say(body.dumps({"value": value, "trace": found.trace} if trace else value).decode())
    raise typer.Exit(1 if found.failed else 0)


def _only(model: dmn.Model) -> str:
    if len(model.decisions) != 1:
        stop(f"name the decision with --decision; there are {_listed(model)}", 2)
    return next(iter(model.decisions))


def _listed(model: dmn.Model) -> str:
    names = [f"“{one.name}” ({one.id})" for one in model.decisions.values()]
    return ", ".join(names) or "none"


def _values(text: str, option: str) -> dict[str, Any]:
    """Read a JSON object out of an option, or out of the file that it names."""
    if not text.lstrip().startswith("{"):
        path = Path(text)
        if not path.is_file():
            stop(f"{option}: “{text}” is neither a JSON object nor a file", 2)
        text = path.read_text("utf-8")
    try:
        found = body.loads(text.encode())
        return {name: feel.values.from_python(value) for name, value in found.items()}
    except Refused as refused:
        stop(f"{option}: {refusal(refused)}", 2)
    except feel.FeelError as error:
        stop(f"{option}: {error.message}", 2)
