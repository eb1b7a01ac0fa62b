"""What every route of the API takes and gives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request

from casewright.domain.errors import CODES, Refused
from casewright.domain.people import Scope
from casewright.store import Connection
from casewright.store.queries.paging import LARGEST, Page
from casewright.web import system as running
from casewright.web.body import Json, Route
from casewright.web.principal import Visitor, signed_in
from casewright.web.system import System

PREFIX = "/api/v1"
_KEY = r"^[\x21-\x7e]{1,200}$"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, on which system."""

    system: System
    visitor: Visitor

    @property
    def scope(self) -> Scope:
        """The limit of what the caller sees."""
        return self.visitor.scope

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that can only read."""
        with self.system.database.read() as connection:
            yield connection

    def run(self, command: Any, key: str | None = None) -> dict[str, Any]:
        """Carry out a command for the caller."""
        return self.system.unit.run(command, self.visitor.principal, key)


def _caller(request: Request) -> Caller:
    return Caller(running.of(request), signed_in(request))


Calling = Annotated[Caller, Depends(_caller)]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=_KEY,
        description="A repeat with the same key within seven days gives the first answer again.",
    ),
]
IfMatch = Annotated[str | None, Header(alias="If-Match", max_length=200)]
Limit = Annotated[int, Query(description=f"Rows of a page, at most {LARGEST}.")]
Cursor = Annotated[str | None, Query(max_length=2000, description="The `next` of the page before.")]
Text = Annotated[str | None, Query(max_length=200)]


def router(tag: str) -> APIRouter:
    """Return a router of the API, whose bodies are read strictly."""
    errors: dict[int | str, dict[str, Any]] = {
        "4XX": {
            "description": "A problem (RFC 9457) with a stable `code`.",
            "content": {"application/problem+json": {}},
        }
    }
    return APIRouter(prefix=PREFIX, tags=[tag], route_class=Route, responses=errors)


def rows(page: Page[Any]) -> Json:
    """Return a page of a list."""
    return Json({"rows": page.rows, "next": page.next})


def found(value: Any) -> Any:
    """Return `value`, or refuse when there is none."""
    if value is None:
        raise Refused("not-found")
    return value


def etag(version: int) -> dict[str, str]:
    """Return the header that names a version."""
    return {"ETag": f'"{version}"'}


def matched(header: str | None) -> int | None:
    """Return the version in an If-Match header; None where any will do."""
    if header is None or header.strip() == "*":
        return None
    text = header.strip().strip('"')
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise Refused("precondition-failed", "If-Match")
    return int(text)


def one_of(name: str, value: str | None, allowed: tuple[str, ...]) -> str | None:
    """Return `value` when it is one of `allowed` or None; refuse it otherwise."""
    if value is not None and value not in allowed:
        problem = {"code": "not-allowed", "params": {"allowed": list(allowed)}}
        raise Refused("invalid-input", name, fields={name: problem})
    return value


def codes() -> list[Any]:
    """Return every error code, for the docs page."""
    return list(CODES.values())
