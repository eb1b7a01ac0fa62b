"""What the command line prints: results on stdout, what went wrong on stderr."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from casewright.domain.errors import CODES, Refused, fill
from casewright.xml.findings import Finding

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """Print a line."""
    out.print(text, markup=False)


def failed(text: str) -> None:
    """Print what went wrong."""
    err.print(f"casewright: {text}", markup=False)


def stop(text: str, code: int = 1) -> NoReturn:
    """Print what went wrong and leave."""
    failed(text)
    raise typer.Exit(code)


def problem(error: Exception) -> str:
    """Return a fault as lines for an operator; CASEWRIGHT_DEBUG shows where it arose."""
    if os.environ.get("CASEWRIGHT_DEBUG"):
        err.print_exception()
    if isinstance(error, Refused):
        return refusal(error)
    if isinstance(error, ValidationError):
        lines = [
            f"setting {'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()
        ]
        return "\n".join(lines)
    text = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {text[0]}"


def refusal(refused: Refused) -> str:
    """Return a refusal as lines: its text, its fields, its advice."""
    lines = [f"{refused.text()} [{refused.code}]"]
    for name, field in (refused.details.get("fields") or {}).items():
        lines.append(f"  {name}: {field.get('code', '')}")
    lines += [f"  {path}" for path in refused.details.get("files") or ()]
    if advice := fill(CODES[refused.code].advice, refused.details):
        lines.append(f"  {advice}")
    return "\n".join(lines)


def finding(found: Finding) -> str:
    """Return a finding as one line that begins with its place."""
    place = f"{found.file}:{found.line}" if found.line else found.file
    element = f" {found.element}" if found.element else ""
    return f"{place}:{element}{_said(found)}"


def _said(found: Finding) -> str:
    inside = f" ({found.place})" if found.place else ""
    return f"{inside} {found.severity} [{found.code}] {found.message}"


def findings(found: Iterable[Finding]) -> int:
    """Print findings by element, those with an error on stderr; return how many errors there are.

    The first of an element has its place; what else is wrong with it stands below.
    """
    groups: dict[object, list[Finding]] = {}
    for number, one in enumerate(sorted(found, key=lambda f: (f.file, f.line, f.element))):
        groups.setdefault((one.file, one.element or number), []).append(one)
    count = 0
    for group in groups.values():
        errors = sum(one.severity == "error" for one in group)
        count += errors
        console = err if errors else out
        first, *others = sorted(group, key=lambda f: ("error", "warning", "note").index(f.severity))
        console.print(finding(first), markup=False)
        for one in others:
            console.print(f"   {_said(one)}", markup=False)
    return count


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows below a head."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for name in head:
        made.add_column(name, overflow="fold")
    for row in rows:
        made.add_row(*(str(cell) for cell in row))
    out.print(made)
