"""What analysts drew in fourteen tools: every file is read, with findings, and none crashes."""

from __future__ import annotations

import pytest

from conformance import corpus_engine
from parts import SHARED, requires

pytestmark = requires("shared")

MIWG = SHARED / "conformance" / "data" / "miwg"


@pytest.mark.parametrize("force", [False, True], ids=["as they are", "all taken for executable"])
def test_interchange_files_are_read_with_findings(force: bool) -> None:
    rows = corpus_engine.read_all(MIWG, force=force)
    counts = corpus_engine.verdicts(rows)
    print(f"\nBPMN interchange files, executable forced: {force}: {len(rows)} read, {dict(counts)}")
    assert len(rows) >= 337
    bad = [row for row in rows if row["verdict"] not in ("ok", "unsupported", "nobpmn")]
    assert bad == []
