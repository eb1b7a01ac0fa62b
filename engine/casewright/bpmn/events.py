"""Start, end, catching and boundary events."""

from __future__ import annotations

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import ErrorEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import (
    CancelEventDefinition,
    TerminateEventDefinition,
)
from SpiffWorkflow.util.task import TaskState

from casewright.bpmn import errors, timers
from casewright.bpmn.element import Element, assign_inputs, assign_outputs
from casewright.bpmn.tokens import Token
from casewright.domain.events import (
    SubscriptionClosed,
    SubscriptionOpened,
    TimerCancelled,
    TimerFired,
)


class StartEvent(Element, defaults.StartEvent):
    """Lets the token of a new instance, or of a sub-process, begin."""

    kind = "startEvent"

    def _run_hook(self, my_task: Token) -> bool:
        assign_outputs(my_task, my_task.outcome or {}, self.settings.outputs)
        return True


class ThrowEvent(Element, defaults.IntermediateThrowEvent):
    """A none throw event, which passes; also the node on a second flow between two elements."""

    kind = "intermediateThrowEvent"


class EndEvent(Element, defaults.EndEvent):
    """Ends its token; a terminate end ends its level, an error end throws."""

    kind = "endEvent"

    def _run_hook(self, my_task: Token) -> bool | None:
        assign_inputs(my_task, self.settings.inputs)
        if isinstance(self.event_definition, TerminateEventDefinition):
            my_task.workflow.clear(keep=my_task)
        elif isinstance(self.event_definition, ErrorEventDefinition):
            return self._throw(my_task)
        return True

    def _throw(self, my_task: Token) -> bool:
        values = my_task.local.own() if my_task.local is not None else {}
        incident = errors.throw(my_task, self.event_definition.code, "", values)
        if incident is not None:
            raise incident
        return True

    def thrown(self, token: Token) -> None:
        """Complete first: the error takes the end event's own level away."""
        token.resolved()
        self._on_complete_hook(token)
        token._set_state(TaskState.COMPLETED)


class Catching(Element):
    """Waits for a time or a message."""

    waits = True

    def listen(self, token: Token) -> None:
        """Begin to wait."""
        token.wait()
        if self.settings.timer is not None:
            timers.schedule(token, self.settings.timer)
        elif self.settings.message is not None:
            around, message = token.top.surroundings, self.settings.message
            key = around.key(message.key, token.scope) if message.key is not None else ""
            name = around.text(message.name, token.scope)
            token.top.tell(
                SubscriptionOpened(token=token.id, element=self.origin, name=name, key=key)
            )

    def close(self, token: Token) -> None:
        """Tell that the wait is over without its event."""
        if token.due is not None:
            token.top.tell(TimerCancelled(token=token.id, element=self.origin))
        elif self.settings.message is not None:
            token.top.tell(SubscriptionClosed(token=token.id, element=self.origin))

    def happened(self, token: Token) -> None:
        """Tell that the event came."""
        if self.settings.timer is not None:
            token.due = None
            token.top.tell(TimerFired(token=token.id, element=self.origin))
        elif self.settings.message is not None:
            token.top.tell(SubscriptionClosed(token=token.id, element=self.origin))


class CatchEvent(Catching, defaults.IntermediateCatchEvent):
    """An intermediate event that waits in the flow."""

    kind = "intermediateCatchEvent"

    def _update_hook(self, my_task: Token) -> bool:
        assign_inputs(my_task, self.settings.inputs)
        self.listen(my_task)
        return False

    def _run_hook(self, my_task: Token) -> bool:
        if my_task.stop is None:
            self.happened(my_task)
        assign_outputs(my_task, my_task.outcome or {}, self.settings.outputs)
        return True


class BoundaryEvent(Catching, defaults.BoundaryEvent):
    """Waits beside an activity; an interrupting one ends it when the event comes."""

    kind = "boundaryEvent"

    @property
    def catches_cancel(self) -> bool:
        """Whether it waits for its transaction to be cancelled."""
        return isinstance(self.event_definition, CancelEventDefinition)

    @property
    def rearms(self) -> bool:
        """Whether it waits again after it happened, as long as its activity is open."""
        return not self.cancel_activity and self.settings.message is not None

    def attach(self, host: Token) -> None:
        """Let a token wait here beside the activity's token."""
        token = host.workflow.task_tree._add_child(self, TaskState.FUTURE)
        token.host = host.id
        self._update(token)

    def _update_hook(self, my_task: Token) -> bool:
        host = my_task.workflow.open.get(my_task.host)
        assert host is not None
        my_task.local = host.local
        try:
            self.listen(my_task)
        finally:
            my_task.local = None
        return False

    def _run_hook(self, my_task: Token) -> bool:
        if my_task.stop is None:
            self.happened(my_task)
            host = my_task.workflow.open.get(my_task.host)
            my_task.host = ""
            if self.cancel_activity and host is not None:
                host.cancel()
            elif self.rearms and host is not None:
                self.attach(host)
        assign_outputs(my_task, my_task.outcome or {}, self.settings.outputs)
        return True

    def withdraw(self, token: Token) -> None:
        """Close the wait; a boundary event that did not happen is not interrupted itself."""
        if token.stop is None:
            self.close(token)
