"""Event sub-processes: they wait while their scope is open, and run when their event comes.

In the scope stands a node for the start event that waits; behind it the sub-process. The start
event inside runs when the sub-process begins, and brings what the event carried.
"""

from __future__ import annotations

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.util.task import TaskState

from casewright.bpmn import timers
from casewright.bpmn.activities import SubProcess
from casewright.bpmn.element import assign_outputs
from casewright.bpmn.events import Catching, StartEvent
from casewright.bpmn.tokens import Token
from casewright.bpmn.workflow import Level


class EventSubProcess(SubProcess):
    """A sub-process that an event of its scope starts."""

    by_event = True


class EventStart(Catching, defaults.IntermediateCatchEvent):
    """Waits in the scope for the event that starts an event sub-process.

    An interrupting one takes everything else in the scope away; another waits again.
    """

    kind = "startEvent"
    generated = True
    watches = True
    interrupting: bool = True

    @property
    def rearms(self) -> bool:
        """Whether it waits again after it happened, as long as its scope is open."""
        return not self.interrupting and self.repeated_wait

    def attach(self, level: Level, before: Token | None = None) -> None:
        """Let a token wait here while the level is open, again after `before`."""
        cycle = timers.again(before, self.settings.timer) if before is not None else {}
        if cycle is None:
            return
        token = level.task_tree._add_child(self, TaskState.FUTURE)
        if before is not None:
            token.seen, token.cycle = before.seen, cycle or None
        self._update(token)

    def _update_hook(self, my_task: Token) -> bool:
        self.listen(my_task)
        return False

    def _run_hook(self, my_task: Token) -> bool:
        if my_task.stop is None:
            self.happened(my_task)
        if self.interrupting:
            my_task.workflow.clear(keep=my_task)
            host = my_task.workflow.host
            if host is not None and host.task_spec.chosen_inside:
                host.over = True
        elif self.rearms and not self.settings.parts:
            self.attach(my_task.workflow, my_task)
        return True

    def _on_complete_hook(self, my_task: Token) -> None:
        for child in my_task.children:
            child.outcome = my_task.outcome
        super()._on_complete_hook(my_task)

    def withdraw(self, token: Token) -> None:
        """Close the wait; an event sub-process that did not begin is not interrupted."""
        if token.stop is None:
            self.close(token)


class InnerStart(StartEvent):
    """The start event inside: what the event carried goes where its mappings say."""

    def _run_hook(self, my_task: Token) -> bool:
        host = my_task.workflow.host
        assert host is not None
        assign_outputs(my_task, host.outcome or {}, self.settings.outputs)
        host.outcome = None
        return True
