"""The workflows: an instance, and in it a level for each open sub-process.

A level counts the arrivals at its joins, gives out token ids and ends when nothing in it
is open. The instance adds the queue of ready tokens and what the step will tell.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import orjson
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.util.task import TaskState

from casewright.bpmn import compensation, joins, multiple
from casewright.bpmn.engine import FeelEngine
from casewright.bpmn.expressions import Surroundings
from casewright.bpmn.incidents import Incident
from casewright.bpmn.scopes import ChangeLog, Room, Scope
from casewright.bpmn.tokens import Token
from casewright.domain.events import Event, InstanceCancelled, InstanceCompleted

if TYPE_CHECKING:
    from casewright.bpmn.compensation import Ledger
    from casewright.bpmn.definition import Definition
    from casewright.bpmn.graph import Graph
    from casewright.bpmn.results import Request, StepContext, UncaughtError


class Level:
    """What an instance and a sub-process have in common."""

    spec: Any
    tasks: dict[str, Token]
    task_tree: Token
    completed: bool
    completed_event: Any
    top_workflow: Any
    host: Token | None
    path: str
    scope: Scope
    graph: Graph

    def _prepare(self, path: str, host: Token | None, scope: Scope, graph: Graph) -> None:
        self.path = path
        self.host = host
        self.scope = scope
        self.graph = graph
        self.open: dict[str, Token] = {}
        self.finished: list[Token] = []
        self.arrivals: dict[str, dict[str, int]] = {}
        self.counts: dict[str, int] = {}
        self.ledger: Ledger | None = None

    def _plant(self, state: int) -> None:
        root = Token(self, self.spec.start, None, TaskState.FUTURE, f"{self.path}^")
        root._state = state
        self.task_tree = root

    def new_id(self, spec: Any, parent: Token) -> str:
        """Return the id of the next token at an element: its id and activation number.

        The number is counted only where the graph says that an element can repeat, so
        that the snapshot does not grow with the model.
        """
        name = spec.name
        if spec.counts_arrivals and parent is not self.task_tree:
            return f"{parent.id}>{name}"
        label = name if spec.generated else spec.origin
        if name not in self.graph.repeating:
            return f"{self.path}{label}#1"
        self.counts[label] = self.counts.get(label, 0) + 1
        return f"{self.path}{label}#{self.counts[label]}"

    def opened(self, token: Token) -> None:
        """Note that a token waits or is ready."""
        self.open[token.id] = token
        if token._state == TaskState.READY:
            self.top_workflow.queue.append(token)

    def closed(self, token: Token) -> None:
        """Note that a token is finished."""
        self.open.pop(token.id, None)
        self.finished.append(token)
        self.top_workflow.touched[self.path] = self

    def boundaries(self, host: Token) -> list[Token]:
        """Return the boundary tokens that end with an activity's token, by id.

        One beside the activity whose event has come goes on by itself; an interrupting one
        whose turn has not come before the activity ended is too late.
        """
        if not host.task_spec.boundaries:
            return []
        found = [
            token
            for token in self.open.values()
            if token.host == host.id
            and not token.task_spec.repeated
            and (token._state == TaskState.WAITING or token.task_spec.cancel_activity)
        ]
        return sorted(found, key=lambda token: token.id)

    def settle(self) -> None:
        """Let joins pass, forget what is finished, and end the level when nothing is open."""
        if self.completed:
            return
        self._forget()
        joins.fire(self)
        if self.ledger is not None and self.ledger.runs:
            compensation.go_on(self)
        if self.completed or (self.open and not self._idle()) or self.holds():
            return
        if self.arrivals and not self.over:
            self._surplus()
        else:
            self._finish()

    def _forget(self) -> None:
        root = self.task_tree
        for token in self.finished:
            if token is root or token.id not in self.tasks:
                continue
            for child in token.children:
                if child is not None:
                    child._parent = root.id
                    root._children.append(child.id)
            parent = self.tasks.get(token._parent)
            if parent is not None and token.id in parent._children:
                parent._children.remove(token.id)
            del self.tasks[token.id]
        self.finished = []

    def _surplus(self) -> None:
        """Put an incident on each join that holds arrivals nothing can complete any more."""
        for join in sorted(self.arrivals):
            token = self.task_tree._add_child(self.spec.task_specs[join], TaskState.FUTURE)
            flows = dict(sorted(self.arrivals[join].items()))
            token.halt(
                Incident(
                    "surplus-token",
                    "tokens wait at this gateway for others that can no longer come; "
                    "a retry discards them",
                    flows=flows,
                ),
                "run",
            )

    def arm(self) -> None:
        """Let the event sub-processes wait for their events."""
        for name in self.graph.event_starts:
            self.spec.task_specs[name].attach(self)

    def watching(self) -> list[Token]:
        """Return the tokens that wait to start an event sub-process, by id."""
        if not self.graph.event_starts:
            return []
        found = [token for token in self.open.values() if token.task_spec.watches]
        return sorted(found, key=lambda token: token.id)

    def _idle(self) -> bool:
        """Tell whether nothing is open but event sub-processes whose event has not come."""
        return bool(self.graph.event_starts) and all(
            token._state == TaskState.WAITING and multiple.outermost(token).task_spec.watches
            for token in self.open.values()
        )

    def _finish(self) -> None:
        if self.open:
            self.clear()
        self.completed = True
        self.ended()
        self.completed_event(self)

    def holds(self) -> bool:
        """Tell whether the level stays open though nothing in it is."""
        return False

    @property
    def over(self) -> bool:
        """Whether nothing may begin in the level any more, as an ad-hoc sub-process finished."""
        return False

    def ended(self) -> None:
        """Called once when the level is over."""

    def discard(self, token: Token) -> None:
        """Drop the surplus arrivals for which `token` stands."""
        self.arrivals.pop(token.task_spec.name, None)
        token.resolved()
        token._set_state(TaskState.CANCELLED)

    def clear(self, keep: Token | None = None) -> None:
        """Cancel every open token but one, in the order of their ids; arrivals vanish."""
        for token in sorted(self.open.values(), key=lambda token: token.id):
            if token is not keep:
                token.cancel()
        self.arrivals = {}
        if self.ledger is not None:
            self.ledger.runs = {}

    # What the library calls.

    def _task_completed_notify(self, task: Token) -> None:
        """Do nothing: `settle` looks at joins and at the end of the level."""

    def update_waiting_tasks(self) -> None:
        """Do nothing: nothing waits that is not woken by a change."""


class InnerLevel(Level, BpmnSubWorkflow):
    """An open sub-process."""

    def __init__(self, spec: Any, host: Token, top: Instance) -> None:
        self._prepare(f"{host.id}/", host, host.scope, top.graphs[spec.name])
        BpmnSubWorkflow.__init__(self, spec, host.id, top, deserializing=True)

    def _calculate_depth(self) -> int:
        return self.path.count("/")

    @property
    def parent_workflow(self) -> Level | None:
        """The level around the sub-process."""
        return self.host.workflow if self.host is not None else None

    def holds(self) -> bool:
        """Ask the sub-process whether more may come."""
        assert self.host is not None
        held: bool = self.host.task_spec.holds(self.host)
        return held

    @property
    def over(self) -> bool:
        """Whether the ad-hoc sub-process finished."""
        assert self.host is not None
        return self.host.over

    def begin(self) -> None:
        """Plant the start task, ready to run."""
        self._plant(TaskState.READY)

    def resume(self) -> None:
        """Plant the start task as one that has run."""
        self._plant(TaskState.COMPLETED)
        assert self.host is not None
        spec = self.host.task_spec
        self.completed_event.connect(spec._on_subworkflow_completed, self.host)

    def ended(self) -> None:
        """Take the level off the instance."""
        self.top_workflow.subprocesses.pop(self.path[:-1], None)

    def cancel(self, success: bool = False) -> list[Token]:
        """Cancel everything inside; called by the library when the host is cancelled."""
        self.clear()
        self.success, self.completed = success, True
        self.ended()
        return []


class Instance(Level, BpmnWorkflow):
    """A running process instance, for the time of one step (a twin keeps it longer)."""

    def __init__(self, definition: Definition, context: StepContext) -> None:
        program = definition.program
        self.definition = definition
        self.graphs = program.graphs
        self.log = ChangeLog(Room(self._held))
        self.queue: deque[Token] = deque()
        self.conditions: dict[str, Token] = {}
        self.touched: dict[str, Level] = {}
        self._prepare("", None, Scope("", None, self.log), program.graphs[program.spec.name])
        BpmnWorkflow.__init__(
            self, program.spec, program.subprocesses, FeelEngine(), deserializing=True
        )
        self._plant(TaskState.COMPLETED)
        self.prepare(context)

    def prepare(self, context: StepContext) -> None:
        """Make ready for a step."""
        self.context = context
        self.log.room.clear()
        names = {"parameters": context.parameters, "businessKey": context.business_key}
        self.surroundings = Surroundings(context.now, context.zone, names)
        self.events: list[Event] = []
        self.requests: list[Request] = []
        self.runs = 0
        self.error: UncaughtError | None = None
        self.escalations: list[tuple[str, dict[str, Any]]] = []

    def tell(self, event: Event) -> None:
        """Add an event; changes of variables that came before it are told before it."""
        self.events += self.log.take()
        self.events.append(event)

    def ask(self, request: Request) -> None:
        """Add a request."""
        self.requests.append(request)

    def _held(self) -> int:
        """Return how many bytes all variables have."""
        scopes, kept = [self.scope], 0
        for level in self.levels():
            scopes += [token.local for token in level.open.values() if token.local is not None]
            for token in level.open.values():
                kept += token.rounds.held() if token.rounds is not None else 0
            if level.ledger is not None:
                kept += len(orjson.dumps(level.ledger.to_json()))
        return kept + sum(len(orjson.dumps(scope.raw)) for scope in scopes if scope.raw)

    def find(self, token_id: str) -> Token | None:
        """Return the open token with this id."""
        level = self.level(token_id.rpartition("/")[0])
        return level.open.get(token_id) if level is not None else None

    def level(self, path: str) -> Level | None:
        """Return the level inside the sub-process token `path`; the instance for ""."""
        return self if path == "" else self.subprocesses.get(path)

    def levels(self) -> list[Level]:
        """Return all levels, outer ones first."""
        inner = sorted(self.subprocesses.values(), key=lambda level: (level.depth, level.path))
        return [self, *inner]

    def ended(self) -> None:
        """Tell how the instance ended."""
        if self.error is None:
            self.tell(InstanceCompleted())
        else:
            self.tell(InstanceCancelled(reason=f"error {self.error.code}"))

    # What the library calls.

    def create_subprocess(self, my_task: Token, spec_name: str) -> InnerLevel:
        """Open the level of a sub-process."""
        level = InnerLevel(self.subprocess_specs[spec_name], my_task, self)
        self.subprocesses[my_task.id] = level
        level.begin()
        return level

    def get_task_from_id(self, task_id: str) -> Token:
        """Return a task of any level."""
        level = self.level(task_id.rpartition("/")[0])
        assert level is not None
        return level.tasks[task_id]
