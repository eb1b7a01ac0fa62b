"""The HTTP client of connectors: time-outs, size caps, and outcomes instead of exceptions.

A failure before anything was sent is `Transient` and not counted; no answer to a request that
was sent is `Unknown` for a write and `Transient` for a read. Redirects are never followed: a
write could be repeated elsewhere, and an address of ours could be reached through one.
"""

from __future__ import annotations

import json as jsonlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2 as httpx

from casewright_connectors.contract import Context, Failure, Permanent, Transient, Unknown

READS = frozenset({"GET", "HEAD", "OPTIONS"})
_LATER = frozenset({408, 425, 429, 503})


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may take."""

    connect_seconds: float = 5.0
    read_seconds: float = 30.0
    total_seconds: float = 60.0
    body_bytes: int = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """The other side's answer with a status below 400."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON; `Permanent` when it is none."""
        try:
            return jsonlib.loads(self.body)
        except ValueError:
            raise Permanent("the other side answered with something that is no JSON") from None


class Client:
    """A client of one system; threads may share it."""

    def __init__(self, base_url: str, limits: Limits = Limits()) -> None:
        self._limits = limits
        timeout = httpx.Timeout(
            limits.read_seconds, connect=limits.connect_seconds, pool=limits.connect_seconds
        )
        self._client = httpx.Client(
            base_url=base_url, timeout=timeout, follow_redirects=False, trust_env=False
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def request(
        self,
        method: str,
        path: str,
        ctx: Context,
        *,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request with the call's key; return the answer or raise a `Failure`."""
        read = method.upper() in READS
        sent = {"Idempotency-Key": ctx.key, **(headers or {})}
        try:
            with self._client.stream(
                method, path, json=json, content=content, headers=sent, params=params
            ) as response:
                body = self._body(response, read)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as problem:
            raise Transient(f"no connection: {_name(problem)}", answered=False) from None
        except httpx.TransportError as problem:
            raise _lost(f"no answer: {_name(problem)}", read) from None
        _check(response, ctx, read)
        return Answer(response.status_code, dict(response.headers), body)

    def _body(self, response: httpx.Response, read: bool) -> bytes:
        end = time.monotonic() + self._limits.total_seconds
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > self._limits.body_bytes:
                raise _lost(f"the answer is larger than {self._limits.body_bytes} bytes", read)
            if time.monotonic() > end:
                raise _lost(f"the answer took over {self._limits.total_seconds:g} seconds", read)
        return bytes(body)


def _name(problem: Exception) -> str:
    return type(problem).__name__


def _lost(message: str, read: bool) -> Failure:
    return Transient(message) if read else Unknown(message)


def _check(response: httpx.Response, ctx: Context, read: bool) -> None:
    status = response.status_code
    if status < 300:
        return
    if status < 400:
        raise Permanent(f"the other side answered {status}, and redirects are not followed")
    message = f"the other side answered {status}"
    if status in _LATER:
        raise Transient(message, retry_after(response.headers.get("Retry-After"), ctx.now()))
    if status >= 500:
        raise _lost(message, read)
    raise Permanent(message)


def retry_after(text: str | None, now: datetime) -> timedelta | None:
    """Return the wait that a Retry-After header asks for: seconds or an HTTP date."""
    if not text:
        return None
    text = text.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 86_400))
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return min(max(at - now, timedelta()), timedelta(days=1))
