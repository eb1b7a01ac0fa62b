"""Keeping house: what has run out is deleted, checkpoints are written, everything is verified."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from casewright import bpmn
from casewright.commands import access
from casewright.commands.definitions import Definitions
from casewright.commands.unit import Answer, Kind, handles
from casewright.commands.work import Work
from casewright.domain.clock import micros
from casewright.store import Connection, journal, keys, messages, signals, stalled
from casewright.store.db import Database, steady
from casewright.store.journal import Broken

KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Expire:
    """Delete command keys after seven days, messages that were used and signals after thirty."""


@handles(Expire, Kind.HOUSEKEEPING)
def expire(work: Work, command: Expire) -> Answer:
    """Delete what has run out."""
    access.engine(work.principal)
    return {
        "keys": keys.expire(work.connection, work.at),
        "messages": messages.forget(work.connection, micros(work.now - KEPT)),
        "signals": signals.forget(work.connection, micros(work.now - KEPT)),
    }


def checkpoint(database: Database, key: bytes, folder: Path, now: datetime) -> Path | None:
    """Write today's heads of all journals outside the database; None when that is done."""
    target = folder / f"{now:%Y-%m-%d}.json"
    if target.exists():
        return None
    with database.read() as connection:
        steady(connection)
        data = journal.checkpoint(connection, key, micros(now))
    folder.mkdir(parents=True, exist_ok=True)
    # Whole or not at all, also when the power goes.
    part = target.with_suffix(f".{os.getpid()}.part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)
    return target


@dataclass(frozen=True, slots=True)
class Stalled:
    """A token that nothing will ever move; without one, an active instance that has none."""

    instance: str
    process: str
    business_key: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What `verify` found."""

    streams: int
    checkpoints: int
    broken: tuple[Broken, ...] = ()
    stalled: tuple[Stalled, ...] = field(default=())

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.broken and not self.stalled


def verify(database: Database, key: bytes, checkpoints: Path | None = None) -> Report:
    """Check every chain of the journal, by itself and by the checkpoints, and every wait."""
    files = sorted(checkpoints.glob("*.json")) if checkpoints is not None else []
    with database.read() as connection:
        steady(connection)
        broken = [*journal.verify(connection, key), *_outside(connection, key, files)]
        return Report(
            journal.streams(connection),
            len(files),
            tuple(broken),
            tuple(_sweep(connection)),
        )


def _outside(connection: Connection, key: bytes, files: list[Path]) -> Iterator[Broken]:
    for file in files:
        try:
            yield from journal.verify_checkpoint(connection, key, file.read_bytes())
        except (ValueError, KeyError, TypeError):
            yield Broken(file.name, 0, "the checkpoint cannot be read")


def _sweep(connection: Connection) -> Iterator[Stalled]:
    """Find the tokens of active instances that wait for nothing one can name."""
    waits, definitions = stalled.waits(connection), Definitions()
    for row in stalled.active(connection):
        tokens = bpmn.tokens(row.snapshot)
        parts = _parts(tokens)
        moved = False
        for token in tokens:
            # Ready ones are for the instance's next budget, or for its incident.
            key = "" if token.state == "ready" else token.id
            if token.id in parts.values() or (_rests(token) and token.id not in parts):
                continue
            event = "" if (row.id, key) in waits else _event(connection, definitions, row, token)
            moved = moved or event not in _INSIDE
            if (row.id, key) not in waits and event not in (*_INSIDE, "condition"):
                yield Stalled(row.id, row.process, row.business_key, token.id)
        if not moved:
            yield Stalled(row.id, row.process, row.business_key)


# What comes from within the case, to event sub-processes that wait beside the flow.
_INSIDE = ("error", "escalation", "compensation", "cancel")


def _event(
    connection: Connection,
    definitions: Definitions,
    row: stalled.ActiveRow,
    token: bpmn.TokenView,
) -> str:
    """Return what the event at which a token waits is about."""
    definition, _ = definitions.of(connection, row.definition)
    element = definition.elements.get(token.element)
    if element is not None and element.event == "multiple":
        return bpmn.waiting_for(definition, row.snapshot).get(token.id, "")
    return element.event if element is not None else ""


def _parts(tokens: Sequence[bpmn.TokenView]) -> dict[str, str]:
    """Return the tokens that wait for one definition of an event, and that of the event."""
    elements = {token.id: token.element for token in tokens}
    return {
        token.id: token.host
        for token in tokens
        if token.host and elements.get(token.host) == token.element
    }


def _rests(token: bpmn.TokenView) -> bool:
    """Tell whether a token lives by others: a sub-process by what is in it, a boundary event
    by its activity.
    """
    return token.state == "open" or (bool(token.host) and token.due is None)
