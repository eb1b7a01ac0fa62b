"""The port through which jobs reach threads, so that another queue may carry them."""

from __future__ import annotations

from typing import Protocol


class Dispatcher(Protocol):
    """Brings due jobs to those who run them."""

    def start(self) -> None:
        """Begin to claim and run."""
        ...

    def renew(self) -> None:
        """Keep the leases of what is running."""
        ...

    def stop(self, seconds: float) -> int:
        """Claim no more, let what runs finish for so long; return how many were left."""
        ...
