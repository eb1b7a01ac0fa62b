"""A token: a SpiffWorkflow task whose id, place and state our snapshot can give back.

The tree of an instance is flat: under a scope's start task hang its open tokens, and
nothing else. Finished tasks are forgotten at once and none is predicted, so the tree in
memory is always the one that would be rebuilt from the snapshot.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.specs.MultiChoice import MultiChoice
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from casewright.bpmn.incidents import Incident, Phase, Stop
from casewright.bpmn.rounds import Rounds
from casewright.bpmn.scopes import Scope
from casewright.domain.events import Event, IncidentRaised, IncidentResolved

if TYPE_CHECKING:
    from casewright.bpmn.compensation import Entry
    from casewright.bpmn.workflow import Instance, Level

OPEN = TaskState.WAITING | TaskState.READY | TaskState.STARTED
FINISHED = TaskState.FINISHED_MASK


class Token(Task):
    """A task in one of our workflows."""

    workflow: Level
    _state: int
    # What few tokens have stands at the class, so that no other pays for it: the events that
    # exclude each other behind one gateway, the signal and the truth last seen of a condition
    # that it waits for, whether nothing may begin any more inside an ad-hoc sub-process, and how
    # far a timer's cycle has come.
    group = ""
    signal = ""
    seen: bool | None = None
    over = False
    cycle: dict[str, Any] | None = None

    def __init__(
        self, workflow: Level, spec: Any, parent: Token | None, state: int, id: str
    ) -> None:
        super().__init__(workflow, spec, parent, state, id)
        self.local: Scope | None = None
        self.host = ""
        self.stop: Stop | None = None
        self.due: int | None = None
        self.child = ""
        self.armed = False
        self.told = False
        self.left = False
        self.outcome: dict[str, Any] | None = None
        self.rounds: Rounds | None = None
        self.undoes = ""
        self.kept: tuple[Entry, ...] = ()
        if state & OPEN:
            workflow.opened(self)

    @property
    def top(self) -> Instance:
        """The workflow of the whole instance."""
        top: Instance = self.workflow.top_workflow
        return top

    @property
    def body(self) -> Token | None:
        """The token of the repeated activity of which this one is an item."""
        return self.workflow.open.get(self.host) if self.task_spec.repeated else None

    @property
    def number(self) -> int:
        """The position of an item, from 1."""
        return int(self.id.rpartition("[")[2][:-1])

    @property
    def enclosing(self) -> Token | None:
        """The token around this one: of the repeated activity, or of the sub-process."""
        body = self.body
        return body if body is not None else self.workflow.host

    @property
    def scope(self) -> Scope:
        """The variables as this token sees them."""
        return self.local if self.local is not None else self.workflow.scope

    @property
    def element(self) -> str:
        """The id of the BPMN element; for a node we added, of the element it came from."""
        return str(self.task_spec.origin)

    # What the library calls.

    def _inherit_data(self) -> None:
        """Do nothing: variables live in scopes, not in tasks."""

    def _add_child(self, task_spec: Any, state: int = TaskState.MAYBE) -> Token:
        return Token(self.workflow, task_spec, self, state, self.workflow.new_id(task_spec, self))

    def _set_state(self, value: int) -> None:
        if value == self._state:
            return
        self._state = value
        if value & OPEN:
            self.workflow.opened(self)
        elif value & FINISHED:
            self.workflow.closed(self)

    def _ready(self) -> None:
        if not self._state & FINISHED:
            self._set_state(TaskState.READY)

    def error(self) -> None:
        """Leave the state alone: the library would count a failed task as finished."""

    def run(self) -> bool | None:
        """Run a ready task; an incident leaves it open, to be retried."""
        if self._state != TaskState.READY:
            return None
        try:
            result = self.task_spec._run(self)
        except Incident as incident:
            self.halt(incident, "run")
            return None
        if self._state & FINISHED:
            return None
        self.resolved()
        if result is None:
            # It goes on later.
            return None
        self.complete()
        return True

    def complete(self) -> None:
        """Complete the task and let the elements behind it begin."""
        if not isinstance(self.task_spec, MultiChoice):
            self.task_spec._predict_hook(self)
        super().complete()

    def cancel(self) -> None:
        """End an open task early, and what depends on it."""
        if self._state & OPEN:
            self.task_spec.withdraw(self)
            self.resolved()
            self._set_state(TaskState.CANCELLED)

    # What we add.

    def make_local(self) -> Scope:
        """Return the token's own scope, made when first needed."""
        if self.local is None:
            outer = self.workflow.scope
            self.local = Scope(self.id, outer, outer.log)
        return self.local

    def wait(self) -> None:
        """Stay open until something happens to the token."""
        self._set_state(TaskState.WAITING)

    def alone(self) -> None:
        """Take away the events that waited beside this one behind an event-based gateway."""
        if self.group:
            beside = [other for other in self.workflow.open.values() if other.group == self.group]
            for other in sorted(beside, key=lambda token: token.id):
                if other is not self:
                    other.cancel()

    def tell_once(self, event: Event) -> None:
        """Tell that the outside work is done; a retry of what comes after does not repeat it."""
        if not self.told:
            self.told = True
            self.top.tell(event)

    def halt(self, incident: Incident, phase: Phase) -> None:
        """Keep the token open with an incident on it."""
        self.stop = Stop(incident.code, incident.message, phase, incident.details)
        self.wait()
        self.top.tell(
            IncidentRaised(
                token=self.id,
                element=self.element,
                code=incident.code,
                message=incident.message,
                details=incident.details,
            )
        )

    def resolved(self) -> None:
        """Take an incident off the token, if there is one."""
        if self.stop is not None:
            self.stop = None
            self.top.tell(IncidentResolved(token=self.id, element=self.element))

    def again(self) -> None:
        """Run again what the incident stopped; the incident goes when that succeeds."""
        if self.stop is not None and self.stop.phase == "run":
            self._set_state(TaskState.READY)
        else:
            self.task_spec.reenter(self)
