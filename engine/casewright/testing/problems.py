"""What can go wrong in a play that no command refuses."""

from __future__ import annotations


class NoSuchTask(LookupError):
    """The task that somebody was to work on is not open, or not in their inbox."""
