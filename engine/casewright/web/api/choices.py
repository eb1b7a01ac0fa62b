"""Choices: what can begin next in the ad-hoc sub-processes of an instance."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Response
from pydantic import Field

from casewright import bpmn
from casewright.commands.adhoc import ChooseActivity, FinishActivity
from casewright.store.queries import cases
from casewright.web.api import shared
from casewright.web.api.shared import Caller, Calling, Key
from casewright.web.body import Json, Model

Name = Annotated[str, Field(min_length=1, max_length=500)]


class Choice(Model):
    """The token of an ad-hoc sub-process, and the elements that begin in it."""

    token: Name
    elements: list[Name] = Field(min_length=1, max_length=100)


class Finish(Model):
    """The token of an ad-hoc sub-process that is finished."""

    token: Name


def router() -> APIRouter:
    """Return the routes of choices."""
    made = shared.router("instances")

    @made.get("/instances/{id}/choices")
    def get_choices(call: Calling, id: str) -> Response:
        """List the open ad-hoc sub-processes of an instance with what can begin in each."""
        with call.read() as conn:
            case = shared.found(cases.case(call.scope, conn, id))
            definition, _ = call.system.definitions.of(conn, case.definition)
        return Json({"rows": bpmn.choices(definition, orjson.loads(case.snapshot))})

    @made.post("/instances/{id}/choices")
    def choose(call: Calling, id: str, body: Choice, key: Key = None) -> Response:
        """Begin activities in an ad-hoc sub-process.

        For the group of its lane, and for operators.
        """
        _see(call, id)
        return Json(call.run(ChooseActivity(id, body.token, tuple(body.elements)), key))

    @made.post("/instances/{id}/finish")
    def finish(call: Calling, id: str, body: Finish, key: Key = None) -> Response:
        """Say that an ad-hoc sub-process is finished; what is open in it is withdrawn."""
        _see(call, id)
        return Json(call.run(FinishActivity(id, body.token), key))

    return made


def _see(call: Caller, id: str) -> None:
    """Refuse an instance that is not the caller's to see before its rights are asked."""
    with call.read() as conn:
        shared.found(cases.case(call.scope, conn, id))
