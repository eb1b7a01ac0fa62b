"""When a failed job is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

DEFAULT_RETRIES = 5
LONGEST = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential backoff from `first`, doubled on each attempt, at most `longest`."""

    retries: int = DEFAULT_RETRIES
    first: timedelta = timedelta(seconds=5)
    longest: timedelta = LONGEST

    def delay(self, attempt: int, retry_after: timedelta | None = None) -> timedelta | None:
        """Return how long to wait after failed attempt number `attempt` (from 1).

        None means no further attempt. The other side's own `retry_after` holds when it is
        longer than the backoff.
        """
        if attempt >= self.retries:
            return None
        backoff = min(self.first * (1 << min(attempt - 1, 20)), self.longest)
        return max(backoff, retry_after) if retry_after is not None else backoff
