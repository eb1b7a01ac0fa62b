"""The web application: pages and API of one system, behind the guard."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from casewright import __version__
from casewright.domain.errors import Refused
from casewright.domain.ids import token_secret
from casewright.web import api, health, pages, problem, sse
from casewright.web.guard import Guard
from casewright.web.system import System

STATIC = Path(__file__).parent / "static"
_MACHINES = ("/api/", "/events", "/health/", "/metrics", "/openapi.json")
log = structlog.get_logger("casewright.web")


class Static(StaticFiles):
    """Our own files; a browser may keep them for an hour and asks again after that."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file."""
        answer = await super().get_response(path, scope)
        answer.headers["Cache-Control"] = "public, max-age=3600"
        return answer


def create_app(system: System) -> FastAPI:
    """Return the application of `system`."""
    app = FastAPI(
        title="Casewright",
        version=__version__,
        description="Processes, tasks and messages over the same commands as the pages.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
    )
    app.add_exception_handler(Refused, _on_refused)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.state.system = system
    app.state.closing = threading.Event()
    routers: Sequence[APIRouter] = (
        *api.routers(system),
        health.router(),
        sse.router(),
        *pages.routers(system),
    )
    for router in routers:
        app.include_router(router)
    app.mount("/static", Static(directory=STATIC), name="static")
    health.count(app)
    app.add_middleware(Guard, system=system, refuse=_refuse(app), fault=fault)
    return app


def _refuse(app: FastAPI) -> Any:
    def refuse(scope: Scope, refused: Refused) -> ASGIApp:
        scope["app"] = app
        return answer(Request(scope), refused)

    return refuse


def answer(request: Request, refused: Refused) -> Response:
    """Return what says no: a problem for machines, a page for people."""
    if request.url.path.startswith(_MACHINES):
        return problem.answer(refused)
    response: Response = pages.error(request, refused)
    for name, value in problem.headers(refused).items():
        response.headers.setdefault(name, value)
    return response


def _on_refused(request: Request, refused: Exception) -> Response:
    assert isinstance(refused, Refused)
    return answer(request, refused)


def _on_http(request: Request, found: Exception) -> Response:
    assert isinstance(found, HTTPException)
    response = answer(request, problem.of_http(found, request.method))
    for name, value in (found.headers or {}).items():
        response.headers.setdefault(name, value)
    return response


def _on_validation(request: Request, found: Exception) -> Response:
    assert isinstance(found, RequestValidationError)
    return answer(request, problem.of_validation(found))


def fault(scope: Scope, found: Exception) -> Refused:
    """Log a fault of ours and return the refusal that names where it is in the log."""
    trace = token_secret()
    log.error("fault", trace=trace, method=scope["method"], path=scope["path"], exc_info=found)
    return Refused("internal", trace=trace)
