"""What a handler works on: the cases it touches, moved by `bpmn.step`, saved in one go."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import partial
from typing import Any

import orjson

from casewright import bpmn
from casewright.commands.definitions import Definitions, Release
from casewright.commands.thrown import Thrown
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
BUDGET = bpmn.StepLimits()
# What an instance costs beside its elements, in element runs.
PER_CALL = 20


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
        self.thrown = Thrown(self.at, principal.effective)
        self._following: deque[Callable[[], None]] = deque()
        self._runs = 0
        self._began = time.thread_time()

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
        instance: str = "",
    ) -> Case:
        """Start an instance of `target` that nobody called."""
        definition, release = self.ports.definitions.of(self.connection, target.id)
        key = instance or new_id(self.now)
        row = self._row(target, key, business_key)
        row.start_key = start_key
        case = self.cases[key] = Case(row, definition, release, new=True)
        self.step(case, change)
        return case

    def _row(self, target: DefinitionRow, key: str, business_key: str) -> InstanceRow:
        return InstanceRow(
            id=key,
            definition_id=target.id,
            process_id=target.process_id,
            app=target.app,
            root_id=key,
            started_at=self.at,
            started_by=self.principal.effective,
            business_key=business_key,
        )

    def step(self, case: Case, change: bpmn.Change) -> None:
        """Move a case by `change`, and carry out all that follows from it.

        A `Refused` of the change itself leaves the case as it was. What follows (starts and
        ends of called processes) is queued, not nested, and shares the command's budget:
        what is left of it goes on by a continue job.
        """
        self._move(case, change)
        while self._following:
            self._following.popleft()()

    def _move(self, case: Case, change: bpmn.Change) -> None:
        following: bpmn.Change | None = change
        events: list[e.Event] = []
        rounds = 0
        while following is not None:
            result = bpmn.step(
                case.definition, case.row.snapshot or None, following, self._context(case)
            )
            following = None
            case.row.snapshot, case.more = result.snapshot, result.more
            case.events.extend(result.events)
            for event in result.events:
                if isinstance(event, e.InstanceStarted) and event.business_key:
                    case.row.business_key = event.business_key
            events.extend(result.events)
            self.thrown.notice(self.connection, result.events, case.row.id, self.cases)
            self._runs += len(result.events)
            for code, variables in result.escalations:
                self._following.append(partial(self._escalate, case, code, variables))
            if result.done:
                self._following.append(partial(self._end, case, result))
            elif result.requests:
                rounds += 1
                following = self._answers(case, result, rounds)
        self._cancel_called(case, events)

    def _context(self, case: Case) -> bpmn.StepContext:
        def decide(ref: bpmn.DecisionRef) -> bpmn.BoundDecision | None:
            return self.ports.definitions.decision(self.connection, case.release, ref)

        spent = time.thread_time() - self._began
        return bpmn.StepContext(
            now=self.now,
            zone=self.ports.zone,
            instance=case.row.id,
            decisions=decide,
            limits=bpmn.StepLimits(
                element_runs=max(1, BUDGET.element_runs - self._runs),
                cpu_seconds=max(0.0, BUDGET.cpu_seconds - spent),
            ),
            parameters=case.release.parameters,
            business_key=case.row.business_key,
            parent=case.row.parent_id,
            parent_token=case.row.parent_token,
        )

    # -- called processes

    def _answers(self, case: Case, result: bpmn.StepResult, rounds: int) -> bpmn.Answers:
        """Answer the requests whose tokens are still there, all in one further step."""
        open_tokens = {view.id for view in bpmn.tokens(result.snapshot)}
        wanted = [request for request in result.requests if request.token in open_tokens]
        return bpmn.Answers(tuple(self._answer(case, request, rounds) for request in wanted))

    def _answer(self, case: Case, request: bpmn.Request, rounds: int) -> bpmn.Answered:
        if rounds > ROUNDS:
            problem = f"more than {ROUNDS} rounds of calls in one command"
            return bpmn.Answered(request.id, problem=problem)
        if case.row.depth >= DEEPEST:
            return bpmn.Answered(request.id, problem=f"calls nested deeper than {DEEPEST}")
        if request.binding == "deployment":
            target = deployments.in_deployment(self.connection, request.process, case.release.id)
        else:
            target = deployments.latest(self.connection, request.process)
        if target is None:
            return bpmn.Answered(request.id, problem=f"there is no process “{request.process}”")
        child = new_id(self.now)
        self._following.append(partial(self._call, case, request, target, child))
        return bpmn.Answered(request.id, child)

    def _call(self, case: Case, request: bpmn.Request, target: DefinitionRow, child: str) -> None:
        # The token may have been taken away by what ran since.
        if not _waits_for(case, request.token, child):
            return
        row = self._row(target, child, case.row.business_key)
        row.root_id, row.depth = case.row.root_id, case.row.depth + 1
        row.parent_id, row.parent_token = case.row.id, request.token
        definition, release = self.ports.definitions.of(self.connection, target.id)
        called = self.cases[child] = Case(row, definition, release, new=True)
        self._runs += PER_CALL
        try:
            self._move(called, bpmn.Start(request.variables))
        except Refused as refused:
            del self.cases[child]
            self._move(case, bpmn.CallFailed(request.token, refused.code, refused.text()))

    def _end(self, case: Case, result: bpmn.StepResult) -> None:
        row = case.row
        if row.parent_id is None or row.parent_token is None:
            return
        parent = self.case(row.parent_id)
        if not _waits_for(parent, row.parent_token, row.id):
            return
        error = result.error
        change: bpmn.Change
        if error is not None:
            change = bpmn.CallFailed(row.parent_token, error.code, error.message, error.variables)
        else:
            change = bpmn.CallEnded(row.parent_token, bpmn.variables(row.snapshot))
        self._move(parent, change)

    def _escalate(self, case: Case, code: str, variables: Mapping[str, Any]) -> None:
        """Bring an escalation that a called instance did not catch to its call activity."""
        row = case.row
        if row.parent_id is None or row.parent_token is None:
            return
        parent = self.case(row.parent_id)
        if _waits_for(parent, row.parent_token, row.id):
            self._move(parent, bpmn.Escalated(row.parent_token, code, variables))

    def _cancel_called(self, case: Case, events: list[e.Event]) -> None:
        calls = {call.element for call in case.definition.calls}
        if not calls:
            return
        for event in events:
            if isinstance(event, e.ElementCancelled) and event.element in calls:
                self._following.append(partial(self._cancel_children, case, event.token))

    def _cancel_children(self, case: Case, token: str) -> None:
        begun = [
            called.row.id
            for called in self.cases.values()
            if (called.row.parent_id, called.row.parent_token) == (case.row.id, token)
        ]
        stored = instances.active_children(self.connection, case.row.id, token)
        for child in dict.fromkeys(begun + stored):
            called = self.case(child)
            if not _over(called) and not _waits_for(case, token, child):
                self._move(called, bpmn.Cancel("the calling case went another way"))

    # -- the end of the command

    def flush(self, command: str) -> None:
        """Write rows and journal of every case that was touched."""
        for case in self.cases.values():
            if case.events or case.new or case.more:
                self._save(case, command)
        self.topics |= self.thrown.write(self.connection)

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


def _waits_for(case: Case, token: str, child: str) -> bool:
    """Tell whether the token of a case still waits for this called instance."""
    return not _over(case) and any(
        view.id == token and view.child == child for view in bpmn.tokens(case.row.snapshot)
    )


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
