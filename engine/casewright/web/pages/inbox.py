"""The inbox: open tasks that wait for the reader, their own and those of their groups."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from casewright.commands import access
from casewright.domain.errors import Refused
from casewright.store.queries import definitions, tasks
from casewright.store.queries.tasks import Counts, TaskRow
from casewright.web import principal
from casewright.web import system as running
from casewright.web.pages.names import Names, names
from casewright.web.pages.rendering import Page, render
from casewright.web.pages.shell import shell

router = APIRouter(include_in_schema=False)

ROWS = 25


@dataclass(frozen=True, slots=True)
class Tab:
    """A cut of the inbox."""

    label: str
    href: str
    count: int
    active: bool


@dataclass(frozen=True, slots=True)
class InboxPage(Page):
    """Open tasks, the most urgent first."""

    names: Names
    tabs: tuple[Tab, ...]
    rows: tuple[TaskRow, ...]
    search: str
    view: str
    group: str
    process: str
    processes: tuple[tuple[str, str], ...]
    more: str
    here: str


def _tabs(counts: Counts, found: Names, view: str, group: str) -> tuple[Tab, ...]:
    tabs = [
        Tab("All", "/inbox", counts.all, not view and not group),
        Tab("Mine", "/inbox?view=mine", counts.mine, view == "mine"),
    ]
    tabs += [
        Tab(found.group(name), "/inbox?" + urlencode({"group": name}), count, name == group)
        for name, count in sorted(counts.groups.items())
        if count or name == group
    ]
    return tuple(tabs)


@router.get("/inbox")
def inbox(
    request: Request,
    view: str = "",
    group: str = "",
    process: str = "",
    search: str = "",
    after: str = "",
) -> Response:
    """Show one cut of the inbox."""
    system = running.of(request)
    visitor = principal.person(request)
    scope = access.scope(visitor.principal)
    if group and group not in scope.groups:
        raise Refused("not-found")
    search = search[:200]
    with system.database.read() as connection:
        found = tasks.inbox(
            scope,
            connection,
            mine=view == "mine",
            group=group or None,
            process=process or None,
            search=search,
            limit=ROWS,
            cursor=after or None,
        )
        known = definitions.definitions(scope, connection, limit=200).rows
        shown = names(scope, connection)
        query = {"view": view, "group": group, "process": process, "search": search}
        given = {name: value for name, value in query.items() if value}
        page = InboxPage(
            shell(request, connection, visitor, "Inbox"),
            shown,
            _tabs(tasks.counts(scope, connection), shown, view, group),
            found.rows,
            search,
            view,
            group,
            process,
            tuple((item.process, item.name) for item in known),
            "/inbox?" + urlencode({**given, "after": found.next}) if found.next else "",
            "/inbox" + ("?" + urlencode(given) if given else ""),
        )
    return render(request, "inbox.html", page)
