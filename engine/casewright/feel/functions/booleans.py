"""Boolean functions, and tests of definedness."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ..operators import equals
from ..wide import WideDateTime, WideTime
from .registry import builtin


@builtin("not(negand: any)")
def negation(negand: Any) -> bool | None:
    """Give the other truth value; null for anything else."""
    if type(negand) is list and len(negand) == 1:
        negand = negand[0]
    return not negand if type(negand) is bool else None


@builtin("is(value1: any, value2: any)")
def same(value1: Any, value2: Any) -> bool:
    """Tell whether two values are the same, with their zone or offset."""
    if type(value1) is not type(value2):
        return False
    if isinstance(value1, dt.datetime | dt.time | WideDateTime | WideTime):
        clocks = value1.replace(tzinfo=None), value2.replace(tzinfo=None)
        return bool(clocks[0] == clocks[1]) and bool(_zone(value1) == _zone(value2))
    return equals(value1, value2) is True


def _zone(value: Any) -> Any:
    zone = value.tzinfo
    key = getattr(zone, "key", None)
    return key if key is not None or zone is None else zone.utcoffset(None)


@builtin("is defined(value: any)")
def is_defined(value: Any) -> bool:
    """Tell whether a name or a key is there; the compiler looks at the argument itself."""
    return value is not None


@builtin("get or else(value: any, default: any)")
def get_or_else(value: Any, default: Any) -> Any:
    """Give the value, or the default when it is null."""
    return default if value is None else value
