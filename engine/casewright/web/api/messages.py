"""Messages: publish, look at what came in, settle dead letters."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from pydantic import Field

from casewright.commands.messages import DropMessage, PublishMessage, ReplayMessage
from casewright.store.queries import messages
from casewright.store.queries.paging import Page
from casewright.web.api import shared
from casewright.web.api.shared import Caller, Calling, Cursor, Key, Limit, Text
from casewright.web.body import Json, Model

DAY = 86_400


class Publish(Model):
    """A message; with an `id` a repeat is known and has no second effect."""

    name: str = Field(min_length=1, max_length=200)
    key: str = Field(default="", max_length=200)
    variables: dict[str, Any] = Field(default_factory=dict)
    ttl_seconds: int = Field(default=DAY, ge=0, le=30 * DAY)
    id: str = Field(default="", max_length=200)


def router() -> APIRouter:
    """Return the routes of messages."""
    made = shared.router("messages")

    @made.get("/messages", responses={200: {"model": Page[messages.MessageView]}})
    def list_messages(
        call: Calling, state: Text = None, limit: Limit = 50, cursor: Cursor = None
    ) -> Response:
        """List received messages; `state=dead` gives the dead letters. For operators."""
        shared.one_of("state", state, messages.STATES)
        with call.read() as conn:
            page = messages.messages(call.scope, conn, state=state, limit=limit, cursor=cursor)
        return shared.rows(page)

    @made.get("/messages/{id}", responses={200: {"model": messages.MessageView}})
    def get_message(call: Calling, id: str) -> Response:
        """Read one message. For operators."""
        with call.read() as conn:
            return Json(shared.found(messages.message(call.scope, conn, id)))

    @made.post("/messages", status_code=202)
    def publish(call: Calling, body: Publish, key: Key = None) -> Response:
        """Publish a message: it is stored, then given to who waits for its name and key."""
        command = PublishMessage(body.name, body.key, body.variables, body.ttl_seconds, body.id)
        return Json(call.run(command, key), 202)

    @made.post("/messages/{id}/replay")
    def replay(call: Calling, id: str, key: Key = None) -> Response:
        """Try a dead letter again. For operators."""
        _see(call, id)
        return Json(call.run(ReplayMessage(id), key))

    @made.post("/messages/{id}/drop")
    def drop(call: Calling, id: str, key: Key = None) -> Response:
        """Put a dead letter away for good. For operators."""
        _see(call, id)
        return Json(call.run(DropMessage(id), key))

    return made


def _see(call: Caller, id: str) -> None:
    with call.read() as conn:
        shared.found(messages.message(call.scope, conn, id))
