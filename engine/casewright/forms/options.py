"""The choices of a field, written in the form or computed from variables."""

from __future__ import annotations

from typing import Any

from casewright.feel import Expression
from casewright.forms import convert
from casewright.forms.context import Seen
from casewright.forms.field import Field, Option

MAX_OPTIONS = 10_000


def choices_of(field: Field, seen: Seen) -> tuple[Option, ...]:
    """Return the field's options; anything that is not a list gives none."""
    if not isinstance(field.options, Expression):
        return field.options
    found = seen.evaluate(field.options)
    items = found if isinstance(found, list) else []
    return tuple(option_of(item) for item in items[:MAX_OPTIONS])


def option_of(item: Any) -> Option:
    """Return an option from a {value, label} context or from a plain value."""
    if isinstance(item, dict) and "value" in item:
        value = item["value"]
        label = item.get("label")
    else:
        value, label = item, None
    text = convert.option_text(value)
    return Option(value, text if label is None else convert.option_text(label), text)
