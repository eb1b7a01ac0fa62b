"""What can be asked of the capability notify."""

from __future__ import annotations

from pydantic import Field

from casewright_connectors.contract import Model, Operation


class Note(Model):
    """A note for those who look at the case."""

    text: str = Field(
        min_length=1, max_length=10_000, description="What the note says, as plain text."
    )


class Noted(Model):
    """Nothing comes back: the note is on the case."""


NOTE = Operation(
    "notify.note",
    "Put a note on the case",
    Note,
    Noted,
    description="Adds a note that everyone who may see the case reads in its timeline.",
)
OPERATIONS = (NOTE,)
