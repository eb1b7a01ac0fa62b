"""What a check of a file found: one shape for BPMN, DMN and forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem of a file, with its place.

    `line` is 0 where the format has no lines; `place` names the setting or cell inside
    the element; an "error" refuses the deployment, a "warning" does not.
    """

    file: str
    element: str
    line: int
    code: str
    message: str
    severity: Severity = "error"
    place: str = ""
