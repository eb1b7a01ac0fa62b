"""What analysts drew in fourteen tools: every file is read, with findings, and none crashes."""

from __future__ import annotations

import pytest

from casewright import bpmn
from casewright.bpmn import importers
from conformance import corpus_engine
from parts import SHARED, requires

pytestmark = requires("shared")

DATA = SHARED / "conformance" / "data"
MIWG = DATA / "miwg"
# Test models of Camunda 7 that deploy after the import; no fewer than these.
IMPORTED = 134


@pytest.mark.parametrize("force", [False, True], ids=["as they are", "all taken for executable"])
def test_interchange_files_are_read_with_findings(force: bool) -> None:
    rows = corpus_engine.read_all(MIWG, force=force)
    counts = corpus_engine.verdicts(rows)
    print(f"\nBPMN interchange files, executable forced: {force}: {len(rows)} read, {dict(counts)}")
    assert len(rows) >= 337
    bad = [row for row in rows if row["verdict"] not in ("ok", "unsupported", "nobpmn")]
    assert bad == []


def test_models_of_camunda_7_are_imported() -> None:
    files = sorted((DATA / "c7").rglob("*.bpmn*"))
    deployed = complete = 0
    for file in files:
        made = importers.convert(file.read_bytes(), file.name)
        complete += not made.left
        deployed += bool(bpmn.compile(made.content, file.name).definitions)
    print(f"\nCamunda 7 models: {len(files)}, nothing left in {complete}, {deployed} deploy")
    assert deployed >= IMPORTED
