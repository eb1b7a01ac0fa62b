"""The builtin provider of notify: a note on the case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from casewright.commands.work import Case, Work
from casewright.domain import events as e
from casewright.store.jobs import JobRow


def note(work: Work, case: Case, job: JobRow, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Put a note on the case, under the name of the process; nothing comes back."""
    author = case.definition.name or case.row.process_id
    case.events.append(e.NoteAdded(str(values["text"]), author, job.id))
    return {}
