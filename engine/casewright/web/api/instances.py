"""Instances: start, list, look into, edit, cancel."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter, Response
from pydantic import Field

from casewright import bpmn, feel
from casewright.commands.instances import CancelInstance, SetVariables, StartInstance
from casewright.domain.errors import Refused
from casewright.domain.ids import derived_id
from casewright.store.queries import cases, jobs, messages, tasks
from casewright.store.queries.paging import Page
from casewright.web.api import shared
from casewright.web.api.shared import Caller, Calling, Cursor, IfMatch, Key, Limit, Text
from casewright.web.body import Json, Model


class Start(Model):
    """What starts an instance: the values of its start form, where it has one."""

    process: str = Field(max_length=200)
    values: dict[str, Any] = Field(default_factory=dict)
    business_key: str = Field(default="", max_length=200)
    version: int | None = Field(default=None, ge=1, lt=2**31)


class Edit(Model):
    """Variables to write; `scope` is the token whose scope is meant, "" the root."""

    values: dict[str, Any]
    scope: str = Field(default="", max_length=500)


class Cancel(Model):
    """Why the instance ends early."""

    reason: str = Field(default="", max_length=2000)


def router() -> APIRouter:
    """Return the routes of instances."""
    made = shared.router("instances")
    _lists(made)
    _parts(made)
    _changes(made)
    return made


def _lists(made: APIRouter) -> None:
    @made.get("/instances", responses={200: {"model": Page[cases.CaseRow]}})
    def list_instances(
        call: Calling,
        state: Text = None,
        process: Text = None,
        business_key: Text = None,
        search: Text = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Response:
        """List the cases that you can see, the newest first."""
        shared.one_of("state", state, cases.STATES)
        with call.read() as conn:
            page = cases.cases(
                call.scope,
                conn,
                state=state,
                process=process,
                business_key=business_key,
                search=search or "",
                limit=limit,
                cursor=cursor,
            )
        return shared.rows(page)

    @made.get("/instances/{id}")
    def get_instance(call: Calling, id: str) -> Response:
        """Read one instance: where its tokens are and what each waits for."""
        with call.read() as conn:
            case = shared.found(cases.case(call.scope, conn, id))
            definition, _ = call.system.definitions.of(conn, case.definition)
        return Json(_shown(case, definition), headers=shared.etag(case.version))

    @made.get("/instances/{id}/variables")
    def get_variables(call: Calling, id: str, scope: Text = None) -> Response:
        """Read the variables that are visible from a scope."""
        with call.read() as conn:
            case = shared.found(cases.case(call.scope, conn, id))
        values = bpmn.variables(orjson.loads(case.snapshot), scope or "")
        body = {"variables": plain(values), "version": case.version}
        return Json(body, headers=shared.etag(case.version))


def _parts(made: APIRouter) -> None:
    @made.get("/instances/{id}/timeline", responses={200: {"model": Page[cases.TimelineEntry]}})
    def get_timeline(call: Calling, id: str, limit: Limit = 100, cursor: Cursor = None) -> Response:
        """Read what happened in a case, oldest first."""
        with call.read() as conn:
            root = _root(call, conn, id)
            return shared.rows(cases.timeline(call.scope, conn, root, cursor, limit))

    @made.get("/instances/{id}/tasks")
    def get_tasks(call: Calling, id: str) -> Response:
        """List all tasks of a case."""
        with call.read() as conn:
            return Json({"rows": tasks.of_case(call.scope, conn, _root(call, conn, id))})

    @made.get("/instances/{id}/decisions")
    def get_decisions(call: Calling, id: str) -> Response:
        """List the decisions made in a case, each with its trace."""
        with call.read() as conn:
            found = cases.decisions(call.scope, conn, _root(call, conn, id))
        return Json({"rows": [decision(row) for row in found]})

    @made.get("/instances/{id}/children")
    def get_children(call: Calling, id: str) -> Response:
        """List the instances that a case called."""
        with call.read() as conn:
            return Json({"rows": cases.children(call.scope, conn, _root(call, conn, id))})

    @made.get("/instances/{id}/notes")
    def get_notes(call: Calling, id: str) -> Response:
        """List the notes on a case."""
        with call.read() as conn:
            return Json({"rows": cases.notes(call.scope, conn, _root(call, conn, id))})

    @made.get("/instances/{id}/waits")
    def get_waits(call: Calling, id: str) -> Response:
        """List the timers, messages and jobs that a case waits for."""
        with call.read() as conn:
            root = _root(call, conn, id)
            unfinished = [
                job
                for job in jobs.jobs(call.scope, conn, root=root, limit=200).rows
                if job.ended is None
            ]
            return Json(
                {
                    "timers": jobs.timers(call.scope, conn, root),
                    "messages": messages.subscriptions(call.scope, conn, root),
                    "jobs": unfinished,
                }
            )


def _changes(made: APIRouter) -> None:
    @made.post("/instances", status_code=201)
    def start_instance(call: Calling, body: Start, key: Key = None) -> Response:
        """Start an instance of a process."""
        instance = derived_id("start", call.visitor.login, key) if key else ""
        command = StartInstance(
            body.process, body.values, body.business_key, body.version, instance
        )
        answer = _start(call, command, key)
        place = f"{shared.PREFIX}/instances/{answer['instance']}"
        return Json(answer, 201, {"Location": place})

    @made.put("/instances/{id}/variables")
    def put_variables(call: Calling, id: str, body: Edit, match: IfMatch = None) -> Response:
        """Write variables of a running instance; If-Match refuses when it changed meanwhile."""
        _see(call, id)
        version = shared.matched(match)
        try:
            answer = call.run(SetVariables(id, body.values, body.scope, version))
        except Refused as refused:
            if refused.code == "version-conflict":
                raise Refused("precondition-failed", "If-Match") from refused
            raise
        return Json(answer, headers=shared.etag(answer["version"]))

    @made.post("/instances/{id}/cancel")
    def cancel_instance(call: Calling, id: str, body: Cancel, key: Key = None) -> Response:
        """End a case early, with all it called."""
        _see(call, id)
        return Json(call.run(CancelInstance(id, body.reason), key))


def _start(call: Caller, command: StartInstance, key: str | None) -> dict[str, Any]:
    try:
        return call.run(command, key)
    except Refused:
        raise
    except Exception as problem:
        # The answers to keys are forgotten after seven days, the instance they named is not.
        with call.read() as conn:
            known = key and cases.case(call.scope, conn, command.instance)
        if not known:
            raise
        raise Refused("key-reused", "Idempotency-Key") from problem


def _see(call: Caller, id: str) -> None:
    """Refuse an instance that is not the caller's to see before its rights are asked."""
    with call.read() as conn:
        shared.found(cases.case(call.scope, conn, id))


def _root(call: Caller, conn: Any, id: str) -> str:
    root: str = shared.found(cases.case(call.scope, conn, id)).root
    return root


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """Return variables as an API shows them: exact numbers, dates as text."""
    return {name: feel.codec.plain(value) for name, value in values.items()}


def decision(row: cases.DecisionView) -> dict[str, Any]:
    """Return a decision with its values as an API shows them."""
    return {
        "id": row.id,
        "instance": row.instance,
        "element": row.element,
        "decision": row.decision,
        "version": row.version,
        "at": row.at,
        "output": feel.codec.plain(feel.codec.from_json(row.output)),
        "trace": feel.codec.plain(feel.codec.from_json(row.trace)),
    }


def _shown(case: cases.CaseView, definition: bpmn.Definition) -> dict[str, Any]:
    snapshot = orjson.loads(case.snapshot)
    waits = bpmn.waiting_for(definition, snapshot)
    row = {name: getattr(case, name) for name in cases.CaseRow.__dataclass_fields__}
    tokens = [
        {
            "id": token.id,
            "element": token.element,
            "state": token.state,
            "waits_for": waits.get(token.id),
            "incident": token.incident,
        }
        for token in bpmn.tokens(snapshot)
    ]
    return row | {"tokens": tokens}
