"""Snapshots of every released format are finished by the present code."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from casewright import bpmn
from casewright.feel import codec

HERE = Path(__file__).parent
EXAMPLES = sorted(HERE.glob("*/*.json"))


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 15


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_an_old_snapshot_is_finished(path: Path) -> None:
    example = orjson.loads(path.read_bytes())
    compiled = bpmn.compile(example["file"].encode(), path.name)
    assert compiled.deployable, compiled.findings
    (definition,) = compiled.definitions
    ctx = bpmn.StepContext(now=datetime(2026, 3, 2, 10, tzinfo=UTC), zone=UTC)
    snapshot, done = example["snapshot"], False
    assert bpmn.waiting_for(definition, snapshot)
    for item in example["changes"]:
        change = getattr(bpmn, item.pop("type"))
        item = {k: codec.from_json(v) if isinstance(v, dict) else v for k, v in item.items()}
        result = bpmn.step(definition, snapshot, change(**item), ctx)
        snapshot, done = orjson.loads(orjson.dumps(result.snapshot)), result.done
    assert done
    assert snapshot.get("variables", {}) == example["variables"]
