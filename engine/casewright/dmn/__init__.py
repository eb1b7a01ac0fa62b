"""DMN decisions on FEEL: read, evaluated with a trace, checked for gaps and overlaps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from casewright import xml
from casewright.dmn.check import check
from casewright.dmn.graph import Evaluation, Model
from casewright.dmn.lint import lint
from casewright.dmn.model import Decision
from casewright.dmn.read import read
from casewright.dmn.run import Notice

__all__ = ["Decision", "DmnProblem", "Evaluation", "Model", "Notice", "load"]


class DmnProblem(Exception):
    """A file that is no readable XML; anything else is in the model's problems."""

    def __init__(self, code: str, message: str, file: str = "", line: int = 0) -> None:
        super().__init__(code, message, file, line)
        self.code = code
        self.message = message
        self.file = file
        self.line = line

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}" if place else self.message


def load(files: Sequence[Path | str | bytes | tuple[str, bytes]]) -> Model:
    """Read and link files given as paths, bytes or (name, bytes); the first one leads."""
    read_files = []
    findings = []
    for source in files:
        name, data = _content(source)
        try:
            definitions, found = read(data, name)
        except xml.XmlProblem as problem:
            raise DmnProblem(problem.code, problem.message, name, problem.line) from None
        read_files.append(definitions)
        findings.extend(found)
    model = Model(tuple(read_files), findings)
    if any(problem.severity == "error" for problem in model.problems):
        return model
    return model.with_findings([*lint(model.subjects), *check(model.candidates)])


def _content(source: Path | str | bytes | tuple[str, bytes]) -> tuple[str, bytes]:
    if isinstance(source, bytes):
        return "", source
    if isinstance(source, tuple):
        return source
    path = Path(source)
    return path.name, path.read_bytes()
