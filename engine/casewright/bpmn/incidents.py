"""An incident: the process cannot go on at an element until a person mends it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

# Where the element stopped, and so what a retry runs again.
Phase = Literal["enter", "run"]


class Incident(Exception):
    """Raised inside an element; its token keeps it until somebody retries."""

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.details = details


@dataclass(frozen=True, slots=True)
class Stop:
    """The incident as the token holds it."""

    code: str
    message: str
    phase: Phase
    details: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the snapshot's form."""
        data = {"code": self.code, "message": self.message, "phase": self.phase}
        return {**data, "details": self.details} if self.details else dict(data)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Stop:
        """Return what `to_json` wrote."""
        return cls(data["code"], data["message"], data["phase"], data.get("details", {}))
