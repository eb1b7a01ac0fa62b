"""Start, end, catching and boundary events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import ErrorEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import (
    CancelEventDefinition,
    TerminateEventDefinition,
)
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.util.task import TaskState

from casewright.bpmn import conditions, errors, escalations, messages, multiple, signals, timers
from casewright.bpmn.element import Element, assign_inputs, assign_outputs
from casewright.bpmn.tokens import FINISHED, Token
from casewright.bpmn.zeebe import Settings
from casewright.domain.events import TimerCancelled, TimerFired


class StartEvent(Element, defaults.StartEvent):
    """Lets the token of a new instance, or of a sub-process, begin."""

    kind = "startEvent"

    def _predict_hook(self, my_task: Token) -> None:
        """Let tokens follow, as `Catching` does: a start by a cycle has its flow too."""
        TaskSpec._predict_hook(self, my_task)

    def _run_hook(self, my_task: Token) -> bool:
        assign_outputs(my_task, my_task.outcome or {}, self.settings.outputs)
        return True


def prepare(token: Token, made: Settings) -> None:
    """Evaluate the names of what will be thrown, for the incident that may come of it."""
    if made.message is not None:
        messages.named(token, made.message)
    elif made.signal is not None:
        token.top.surroundings.text(made.signal, token.scope)


def throw(token: Token, made: Settings, values: Mapping[str, Any]) -> None:
    """Throw what one definition says."""
    if made.message is not None:
        messages.throw(token, made.message, values)
    elif made.signal is not None:
        signals.throw(token, made.signal, values)
    elif made.escalation is not None:
        escalations.throw(token, made.escalation.code, values)


class Throwing(Element):
    """Throws what its definition says, with its input mappings as what it carries."""

    def throw(self, token: Token) -> None:
        """Throw; an interrupting catcher around it may end the token."""
        values = token.local.own() if token.local is not None else {}
        for made in self.settings.parts:
            # What fails does so before anything is thrown: a retry throws nothing twice.
            prepare(token, made)
        for made in self.settings.parts or (self.settings,):
            throw(token, made, values)

    def thrown(self, token: Token) -> None:
        """Complete first: what is thrown takes the event's own level away."""
        if token._state & FINISHED:
            return
        token.resolved()
        self._on_complete_hook(token)
        token._set_state(TaskState.COMPLETED)


class ThrowEvent(Throwing, defaults.IntermediateThrowEvent):
    """An event in the flow; a none event passes, as does a node that the desugaring added."""

    kind = "intermediateThrowEvent"

    def _run_hook(self, my_task: Token) -> bool:
        assign_inputs(my_task, self.settings.inputs)
        self.throw(my_task)
        return True


class LinkEvent(Element, defaults.IntermediateThrowEvent):
    """One side of a link; the flow between the sides is drawn by the desugaring."""

    kind = "intermediateThrowEvent"


class LinkTarget(LinkEvent):
    """The catching side of a link."""

    kind = "intermediateCatchEvent"


class EndEvent(Throwing, defaults.EndEvent):
    """Ends its token; a terminate end ends its level, an error end throws."""

    kind = "endEvent"

    def _run_hook(self, my_task: Token) -> bool | None:
        assign_inputs(my_task, self.settings.inputs)
        if isinstance(self.event_definition, TerminateEventDefinition):
            my_task.workflow.clear(keep=my_task)
        elif isinstance(self.event_definition, ErrorEventDefinition):
            return self._error(my_task)
        else:
            self.throw(my_task)
        return True

    def _error(self, my_task: Token) -> bool:
        values = my_task.local.own() if my_task.local is not None else {}
        incident = errors.throw(my_task, self.event_definition.code, "", values)
        if incident is not None:
            raise incident
        return True


class Catching(Element):
    """Waits for a time, a message, a signal or a condition."""

    waits = True

    def _predict_hook(self, my_task: Token) -> None:
        """Let tokens follow; the library gives none to the timers it takes for cycles."""
        TaskSpec._predict_hook(self, my_task)

    @property
    def repeated_wait(self) -> bool:
        """Whether the event can come again while what it waits beside is open."""
        made = self.settings
        if made.parts:
            return not made.all_parts or all(multiple.comes_again(part) for part in made.parts)
        return multiple.comes_again(made)

    def listen(self, token: Token) -> None:
        """Begin to wait."""
        token.wait()
        made = self.settings
        if made.parts:
            multiple.listen(token)
        elif made.timer is not None:
            timers.schedule(token, made.timer)
        elif made.message is not None:
            messages.listen(token, made.message)
        elif made.signal is not None:
            signals.listen(token, made.signal)
        elif made.condition is not None:
            conditions.listen(token, made.condition)

    def close(self, token: Token) -> None:
        """Tell that the wait is over without its event."""
        if self.settings.parts:
            multiple.close(token)
        elif token.due is not None:
            token.top.tell(TimerCancelled(token=token.id, element=self.origin))
        else:
            self._over(token)

    def happened(self, token: Token) -> None:
        """Tell that the event came."""
        if self.settings.timer is not None:
            token.due = None
            token.top.tell(TimerFired(token=token.id, element=self.origin))
        else:
            self._over(token)

    def _over(self, token: Token) -> None:
        if self.settings.message is not None or self.settings.signal is not None:
            messages.close(token)
            token.signal = ""
        elif self.settings.condition is not None:
            conditions.forget(token)


class CatchEvent(Catching, defaults.IntermediateCatchEvent):
    """An intermediate event that waits in the flow."""

    kind = "intermediateCatchEvent"

    def _update_hook(self, my_task: Token) -> bool:
        assign_inputs(my_task, self.settings.inputs)
        self.listen(my_task)
        return False

    def _run_hook(self, my_task: Token) -> bool:
        if my_task.stop is None:
            my_task.alone()
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
        return not self.cancel_activity and self.repeated_wait

    def attach(self, host: Token, before: Token | None = None) -> None:
        """Let a token wait here beside the activity's token, again after `before`."""
        cycle = timers.again(before, self.settings.timer) if before is not None else {}
        if cycle is None:
            return
        token = host.workflow.task_tree._add_child(self, TaskState.FUTURE)
        token.host = host.id
        if before is not None:
            token.seen, token.cycle = before.seen, cycle or None
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
            elif self.rearms and host is not None and not self.settings.parts:
                self.attach(host, my_task)
        assign_outputs(my_task, my_task.outcome or {}, self.settings.outputs)
        return True

    def withdraw(self, token: Token) -> None:
        """Close the wait; a boundary event that did not happen is not interrupted itself."""
        if token.stop is None:
            self.close(token)


class Wait(Catching, defaults.IntermediateCatchEvent):
    """Waits for one definition of an event that has several, on behalf of the event's token."""

    generated = True
    # The event; set by the parser.
    event: Catching

    @property
    def rearms(self) -> bool:
        """Whether what comes has to be taken at once, as the event waits on.

        A condition may be true when it begins to wait, before the others of its event do.
        """
        return self.settings.condition is None and bool(getattr(self.event, "rearms", False))

    def attach(self, host: Token, before: Token | None = None) -> None:
        """Let a token wait here for the event's token, again after `before`."""
        cycle = timers.again(before, self.settings.timer) if before is not None else {}
        if cycle is None:
            return
        token = host.workflow.task_tree._add_child(self, TaskState.FUTURE)
        token.host = host.id
        if before is not None:
            token.seen, token.cycle = before.seen, cycle or None
        self._update(token)

    def _update_hook(self, my_task: Token) -> bool:
        my_task.local = multiple.outermost(my_task).local
        try:
            self.listen(my_task)
        finally:
            my_task.local = None
        return False

    def _run_hook(self, my_task: Token) -> bool:
        self.happened(my_task)
        multiple.came(my_task)
        return True
