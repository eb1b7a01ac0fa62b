"""The rules of the standard as a linter, for `lint_run.py --engine module:lint_engine`.

Only rules count: what the engine refuses as not supported breaks none.
"""

from __future__ import annotations

from pathlib import Path

from casewright import xml
from casewright.bpmn import rules
from casewright.xml import NS, Element


def lint(path: str) -> list[str]:
    """Return what breaks a rule in a file and in the files that it imports."""
    file = Path(path)
    try:
        root = xml.parse(file.read_bytes(), file.name)
    except xml.XmlProblem as problem:
        return [f"{problem.code}: {problem.message}"]
    imports: dict[str, Element | None] = {}
    _load(file.parent, root, imports)
    found = rules.check(root, file.name, imports=imports)
    return [f"{f.element}:{f.line} [{f.code}] {f.message}" for f in found]


def _load(folder: Path, root: Element, imports: dict[str, Element | None]) -> None:
    for node in xml.children(root, "bpmn:import"):
        location = xml.attr(node, "location")
        if xml.attr(node, "importType") != NS["bpmn"] or "://" in location or location in imports:
            continue
        target = folder / location
        try:
            imports[location] = found = xml.parse(target.read_bytes(), location)
        except (OSError, xml.XmlProblem):
            imports[location] = None
            continue
        _load(folder, found, imports)
