"""What a form's expressions see: the variables with the form's own values over them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from casewright import feel
from casewright.feel import Expression

MISSING: Final = object()
_AS_TEXT = feel.parse("string(value)")


def at_path(data: Mapping[str, Any], key: str) -> Any:
    """Return the value at a dotted key, MISSING if it is not there."""
    if key in data:
        return data[key]
    found: Any = data
    for part in key.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return MISSING
        found = found[part]
    return found


def placed(data: Mapping[str, Any], key: str, value: Any) -> dict[str, Any]:
    """Return a copy of `data` with the value at a dotted key, what stands beside it kept."""
    head, _dot, rest = key.partition(".")
    if not rest:
        return {**data, head: value}
    inner = data.get(head)
    return {**data, head: placed(inner if isinstance(inner, Mapping) else {}, rest, value)}


class Seen:
    """Names and time for the evaluation of a form's rules."""

    __slots__ = ("names", "now", "zone")

    def __init__(
        self, names: Mapping[str, Any], now: dt.datetime | None, zone: dt.tzinfo | None
    ) -> None:
        self.names = names
        self.now = now
        self.zone = zone

    def evaluate(self, expression: Expression) -> Any:
        """Return the value; a failing expression is null."""
        return expression.evaluate(self.names, self.now, self.zone)[0]

    def text(self, value: Any) -> str:
        """Return a value as a text writes it."""
        if value is None:
            return ""
        found, _problems = _AS_TEXT.evaluate({"value": value}, self.now, self.zone)
        return found if isinstance(found, str) else ""

    def over(self, values: Mapping[str, Any]) -> Seen:
        """Return the same with values, by dotted key, over the names."""
        names = dict(self.names)
        for key, value in values.items():
            names = placed(names, key, value)
        return Seen(names, self.now, self.zone)
