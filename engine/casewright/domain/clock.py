"""The only place where time is read; everything else is handed a clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Gives the present instant, zone-aware."""

    def now(self) -> datetime:
        """Return the present instant in UTC."""
        ...


class SystemClock:
    """The machine's clock; made by `bootstrap` alone."""

    def now(self) -> datetime:
        """Return the machine's time in UTC."""
        return datetime.now(UTC)


class FrozenClock:
    """A clock that moves only when told, for tests and scenarios."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("a clock needs a zone-aware instant")
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        """Return the instant at which the clock stands."""
        return self._at

    def advance(self, delta: timedelta) -> datetime:
        """Move the clock forward by `delta` and return the new instant."""
        self._at += delta
        return self._at

    def set(self, at: datetime) -> None:
        """Put the clock at `at`, which must be zone-aware."""
        self._at = at.astimezone(UTC)


def micros(at: datetime) -> int:
    """Return `at` as whole microseconds since 1970-01-01 UTC, the stored form of an instant."""
    delta = at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def instant(value: int) -> datetime:
    """Return the UTC instant stored as `value` microseconds."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value)
