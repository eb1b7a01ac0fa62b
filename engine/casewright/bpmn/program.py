"""The runnable part of a definition: SpiffWorkflow's spec graphs, compiled once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Program:
    """The spec graph of a process and of the sub-processes inside it."""

    spec: Any
    subprocesses: dict[str, Any]
