"""Whether a typed value is what its field wants; errors are codes with parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import regex  # type: ignore[import-untyped]

from casewright.feel import Expression
from casewright.forms.context import Seen
from casewright.forms.convert import Unfit, number
from casewright.forms.field import Bound, Field

_EMAIL = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+")
_PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{2,28}")
_PATTERN_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with a field; the page makes the text from code and parameters."""

    code: str
    message: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.message:
            shown = ", ".join(f"{name} {value}" for name, value in self.params.items())
            object.__setattr__(self, "message", f"{self.code} ({shown})" if shown else self.code)


def _error(code: str, **params: Any) -> FieldError:
    return FieldError(code, params=params)


def verify(item: Field, value: Any, seen: Seen) -> FieldError | None:
    """Return the first thing that is wrong with a value, None if it is right."""
    if value is None or value == "" or value == [] or (item.kind == "checkbox" and not value):
        return _error("form-required") if item.required else None
    if isinstance(value, Decimal):
        return _number(item, value, seen)
    if isinstance(value, str) and item.kind in ("textfield", "textarea"):
        return _text(item, value)
    if item.kind == "datetime" and item.validation.not_past:
        return _not_past(item, value, seen)
    return None


def bound(limit: Bound, seen: Seen) -> Decimal | None:
    """Return a limit's number; an expression that gives none is no limit."""
    if not isinstance(limit, Expression):
        return limit
    try:
        return number(seen.evaluate(limit))
    except Unfit:
        return None


def _number(item: Field, value: Decimal, seen: Seen) -> FieldError | None:
    wanted = item.validation
    if wanted.decimals is not None:
        exponent = value.normalize().as_tuple().exponent
        if isinstance(exponent, int) and -exponent > wanted.decimals:
            return _error("form-decimals", digits=wanted.decimals)
    low, high = bound(wanted.min, seen), bound(wanted.max, seen)
    if low is not None and value < low:
        return _error("form-min", min=low)
    if high is not None and value > high:
        return _error("form-max", max=high)
    return None


def _text(item: Field, value: str) -> FieldError | None:
    wanted = item.validation
    if item.required and not value.strip():
        return _error("form-required")
    if wanted.min_length is not None and len(value) < wanted.min_length:
        return _error("form-length", min=wanted.min_length)
    if wanted.max_length is not None and len(value) > wanted.max_length:
        return _error("form-length", max=wanted.max_length)
    if wanted.kind == "email" and not _EMAIL.fullmatch(value):
        return _error("form-email")
    if wanted.kind == "phone" and not _PHONE.fullmatch(value):
        return _error("form-phone")
    if wanted.pattern and not _matches(wanted.pattern, value):
        return _error("form-pattern")
    return None


def _matches(pattern: str, value: str) -> bool:
    """Search as form-js does; a pattern that takes too long is not matched."""
    try:
        return regex.search(pattern, value, timeout=_PATTERN_SECONDS) is not None
    except (TimeoutError, regex.error):
        return False


def _not_past(item: Field, value: Any, seen: Seen) -> FieldError | None:
    if seen.now is None or item.subtype == "time":
        return None
    now = seen.now.astimezone(seen.zone) if seen.zone is not None else seen.now
    day = value.date() if hasattr(value, "date") else value
    return _error("form-past", min=now.date().isoformat()) if day < now.date() else None
