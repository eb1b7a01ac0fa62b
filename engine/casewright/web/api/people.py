"""Who you are."""

from __future__ import annotations

from fastapi import APIRouter, Response

from casewright.domain.people import Permission
from casewright.web.api import shared
from casewright.web.api.shared import Calling
from casewright.web.body import Json


def router() -> APIRouter:
    """Return the routes of people."""
    made = shared.router("people")

    @made.get("/me")
    def get_me(call: Calling) -> Response:
        """Read who you are and what you may do."""
        principal = call.visitor.principal
        return Json(
            {
                "login": call.visitor.login,
                "name": call.visitor.name,
                "groups": sorted(principal.groups),
                "permissions": sorted(p.value for p in Permission if principal.may(p)),
                "csrf": call.visitor.csrf,
            }
        )

    return made
