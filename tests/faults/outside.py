"""The other side on a socket: it counts effects by key, and can kill who calls it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote, unquote

from casewright_connectors.client import Client, Limits
from casewright_connectors.contract import (
    CannotTell,
    Context,
    Found,
    Model,
    NotFound,
    Operation,
    Result,
)

LIMITS = Limits(connect_seconds=2, read_seconds=2, total_seconds=5)


@dataclass
class Caller:
    """A connector that posts to the other side.

    `keyed`: the other side applies a key once. `asks`: what became of a key can be looked up.
    """

    address: str
    keyed: bool = False
    asks: bool = False

    def execute(self, operation: Operation, input: Model, ctx: Context) -> Result:
        """Post once."""
        client = Client(self.address, LIMITS)
        try:
            client.request("POST", "/apply", ctx, json={})
        finally:
            client.close()
        return Result()

    def look_up(self, operation: Operation, key: str, ctx: Context) -> Found:
        """Ask, where that is possible."""
        if not self.asks:
            return CannotTell("it cannot be asked")
        client = Client(self.address, LIMITS)
        try:
            found = client.request("GET", f"/applied/{quote(key, safe='')}", ctx).body
        finally:
            client.close()
        return Result() if found == b"yes" else NotFound()


@dataclass
class Outside:
    """What the other side saw and did; `strike` is called at the request number `at`.

    With `applied` its effect comes first, then the strike; the caller gets no answer to it.
    """

    keyed: bool = False
    at: int = 0
    applied: bool = False
    strike: Callable[[], Any] = lambda: None
    requests: Counter[str] = field(default_factory=Counter)
    ledger: Counter[str] = field(default_factory=Counter)
    address: str = ""
    struck: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def post(self, key: str) -> bool:
        """Take a request; tell whether it is answered."""
        with self._lock:
            self.requests[key] += 1
            number = self.requests.total()
            if number == self.at:
                if self.applied:
                    self._apply(key)
                self.strike()
                self.struck.set()
                return False
            self._apply(key)
            return True

    def _apply(self, key: str) -> None:
        if not (self.keyed and self.ledger[key]):
            self.ledger[key] += 1


@contextmanager
def serving(outside: Outside) -> Iterator[Outside]:
    """Let the other side listen."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            if outside.post(self.headers["Idempotency-Key"]):
                self._answer(b"{}")
            else:
                # Longer than the caller is willing to wait.
                threading.Event().wait(2 * LIMITS.read_seconds)

        def do_GET(self) -> None:
            key = unquote(self.path.removeprefix("/applied/"))
            self._answer(b"yes" if outside.ledger[key] else b"no")

        def _answer(self, body: bytes) -> None:
            with suppress(ConnectionError):
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads, server.block_on_close = True, False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    outside.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield outside
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
