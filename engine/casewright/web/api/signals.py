"""Signals: broadcast to everybody who waits."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from pydantic import Field

from casewright.commands.signals import BroadcastSignal
from casewright.web.api import shared
from casewright.web.api.shared import Calling, Key
from casewright.web.body import Json, Model


class Broadcast(Model):
    """A signal; it reaches who waits now, and is not kept for later."""

    name: str = Field(min_length=1, max_length=200)
    variables: dict[str, Any] = Field(default_factory=dict)


def router() -> APIRouter:
    """Return the routes of signals."""
    made = shared.router("signals")

    @made.post("/signals", status_code=202)
    def broadcast(call: Calling, body: Broadcast, key: Key = None) -> Response:
        """Broadcast a signal to all cases that wait for it and all processes it starts.

        For operators; the answer's `reached` counts them.
        """
        return Json(call.run(BroadcastSignal(body.name, body.variables), key), 202)

    return made
