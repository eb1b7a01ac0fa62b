"""`serve`, `web` and `worker`: the processes that stay."""

from __future__ import annotations

import logging
import signal
import socket
import sys
import threading
from contextlib import ExitStack
from types import FrameType
from typing import Annotated, Any

import structlog
import typer
import uvicorn

from casewright import bootstrap
from casewright.bootstrap import System
from casewright.cli.output import say, stop
from casewright.cli.system import settings
from casewright.store import schema
from casewright.web.app import create_app
from casewright.worker import Worker
from casewright.worker.relay import relayed

GRACE = 10
KEEP_ALIVE = 15
# Open streams count too; beyond this the answer is 503.
CONNECTIONS = 2_000
HEAD_BYTES = 32 * 1024


def add(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(serve)
    app.command()(web)
    app.command()(worker)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on, else the setting.")] = "",
    port: Annotated[int, typer.Option(help="Port to listen on, else the setting.")] = -1,
) -> None:
    """Serve pages and API, and do the work: everything in one process."""
    _serve(host, port, working=True)


def web(
    host: Annotated[str, typer.Option(help="Address to listen on, else the setting.")] = "",
    port: Annotated[int, typer.Option(help="Port to listen on, else the setting.")] = -1,
) -> None:
    """Serve pages and API only; a `worker` elsewhere does the work."""
    _serve(host, port, working=False)


def worker() -> None:
    """Do the work only: timers, jobs and housekeeping."""
    logs()
    system = bootstrap.build(settings())
    try:
        prepare(system)
        done = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: done.set())
        with ExitStack() as stack:
            stack.enter_context(relayed(system))
            work(system, stack)
            say("working")
            done.wait()
    finally:
        system.close()


def _serve(host: str, port: int, *, working: bool) -> None:
    logs()
    found = settings()
    system = bootstrap.build(found)
    try:
        prepare(system)
        run(system, host or found.host, found.port if port < 0 else port, working=working)
    finally:
        system.close()


def prepare(system: System) -> None:
    """Migrate an empty database; refuse one of another version."""
    with system.database.read() as connection:
        empty = schema.found(connection) is None
    if empty:
        schema.migrate(system.database)
    schema.check(system.database)


class _Server(uvicorn.Server):
    """A server that lets its streams end when it is told to stop."""

    def __init__(self, config: uvicorn.Config, closing: threading.Event) -> None:
        super().__init__(config)
        self._closing = closing

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop taking requests; streams end by themselves."""
        self._closing.set()
        super().handle_exit(sig, frame)


def run(system: System, host: str, port: int, *, working: bool = True, greeting: str = "") -> None:
    """Serve until told to stop."""
    listening = _listen(host, port)
    app = create_app(system)
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
        limit_concurrency=CONNECTIONS,
        h11_max_incomplete_event_size=HEAD_BYTES,
    )
    with ExitStack() as stack:
        stack.callback(listening.close)
        stack.enter_context(relayed(system))
        if working:
            work(system, stack)
        shown = f"[{host}]" if ":" in host else host
        say(f"Casewright serves at http://{shown}:{listening.getsockname()[1]}")
        if greeting:
            say(greeting)
        sys.stdout.flush()
        _Server(config, app.state.closing).run(sockets=[listening])


def work(system: System, stack: ExitStack) -> None:
    """Start the worker; it stops with `stack`."""
    made = Worker(system)
    made.start()
    stack.callback(made.stop)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        # From here on a request waits instead of being turned away.
        made.listen(512)
    except OSError as error:
        made.close()
        stop(f"cannot listen on {host}:{port}: {error.strerror or error}; choose another --port")
    return made


def logs() -> None:
    """Write one line per event to stderr: for people on a terminal, JSON elsewhere."""
    renderer: Any = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        # Looked up at each line, so that who replaces stderr has the lines too.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
