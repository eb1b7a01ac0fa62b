"""`/api/v1`: the same commands and queries as the pages, as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from casewright.web.api import (
    choices,
    definitions,
    docs,
    incidents,
    instances,
    messages,
    people,
    signals,
    tasks,
)
from casewright.web.system import System

__all__ = ["NOUNS", "routers"]

NOUNS = (definitions, instances, choices, tasks, messages, signals, incidents, people)


def routers(system: System) -> Sequence[APIRouter]:
    """Return the routers of the API and of its docs page."""
    return (*(noun.router() for noun in NOUNS), docs.router())
