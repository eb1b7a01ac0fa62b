"""The journal: an append-only chain per stream that shows every change made behind its back.

hash = HMAC-SHA256(key, previous ‖ header ‖ SHA-256(salt ‖ payload)). Payload and salt lie in
their own table: erasing them leaves the chain whole, since it holds only their hash.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, bindparam, insert, select, update

from casewright.store.statements import Statement, every, first
from casewright.store.tables import Chain, Instance, Journal, JournalPayload

ADMIN = "admin"

_journal = Journal.__table__  # type: ignore[attr-defined]
_payload = JournalPayload.__table__  # type: ignore[attr-defined]
_chain = Chain.__table__  # type: ignore[attr-defined]
_instance = Instance.__table__  # type: ignore[attr-defined]

_add_row = Statement(insert(_journal))
_add_payload = Statement(insert(_payload))
_rows = Statement(
    select(_journal, _payload.c.salt, _payload.c.payload)
    .join(
        _payload,
        (_payload.c.stream == _journal.c.stream) & (_payload.c.seq == _journal.c.seq),
        isouter=True,
    )
    .where(_journal.c.stream == bindparam("stream"))
    .order_by(_journal.c.seq)
)
_head = Statement(
    select(_chain.c.seq, _chain.c.hash).where(_chain.c.stream == bindparam("stream")),
    postgresql=select(_chain.c.seq, _chain.c.hash)
    .where(_chain.c.stream == bindparam("stream"))
    .with_for_update(),
)
_new_head = Statement(insert(_chain))
_move_head = Statement(
    update(_chain)
    .where(_chain.c.stream == bindparam("key"))
    .values(seq=bindparam("to"), hash=bindparam("with"))
)
_heads = Statement(select(_instance.c.id, _instance.c.seq, _instance.c.hash))
_chain_heads = Statement(select(_chain.c.stream, _chain.c.seq, _chain.c.hash))
_streams = Statement(select(_journal.c.stream).distinct())


@dataclass(frozen=True, slots=True)
class Entry:
    """What one command adds to a stream."""

    stream: str
    seq: int
    at: int
    command: str
    actor: str
    effective: str
    payload: bytes


def append(connection: Connection, key: bytes, previous: str, entry: Entry) -> str:
    """Write the entry after `previous` (the stream's last hash, "" at first); return its hash."""
    salt = secrets.token_hex(8)
    payload_hash = _payload_hash(salt, entry.payload)
    header = _header(entry.stream, entry.seq, entry.at, entry.command, entry.actor, entry.effective)
    digest = _link(key, previous, header, payload_hash)
    _add_row.run(
        connection,
        {
            "stream": entry.stream,
            "seq": entry.seq,
            "at": entry.at,
            "command": entry.command,
            "actor": entry.actor,
            "effective": entry.effective,
            "payload_hash": payload_hash,
            "hash": digest,
        },
    )
    _add_payload.run(
        connection,
        {
            "stream": entry.stream,
            "seq": entry.seq,
            "salt": salt,
            "payload": entry.payload.decode(),
        },
    )
    return digest


def append_to_chain(
    connection: Connection,
    key: bytes,
    stream: str,
    at: int,
    command: str,
    who: tuple[str, str],
    payload: bytes,
) -> int:
    """Append to a stream that keeps its own head, such as "admin"; return the sequence."""
    found = first(_head, connection, stream=stream)
    seq, previous = (found[0] + 1, found[1]) if found else (1, "")
    digest = append(
        connection, key, previous, Entry(stream, seq, at, command, who[0], who[1], payload)
    )
    if found:
        _move_head.run(connection, {"key": stream, "to": seq, "with": digest})
    else:
        _new_head.run(connection, {"stream": stream, "seq": seq, "hash": digest})
    return int(seq)


@dataclass(frozen=True, slots=True)
class Broken:
    """The first bad row of a stream, and what is wrong with it."""

    stream: str
    seq: int
    reason: str


def verify(connection: Connection, key: bytes) -> Iterator[Broken]:
    """Check every chain against the heads; give the first bad row of each broken stream.

    Finds an edited, deleted, inserted or swapped row, a tail that was cut off, and a chain
    that was rebuilt without the key. An erased payload is no fault.
    """
    heads = {row[0]: (row[1], row[2]) for row in every(_heads, connection)}
    heads |= {row[0]: (row[1], row[2]) for row in every(_chain_heads, connection)}
    for stream in {row[0] for row in every(_streams, connection)} | set(heads):
        broken = _verify_stream(connection, key, stream, heads.get(stream))
        if broken is not None:
            yield broken


def streams(connection: Connection) -> int:
    """Return how many chains there are."""
    return len(every(_heads, connection)) + len(every(_chain_heads, connection))


def checkpoint(connection: Connection, key: bytes, at: int) -> bytes:
    """Return today's heads of all chains as signed JSON, to be kept outside the database."""
    heads = sorted([r[0], r[1], r[2]] for r in every(_heads, connection))
    heads += sorted([r[0], r[1], r[2]] for r in every(_chain_heads, connection))
    body = {"at": at, "heads": heads}
    signature = hmac.new(key, orjson.dumps(body), hashlib.sha256).hexdigest()
    return orjson.dumps({"signature": signature, **body})


def verify_checkpoint(connection: Connection, key: bytes, data: bytes) -> Iterator[Broken]:
    """Check that every chain still holds what the checkpoint saw."""
    kept = orjson.loads(data)
    body = {"at": kept["at"], "heads": kept["heads"]}
    if not hmac.compare_digest(
        kept["signature"], hmac.new(key, orjson.dumps(body), hashlib.sha256).hexdigest()
    ):
        yield Broken("", 0, "the checkpoint itself was changed")
        return
    for stream, seq, digest in kept["heads"]:
        if seq == 0:
            continue
        found = first(_hash_at, connection, stream=stream, seq=seq)
        if found is None:
            yield Broken(stream, seq, "a row that the checkpoint saw is missing")
        elif found[0] != digest:
            yield Broken(stream, seq, "the row differs from what the checkpoint saw")


_hash_at = Statement(
    select(_journal.c.hash).where(
        _journal.c.stream == bindparam("stream"), _journal.c.seq == bindparam("seq")
    )
)


def _verify_stream(
    connection: Connection, key: bytes, stream: str, head: tuple[int, str] | None
) -> Broken | None:
    if head is None:
        return Broken(stream, 0, "the stream has rows and no head")
    previous, expected = "", 0
    for row in every(_rows, connection, stream=stream):
        expected += 1
        if row.seq != expected:
            return Broken(stream, expected, "a row is missing")
        header = _header(stream, row.seq, row.at, row.command, row.actor, row.effective)
        if _link(key, previous, header, row.payload_hash) != row.hash:
            return Broken(stream, row.seq, "the row was changed")
        if row.payload is not None and (
            _payload_hash(row.salt, row.payload.encode()) != row.payload_hash
        ):
            return Broken(stream, row.seq, "the events were changed")
        previous = row.hash
    if head != (expected, previous):
        return Broken(stream, expected + 1, "the end was cut off")
    return None


def _header(stream: str, seq: int, at: int, command: str, actor: str, effective: str) -> bytes:
    return "\x1f".join((stream, str(seq), str(at), command, actor, effective)).encode()


def _payload_hash(salt: str, payload: bytes) -> str:
    return hashlib.sha256(salt.encode() + payload).hexdigest()


def _link(key: bytes, previous: str, header: bytes, payload_hash: str) -> str:
    message = b"\x1e".join((previous.encode(), header, payload_hash.encode()))
    return hmac.digest(key, message, "sha256").hex()
