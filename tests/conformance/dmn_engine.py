"""Casewright's decisions as the DMN compatibility kit's runner wants an engine."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from casewright import dmn, feel

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
_KINDS = {
    "date": "date",
    "time": "time",
    "date and time": "dateTime",
    "days and time duration": "duration",
    "years and months duration": "duration",
}
_CALLS = {"date": "date", "time": "time", "dateTime": "date and time", "duration": "duration"}


def _runner() -> Any:
    """Return the runner's own module, under whichever name it was started."""
    return sys.modules.get("tck_run") or sys.modules["__main__"]


def _read(value: Any) -> Any:
    """Turn a value of the runner into a FEEL value."""
    if isinstance(value, list):
        return [_read(item) for item in value]
    if isinstance(value, dict):
        return {key: _read(item) for key, item in value.items()}
    if hasattr(value, "kind") and hasattr(value, "text"):
        return feel.evaluate(f'{_CALLS[value.kind]}("{value.text}")', {}, now=NOW, zone=UTC)[0]
    return value


def _written(value: Any) -> Any:
    """Turn a FEEL value into one of the runner's."""
    kind = feel.type_name(value)
    if kind == "list":
        return [_written(item) for item in value]
    if kind == "context":
        return {key: _written(item) for key, item in value.items()}
    if kind in _KINDS:
        text = feel.evaluate("string(v)", {"v": value}, now=NOW, zone=UTC)[0]
        return _runner().T(_KINDS[kind], text)
    return value


class Model:
    """One loaded model."""

    def __init__(self, model: dmn.Model) -> None:
        self._model = model

    def decision(self, name: str, inputs: dict[str, Any]) -> Any:
        """Evaluate a decision."""
        values = {key: _read(value) for key, value in inputs.items()}
        result = self._model.decision(name, values, now=NOW, zone=UTC)
        return None if result.failed else _written(result.value)

    def service(self, name: str, inputs: dict[str, Any]) -> Any:
        """Evaluate a decision service."""
        values = {key: _read(value) for key, value in inputs.items()}
        result = self._model.service(name, values, now=NOW, zone=UTC)
        return None if result.failed else _written(result.value)


class ENGINE:
    """The entry that the runner looks for."""

    name = "casewright"

    def load(self, paths: list[str]) -> Model:
        """Read the files of a model."""
        return Model(dmn.load([Path(path) for path in paths]))
