"""Tasks: the inbox, one task with its form, and what can be done with it."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter, Response
from pydantic import Field

from casewright import bpmn, feel
from casewright.commands.tasks import (
    AssignTask,
    ClaimTask,
    CompleteTask,
    EscalateTask,
    SaveDraft,
    ThrowTaskError,
    UnclaimTask,
)
from casewright.domain.clock import micros
from casewright.domain.errors import Refused
from casewright.store.queries import cases, tasks
from casewright.store.queries.paging import Page
from casewright.web.api import shared
from casewright.web.api.shared import Caller, Calling, Cursor, IfMatch, Key, Limit, Text
from casewright.web.body import Json, Model

VIEWS = ("inbox", "mine", "all")


class Assign(Model):
    """To whom; an empty login offers the task to all candidates again."""

    assignee: str = Field(max_length=200)


class Complete(Model):
    """The values of the task's form."""

    values: dict[str, Any] = Field(default_factory=dict)


class Fail(Model):
    """The BPMN error in which the task ends."""

    code: str = Field(min_length=1, max_length=200)
    message: str = Field(default="", max_length=2000)
    variables: dict[str, Any] = Field(default_factory=dict)


class Escalate(Model):
    """The escalation that is thrown at the task."""

    code: str = Field(min_length=1, max_length=200)
    variables: dict[str, Any] = Field(default_factory=dict)


class Draft(Model):
    """What was typed so far."""

    body: dict[str, Any]


def router() -> APIRouter:
    """Return the routes of tasks."""
    made = shared.router("tasks")
    _reads(made)
    _drafts(made)
    _changes(made)
    return made


def _reads(made: APIRouter) -> None:
    @made.get("/tasks", responses={200: {"model": Page[tasks.TaskRow]}})
    def list_tasks(
        call: Calling,
        view: Text = None,
        group: Text = None,
        state: Text = None,
        assignee: Text = None,
        process: Text = None,
        search: Text = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Response:
        """List tasks: those that wait for you (`inbox`, `mine`), or `all` that you can see.

        `group` narrows the inbox; `state` and `assignee` narrow `all`.
        """
        shared.one_of("view", view, VIEWS)
        shared.one_of("state", state, tasks.STATES)
        common = {"process": process, "search": search or "", "limit": limit, "cursor": cursor}
        with call.read() as conn:
            if view == "all":
                given = {"state": state or "open", "assignee": assignee}
                return shared.rows(tasks.tasks(call.scope, conn, **given, **common))  # type: ignore[arg-type]
            mine = view == "mine"
            return shared.rows(
                tasks.inbox(call.scope, conn, mine=mine, group=group, **common)  # type: ignore[arg-type]
            )

    @made.get("/tasks/counts")
    def count_tasks(call: Calling) -> Response:
        """Count the open tasks that wait for you."""
        with call.read() as conn:
            return Json(tasks.counts(call.scope, conn))

    @made.get("/tasks/{id}")
    def get_task(call: Calling, id: str) -> Response:
        """Read one task with its form as it stands."""
        with call.read() as conn:
            task = shared.found(tasks.task(call.scope, conn, id))
            form = _form(call, conn, task)
        row = {name: getattr(task, name) for name in task.__dataclass_fields__}
        return Json(row | {"form_view": form}, headers=shared.etag(task.version))


def _drafts(made: APIRouter) -> None:
    @made.get("/tasks/{id}/draft", responses={200: {"model": tasks.DraftView}})
    def get_draft(call: Calling, id: str) -> Response:
        """Read what you have typed into the task's form and not yet sent."""
        with call.read() as conn:
            draft = shared.found(tasks.draft(call.scope, conn, id))
        return Json(draft, headers=shared.etag(micros(draft.saved)))

    @made.put("/tasks/{id}/draft")
    def put_draft(call: Calling, id: str, body: Draft, match: IfMatch = None) -> Response:
        """Keep a draft of the task's form."""
        wanted = shared.matched(match)
        with call.read() as conn:
            draft = tasks.draft(call.scope, conn, id)
        if wanted is not None and (draft is None or micros(draft.saved) != wanted):
            raise Refused("precondition-failed", "If-Match")
        return Json(call.run(SaveDraft(id, body.body)))


def _changes(made: APIRouter) -> None:
    @made.post("/tasks/{id}/claim")
    def claim(call: Calling, id: str, key: Key = None) -> Response:
        """Take an offered task for yourself."""
        return Json(call.run(ClaimTask(id), key))

    @made.post("/tasks/{id}/unclaim")
    def unclaim(call: Calling, id: str, key: Key = None) -> Response:
        """Give a claimed task back."""
        return Json(call.run(UnclaimTask(id), key))

    @made.post("/tasks/{id}/assign")
    def assign(call: Calling, id: str, body: Assign, key: Key = None) -> Response:
        """Give a task to a person."""
        with call.read() as conn:
            shared.found(tasks.task(call.scope, conn, id))
        return Json(call.run(AssignTask(id, body.assignee), key))

    @made.post("/tasks/{id}/complete")
    def complete(call: Calling, id: str, body: Complete, key: Key = None) -> Response:
        """Complete a task with the values of its form."""
        return Json(call.run(CompleteTask(id, body.values), key))

    @made.post("/tasks/{id}/error")
    def throw(call: Calling, id: str, body: Fail, key: Key = None) -> Response:
        """End a task in a BPMN error."""
        return Json(call.run(ThrowTaskError(id, body.code, body.message, body.variables), key))

    @made.post("/tasks/{id}/escalation")
    def escalate(call: Calling, id: str, body: Escalate, key: Key = None) -> Response:
        """Throw an escalation at a task, which stays open unless its catcher interrupts it."""
        return Json(call.run(EscalateTask(id, body.code, body.variables), key))


def _form(call: Caller, conn: Any, task: tasks.TaskView) -> dict[str, Any] | None:
    """Return the fields of a task's form that are visible now, with their values."""
    case = cases.case(call.scope, conn, task.instance)
    if not task.form or case is None:
        return None
    _, release = call.system.definitions.of(conn, task.definition)
    schema = release.form(task.form)
    open_now = task.state == "open"
    seen = bpmn.variables(orjson.loads(case.snapshot), task.token if open_now else "")
    view = schema.view(seen, now=call.system.clock.now(), zone=call.system.zone)
    fields = [
        {
            "key": item.field.key,
            "kind": item.field.kind,
            "label": item.field.label,
            "required": item.field.required,
            "description": item.field.description,
            "writable": item.writable,
            "options": item.options,
            "value": feel.codec.plain(item.value),
            "text": item.text,
        }
        for item in view.fields
        if item.visible
    ]
    return {"id": schema.id, "fields": fields}
