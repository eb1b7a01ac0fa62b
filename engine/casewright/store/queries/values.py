"""From stored columns to what a page shows: instants and JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import orjson

from casewright.domain.clock import instant

FAR = 2**62


def at(value: int) -> datetime:
    """Return a stored instant."""
    return instant(value)


def maybe_at(value: int | None) -> datetime | None:
    """Return a stored instant, or None."""
    return None if value is None else instant(value)


def json(text: str) -> Any:
    """Return stored JSON."""
    return orjson.loads(text)


def typed(row: Sequence[Any], **columns: Callable[[Any], Any]) -> list[Any]:
    """Return the row's values, those of the named columns converted by the given functions."""
    names = row._fields  # type: ignore[attr-defined]
    return [columns[n](v) if n in columns else v for n, v in zip(names, row, strict=True)]
