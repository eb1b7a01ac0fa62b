"""Incidents: what stands still, and sending it on again."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from pydantic import Field

from casewright.commands.incidents import RetryIncident
from casewright.store.queries import incidents
from casewright.store.queries.paging import Page
from casewright.web.api import shared
from casewright.web.api.shared import Calling, Cursor, Key, Limit, Text
from casewright.web.body import Json, Model

STATES = ("open", "resolved")


class Retry(Model):
    """Variables to mend before the element runs again."""

    variables: dict[str, Any] = Field(default_factory=dict)


def router() -> APIRouter:
    """Return the routes of incidents."""
    made = shared.router("incidents")

    @made.get("/incidents", responses={200: {"model": Page[incidents.IncidentView]}})
    def list_incidents(
        call: Calling,
        state: Text = "open",
        process: Text = None,
        instance: Text = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Response:
        """List incidents, the newest first; `instance` is the root of a case."""
        shared.one_of("state", state, STATES)
        with call.read() as conn:
            page = incidents.incidents(
                call.scope,
                conn,
                state=state,
                process=process,
                root=instance,
                limit=limit,
                cursor=cursor,
            )
        return shared.rows(page)

    @made.get("/incidents/{id}", responses={200: {"model": incidents.IncidentView}})
    def get_incident(call: Calling, id: str) -> Response:
        """Read one incident."""
        with call.read() as conn:
            return Json(shared.found(incidents.incident(call.scope, conn, id)))

    @made.post("/incidents/{id}/retry")
    def retry(call: Calling, id: str, body: Retry, key: Key = None) -> Response:
        """Run the element again, with variables mended where given."""
        with call.read() as conn:
            shared.found(incidents.incident(call.scope, conn, id))
        return Json(call.run(RetryIncident(id, body.variables), key))

    return made
