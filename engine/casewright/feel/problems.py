"""What can go wrong in an expression, and how much one evaluation may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that went wrong, with its place in the text (both from 1)."""

    kind: str
    message: str
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class Limits:
    """What one evaluation may use; going over gives a problem of kind "limit"."""

    steps: int = 500_000
    items: int = 10_000
    text: int = 1_048_576
    result: int = 1_048_576
    depth: int = 200
    seconds: float = 2.0


DEFAULT_LIMITS = Limits()


class FeelError(Exception):
    """A value that cannot be had; it becomes null and a problem at the nearest operation."""

    def __init__(self, message: str, kind: str = "type") -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind


class LimitHit(Exception):
    """Ends an evaluation that used more than its limits."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
