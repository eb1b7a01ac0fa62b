"""The outermost layer: limits on what comes in, security headers on what goes out.

A plain ASGI layer, so that it also covers what the framework answers by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from casewright.domain.errors import Refused
from casewright.web.principal import check_origin
from casewright.web.system import System

Refuse = Callable[[Scope, Refused], ASGIApp]
Fault = Callable[[Scope, Exception], Refused]

BODY_BYTES = 1024 * 1024
# Files of an app, or one attachment.
UPLOAD_BYTES = 16 * 1024 * 1024
BODY_SECONDS = 30.0
_UPLOADS = ("/api/v1/deployments",)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; manifest-src 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class Guard:
    """Checks a request before anything else sees it, and its answer before it leaves."""

    def __init__(
        self,
        app: ASGIApp,
        system: System,
        refuse: Refuse,
        fault: Fault,
        seconds: float = BODY_SECONDS,
    ) -> None:
        self._app = app
        self._system = system
        self._refuse = refuse
        self._fault = fault
        self._seconds = seconds
        self._headers = dict(HEADERS)
        if system.settings.public_url.startswith("https://"):
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        guarded = self._guarded(send)
        try:
            headers = Headers(scope=scope)
            _check_address(scope)
            check_origin(scope["method"], headers, self._system.settings.public_url)
            body = await self._read(scope, headers, receive)
        except Refused as refused:
            await self._refuse(scope, refused)(scope, receive, guarded)
            return
        except _GoneAway:
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await guarded(message)

        try:
            await self._app(scope, _replay(body, receive), watched)
        except Exception as problem:
            internal = self._fault(scope, problem)
            if started:
                raise
            await self._refuse(scope, internal)(scope, receive, guarded)

    async def _read(self, scope: Scope, headers: Headers, receive: Receive) -> bytes:
        """Return the whole body, which arrives in time and within its limit, or refuse."""
        limit = UPLOAD_BYTES if scope["path"] in _UPLOADS else BODY_BYTES
        if headers.get("content-encoding", "identity").lower() != "identity":
            raise Refused("wrong-content-type", "Content-Encoding", expected="identity")
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > limit:
            raise Refused("json-too-large", "body", limit=limit)
        try:
            async with asyncio.timeout(self._seconds):
                return await _collect(receive, limit)
        except TimeoutError as problem:
            raise Refused("body-timeout", seconds=int(self._seconds)) from problem

    def _guarded(self, send: Send) -> Send:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        return guarded


class _GoneAway(Exception):
    """The other side closed before its body was there."""


async def _collect(receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _GoneAway
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise Refused("json-too-large", "body", limit=limit)
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    first: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return first.pop() if first else await receive()

    return replay


def _check_address(scope: Scope) -> None:
    """Refuse addresses that no page or route of ours has."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    if b"%00" in raw or "\x00" in scope["path"]:
        raise Refused("not-found")
    if b"%00" in scope.get("query_string", b""):
        raise Refused("bad-request", "query", reason="a parameter holds the character NUL")
