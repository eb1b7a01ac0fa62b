"""Nodes that count tokens before an activity and multiply them behind it (BPMN 2.0, 13.3.2)."""

from __future__ import annotations

from typing import Any, ClassVar

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.util.task import TaskState

from casewright.bpmn import joins
from casewright.bpmn.element import Element
from casewright.bpmn.gateways import Join
from casewright.bpmn.tokens import Token


class Count(Join, defaults.ParallelGateway):
    """Lets one token pass when the start quantity of the activity behind it has come."""

    passes_early: ClassVar[bool] = True
    gathers: ClassVar[bool] = True
    wanted: int = 1

    def may_pass(self, level: Any, arrived: dict[str, int]) -> bool:
        """Return whether enough tokens came, by whatever flows."""
        return sum(arrived.values()) >= self.wanted

    def settle(self, level: Any, arrived: dict[str, int]) -> None:
        """Pass as often as the tokens are enough; those of the first flows go first."""
        while self.may_pass(level, arrived):
            for _ in range(self.wanted):
                joins.consume_one(
                    arrived, next(flow for flow in self.flows.values() if flow in arrived)
                )
            level.task_tree._add_child(self, TaskState.FUTURE)._ready()


class Copies(Element, defaults.IntermediateThrowEvent):
    """Sends as many tokens as the completion quantity of the activity before it."""

    passes_early: ClassVar[bool] = True
    copies: int = 1

    def _predict_hook(self, my_task: Token) -> None:
        my_task._sync_children(self.outputs * self.copies, TaskState.FUTURE)
