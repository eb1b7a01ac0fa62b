"""What every element does with a token, whatever its kind."""

from __future__ import annotations

from typing import Any, ClassVar

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.util.task import TaskState

from casewright.bpmn.incidents import Incident
from casewright.bpmn.scopes import put
from casewright.bpmn.tokens import OPEN, Token
from casewright.bpmn.zeebe import NOTHING, Assignment, Settings
from casewright.domain.events import ElementCancelled, ElementCompleted


class Element(BpmnTaskSpec):
    """The base of our specs; mixed in before the library's class of the same element.

    The library's life cycle is kept: `_update` when a token comes, `_run` when it is ready,
    `_on_complete` when it is done. An element that waits is WAITING until a change makes
    it ready, so `_run` succeeds exactly once for each completed element.
    """

    kind: ClassVar[str] = ""
    waits: ClassVar[bool] = False
    counts_arrivals: bool = False
    chooses_one: ClassVar[bool] = False
    passes_early: ClassVar[bool] = False
    # Waits beside the flow of a level, which can end without it.
    watches: ClassVar[bool] = False
    # An item of a repeated activity.
    repeated: ClassVar[bool] = False

    # Set by the parser, once.
    origin: str = ""
    generated: bool = False
    settings: Settings = NOTHING
    boundaries: tuple[str, ...] = ()
    # The nodes that wait for the definitions of an event that has several.
    waits_by: tuple[str, ...] = ()
    flows: dict[str, str]

    def _predict(self, my_task: Token, *_args: Any, **_kwargs: Any) -> None:
        """Do nothing: tokens come when an element completes, never before."""

    def _update(self, my_task: Token) -> None:
        """Let the token begin here; an incident on the way keeps it at the door."""
        if my_task.workflow.over and self._anew(my_task):
            my_task._set_state(TaskState.CANCELLED)
            return
        try:
            ready = self._update_hook(my_task)
        except Incident as incident:
            my_task.halt(incident, "enter")
            return
        if ready:
            my_task._ready()

    def _anew(self, token: Token) -> bool:
        """Tell whether the token would begin something, not go on with what is open."""
        goes_on = token._state & OPEN or token.host or token.undoes
        return not goes_on and not getattr(self, "by_event", False)

    def _update_hook(self, my_task: Token) -> bool:
        """Return whether the token may run at once."""
        return True

    def _on_ready(self, my_task: Token) -> None:
        """Do nothing: the specs were tested when they were compiled."""

    def _run_hook(self, my_task: Token) -> bool | None:
        return True

    def _on_complete_hook(self, my_task: Token) -> None:
        """Tell that the element is done; data associations are not part of our model."""
        if not self.generated:
            token = my_task.id if self.waits else ""
            my_task.top.tell(ElementCompleted(element=self.origin, token=token))

    def reenter(self, token: Token) -> None:
        """Begin again after an incident."""
        had = token.stop
        self._update(token)
        if token.stop is had:
            token.resolved()

    def thrown(self, token: Token) -> None:
        """Called when an error thrown here finds its catcher, before it is delivered."""

    def close(self, token: Token) -> None:
        """Withdraw what the element asked for when the token came."""

    def withdraw(self, token: Token) -> None:
        """Tell that the open token ends early."""
        if token.stop is None:
            self.close(token)
        if self.waits and not self.generated:
            token.top.tell(ElementCancelled(element=self.origin, token=token.id))


def assign_outputs(token: Token, variables: Any, outputs: tuple[Assignment, ...]) -> None:
    """Bring an element's results into the scopes outside it.

    Output mappings replace the automatic propagation: then the results are local, and only
    the targets are written, as seen from outside.
    """
    if not outputs:
        token.scope.update(variables)
        return
    local = token.make_local()
    outside = local.outer
    assert outside is not None
    for name, value in variables.items():
        local.declare(name, value)
    for output in outputs:
        value = token.top.surroundings.lenient(output.source, local)
        name = output.target[0]
        outside.write(name, put(output.target, value, outside.get(name)))


def assign_inputs(token: Token, inputs: tuple[Assignment, ...]) -> None:
    """Declare the input mappings in the token's own scope, one after the other."""
    for item in inputs:
        local = token.make_local()
        value = token.top.surroundings.lenient(item.source, local)
        name = item.target[0]
        old = local[name] if name in local.raw else None
        local.declare(name, put(item.target, value, old))
