"""Server-sent events: which topics changed, never what; the page then reads anew.

The only `async def` endpoint: a stream waits without a thread of its own.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import suppress

from anyio import to_thread
from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from casewright.commands.bus import Subscriber
from casewright.domain.errors import Refused
from casewright.store.queries import cases
from casewright.web import principal
from casewright.web import system as running
from casewright.web.principal import Visitor
from casewright.web.system import System

TOPICS = 20
STREAMS = 1000
BEAT = 15.0
LOOK = 1.0
_FOR_ALL = frozenset({"inbox", "incidents", "definitions"})
_FOR_OPERATORS = frozenset({"jobs", "timers"})


def allowed(system: System, visitor: Visitor, topics: list[str]) -> frozenset[str]:
    """Return the topics when the visitor may watch each of them; refuse otherwise."""
    if not 1 <= len(topics) <= TOPICS:
        raise Refused("bad-request", "topics", reason=f"between 1 and {TOPICS} topics")
    with system.database.read() as connection:
        for topic in topics:
            kind, _, case = topic.partition(":")
            seen = topic in _FOR_ALL or (topic in _FOR_OPERATORS and visitor.scope.operate)
            if kind == "case" and case:
                seen = cases.case(visitor.scope, connection, case) is not None
            if not seen:
                raise Refused("not-found", "topics")
    return frozenset(topics)


def router() -> APIRouter:
    """Return the route of the stream."""
    made = APIRouter(include_in_schema=False)
    places = threading.BoundedSemaphore(STREAMS)

    @made.get("/events")
    async def events(request: Request, topics: str = Query(max_length=2000)) -> Response:
        """Stream the topics that change."""
        system = running.of(request)
        visitor = await to_thread.run_sync(principal.person, request)
        wanted = [topic for topic in topics.split(",") if topic]
        watched = await to_thread.run_sync(allowed, system, visitor, wanted)
        if not places.acquire(blocking=False):
            raise Refused("overloaded")
        return StreamingResponse(
            _stream(request, system, watched, places),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    return made


async def _stream(
    request: Request, system: System, topics: frozenset[str], places: threading.BoundedSemaphore
) -> AsyncIterator[str]:
    changed = asyncio.Event()
    loop = asyncio.get_running_loop()

    def wake() -> None:
        # The loop may be closed already when the last command of a shutdown commits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(changed.set)

    subscriber = system.bus.subscribe(topics, wake)
    try:
        yield "retry: 2000\n: open\n\n"
        async for text in _beats(request, subscriber, changed):
            yield text
    finally:
        system.bus.unsubscribe(subscriber)
        places.release()


async def _beats(
    request: Request, subscriber: Subscriber, changed: asyncio.Event
) -> AsyncIterator[str]:
    closing: threading.Event = request.app.state.closing
    quiet = 0.0
    while not closing.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(changed.wait(), LOOK)
        if changed.is_set():
            changed.clear()
            for topic in sorted(subscriber.wait(0)):
                yield f"data: {topic}\n\n"
            continue
        quiet += LOOK
        if quiet >= BEAT:
            quiet = 0.0
            if not await to_thread.run_sync(_still_there, request):
                return
            yield ": beat\n\n"


def _still_there(request: Request) -> bool:
    """Tell whether the session has not ended meanwhile."""
    del request.state.visitor
    return principal.visitor(request) is not None
