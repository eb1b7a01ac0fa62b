"""Ids: UUIDv7 for new things, UUIDv5 where a repeat must give the same one."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import datetime

from casewright.domain.clock import micros

NAMESPACE = uuid.UUID("6f0c3a9e-3c0b-5d0e-9c55-0c6f5f7a8b11")


def new_id(at: datetime) -> str:
    """Return a UUIDv7 (RFC 9562, 5.7) for the instant `at`, so that ids sort by time."""
    millis = micros(at) // 1000
    value = (millis & (2**48 - 1)) << 80 | 0x7 << 76
    value |= secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=value))


def derived_id(*parts: str) -> str:
    """Return the UUIDv5 of `parts`: the same parts give the same id on every system."""
    return str(uuid.uuid5(NAMESPACE, "\x1f".join(parts)))


def token_secret() -> str:
    """Return 128 random bits as URL-safe text, for links, sessions and keys."""
    return secrets.token_urlsafe(16)


def secret_hash(secret: str) -> str:
    """Return the form in which a session's or a token's secret is stored and looked up.

    The secret itself has 128 random bits, so one round of SHA-256 is enough.
    """
    return hashlib.sha256(secret.encode()).hexdigest()
