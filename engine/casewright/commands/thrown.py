"""What steps threw for others: signals and messages, written behind the cases of a command.

Who waits for a signal is asked when it is thrown, so that a wait that begins later in the same
command does not get it. Each of them gets it by a command of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson

from casewright.domain import events as e
from casewright.domain.clock import instant, micros
from casewright.domain.ids import derived_id, new_id
from casewright.store import Connection, jobs, messages, signals
from casewright.store.messages import MessageRow
from casewright.store.signals import SignalRow, StartRow, WaitRow

if TYPE_CHECKING:
    from casewright.commands.work import Case

KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Broadcast:
    row: SignalRow
    waiting: tuple[WaitRow, ...]
    starts: tuple[StartRow, ...]


@dataclass(slots=True)
class Thrown:
    """The signals and messages of one command."""

    at: int
    who: str
    _signals: list[_Broadcast] = field(default_factory=list)
    _messages: list[e.MessageThrown] = field(default_factory=list)

    def notice(
        self,
        connection: Connection,
        events: Iterable[e.Event],
        source: str,
        cases: Mapping[str, Case],
    ) -> None:
        """Keep what a step of the instance `source` threw; `cases` are those of the command."""
        for event in events:
            if isinstance(event, e.SignalThrown):
                self.broadcast(connection, event.name, event.variables, source, cases)
            elif isinstance(event, e.MessageThrown):
                self._messages.append(event)

    def broadcast(
        self,
        connection: Connection,
        name: str,
        variables: Mapping[str, Any],
        source: str = "",
        cases: Mapping[str, Case] | None = None,
    ) -> tuple[str, int]:
        """Keep a signal; return its id, and how many it goes to beside `source`."""
        found = {wait.instance_id: wait for wait in signals.waiting(connection, name)}
        for key, case in (cases or {}).items():
            if _waits(case, name):
                found[key] = WaitRow(key, case.row.root_id, case.row.app)
        found.pop(source, None)
        row = SignalRow(new_id(instant(self.at)), name, _json(variables), source, self.at, self.who)
        starts = tuple(signals.starts(connection, name))
        self._signals.append(_Broadcast(row, tuple(found.values()), starts))
        return row.id, len(found) + len(starts)

    def write(self, connection: Connection) -> set[str]:
        """Write the rows; return the topics of who has to know."""
        for thrown in self._messages:
            messages.add(connection, self._message(thrown))
        for signal in self._signals:
            self._deliver(connection, signal)
        topics = {"messages"} if self._messages else set()
        return topics | ({"jobs"} if self._signals else set())

    def _message(self, thrown: e.MessageThrown) -> MessageRow:
        return MessageRow(
            id=new_id(instant(self.at)),
            name=thrown.name,
            correlation_key=thrown.key,
            payload=_json(thrown.variables),
            received_at=self.at,
            received_by=self.who,
            expires_at=micros(instant(self.at) + KEPT),
            state="buffered",
        )

    def _deliver(self, connection: Connection, signal: _Broadcast) -> None:
        row = signal.row
        signals.add(connection, row)
        for wait in signal.waiting:
            jobs.add_signal(connection, row.id, wait.instance_id, wait.root_id, wait.app, self.at)
        for start in signal.starts:
            made = derived_id("start", row.id, start.process_id, start.element)
            event = (start.definition_id, start.element)
            jobs.add_signal(connection, row.id, made, made, start.app, self.at, event)


def _waits(case: Case, name: str) -> bool:
    """Tell whether a case began to wait for a signal in this command, and still does."""
    waiting: set[str] = set()
    for event in case.events:
        if isinstance(event, e.SubscriptionOpened):
            if event.kind == "signal" and event.name == name:
                waiting.add(event.token)
        elif isinstance(event, e.SubscriptionClosed):
            waiting.discard(event.token)
    return bool(waiting)


def _json(values: Mapping[str, Any]) -> str:
    return orjson.dumps(values).decode()
