"""Forms of tasks and starts: drawn with what is known, and again with what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from casewright import forms
from casewright.web.pages.drawing import Drawing, draw
from casewright.web.system import System


def drawn(
    system: System,
    schema: forms.FormSchema,
    variables: Mapping[str, Any],
    submitted: Mapping[str, Any] | None = None,
    problems: Mapping[str, Any] | None = None,
) -> Drawing:
    """Return the form; `submitted` keeps what was typed, `problems` says what is wrong."""
    view = schema.view(variables, system.clock.now(), system.zone, submitted)
    return draw(view, problems)


def moves(schema: forms.FormSchema) -> bool:
    """Tell whether some field depends on another, so that the page redraws while one types."""
    return any(
        not isinstance(field.hide, bool)
        or not isinstance(field.readonly, bool)
        or field.kind == "expression"
        or bool(field.text.expressions)
        for field in schema.fields
    )
