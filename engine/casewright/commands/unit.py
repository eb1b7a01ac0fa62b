"""The one door of every change: a command, one transaction, one answer.

    lock the roots the command declares → its handler decides → `bpmn.step` moves the cases
    → `store.apply` writes rows and journal → COMMIT → those who watch are told

Handlers are functions decorated with `@handles`; they raise `Refused`, and nothing is stored.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum
from typing import Any, TypeVar

import orjson

from casewright.commands.bus import Bus
from casewright.commands.definitions import Definitions
from casewright.commands.work import Ports, Work
from casewright.domain.clock import Clock
from casewright.domain.errors import Refused
from casewright.domain.ids import token_secret
from casewright.domain.people import Principal
from casewright.store import Connection, instances, keys, people
from casewright.store.db import Database
from casewright.store.journal import ADMIN, append_to_chain


class Kind(StrEnum):
    """What a command touches, and so where it is journalled."""

    CASE = "case"
    ADMIN = "admin"
    HOUSEKEEPING = "housekeeping"


Answer = dict[str, Any]
C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class Handler:
    """A command's handler; `prepare` runs before the transaction, for what costs time.

    An answer that is `secret` is never stored, so the command takes no key.
    """

    run: Callable[..., Answer]
    kind: Kind
    roots: Callable[[Connection, Any], Sequence[str]] | None = None
    prepare: Callable[[Ports, Any], Any] | None = None
    secret: bool = False


HANDLERS: dict[type, Handler] = {}


def handles(
    command: type[C],
    kind: Kind = Kind.CASE,
    *,
    roots: Callable[[Connection, C], Sequence[str]] | None = None,
    prepare: Callable[[Ports, C], Any] | None = None,
    secret: bool = False,
) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Register the decorated function as the handler of `command`.

    It is called with (work, command), and with what `prepare` gave as a third argument.
    """

    def register(function: Callable[..., Answer]) -> Callable[..., Answer]:
        HANDLERS[command] = Handler(function, kind, roots, prepare, secret)
        return function

    return register


class Unit:
    """Runs commands on a database."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        zone: tzinfo,
        definitions: Definitions,
        bus: Bus,
        journal_key: bytes,
        operations: frozenset[str] = frozenset(),
    ) -> None:
        self.database = database
        self.ports = Ports(clock, zone, definitions, journal_key, operations)
        self.bus = bus

    def run(self, command: Any, principal: Principal, key: str | None = None) -> Answer:
        """Carry out `command` for `principal`; raises `Refused` with nothing stored.

        With a `key`, a repeat within seven days gives the first answer again.
        """
        handler = HANDLERS[type(command)]
        if key is not None and handler.secret:
            raise Refused("key-refused")
        if key is None and self._may_run_twice(handler):
            key = f"once:{token_secret()}"
        prepared = handler.prepare(self.ports, command) if handler.prepare else None
        topics: set[str] = set()

        def transaction(connection: Connection) -> Answer:
            topics.clear()
            work = Work(connection, principal, self.ports)
            answer = self._answer(handler, work, command, prepared, key)
            topics.update(work.topics)
            return answer

        answer = self.database.write(transaction)
        for topic in sorted(topics):
            self.bus.publish(topic)
        return answer

    def _may_run_twice(self, handler: Handler) -> bool:
        """Tell whether a lost answer to COMMIT could make the writer run a command again.

        The repeat then finds the key of the first run, and gives its answer.
        """
        repeats = self.database.dialect == "postgresql"
        return repeats and handler.kind is not Kind.HOUSEKEEPING and not handler.secret

    def _answer(
        self, handler: Handler, work: Work, command: Any, prepared: Any, key: str | None
    ) -> Answer:
        who = work.principal.effective
        if key is not None:
            digest = _digest(command, self.ports.journal_key)
            before = keys.take(work.connection, who, key, digest, work.at)
            if before is not None:
                if before[0] != digest:
                    raise Refused("key-reused", key)
                answer: Answer = orjson.loads(before[1])
                return answer
        if handler.kind is Kind.ADMIN:
            people.lock(work.connection)
        if handler.roots is not None and work.connection.dialect.name == "postgresql":
            instances.lock_roots(work.connection, handler.roots(work.connection, command))
        answer = (
            handler.run(work, command)
            if handler.prepare is None
            else handler.run(work, command, prepared)
        )
        work.flush(type(command).__name__)
        if handler.kind is Kind.ADMIN:
            append_to_chain(
                work.connection,
                self.ports.journal_key,
                ADMIN,
                work.at,
                type(command).__name__,
                (work.principal.actor, who),
                orjson.dumps(work.record),
            )
        if key is not None:
            keys.keep(work.connection, who, key, orjson.dumps(answer).decode())
        return answer


def _digest(command: Any, key: bytes) -> str:
    """Return what a repeat is known by: keyed, for a bare hash would let passwords be guessed."""
    # Not orjson, which takes no number over 64 bits.
    body = json.dumps(
        {"type": type(command).__name__, "data": _plain(command)}, default=_text, sort_keys=True
    )
    return hmac.new(key, body.encode(), hashlib.sha256).hexdigest()


def _plain(command: Any) -> dict[str, Any]:
    return {name: getattr(command, name) for name in command.__dataclass_fields__}


def _text(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    return hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else str(value)
