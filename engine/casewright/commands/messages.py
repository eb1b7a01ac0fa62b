"""Messages: stored first, then given to who waits; dead letters settled by hand.

A message goes once to each process that takes it: to the oldest wait of the one case that
waits for its name and key, else to the process's message start. Several cases of one process
that wait for the same message make it a dead letter: it was given to none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson

from casewright import bpmn
from casewright.commands import access
from casewright.commands.unit import Answer, Kind, handles
from casewright.commands.work import Work
from casewright.domain.clock import micros
from casewright.domain.errors import Refused
from casewright.domain.ids import derived_id, new_id
from casewright.domain.people import Permission
from casewright.feel import codec
from casewright.feel.values import from_python
from casewright.store import instances, messages
from casewright.store.messages import MessageRow, SubscriptionRow

DAY = 86_400
LONGEST = 30 * DAY
PAYLOAD_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class PublishMessage:
    """Something happened outside; with an `id`, a repeat is known and changes nothing."""

    name: str
    key: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
    ttl_seconds: int = DAY
    id: str = ""


@dataclass(frozen=True, slots=True)
class CorrelateMessage:
    """Give a buffered message to who waits for it, or make it a dead letter in time."""

    message: str


@dataclass(frozen=True, slots=True)
class ReplayMessage:
    """Put a dead letter back into the buffer, with other variables if given."""

    message: str
    variables: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class DropMessage:
    """Put a dead letter away for good."""

    message: str


@handles(PublishMessage, Kind.HOUSEKEEPING)
def publish_message(work: Work, command: PublishMessage) -> Answer:
    """Store; whoever may start processes may send messages."""
    access.require(work.principal, Permission.START)
    message = derived_id("message", command.id) if command.id else new_id(work.now)
    ttl = timedelta(seconds=max(0, min(command.ttl_seconds, LONGEST)))
    row = MessageRow(
        id=message,
        name=command.name,
        correlation_key=command.key,
        payload=payload(command.variables),
        received_at=work.at,
        received_by=work.principal.effective,
        expires_at=micros(work.now + ttl),
        state="buffered",
    )
    if not messages.add(work.connection, row):
        known = messages.load(work.connection, message)
        assert known is not None
        return {"message": message, "state": known.state, "duplicate": True}
    work.topics.add("messages")
    return {"message": message, "state": "buffered", "duplicate": False}


@handles(CorrelateMessage)
def correlate_message(work: Work, command: CorrelateMessage) -> Answer:
    """Deliver; a message that nobody takes stays in the buffer until its time is over."""
    access.engine(work.principal)
    waiting = _locked(work, command.message)
    row = messages.load(work.connection, command.message)
    if row is None or row.state != "buffered":
        return {"message": command.message, "state": row.state if row else "gone", "instances": []}
    chosen, rivals = _choose(waiting)
    if rivals:
        return _dead(work, row, _several(work, rivals))
    taken = [_receive(work, row, wait) for wait in chosen if wait.instance_id is not None]
    busy = {wait.process_id for wait in chosen if wait.instance_id is not None}
    for start in waiting:
        if start.instance_id is None and start.process_id not in busy:
            taken.append(_start(work, row, start))
    used = [instance for instance in taken if instance]
    if used:
        messages.settle(work.connection, row.id, "used", used_by=used[0])
        return {"message": row.id, "state": "used", "instances": used}
    if row.expires_at <= work.at:
        return _dead(work, row, "nobody took it in time")
    return {"message": row.id, "state": "buffered", "instances": []}


def _locked(work: Work, message: str) -> Sequence[SubscriptionRow]:
    """Return who takes the message, with the roots of their cases locked."""
    row = messages.load(work.connection, message)
    if row is None:
        return ()
    roots: set[str] = set()
    while True:
        found = messages.subscribers(work.connection, row.name, row.correlation_key)
        wanted = {wait.root_id for wait in found if wait.root_id is not None}
        if wanted <= roots:
            return found
        roots |= wanted
        instances.lock_roots(work.connection, roots)


def _choose(
    waiting: Sequence[SubscriptionRow],
) -> tuple[list[SubscriptionRow], list[SubscriptionRow]]:
    """Return the oldest wait of each process, and the rivals where several cases wait."""
    chosen: dict[str, SubscriptionRow] = {}
    rivals: list[SubscriptionRow] = []
    for wait in waiting:
        if wait.instance_id is None:
            continue
        first = chosen.setdefault(wait.process_id, wait)
        if first.instance_id != wait.instance_id:
            rivals += [one for one in (first, wait) if one not in rivals]
    return list(chosen.values()), rivals


def _receive(work: Work, row: MessageRow, wait: SubscriptionRow) -> str:
    assert wait.instance_id is not None
    case = work.case(wait.instance_id)
    try:
        work.step(case, bpmn.ReceiveMessage(wait.token, _variables(row)))
    except Refused as refused:
        # It stands there with an incident, or was ended by what came before.
        if refused.code not in ("token-not-open", "instance-ended"):
            raise
        return ""
    return case.row.id


def _start(work: Work, row: MessageRow, start: SubscriptionRow) -> str:
    """Start the process, unless a case that this key started is still running."""
    key = messages.start_key(row.name, row.correlation_key)
    if key is not None:
        messages.lock_start(work.connection, start.process_id, key)
        if instances.running_with_key(work.connection, start.process_id, key) is not None:
            return ""
    target = work.ports.definitions.row(work.connection, start.definition_id)
    case = work.begin(
        target,
        bpmn.Start(_variables(row), start.element),
        business_key=row.correlation_key,
        start_key=key,
        instance=derived_id("start", row.id, start.process_id),
    )
    case.row.started_by = row.received_by
    return case.row.id


def _several(work: Work, rivals: Sequence[SubscriptionRow]) -> str:
    names = []
    for wait in rivals:
        assert wait.instance_id is not None
        found = instances.load(work.connection, wait.instance_id)
        names.append((found.business_key if found else "") or wait.instance_id)
    return f"{len(rivals)} cases wait for it, none was given it: {', '.join(names[:20])}"


def _dead(work: Work, row: MessageRow, reason: str) -> Answer:
    messages.settle(work.connection, row.id, "dead", reason)
    work.topics.add("incidents")
    return {"message": row.id, "state": "dead", "instances": [], "reason": reason}


def _settleable(work: Work, message: str) -> MessageRow:
    access.require(work.principal, Permission.OPERATE)
    row = messages.load(work.connection, message)
    if row is None:
        raise Refused("not-found")
    if row.state not in ("dead", "buffered"):
        raise Refused("dead-letter-used")
    return row


@handles(ReplayMessage, Kind.ADMIN)
def replay_message(work: Work, command: ReplayMessage) -> Answer:
    """Buffer it for another day."""
    row = _settleable(work, command.message)
    body = row.payload if command.variables is None else payload(command.variables)
    until = micros(work.now + timedelta(seconds=DAY))
    messages.again(work.connection, row.id, body, until)
    work.record = {"message": row.id, "name": row.name, "edited": command.variables is not None}
    work.topics |= {"messages", "incidents"}
    return {"message": row.id, "state": "buffered"}


@handles(DropMessage, Kind.ADMIN)
def drop_message(work: Work, command: DropMessage) -> Answer:
    """Drop it; its row stays for a while, so that a repeat of it is known."""
    row = _settleable(work, command.message)
    reason = f"dropped by {work.principal.effective}"
    messages.settle(work.connection, row.id, "dropped", reason)
    work.record = {"message": row.id, "name": row.name}
    work.topics.add("incidents")
    return {"message": row.id, "state": "dropped"}


def payload(variables: Mapping[str, Any]) -> str:
    """Return variables from outside as JSON, or refuse what no variable can hold."""
    values = {name: codec.to_json(from_python(value)) for name, value in variables.items()}
    for name, value in values.items():
        bpmn.check(name, value)
    body = orjson.dumps(values)
    if len(body) > PAYLOAD_BYTES:
        raise Refused("value-too-large", name="variables", limit=PAYLOAD_BYTES)
    return body.decode()


def _variables(row: MessageRow) -> dict[str, Any]:
    return {name: codec.from_json(value) for name, value in orjson.loads(row.payload).items()}
