"""Cases: the list, by state and process, with search."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from casewright.commands import access
from casewright.store.queries import cases, definitions
from casewright.store.queries.cases import STATES, CaseRow
from casewright.web import principal
from casewright.web import system as running
from casewright.web.pages.casework import state_words
from casewright.web.pages.inbox import Tab
from casewright.web.pages.names import Names, names
from casewright.web.pages.rendering import Page, render
from casewright.web.pages.shell import shell

router = APIRouter(include_in_schema=False)

ROWS = 25


@dataclass(frozen=True, slots=True)
class CasesPage(Page):
    """The cases the reader can see, the newest first."""

    names: Names
    tabs: tuple[Tab, ...]
    rows: tuple[CaseRow, ...]
    state: str
    process: str
    search: str
    processes: tuple[tuple[str, str], ...]
    more: str


@router.get("/cases")
def list_cases(
    request: Request, state: str = "", process: str = "", search: str = "", after: str = ""
) -> Response:
    """Show one cut of the cases."""
    system = running.of(request)
    visitor = principal.person(request)
    scope = access.scope(visitor.principal)
    state = state if state in STATES else ""
    search = search[:200]
    with system.database.read() as connection:
        found = cases.cases(
            scope,
            connection,
            state=state or None,
            process=process or None,
            search=search,
            limit=ROWS,
            cursor=after or None,
        )
        counts = cases.counts(scope, connection)
        given = {n: v for n, v in {"process": process, "search": search}.items() if v}
        tabs = [Tab("All", _address(given), sum(counts.values()), not state)]
        tabs += [
            Tab(
                state_words(name).capitalize(),
                _address({**given, "state": name}),
                counts[name],
                name == state,
            )
            for name in STATES
        ]
        here = {**given, "state": state} if state else given
        known = definitions.definitions(scope, connection, limit=200).rows
        page = CasesPage(
            shell(request, connection, visitor, "Cases"),
            names(scope, connection),
            tuple(tabs),
            found.rows,
            state,
            process,
            search,
            tuple((item.process, item.name) for item in known),
            _address({**here, "after": found.next}) if found.next else "",
        )
    return render(request, "cases.html", page)


def _address(given: dict[str, str]) -> str:
    return "/cases?" + urlencode(given) if given else "/cases"
