"""Values that an operator edits: shown as FEEL writes them, read back as FEEL reads them."""

from __future__ import annotations

from typing import Any

from casewright import feel
from casewright.domain.errors import Refused
from casewright.web.pages.posted import Posted
from casewright.web.system import System

PREFIX = "value."
BEFORE = "before."
NEW_NAME, NEW_VALUE = "cw:new-name", "cw:new-value"
_LIMITS = feel.Limits(steps=10_000, seconds=0.5)


def edited(system: System, form: Posted) -> dict[str, Any]:
    """Return the values that were changed in the form, or refuse with what cannot be read."""
    found: dict[str, Any] = {}
    problems: dict[str, Any] = {}
    for name, texts in form.fields.items():
        if name.startswith(PREFIX):
            key = name.removeprefix(PREFIX)
            if texts[-1] != form.one(BEFORE + key):
                _read(system, key, texts[-1], found, problems)
    name = form.one(NEW_NAME).strip()
    if name:
        _read(system, name, form.one(NEW_VALUE), found, problems)
    if problems:
        raise Refused("invalid-input", fields=problems)
    return found


def typed(form: Posted) -> dict[str, str]:
    """Return what was typed, by variable, and the name and value of the additional one."""
    found = {
        name.removeprefix(PREFIX): texts[-1]
        for name, texts in form.fields.items()
        if name.startswith(PREFIX)
    }
    return found | {name: form.one(name) for name in (NEW_NAME, NEW_VALUE)}


def _read(
    system: System, key: str, text: str, found: dict[str, Any], problems: dict[str, Any]
) -> None:
    expression = feel.parse(text)
    value, wrong = expression.evaluate({}, system.clock.now(), system.zone, _LIMITS)
    if wrong or expression.problems or not text.strip() or feel.type_name(value) == "function":
        problems[key] = {"code": "feel", "params": {}}
    else:
        found[key] = value
