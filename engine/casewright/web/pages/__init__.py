"""Pages for people: one module a screen, each with its router and its context dataclass.

`web.app` includes `routers(system)` once and asks `error(request, refused)` for whatever is
refused. A page reads through `store/queries` under the visitor's scope and writes through
`system.unit.run`; nothing else changes anything.
"""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from casewright.web.pages import (
    approvals,
    case,
    cases,
    choosing,
    entrance,
    groups,
    home,
    inbox,
    incidents,
    people,
    processes,
    profile,
    start,
    tasks,
)
from casewright.web.pages.errors import error
from casewright.web.system import System

__all__ = ["error", "routers"]

_SCREENS = (
    home, entrance, inbox, tasks, approvals, start, cases, case, incidents, processes, people,
    groups, profile, choosing,
)  # fmt: skip


def routers(system: System) -> Sequence[APIRouter]:
    """Return the routers of all screens."""
    return [screen.router for screen in _SCREENS]
