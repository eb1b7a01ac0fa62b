"""Gateways: the library chooses and forks, we join and refuse to guess."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.util.task import TaskState

from casewright.bpmn import joins
from casewright.bpmn.element import Element
from casewright.bpmn.incidents import Incident
from casewright.bpmn.scopes import Scope
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

    # Whether it counts what comes along a single flow too.
    gathers: ClassVar[bool] = False

    def _update_hook(self, my_task: Token) -> bool:
        if not self.counts_arrivals or my_task.parent is my_task.workflow.task_tree:
            return True
        joins.arrive(my_task)
        return False

    def settle(self, level: Any, arrived: dict[str, int]) -> None:
        """Pass as often as the arrivals are enough."""
        while arrived and self.may_pass(level, arrived):
            joins.consume(arrived)
            level.task_tree._add_child(self, TaskState.FUTURE)._ready()

    @abstractmethod
    def may_pass(self, level: Any, arrived: dict[str, int]) -> bool:
        """Return whether the arrivals are enough."""


class EventGateway(Element, defaults.EventBasedGateway):
    """Lets the events behind it wait; the first that comes takes the others away."""

    kind = "eventBasedGateway"

    def connect(self, taskspec: Any) -> None:
        """Leave to the events what they wait for; the library would move it here."""
        TaskSpec.connect(self, taskspec)

    def _on_complete_hook(self, my_task: Token) -> None:
        for child in my_task.children:
            child.group = my_task.id
        super()._on_complete_hook(my_task)


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


# Marks the flows from which a complex gateway took a token, until it is reset.
TAKEN = "taken:"


class ComplexGateway(InclusiveGateway):
    """Passes when its activation condition is true, then takes the rest without passing."""

    kind = "complexGateway"

    def settle(self, level: Any, arrived: dict[str, int]) -> None:
        """Pass, or take what comes after; begin anew when nothing more can come."""
        if any(token.task_spec is self and token.stop for token in level.open.values()):
            return
        try:
            while self._turn(level, arrived):
                pass
        except Incident as incident:
            level.task_tree._add_child(self, TaskState.FUTURE).halt(incident, "enter")

    def _turn(self, level: Any, arrived: dict[str, int]) -> bool:
        """Do the next thing; return whether there may be another."""
        if any(flow.startswith(TAKEN) for flow in arrived):
            return self._take(level, arrived)
        if not arrived or not self.may_pass(level, arrived):
            return False
        taken = list(arrived)
        joins.consume(arrived)
        arrived.update({f"{TAKEN}{flow}": 1 for flow in taken})
        level.task_tree._add_child(self, TaskState.FUTURE)._ready()
        return True

    def reenter(self, token: Token) -> None:
        """Ask the activation condition again."""
        token.resolved()
        token._set_state(TaskState.CANCELLED)

    def may_pass(self, level: Any, arrived: dict[str, int]) -> bool:
        """Return whether the activation condition is true; without one, none may still come."""
        condition = self.settings.activation
        if condition is None:
            return joins.nothing_on_the_way(level, self.name, arrived)
        scope = Scope("", level.scope, level.scope.log, {"activationCount": sum(arrived.values())})
        return bool(level.top_workflow.surroundings.condition(condition, scope))

    def _take(self, level: Any, arrived: dict[str, int]) -> bool:
        for flow in self.flows.values():
            if flow in arrived and f"{TAKEN}{flow}" not in arrived:
                joins.consume_one(arrived, flow)
                arrived[f"{TAKEN}{flow}"] = 1
        came = {flow: 1 for flow in self.flows.values() if f"{TAKEN}{flow}" in arrived}
        if len(came) < len(self.flows) and not joins.nothing_on_the_way(level, self.name, came):
            return False
        for flow in came:
            del arrived[f"{TAKEN}{flow}"]
        return bool(arrived)
