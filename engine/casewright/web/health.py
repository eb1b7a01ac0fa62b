"""Health for the machine that runs us, and figures for the one that watches."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Iterator

from fastapi import APIRouter, FastAPI, Request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from casewright.commands import access
from casewright.domain.errors import Refused
from casewright.domain.people import SYSTEM
from casewright.store import schema
from casewright.store.queries import cases, incidents, jobs, messages, tasks
from casewright.web import principal
from casewright.web import system as running
from casewright.web.body import Json
from casewright.web.system import System

_FORWARDED = ("x-forwarded-for", "forwarded", "via", "x-real-ip")


def router() -> APIRouter:
    """Return the routes of health and metrics."""
    made = APIRouter(include_in_schema=False)

    @made.get("/health/live")
    def live() -> Response:
        """Tell that the process answers."""
        return Json({"status": "ok"})

    @made.get("/health/ready")
    def ready(request: Request) -> Response:
        """Tell whether the database answers and has the schema this program needs."""
        schema.check(running.of(request).database)
        return Json({"status": "ok"})

    @made.get("/metrics")
    def metrics(request: Request) -> Response:
        """Return the figures, to the machine itself or to an operator."""
        if not _local(request):
            visitor = principal.visitor(request)
            if visitor is None or not visitor.scope.operate:
                raise Refused("not-found")
        text = generate_latest(request.app.state.metrics)
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    return made


def _local(request: Request) -> bool:
    """Tell whether a program on this machine asks, and no proxy on behalf of another."""
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


class _Figures:
    """Reads the figures of the engine when they are asked for."""

    def __init__(self, system: System) -> None:
        self._system = system

    def collect(self) -> Iterator[GaugeMetricFamily]:
        scope = access.scope(SYSTEM)
        with self._system.database.read() as connection:
            yield _gauge("cases", "Cases by state.", "state", cases.counts(scope, connection))
            yield _gauge("tasks", "Tasks by state.", "state", tasks.states(scope, connection))
            yield _gauge("jobs", "Jobs by state.", "state", jobs.counts(scope, connection))
            found = messages.counts(scope, connection)
            yield _gauge("messages", "Received messages by state.", "state", found)
            standing = {"open": incidents.count(scope, connection)}
            yield _gauge("incidents", "Open incidents.", "state", standing)


def _gauge(name: str, text: str, label: str, values: dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"casewright_{name}", text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def count(app: FastAPI) -> None:
    """Count the requests of `app`, in a registry of its own."""
    registry = CollectorRegistry()
    registry.register(_Figures(app.state.system))
    app.state.metrics = registry
    app.add_middleware(_Counting, registry=registry)


class _Counting:
    """Counts requests by method, route and status, and times them."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self._app = app
        labels = ("method", "route", "status")
        self._requests = Counter(
            "casewright_requests", "Requests answered.", labels, registry=registry
        )
        self._seconds = Histogram(
            "casewright_request_seconds", "Time to the answer's head.", ("route",),
            registry=registry,
        )  # fmt: skip

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request and count it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "other")
                self._requests.labels(scope["method"], route, str(message["status"])).inc()
                self._seconds.labels(route).observe(time.perf_counter() - begun)
            await send(message)

        await self._app(scope, receive, counted)
