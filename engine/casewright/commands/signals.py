"""Signals: broadcast to all who wait and all whom they start, each by a command of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from casewright import bpmn
from casewright.commands import access
from casewright.commands.jobs import held
from casewright.commands.messages import payload
from casewright.commands.unit import Answer, Kind, handles
from casewright.commands.work import Work
from casewright.domain.errors import Refused
from casewright.domain.people import Permission
from casewright.feel import codec
from casewright.store import jobs, signals
from casewright.store.jobs import JobRow
from casewright.store.signals import SignalRow


@dataclass(frozen=True, slots=True)
class BroadcastSignal:
    """Something happened that everybody who waits for the name has to know."""

    name: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeliverSignal:
    """Bring a signal to an instance, or start one, by the job that stands for it."""

    job: str
    fence: int


@handles(BroadcastSignal, Kind.ADMIN)
def broadcast_signal(work: Work, command: BroadcastSignal) -> Answer:
    """Broadcast; needs the right to operate cases, for it moves any number of them."""
    access.require(work.principal, Permission.OPERATE)
    values = orjson.loads(payload(command.variables))
    signal, count = work.thrown.broadcast(work.connection, command.name, values)
    work.record = {"signal": signal, "name": command.name, "variables": values, "reached": count}
    return {"signal": signal, "reached": count}


@handles(DeliverSignal, roots=lambda connection, command: jobs.root_of(connection, command.job))
def deliver_signal(work: Work, command: DeliverSignal) -> Answer:
    """Deliver; an instance that waits no more is no error."""
    access.engine(work.principal)
    row = held(work, command.job, command.fence)
    jobs.drop(work.connection, row.id)
    signal = signals.load(work.connection, row.operation)
    assert signal is not None
    instance = row.instance_id
    moved = _start(work, row, signal) if row.element else _receive(work, instance, signal)
    return {"signal": signal.id, "instance": instance, "moved": moved}


def _receive(work: Work, instance: str, signal: SignalRow) -> bool:
    case = work.case(instance)
    before = len(case.events)
    try:
        work.step(case, bpmn.Signalled(signal.name, _variables(signal)))
    except Refused as refused:
        # It waits no more, or was ended by what came before.
        if refused.code not in ("token-not-open", "instance-ended"):
            raise
    return len(case.events) > before


def _start(work: Work, row: JobRow, signal: SignalRow) -> bool:
    definition = orjson.loads(row.input)["definition"]
    target = work.ports.definitions.row(work.connection, definition)
    change = bpmn.Start(_variables(signal), row.element)
    case = work.begin(target, change, instance=row.instance_id)
    case.row.started_by = signal.thrown_by
    return True


def _variables(signal: SignalRow) -> dict[str, Any]:
    values: dict[str, Any] = orjson.loads(signal.payload)
    return {name: codec.from_json(value) for name, value in values.items()}
