"""The client against a server on a socket that refuses, drips, hangs and lies."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from casewright_connectors.client import Client, Limits, retry_after
from casewright_connectors.contract import Failure, Permanent, Transient, Unknown
from casewright_connectors.registry import Call, Tokens

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LIMITS = Limits(connect_seconds=1, read_seconds=0.3, total_seconds=0.5, body_bytes=1000)


class NoSecrets:
    def get(self, name: str) -> str:
        raise Permanent(name)


CTX = Call("case:task:0", 1, {}, lambda: NOW, NoSecrets(), Tokens())
Behave = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def server(behave: Behave) -> Iterator[str]:
    """Run a server whose every answer is `behave`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with suppress(ConnectionError):
                behave(self)

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.daemon_threads = True
    made.block_on_close = False
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{made.server_port}"
    finally:
        made.shutdown()
        thread.join()
        made.server_close()


def answer(status: int, body: bytes = b"{}", headers: Mapping[str, str] | None = None) -> Behave:
    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return behave


def call(behave: Behave, method: str) -> Failure | bytes:
    with server(behave) as address:
        client = Client(address, LIMITS)
        try:
            return client.request(method, "/x", CTX).body
        except Failure as failure:
            return failure
        finally:
            client.close()


def test_an_answer_and_the_key_that_was_sent() -> None:
    seen: list[str | None] = []

    def behave(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.headers["Idempotency-Key"])
        answer(201, b'{"id": 7}')(handler)

    with server(behave) as address:
        client = Client(address, LIMITS)
        found = client.request("POST", "/x", CTX, json={"a": 1})
        client.close()
    assert (found.status, found.json(), seen) == (201, {"id": 7}, ["case:task:0"])


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Permanent), (401, Permanent), (404, Permanent), (302, Permanent),
     (429, Transient), (503, Transient), (408, Transient)],
)  # fmt: skip
def test_what_a_status_means(method: str, status: int, kind: type[Failure]) -> None:
    assert type(call(answer(status, headers={"Location": "http://elsewhere/"}), method)) is kind


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_server_error_on_a_write_is_unknown(status: int) -> None:
    assert type(call(answer(status), "POST")) is Unknown
    assert type(call(answer(status), "GET")) is Transient


def test_retry_after_is_honoured() -> None:
    found = call(answer(429, headers={"Retry-After": "120"}), "POST")
    assert isinstance(found, Transient)
    assert (found.retry_after, found.answered) == (timedelta(seconds=120), True)


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        (None, None),
        ("5", timedelta(seconds=5)),
        ("999999999999", timedelta(days=1)),
        ("Mon, 02 Mar 2026 09:01:00 GMT", timedelta(minutes=1)),
        ("Mon, 02 Mar 2026 08:00:00 GMT", timedelta()),
        ("soon", None),
    ],
)
def test_reading_retry_after(text: str | None, wait: timedelta | None) -> None:
    assert retry_after(text, NOW) == wait


def test_nobody_there_is_not_counted() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    client = Client(f"http://127.0.0.1:{port}", LIMITS)
    with pytest.raises(Transient) as failure:
        client.request("POST", "/x", CTX)
    client.close()
    assert failure.value.answered is False


def _silent(handler: BaseHTTPRequestHandler) -> None:
    handler.rfile.read(1)


def _hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


def _drip(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "900")
    handler.end_headers()
    pause = threading.Event()
    for _ in range(900):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        pause.wait(0.05)


def _flood(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(100_000):
        handler.wfile.write(b"x" * 1000)


@pytest.mark.parametrize("behave", [_silent, _hang_up, _drip, _flood])
def test_a_lost_answer_is_unknown_for_a_write_only(behave: Behave) -> None:
    assert type(call(behave, "POST")) is Unknown
    assert type(call(behave, "GET")) is Transient


def test_an_answer_that_is_no_json_is_permanent() -> None:
    with server(answer(200, b"<html>")) as address:
        client = Client(address, LIMITS)
        with pytest.raises(Permanent):
            client.request("GET", "/x", CTX).json()
        client.close()
