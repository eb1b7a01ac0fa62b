"""Gateways: the library chooses and forks, we join and refuse to guess."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.util.task import TaskState

from casewright.bpmn import joins
from casewright.bpmn.element import Element
from casewright.bpmn.incidents import Incident
from casewright.bpmn.tokens import Token

NO_FLOW = "no condition of the outgoing flows is true, and there is no default flow"


class ExclusiveGateway(Element, defaults.ExclusiveGateway):
    """Takes the first flow, in document order, whose condition is true."""

    kind = "exclusiveGateway"
    chooses_one = True

    def _run_hook(self, my_task: Token) -> bool:
        try:
            return bool(defaults.ExclusiveGateway._run_hook(self, my_task))
        except WorkflowException:
            raise Incident("no-flow-chosen", NO_FLOW) from None


class Join(Element):
    """A gateway that may have several incoming flows."""

    def _update_hook(self, my_task: Token) -> bool:
        if not self.counts_arrivals or my_task.parent is my_task.workflow.task_tree:
            return True
        joins.arrive(my_task)
        return False

    @abstractmethod
    def may_pass(self, level: Any, arrived: dict[str, int]) -> bool:
        """Return whether the arrivals are enough."""


class ParallelGateway(Join, defaults.ParallelGateway):
    """Waits for one token on each incoming flow; sends one along each outgoing flow."""

    kind = "parallelGateway"

    def may_pass(self, level: Any, arrived: dict[str, int]) -> bool:
        """Return whether each flow has an arrival."""
        return joins.all_arrived(self.flows, arrived)


class InclusiveGateway(Join, defaults.InclusiveGateway):
    """Takes every flow whose condition is true; joins what is on the way."""

    kind = "inclusiveGateway"
    passes_early = True

    def may_pass(self, level: Any, arrived: dict[str, int]) -> bool:
        """Return whether no token can still come."""
        return joins.nothing_on_the_way(level, self.name, arrived)

    def _run_hook(self, my_task: Token) -> bool:
        matches, otherwise = self._get_matching_outputs(my_task)
        if not matches and not otherwise:
            raise Incident("no-flow-chosen", NO_FLOW)
        my_task._sync_children(matches or otherwise, TaskState.FUTURE)
        return True
