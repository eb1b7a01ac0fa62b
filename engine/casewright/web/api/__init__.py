"""`/api/v1`: the same commands and queries as the pages, as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from casewright.web.api import definitions, docs, incidents, instances, messages, people, tasks
from casewright.web.system import System

__all__ = ["routers"]


def routers(system: System) -> Sequence[APIRouter]:
    """Return the routers of the API and of its docs page."""
    nouns = (definitions, instances, tasks, messages, incidents, people)
    return (*(noun.router() for noun in nouns), docs.router())
