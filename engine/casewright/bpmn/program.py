"""The runnable part of a definition: SpiffWorkflow's spec graphs, compiled once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from casewright.bpmn.graph import Graph


@dataclass(frozen=True, slots=True)
class Program:
    """The spec graphs of a process and of the sub-processes inside it; nobody writes them."""

    spec: Any
    subprocesses: dict[str, Any]
    graphs: Mapping[str, Graph]
