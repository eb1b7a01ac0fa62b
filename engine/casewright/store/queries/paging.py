"""Keyset paging: a page of rows and an opaque cursor that says where the next one begins."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import orjson

from casewright.domain.errors import Refused

T = TypeVar("T")
R = TypeVar("R")

LARGEST = 200
_CURSOR_BYTES = 2_000


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list, and the cursor of the rows after them (None at the end)."""

    rows: tuple[T, ...]
    next: str | None = None


def checked(limit: int) -> int:
    """Return `limit` when a page may have so many rows; refuse it otherwise."""
    if not 1 <= limit <= LARGEST:
        raise Refused("page-size", "limit", limit=LARGEST)
    return limit


def encode(key: Sequence[int | str]) -> str:
    """Return the cursor for the sort key of a page's last row."""
    return base64.urlsafe_b64encode(orjson.dumps(list(key))).decode().rstrip("=")


def decode(cursor: str, kinds: Sequence[type]) -> tuple[Any, ...]:
    """Return the sort key in `cursor`, whose parts must be of `kinds`; refuse anything else."""
    try:
        if len(cursor) > _CURSOR_BYTES:
            raise ValueError
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        parts = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if not isinstance(parts, list) or len(parts) != len(kinds):
            raise ValueError
        if any(type(part) is not kind for part, kind in zip(parts, kinds, strict=True)):
            raise ValueError
        if any(isinstance(p, int) and abs(p) >= 2**63 for p in parts) or any(
            isinstance(p, str) and "\x00" in p for p in parts
        ):
            raise ValueError
    except (ValueError, binascii.Error) as problem:
        raise Refused("bad-cursor", "cursor") from problem
    return tuple(parts)


def page(
    rows: Sequence[R], limit: int, view: Callable[[R], T], key: Callable[[R], Sequence[int | str]]
) -> Page[T]:
    """Return the page of `rows`, of which one more than `limit` was asked for."""
    shown = rows[:limit]
    more = encode(key(shown[-1])) if len(rows) > limit else None
    return Page(tuple(view(row) for row in shown), more)
