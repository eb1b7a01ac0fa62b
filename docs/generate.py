"""Write the pages that follow from the code; with `--check` only tell which are out of step."""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import importlib.util
import inspect
import json
import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "engine/casewright/web/frontend"
PUBLIC = (
    "casewright.feel",
    "casewright.dmn",
    "casewright.testing",
    "casewright_connectors.contract",
)
MARK = "<!-- Made by docs/generate.py: change the code, then run `make docs`. -->"


def _cell(text: object) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")


def _table(head: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, row))} |" for row in lines) + "\n"


def _page(title: str, intro: str, *parts: str) -> str:
    return "\n\n".join([f"# {title}", MARK, intro, *(part.strip() for part in parts)]) + "\n"


def _module(name: str) -> Any:
    """Import a module that may not be there yet."""
    parent = name.rpartition(".")[0]
    if parent and importlib.util.find_spec(parent) is None:
        return None
    return importlib.import_module(name) if importlib.util.find_spec(name) else None


def errors() -> str:
    """The codes of refusals, as API answers and pages carry them."""
    from casewright.domain.errors import CODES

    rows = [(f"`{c.code}`", c.status, c.text, c.advice) for c in CODES.values()]
    return _page(
        "Error codes",
        "Every refusal has one of these codes. The API answers with it as problem+json, a page "
        "shows the text; a word in braces is filled in.",
        _table(("code", "HTTP status", "text", "what to do"), rows),
    )


def _first_line(value: object) -> str:
    return (inspect.getdoc(value) or "").partition("\n")[0]


def python() -> str:
    """The names that may be imported by others."""
    parts = []
    for name in PUBLIC:
        module = _module(name)
        members = sorted(getattr(module, "__all__", ())) if module else []
        if members:
            rows: list[tuple[object, ...]] = []
            for member in members:
                value = getattr(module, member)
                told = inspect.isclass(value) or inspect.isroutine(value) or inspect.ismodule(value)
                rows.append((f"`{name}.{member}`", _first_line(value) if told else "A constant."))
            parts += [f"## {name}\n\n{_first_line(module)}", _table(("name", "what it is"), rows)]
    return _page(
        "Python",
        "These names are public; every other name may change with any release.",
        *parts,
    )


def _plain(value: object) -> str:
    """Return a default as an operator would write it; a secret's is never shown."""
    return '""' if type(value).__name__ == "SecretStr" or value == "" else str(value)


def settings() -> str:
    """The settings from environment or file."""
    module = _module("casewright.settings")
    rows: list[tuple[object, ...]] = []
    if module is not None:
        for name, field in module.Settings.model_fields.items():
            default = "required" if field.is_required() else f"`{_plain(field.default)}`"
            if field.default_factory is not None:
                default = "computed"
            rows.append((f"`CASEWRIGHT_{name.upper()}`", default, field.description or ""))
    return _page(
        "Settings",
        "Settings come from the environment or from a TOML file.",
        _table(("name", "default", "what it does"), rows) if rows else "",
    )


def _commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name, child in getattr(command, "commands", {}).items():
        if getattr(child, "commands", None):
            yield from _commands(child, f"{path} {name}")
        elif not child.hidden:
            yield f"{path} {name}", child


def cli() -> str:
    """The command line."""
    module = _module("casewright.cli")
    app = getattr(module, "app", None)
    parts = []
    if app is not None:
        import typer.main

        for name, command in _commands(typer.main.get_command(app), "casewright"):
            text = inspect.cleandoc(command.help or "")
            rows: list[tuple[object, ...]] = [
                (f"`{' '.join([*p.opts, *p.secondary_opts])}`", getattr(p, "help", "") or "")
                for p in command.params
                if p.name != "help"
            ]
            parts.append(f"## {name}\n\n{text}")
            parts += [_table(("argument", "what it does"), rows)] if rows else []
    return _page("Command line", "`casewright COMMAND --help` says the same.", *parts)


def dependencies() -> str:
    """The packages that pyproject asks for, each with its reason there."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    block = text[text.index("dependencies = [") : text.index("[project.optional-dependencies]")]
    rows: list[tuple[object, ...]] = [
        (Requirement(asked).name, f"`{Requirement(asked).specifier}`", reason.strip())
        for asked, reason in re.findall(r'^    "([^"]+)",\s*#\s*(.+)$', block, re.MULTILINE)
    ]
    return _page(
        "Dependencies",
        "What an installed Casewright needs, and why. Licences: THIRD_PARTY.md in the source.",
        _table(("package", "version", "for"), rows),
    )


def _closure() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    waiting = list(project["dependencies"])
    seen: dict[str, str] = {}
    while waiting:
        requirement = Requirement(waiting.pop())
        name = canonicalize_name(requirement.name)
        extras = requirement.extras or {""}
        if name in seen or not any(
            requirement.marker is None or requirement.marker.evaluate({"extra": extra})
            for extra in ("", *extras)
        ):
            continue
        try:
            needs = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        seen[name] = name
        for need in needs:
            marker = Requirement(need).marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(re.sub(r";.*", "", need))
    return sorted(seen)


def _licence(name: str) -> str:
    meta = importlib.metadata.metadata(name).json
    named = [text for text in meta.get("classifier", ()) if text.startswith("License :: ")]
    classifiers = [text.rpartition(" :: ")[2] for text in named]
    stated = meta.get("license_expression") or ", ".join(classifiers) or meta.get("license") or ""
    return str(stated).partition("\n")[0] or "see the package"


def third_party() -> str:
    """The licences of what an installed Casewright uses."""
    python_rows: list[tuple[object, ...]] = [(name, _licence(name)) for name in _closure()]
    lock = json.loads((FRONTEND / "package-lock.json").read_text("utf-8"))["packages"]
    front_rows: list[tuple[object, ...]] = [
        (path.rpartition("node_modules/")[2], package.get("license", "see the package"))
        for path, package in sorted(lock.items())
        if path and not package.get("dev")
    ]
    return _page(
        "Third-party software",
        "Casewright is under the Apache License 2.0. It uses the packages below; none of their "
        "source is in this repository. The full texts of what the front-end bundle holds are in "
        "the bundle's `LICENCES.txt`.",
        "## Python\n\n" + _table(("package", "licence"), python_rows),
        "## Front end\n\n" + _table(("package", "licence"), front_rows),
        "bpmn-js is under the bpmn.io licence: the bpmn.io mark in a diagram's corner links to "
        "https://bpmn.io and must stay visible.",
        "SpiffWorkflow, psycopg, orjson's parts and others keep their own terms: SpiffWorkflow and "
        "psycopg are LGPL-3.0 and are used as separately installed, replaceable packages.",
    )


def readme() -> str:
    """The README, with the table of what was asked for."""
    text = (ROOT / "README.md").read_text("utf-8")
    source = (ROOT / "docs/explanation/asked-for.md").read_text("utf-8")
    table = "\n".join(line for line in source.splitlines() if line.startswith("|"))
    begin, end = "<!-- asked-for -->", "<!-- /asked-for -->"
    before, _, rest = text.partition(begin)
    return f"{before}{begin}\n{table}\n{end}{rest.partition(end)[2]}"


def bpmn_support() -> str:
    """What of BPMN runs, from the tables that decide it."""
    from casewright.bpmn import support

    return support.page() + "\n"


def bpmn_rules() -> str:
    """The rules of the standard that `casewright check` holds files against."""
    from casewright.bpmn.rules import RULES

    rows = sorted((f"`{r.code}`", r.level, r.text, r.source) for r in RULES.values())
    return _page(
        "BPMN rules",
        f"The {len(rows)} rules of the BPMN standard that `casewright check` and a deployment hold "
        "files against. What breaks one is a warning with its code; a note concerns the exchange "
        "with other tools only, changes nothing in how a process runs, and is told by "
        "`casewright check --notes`. What the engine does not run is an error, see "
        "[what runs](bpmn-support.md).",
        _table(("code", "level", "rule", "where it is written"), rows),
    )


def _fields(model: Any) -> str:
    rows: list[tuple[object, ...]] = [
        (
            f"`{name}`",
            getattr(field.annotation, "__name__", str(field.annotation)),
            "required" if field.is_required() else f"`{field.default}`",
            field.description or "",
        )
        for name, field in model.model_fields.items()
    ]
    return _table(("field", "type", "default", "what it is"), rows) if rows else "None."


def connectors() -> str:
    """What service tasks can ask for, from the operations themselves."""
    from casewright_connectors.registry import OPERATIONS

    parts = []
    for operation in sorted(OPERATIONS, key=lambda operation: operation.type):
        parts.append(f"## {operation.type}\n\n{operation.title}. {operation.description}")
        for title, model in (("Input", operation.input), ("Output", operation.output)):
            parts.append(f"### {title} of {operation.type}\n\n{_fields(model)}")
        if operation.errors:
            rows: list[tuple[object, ...]] = [(f"`{c}`", t) for c, t in operation.errors.items()]
            parts.append(_table(("BPMN error", "when"), rows))
    return _page(
        "Connector operations",
        "A service task names one of these operations as its type; input mappings give the "
        "fields. Every operation is a job, those that Casewright carries out itself too. What "
        "happens when a call fails: [Reliability](../explanation/reliability.md). How to write "
        "a connector: implement `Connector` of `casewright_connectors.contract`, which "
        "[Python](python.md) lists.",
        *parts,
    )


def _operation(found: dict[str, Any]) -> str:
    rows: list[tuple[object, ...]] = [
        (f"`{p['name']}`{' *' if p['required'] else ''}", p["place"], p["kind"], p["text"])
        for p in found["parameters"]
    ]
    body = found["body"] or {"fields": (), "text": ""}
    rows += [
        (f"`{f['name']}`{' *' if f['required'] else ''}", "body", f["kind"], "")
        for f in body["fields"]
    ]
    head = f"### {found['method']} {found['path']}\n\n{found['summary']}"
    if body["text"]:
        head += f"\n\n{body['text']}"
    return f"{head}\n\n{_table(('name', 'in', 'type', 'what it is'), rows)}" if rows else head


def api() -> str:
    """The API, from the schema that the system itself gives."""
    from fastapi import FastAPI

    from casewright.web.api import NOUNS
    from casewright.web.api.docs import operations

    app = FastAPI()
    for noun in NOUNS:
        app.include_router(noun.router())
    parts = []
    for tag, found in operations(app.openapi()).items():
        parts += [f"## {tag.capitalize()}", *map(_operation, found)]
    return _page(
        "API",
        "Every system shows this page at `/api/docs` and the schema at `/openapi.json`. Send "
        "`Authorization: Bearer TOKEN` (`casewright user token` makes one), or the session's "
        "cookie with its CSRF secret in `X-CSRF-Token`. Bodies are JSON objects in UTF-8, at "
        "most 1 MiB and 64 levels deep; numbers are exact decimals of up to 34 digits, both "
        "ways. A refusal is `application/problem+json` with a stable `code`: "
        "[Error codes](errors.md). Lists give `rows` and `next`; send `next` as `cursor` for "
        "the rows after them. What is not yours to see answers 404. `GET /events?topics=` "
        "streams the names of the topics that change: `inbox`, `incidents`, `definitions`, "
        "`case:ID`, and for operators `jobs` and `timers`. Names with * are required.",
        *parts,
    )


PAGES = {
    "docs/reference/api.md": api,
    "docs/reference/errors.md": errors,
    "docs/reference/python.md": python,
    "docs/reference/settings.md": settings,
    "docs/reference/cli.md": cli,
    "docs/reference/connectors.md": connectors,
    "docs/reference/bpmn-support.md": bpmn_support,
    "docs/reference/bpmn-rules.md": bpmn_rules,
    "docs/reference/dependencies.md": dependencies,
    "THIRD_PARTY.md": third_party,
    "README.md": readme,
}


def main() -> int:
    """Write or check every page; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 if out of step")
    check = parser.parse_args().check
    stale = []
    for name, make in PAGES.items():
        path, text = ROOT / name, make()
        if path.exists() and path.read_text("utf-8") == text:
            continue
        stale.append(name)
        if not check:
            path.write_text(text, "utf-8")
    for name in stale:
        print(f"{name}: {'out of step, run `make docs`' if check else 'written'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
