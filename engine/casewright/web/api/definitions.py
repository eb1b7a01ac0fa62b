"""Definitions: list them, read their files, deploy new ones."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, File, Form, Response, UploadFile

from casewright.commands.deployments import Deploy
from casewright.domain.errors import Refused
from casewright.store.queries import definitions
from casewright.store.queries.paging import Page
from casewright.web.api import shared
from casewright.web.api.shared import Calling, Cursor, Key, Limit, Text
from casewright.web.body import Json

MOST_FILES = 2000


def router() -> APIRouter:
    """Return the routes of definitions and deployments."""
    made = shared.router("definitions")

    @made.get("/definitions", responses={200: {"model": Page[definitions.DefinitionView]}})
    def list_definitions(
        call: Calling,
        process: Text = None,
        app: Text = None,
        all_versions: bool = False,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Response:
        """List processes: the latest version of each, or every version."""
        with call.read() as conn:
            page = definitions.definitions(
                call.scope,
                conn,
                process=process,
                app=app,
                all_versions=all_versions,
                limit=limit,
                cursor=cursor,
            )
        return shared.rows(page)

    @made.get("/definitions/{id}", responses={200: {"model": definitions.DefinitionView}})
    def get_definition(call: Calling, id: str) -> Response:
        """Read one definition."""
        with call.read() as conn:
            return Json(shared.found(definitions.definition(call.scope, conn, id)))

    @made.get("/definitions/{id}/xml", responses={200: {"content": {"application/xml": {}}}})
    def get_definition_xml(call: Calling, id: str) -> Response:
        """Read the BPMN file of a definition, byte for byte."""
        with call.read() as conn:
            row = shared.found(definitions.definition(call.scope, conn, id))
            file = definitions.resource(call.scope, conn, row.deployment, row.path)
        return Response(shared.found(file).content, media_type="application/xml")

    @made.get("/definitions/{id}/form")
    def get_start_form(call: Calling, id: str) -> Response:
        """Read the form that starts the process, as form-js JSON."""
        with call.read() as conn:
            row = shared.found(definitions.definition(call.scope, conn, id))
            files = definitions.resources(call.scope, conn, row.deployment, "form")
        for file in files:
            if row.start_form and orjson.loads(file.content).get("id") == row.start_form:
                return Response(file.content, media_type="application/json")
        raise Refused("not-found")

    @made.get("/deployments")
    def list_deployments(call: Calling, app: Text = None) -> Response:
        """List the releases, the newest of each app first."""
        with call.read() as conn:
            return Json({"rows": definitions.deployments(call.scope, conn, app=app)})

    @made.post("/deployments", status_code=201)
    def deploy(
        call: Calling,
        app: Annotated[str, Form(max_length=200)],
        files: Annotated[list[UploadFile], File(description="Each named by its path.")],
        parent_hash: Annotated[str | None, Form(max_length=64)] = None,
        key: Key = None,
    ) -> Response:
        """Deploy an app whole: every file with its path as the file name, or nothing."""
        return _deploy(call, app, files, parent_hash, key)

    return made


def _deploy(
    call: Calling, app: str, files: list[UploadFile], parent_hash: str | None, key: Key
) -> Response:
    content: dict[str, bytes] = {}
    for file in files[: MOST_FILES + 1]:
        path = file.filename or ""
        if path in content:
            raise Refused("file-invalid", path, file=path, reason="the path is there twice")
        content[path] = file.file.read()
    answer = call.run(Deploy(app, content, parent_hash), key)
    return Json(answer, 200 if answer.get("unchanged") else 201)
