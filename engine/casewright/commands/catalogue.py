"""The catalogue: every operation that a service task may name, and who carries it out."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from casewright.commands.builtin import notify
from casewright.commands.work import Case, Work
from casewright.domain.clock import Clock
from casewright.store.jobs import JobRow
from casewright_connectors.registry import Registry, from_environment

Builtin = Callable[[Work, Case, JobRow, Mapping[str, Any]], Mapping[str, Any]]

# What the engine does itself, in the transaction that completes the job.
BUILTIN: Mapping[str, Builtin] = {"notify.note": notify.note}


def registry(clock: Clock) -> Registry:
    """Return the registry with what the environment sets."""
    return from_environment(clock.now, os.environ)
