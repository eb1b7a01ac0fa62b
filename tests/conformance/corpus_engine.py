"""Our reader for `parse_corpus.py`, which knows SpiffWorkflow's only.

`python tests/conformance/corpus_engine.py FOLDER [--force]` prints one line like the original.
"""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from lxml import etree

from casewright import bpmn

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT.parent / "shared" / "conformance" / "parse_corpus.py"
GLOBS = ("**/*.bpmn", "**/*.bpmn20.xml", "**/*.bpmn2.xml")


class ValidationException(Exception):
    """What the corpus counts as refused and not as a crash; it goes by the name."""


def read(path: Path, tree: Any, _parser: str = "") -> int:
    """Return how many definitions a file holds; refused, it has to say why."""
    data = etree.tostring(tree)
    compiled = bpmn.compile(data, path.name)
    found = bpmn.lint(data, path.name, known=compiled.findings, notes=True)
    refused = [one for one in compiled.findings if one.severity == "error"]
    if refused:
        raise ValidationException(", ".join(sorted({one.code for one in refused})))
    assert compiled.definitions or found, "nothing was deployed and nothing said why"
    return len(compiled.definitions)


def read_all(folder: Path, *, force: bool = False) -> list[dict[str, Any]]:
    """Return the rows of the corpus; `force` takes every process for executable."""
    spec = importlib.util.spec_from_file_location("parse_corpus", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    corpus = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(corpus)
    corpus.spiff = read  # type: ignore[attr-defined]
    files = sorted({f for pattern in GLOBS for f in folder.glob(pattern) if f.is_file()})
    return [corpus.one((file, "casewright", force)) for file in files]


def verdicts(rows: list[dict[str, Any]]) -> Counter[str]:
    """Count the rows by what came of them."""
    return Counter(row["verdict"] for row in rows)


if __name__ == "__main__":
    made = read_all(Path(sys.argv[1]), force="--force" in sys.argv)
    print(len(made), "files", dict(verdicts(made)))
