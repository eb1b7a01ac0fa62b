"""What a handler works on: the cases it touches, moved by `bpmn.step`, saved in one go."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

import orjson

from casewright import bpmn
from casewright.commands.definitions import Definitions, Release
from casewright.domain import events as e
from casewright.domain.clock import Clock, micros
from casewright.domain.errors import Refused
from casewright.domain.ids import new_id
from casewright.domain.people import Principal
from casewright.store import Connection, apply, deployments, instances, jobs, journal
from casewright.store.deployments import DefinitionRow
from casewright.store.instances import InstanceRow

DEEPEST = 50
ROUNDS = 100


@dataclass(frozen=True, slots=True)
class Ports:
    """What the unit lends to handlers; `operations` are the connector operations known."""

    clock: Clock
    zone: tzinfo
    definitions: Definitions
    journal_key: bytes
    operations: frozenset[str] = frozenset()


@dataclass(slots=True)
class Case:
    """An instance under its root's lock, with what happened to it in this command."""

    row: InstanceRow
    definition: bpmn.Definition
    release: Release
    events: list[e.Event] = field(default_factory=list)
    new: bool = False
    more: bool = False


class Work:
    """One command's transaction, as its handler sees it."""

    def __init__(self, connection: Connection, principal: Principal, ports: Ports) -> None:
        self.connection = connection
        self.principal = principal
        self.ports = ports
        self.now = ports.clock.now()
        self.at = micros(self.now)
        self.cases: dict[str, Case] = {}
        self.topics: set[str] = set()
        self.record: dict[str, Any] = {}

    # -- cases

    def case(self, instance: str) -> Case:
        """Return an instance to work on; its root must be locked."""
        found = self.cases.get(instance)
        if found is None:
            row = instances.load(self.connection, instance)
            if row is None:
                raise Refused("not-found")
            definition, release = self.ports.definitions.of(self.connection, row.definition_id)
            found = self.cases[instance] = Case(row, definition, release)
        return found

    def begin(
        self,
        target: DefinitionRow,
        change: bpmn.Start,
        *,
        business_key: str = "",
        start_key: str | None = None,
        parent: tuple[Case, str] | None = None,
        instance: str = "",
    ) -> Case:
        """Start an instance of `target`; `parent` is the calling case and its token."""
        definition, release = self.ports.definitions.of(self.connection, target.id)
        key = instance or new_id(self.now)
        row = InstanceRow(
            id=key,
            definition_id=target.id,
            process_id=target.process_id,
            app=target.app,
            root_id=parent[0].row.root_id if parent else key,
            started_at=self.at,
            started_by=self.principal.effective,
            business_key=business_key,
            start_key=start_key,
        )
        if parent is not None:
            row.parent_id, row.parent_token = parent[0].row.id, parent[1]
            row.depth = parent[0].row.depth + 1
        case = self.cases[key] = Case(row, definition, release, new=True)
        self.step(case, change)
        return case

    def step(self, case: Case, change: bpmn.Change) -> None:
        """Move a case by `change`, answer what it asks, and carry its end to its caller."""
        changes: deque[bpmn.Change] = deque([change])
        calls: list[_Call] = []
        for _ in range(ROUNDS):
            result = bpmn.step(
                case.definition, case.row.snapshot or None, changes.popleft(), self._context(case)
            )
            case.row.snapshot = result.snapshot
            case.events.extend(result.events)
            case.more = result.more
            changes.extend(self._answered(case, request, calls) for request in result.requests)
            if not changes:
                break
        else:
            raise RuntimeError(f"{case.row.process_id}: more than {ROUNDS} requests in a step")
        self._cancel_called(case, result.events)
        if result.done:
            self._ended(case, result)
        for call in calls:
            self.begin(call.target, call.start, business_key=case.row.business_key,
                       parent=(case, call.token), instance=call.child)  # fmt: skip

    def _context(self, case: Case) -> bpmn.StepContext:
        def decide(ref: bpmn.DecisionRef) -> bpmn.BoundDecision | None:
            return self.ports.definitions.decision(self.connection, case.release, ref)

        return bpmn.StepContext(
            now=self.now,
            zone=self.ports.zone,
            instance=case.row.id,
            decisions=decide,
            parameters=case.release.parameters,
            business_key=case.row.business_key,
            parent=case.row.parent_id,
            parent_token=case.row.parent_token,
        )

    def _answered(self, case: Case, request: bpmn.Request, calls: list[_Call]) -> bpmn.Answered:
        if case.row.depth >= DEEPEST:
            return bpmn.Answered(request.id, problem=f"calls nested deeper than {DEEPEST}")
        if request.binding == "deployment":
            target = deployments.in_deployment(self.connection, request.process, case.release.id)
        else:
            target = deployments.latest(self.connection, request.process)
        if target is None:
            return bpmn.Answered(request.id, problem=f"there is no process “{request.process}”")
        child = new_id(self.now)
        calls.append(_Call(target, bpmn.Start(request.variables), request.token, child))
        return bpmn.Answered(request.id, child)

    def _ended(self, case: Case, result: bpmn.StepResult) -> None:
        row = case.row
        if row.parent_id is None or row.parent_token is None:
            return
        parent = self.case(row.parent_id)
        if parent.row.state != "active" or _over(parent):
            return
        if result.error is not None:
            error = result.error
            self.step(
                parent,
                bpmn.CallFailed(row.parent_token, error.code, error.message, error.variables),
            )
        elif not any(isinstance(event, e.InstanceCancelled) for event in case.events):
            variables = bpmn.variables(row.snapshot)
            self.step(parent, bpmn.CallEnded(row.parent_token, variables))

    def _cancel_called(self, case: Case, events: tuple[e.Event, ...]) -> None:
        if not case.definition.calls:
            return
        elements = {call.element for call in case.definition.calls}
        for event in events:
            if isinstance(event, e.ElementCancelled) and event.element in elements:
                for child in instances.active_children(self.connection, case.row.id, event.token):
                    called = self.case(child)
                    if called.row.state == "active" and not _over(called):
                        self.step(called, bpmn.Cancel("the calling case went another way"))

    # -- the end of the command

    def flush(self, command: str) -> None:
        """Write rows and journal of every case that was touched."""
        for case in self.cases.values():
            if case.events or case.new or case.more:
                self._save(case, command)

    def _save(self, case: Case, command: str) -> None:
        row = case.row
        apply.apply(
            apply.Target(self.connection, row, self.at, self.principal.effective), case.events
        )
        if case.more:
            jobs.add_continue(self.connection, row, self.at)
        row.seq += 1
        row.hash = journal.append(
            self.connection,
            self.ports.journal_key,
            row.hash,
            journal.Entry(
                row.id,
                row.seq,
                self.at,
                command,
                self.principal.actor,
                self.principal.effective,
                orjson.dumps([event.to_json() for event in case.events]),
            ),
        )
        if case.new:
            instances.add(self.connection, row)
        else:
            instances.save(self.connection, row)
        self._tell(case)

    def _tell(self, case: Case) -> None:
        self.topics.add(f"case:{case.row.root_id}")
        if case.more:
            self.topics.add("jobs")
        for event in case.events:
            topic = _TOPICS.get(type(event))
            if topic is not None:
                self.topics.add(topic)

    def summary(self, case: Case) -> dict[str, Any]:
        """Return where a case went: what an answer and the next page tell the person."""
        root = self.cases.get(case.row.root_id, case)
        tasks: list[dict[str, Any]] = []
        incidents = 0
        for touched in self.cases.values():
            gone = {
                event.token
                for event in touched.events
                if isinstance(event, (e.TaskCancelled, e.TaskCompleted))
            }
            for event in touched.events:
                incidents += isinstance(event, e.IncidentRaised)
                if isinstance(event, e.TaskCreated) and event.token not in gone:
                    tasks.append(_task_summary(touched, event))
        return {
            "instance": case.row.id,
            "root": case.row.root_id,
            "business_key": case.row.business_key,
            "state": "completed" if _over(root) else root.row.state,
            "tasks": tasks,
            "incidents": incidents,
        }


def _over(case: Case) -> bool:
    return case.row.state != "active" or any(
        isinstance(event, (e.InstanceCompleted, e.InstanceCancelled)) for event in case.events
    )


def _task_summary(case: Case, event: e.TaskCreated) -> dict[str, Any]:
    return {
        "id": apply.task_id(case.row.id, event.token),
        "element": event.element,
        "name": event.name,
        "assignee": event.assignee,
        "users": list(event.users),
        "groups": list(event.groups),
    }


@dataclass(frozen=True, slots=True)
class _Call:
    target: DefinitionRow
    start: bpmn.Start
    token: str
    child: str


_TOPICS: Mapping[type[e.Event], str] = {
    e.TaskCreated: "inbox",
    e.TaskCompleted: "inbox",
    e.TaskCancelled: "inbox",
    e.TaskAssigned: "inbox",
    e.JobCreated: "jobs",
    e.JobRetried: "jobs",
    e.TimerScheduled: "timers",
    e.SubscriptionOpened: "messages",
    e.IncidentRaised: "incidents",
    e.IncidentResolved: "incidents",
}
