"""The nodes of compensation, and which activities have to be recorded for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition
from SpiffWorkflow.util.task import TaskState

from casewright.bpmn import compensation
from casewright.bpmn.activities import SubProcess
from casewright.bpmn.element import Element
from casewright.bpmn.tokens import Token
from casewright.bpmn.workflow import InnerLevel

UNDO = "__undo"


class CompensateEventDefinition(NoneEventDefinition):
    """Compensation; the library has no definition for it."""


class CompensationBoundary(Element, defaults.BoundaryEvent):
    """Stands for the handler of a completed activity; it never waits beside it."""

    kind = "boundaryEvent"
    repeats = True

    def _on_complete_hook(self, my_task: Token) -> None:
        compensation.hand_on(my_task)
        super()._on_complete_hook(my_task)


class _Throws(Element):
    """Begins compensation when a token comes, and goes on when it is done."""

    waits = True

    def _update_hook(self, my_task: Token) -> bool:
        order = self.settings.compensate
        assert order is not None
        if compensation.throw(my_task, order.activity, order.wait):
            return True
        my_task._set_state(TaskState.STARTED)
        return False


class CompensateThrow(_Throws, defaults.IntermediateThrowEvent):
    """Undoes completed activities, then goes on."""

    kind = "intermediateThrowEvent"


class CompensateEnd(_Throws, defaults.EndEvent):
    """Undoes completed activities, then ends its token."""

    kind = "endEvent"


class CancelEnd(Element, defaults.EndEvent):
    """Cancels the transaction around it."""

    kind = "endEvent"

    def _run_hook(self, my_task: Token) -> bool:
        compensation.cancel(my_task)
        return True

    def thrown(self, token: Token) -> None:
        """Complete first: cancelling takes everything in the transaction away."""
        token.resolved()
        self._on_complete_hook(token)
        token._set_state(TaskState.COMPLETED)


class Undo(SubProcess):
    """A completed sub-process that is undone: its level again, with its names and its ledger."""

    repeats = True
    generated = True
    # The compensation event sub-process inside; without one, the inner handlers run.
    handler: str = ""

    def begin(self, token: Token) -> bool:
        """Open the level as one that has run, and undo what it did."""
        token._set_state(TaskState.STARTED)
        top = token.top
        level = InnerLevel(top.subprocess_specs[self.spec], token, top)
        top.subprocesses[token.id] = level
        level.resume()
        done, token.kept = list(token.kept), ()
        if self.handler:
            compensation.ledger(level).done = done
            spec = level.spec.task_specs[self.handler]
            spec._update(level.task_tree._add_child(spec, TaskState.FUTURE))
        else:
            compensation.begin(level, compensation.WHOLE, done)
        return False


# Which activities are recorded.


def prepare(spec: Any, inner: Mapping[str, Any]) -> None:
    """Tell each activity that a throw can reach which node undoes it.

    What no throw can reach is not recorded, so that a snapshot does not grow for nothing.
    """
    everything = [spec, *inner.values()]
    if any(_kinds(level, (_Throws, CancelEnd)) for level in everything):
        _Planner(inner).level(spec, frozenset())


def _kinds(level: Any, kinds: tuple[type, ...]) -> list[Any]:
    return [task for task in level.task_specs.values() if isinstance(task, kinds)]


class _Planner:
    """Walks the levels inwards with what the throws around can reach; "" is everything."""

    def __init__(self, inner: Mapping[str, Any]) -> None:
        self.inner = inner

    def level(self, spec: Any, reached: frozenset[str]) -> None:
        wanted = reached | self._thrown(spec)
        for task in list(spec.task_specs.values()):
            if getattr(task, "for_compensation", False):
                continue
            if getattr(task, "undone_by", ""):
                if wanted & {"", task.origin}:
                    task.recorded = task.undone_by
            elif isinstance(task, SubProcess) and not isinstance(task, Undo):
                self._sub_process(spec, task, wanted)

    def _sub_process(self, spec: Any, task: Any, wanted: frozenset[str]) -> None:
        inside: frozenset[str] = frozenset()
        reached = bool(wanted & {"", task.origin}) and not getattr(task, "compensates", False)
        if reached and self._undoable(self.inner[task.spec]):
            inside = frozenset({""})
            task.recorded = _undo_node(spec, task, self.inner[task.spec])
        if task.is_transaction and self._cancels(self.inner[task.spec]):
            inside = frozenset({""})
        self.level(self.inner[task.spec], inside)

    def _thrown(self, spec: Any) -> frozenset[str]:
        found = {task.settings.compensate.activity for task in _kinds(spec, (_Throws,))}
        for task in _kinds(spec, (SubProcess,)):
            if task.by_event:
                found |= self._thrown(self.inner[task.spec])
        return frozenset(found)

    def _undoable(self, spec: Any) -> bool:
        return any(
            getattr(task, "undone_by", "")
            or (
                isinstance(task, SubProcess)
                and (getattr(task, "compensates", False) or self._undoable(self.inner[task.spec]))
            )
            for task in spec.task_specs.values()
        )

    def _cancels(self, spec: Any) -> bool:
        return bool(_kinds(spec, (CancelEnd,))) or any(
            self._cancels(self.inner[task.spec])
            for task in _kinds(spec, (SubProcess,))
            if not task.is_transaction
        )


def _undo_node(spec: Any, task: Any, inside: Any) -> str:
    node = Undo(spec, f"{task.name}{UNDO}", subworkflow_spec=task.spec)
    node.origin, node.flows, node.lane = task.origin, {}, task.lane
    handlers = [other.name for other in _kinds(inside, (SubProcess,)) if other.compensates]
    node.handler = handlers[0] if handlers else ""
    return str(node.name)
