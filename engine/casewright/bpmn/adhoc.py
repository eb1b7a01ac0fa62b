"""Ad-hoc sub-processes: a person chooses which of their activities begins next.

The level has no start event. It stays open though nothing in it is, until its completion
condition holds after an activity completed, or a person says that it is finished. With a
collection of first activities and no condition it ends like any other level.
"""

from __future__ import annotations

from typing import Any, ClassVar

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.util.task import TaskState

from casewright.bpmn.activities import SubProcess
from casewright.bpmn.incidents import Incident
from casewright.bpmn.tokens import Token
from casewright.bpmn.workflow import Level
from casewright.bpmn.zeebe import AdHoc as AdHocSettings
from casewright.domain.errors import Refused


class AdHoc(SubProcess, defaults.SubWorkflowTask):
    """Holds a level in which activities begin when they are chosen."""

    kind = "adHocSubProcess"
    chosen_inside: ClassVar[bool] = True
    # The nodes that can be chosen, by the id of their element; set by the parser.
    choices: dict[str, str]

    @property
    def order(self) -> AdHocSettings:
        """How it is run."""
        assert self.settings.adhoc is not None
        return self.settings.adhoc

    def begin(self, token: Token) -> bool:
        """Open the level, and begin what the collection names."""
        first = self._first(token)
        super().begin(token)
        # The level may have no token by which a snapshot would know that it is open.
        token.told = True
        level = token.top.subprocesses[token.id]
        for element in first:
            self._start(level, element)
        return False

    def _first(self, token: Token) -> tuple[str, ...]:
        item, around = self.order.first, token.top.surroundings
        if item is None:
            return ()
        found = around.texts(item, token.scope)
        if not all(element in self.choices for element in found):
            wanted = "a list of activities that can be chosen here"
            raise around.unfit(item, token.scope, list(found), wanted)
        return found

    def _start(self, level: Level, element: str) -> None:
        spec = level.spec.task_specs[self.choices[element]]
        spec._update(level.task_tree._add_child(spec, TaskState.FUTURE))

    def holds(self, token: Token) -> bool:
        """Tell whether the level stays open though nothing in it is."""
        if token.stop is not None:
            return True
        return not token.over and (self.order.condition is not None or self.order.first is None)

    def _on_subworkflow_completed(self, subworkflow: Any, my_task: Token) -> None:
        my_task.told = False
        super()._on_subworkflow_completed(subworkflow, my_task)

    def inner_done(self, token: Token) -> None:
        """Ask the completion condition, as an activity inside completed."""
        if not token.over and token.stop is None:
            self._ask(token)

    def _ask(self, token: Token) -> None:
        condition = self.order.condition
        if condition is None:
            return
        try:
            over = token.top.surroundings.condition(condition, token.scope)
        except Incident as incident:
            token.halt(incident, "enter")
            return
        if over:
            self.finish(token)

    def finish(self, token: Token) -> None:
        """Let nothing begin any more; what is open is cancelled, or ends by itself."""
        token.over = True
        level = token.top.subprocesses[token.id]
        if self.order.cancel:
            level.clear()
        token.top.touched[level.path] = level

    def reenter(self, token: Token) -> None:
        """Ask the condition again, if it was that which failed."""
        level = token.top.subprocesses.get(token.id)
        if level is None:
            super().reenter(token)
            return
        had = token.stop
        token._set_state(TaskState.STARTED)
        if not token.over:
            self._ask(token)
        if token.stop is had:
            token.resolved()
        token.top.touched[level.path] = level

    # What a person asks for.

    def choose(self, token: Token, elements: tuple[str, ...]) -> None:
        """Begin activities; one after the other where they are sequential."""
        _still(token)
        for element in elements:
            if element not in self.choices:
                raise Refused("activity-unknown", element, element=element)
        level = token.top.subprocesses[token.id]
        busy = any(not inner.task_spec.watches for inner in level.open.values())
        if self.order.sequential and elements and (busy or len(elements) > 1):
            raise Refused("activity-busy", token.id)
        for element in elements:
            self._start(level, element)

    def say_finished(self, token: Token) -> None:
        """End it because a person says so, which only a condition rules out."""
        _still(token)
        if self.order.condition is not None:
            raise Refused("condition-decides", token.id)
        self.finish(token)


def _still(token: Token) -> None:
    if token._state != TaskState.STARTED or token.stop is not None or token.over:
        raise Refused("token-not-open", token.id)
