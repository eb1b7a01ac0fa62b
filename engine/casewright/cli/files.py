"""`deploy`, `check` and `test`: the files of apps."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from casewright import resources
from casewright.bpmn import importers
from casewright.cli.output import err, failed, finding, findings, refusal, say, stop
from casewright.cli.output import out as stdout
from casewright.cli.system import system
from casewright.commands.catalogue import registry
from casewright.commands.check import check as check_files
from casewright.commands.deployments import Deploy
from casewright.domain.clock import SystemClock
from casewright.domain.errors import Refused
from casewright.domain.people import SYSTEM
from casewright.testing import scenarios
from casewright.xml import XmlProblem

Folder = Annotated[Path, typer.Argument(help="The folder that holds processes/ and forms/.")]
Apps = Annotated[list[str] | None, typer.Option("--app", help="Only this app; may be repeated.")]


def add(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(deploy)
    app.command()(check)
    app.command("import")(import_)
    app.command()(test)


def _apps(folder: Path, wanted: list[str] | None) -> list[str]:
    found = resources.apps(folder)
    if not found:
        stop(f"{folder}: there is no app below {folder / 'processes'}", 2)
    for name in wanted or ():
        if name not in found:
            stop(f"{folder}: there is no app “{name}”; there are {', '.join(found)}", 2)
    return wanted or found


def deploy(
    folder: Folder,
    app: Apps = None,
    parent: Annotated[
        str | None, typer.Option(help="Refuse where the newest release has another hash.")
    ] = None,
) -> None:
    """Deploy apps into the database: each whole, or not at all."""
    broken = 0
    with system() as opened:
        for name in _apps(folder, app):
            command = Deploy(name, resources.files(folder, name), parent)
            try:
                answer = opened.unit.run(command, SYSTEM)
            except Refused as refused:
                broken += 1
                findings(refused.details.get("findings") or ())
                failed(f"{name}: {refusal(refused)}")
                continue
            for warning in answer["warnings"]:
                say(_warning(warning))
            state = "is there already" if answer.get("unchanged") else "deployed"
            say(f"{name}: version {answer['version']} {state}, hash {answer['hash'][:12]}")
    raise typer.Exit(1 if broken else 0)


def _warning(found: dict[str, Any]) -> str:
    place = f"{found['file']}:{found['line']}" if found["line"] else found["file"]
    element = f" {found['element']}" if found["element"] else ""
    return f"{place}:{element} warning [{found['code']}] {found['message']}"


def check(
    folder: Folder,
    app: Apps = None,
    notes: Annotated[
        bool, typer.Option("--notes", help="Tell what matters to other tools only, too.")
    ] = False,
) -> None:
    """Check the files of apps without a database; findings stand by element, with their place."""
    errors = 0
    severities: Counter[str] = Counter()
    for name in _apps(folder, app):
        found = check_files(
            name,
            resources.files(folder, name),
            operations=registry(SystemClock()).types,
            notes=notes,
        ).findings
        errors += findings(found)
        severities.update(one.severity for one in found)
    noted = f", {severities['note']} notes" if severities["note"] else ""
    say(f"{errors} errors, {severities['warning']} warnings{noted}")
    raise typer.Exit(1 if errors else 0)


def import_(
    file: Annotated[Path, typer.Argument(help="A BPMN file for Camunda 7 or SpiffWorkflow.")],
    out: Annotated[Path | None, typer.Option(help="Where to write it; else it is printed.")] = None,
    source: Annotated[
        Literal["camunda", "spiffworkflow"] | None,
        typer.Option("--from", help="Whose file it is; else its own names decide."),
    ] = None,
) -> None:
    """Translate a file of another engine, and list what a person has to translate."""
    try:
        made = importers.convert(file.read_bytes(), file.name, source or "")
    except OSError as problem:
        stop(f"{file}: {problem.strerror}", 2)
    except XmlProblem as problem:
        stop(str(problem))
    for found in made.findings:
        err.print(finding(found), markup=False)
    if out is None:
        say(made.content.decode("utf-8"))
    else:
        out.write_bytes(made.content)
    left = len(made.left)
    err.print(f"{file.name}: vocabulary {made.vocabulary}, {left} left to translate", markup=False)


def test(
    folder: Annotated[
        Path, typer.Argument(help="A folder with processes/, one app's folder, or one scenario.")
    ],
) -> None:
    """Play the scenarios of apps on a virtual clock, and tell which elements they reached."""
    if not folder.exists():
        stop(f"{folder}: there is no such file or folder", 2)
    report = scenarios.run_dir(folder)
    for result in report.results:
        mark = "ok  " if result.passed else "FAIL"
        console = stdout if result.passed else err
        console.print(f"{mark} {result.file}:{result.line} {result.title}", markup=False)
        if result.problem:
            err.print(f"     {result.problem}", markup=False)
    for coverage in report.coverage.values():
        missed = f"; not reached: {', '.join(coverage.missed)}" if coverage.missed else ""
        say(f"{coverage.process}: {coverage.share:.0%} of its elements{missed}")
    passed = sum(result.passed for result in report.results)
    say(f"{passed} of {len(report.results)} scenarios hold")
    if not report.results:
        stop(f"{folder}: there are no scenarios")
    raise typer.Exit(0 if report.passed else 1)
