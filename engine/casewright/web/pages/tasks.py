"""A task: its form, claim and give back, draft, completion, and where the case went."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from casewright import bpmn
from casewright.commands import access
from casewright.commands.tasks import (
    AssignTask,
    ClaimTask,
    CompleteTask,
    SaveDraft,
    UnclaimTask,
)
from casewright.domain.errors import Refused
from casewright.store import Connection
from casewright.store.queries import tasks
from casewright.store.queries.tasks import TaskRow, TaskView
from casewright.web import principal
from casewright.web import system as running
from casewright.web.pages import addresses, casework, formwork
from casewright.web.pages.casework import Casework
from casewright.web.pages.drawing import Drawing
from casewright.web.pages.names import Names
from casewright.web.pages.posted import Form, new_key
from casewright.web.pages.rendering import Page, render
from casewright.web.pages.shell import shell
from casewright.web.pages.timeline import Happened
from casewright.web.principal import CSRF_HEADER, Visitor
from casewright.web.system import System

router = APIRouter(include_in_schema=False)

HISTORY = 12


@dataclass(frozen=True, slots=True)
class TaskPage(Page):
    """A task with its form, and its case beside it."""

    task: TaskView
    names: Names
    offered: str
    mine: bool
    drawing: Drawing
    moves: bool
    command_key: str
    draft: datetime | None
    work: Casework
    history: tuple[Happened, ...]
    may_assign: bool


@dataclass(frozen=True, slots=True)
class DonePage(Page):
    """What became of a task that the reader completed, and the next one."""

    task: TaskView
    names: Names
    work: Casework
    since: tuple[Happened, ...]
    next: TaskRow | None
    waiting: int


def _task(visitor: Visitor, connection: Connection, task: str) -> TaskView:
    found = tasks.task(access.scope(visitor.principal), connection, task)
    if found is None:
        raise Refused("not-found")
    return found


def _drawing(
    system: System,
    connection: Connection,
    task: TaskView,
    work: Casework,
    submitted: Mapping[str, Any] | None,
    problems: Mapping[str, Any] | None,
) -> tuple[Drawing, bool]:
    if not task.form:
        return Drawing(), False
    _, release = system.definitions.of(connection, task.definition)
    schema = release.form(task.form)
    is_open = task.state == "open"
    variables = bpmn.variables(work.snapshot, task.token if is_open else "")
    drawing = formwork.drawn(system, schema, variables, submitted, problems)
    return drawing, formwork.moves(schema)


def _page(
    request: Request,
    visitor: Visitor,
    task_id: str,
    submitted: Mapping[str, Any] | None = None,
    problems: Mapping[str, Any] | None = None,
) -> Response:
    system = running.of(request)
    scope = access.scope(visitor.principal)
    with system.database.read() as connection:
        task = _task(visitor, connection, task_id)
        work = casework.load(system, scope, connection, task.instance)
        saved = tasks.draft(scope, connection, task.id) if task.may_work else None
        typed = submitted if submitted is not None else saved.body if saved else None
        drawing, moves = _drawing(system, connection, task, work, typed, problems)
        page = TaskPage(
            shell(request, connection, visitor, task.name, f"case:{task.root}"),
            task,
            work.names,
            work.names.offered(task.users, task.groups),
            task.assignee == visitor.login,
            drawing,
            moves,
            new_key(),
            saved.saved if saved else None,
            work,
            work.history[:HISTORY],
            scope.operate and task.state == "open",
        )
    return render(request, "task.html", page, 422 if problems else 200)


@router.get("/tasks/{task}")
def task_page(request: Request, task: str) -> Response:
    """Show a task."""
    visitor = principal.person(request)
    access.signed_in(visitor.principal)
    return _page(request, visitor, task)


@router.post("/tasks/{task}/form")
def redraw(request: Request, task: str, form: Form) -> Response:
    """Draw the form again for what is typed so far, when one field depends on another."""
    access.signed_in(form.visitor.principal)
    return _page(request, form.visitor, task, form.values())


@router.post("/tasks/{task}/complete")
def complete(request: Request, task: str, form: Form) -> Response:
    """Complete the task, or show the form again with what is wrong and all that was typed."""
    access.signed_in(form.visitor.principal)
    system, who = running.of(request), form.visitor.principal
    values = form.values()
    try:
        system.unit.run(CompleteTask(task, values), who, form.key)
    except Refused as refused:
        if refused.code != "invalid-input":
            raise
        with suppress(Refused):
            system.unit.run(SaveDraft(task, values), who)
        return _page(request, form.visitor, task, values, refused.details["fields"])
    return addresses.go(f"/tasks/{task}/done")


@router.post("/tasks/{task}/draft")
def draft(request: Request, task: str, form: Form) -> Response:
    """Keep what is typed; the page's script gets no page back."""
    access.signed_in(form.visitor.principal)
    running.of(request).unit.run(SaveDraft(task, form.values()), form.visitor.principal)
    if CSRF_HEADER in request.headers:
        return Response(status_code=204)
    return addresses.go(f"/tasks/{task}", said="draft")


@router.post("/tasks/{task}/claim")
def claim(request: Request, task: str, form: Form) -> Response:
    """Take the task and open it."""
    access.signed_in(form.visitor.principal)
    running.of(request).unit.run(ClaimTask(task), form.visitor.principal)
    return addresses.go(f"/tasks/{task}", said="claimed")


@router.post("/tasks/{task}/give-back")
def give_back(request: Request, task: str, form: Form) -> Response:
    """Offer the task to everyone again."""
    access.signed_in(form.visitor.principal)
    running.of(request).unit.run(UnclaimTask(task), form.visitor.principal)
    return addresses.go("/inbox", said="given-back")


@router.post("/tasks/{task}/assign")
def assign(request: Request, task: str, form: Form) -> Response:
    """Hand the task to a person, as an operator."""
    access.signed_in(form.visitor.principal)
    command = AssignTask(task, form.one("assignee"))
    running.of(request).unit.run(command, form.visitor.principal)
    return addresses.go(f"/tasks/{task}", said="assigned")


@router.get("/tasks/{task}/done")
def done(request: Request, task: str) -> Response:
    """Say where the case went, and offer the next task."""
    system = running.of(request)
    visitor = principal.person(request)
    scope = access.scope(visitor.principal)
    with system.database.read() as connection:
        found = _task(visitor, connection, task)
        if found.state != "completed" or found.completed is None:
            return addresses.go(f"/tasks/{task}")
        work = casework.load(system, scope, connection, found.instance)
        waiting = tasks.inbox(scope, connection, limit=1).rows
        page = DonePage(
            shell(request, connection, visitor, "Done", f"case:{found.root}"),
            found,
            work.names,
            work,
            tuple(line for line in work.history if line.at >= found.completed)[:HISTORY],
            waiting[0] if waiting else None,
            tasks.counts(scope, connection).all,
        )
    return render(request, "task_done.html", page)
