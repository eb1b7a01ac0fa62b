"""Types as expressions name them: instance of, and the types of parameters."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from . import nodes as n
from .problems import FeelError
from .temporal import at_midnight
from .values import Function, Range, YearsMonths, type_name
from .wide import WideDate, plain_type

_KINDS: dict[str, type] = {
    "number": Decimal,
    "string": str,
    "boolean": bool,
    "date": dt.date,
    "time": dt.time,
    "date and time": dt.datetime,
    "days and time duration": dt.timedelta,
    "dayTimeDuration": dt.timedelta,
    "years and months duration": YearsMonths,
    "yearMonthDuration": YearsMonths,
    "dateTime": dt.datetime,
    "list": list,
    "context": dict,
    "range": Range,
    "function": Function,
    "Null": type(None),
}


_ANY = n.TypeName((1, 1), "Any")


def known(wanted: n.TypeName) -> bool:
    """Tell whether a type is one of FEEL's own."""
    return wanted.name == "Any" or wanted.name in _KINDS


def conforms(value: Any, wanted: n.TypeName) -> bool:
    """Tell whether a value is of a type."""
    if wanted.name == "Any":
        return value is not None
    kind: Any = _KINDS.get(wanted.name)
    if kind is None:
        raise FeelError(f"unknown type {wanted.name!r}")
    if type(value) is not kind and plain_type(value) is not kind:
        return False
    if kind is list and wanted.parts:
        return all(item is None or conforms(item, wanted.parts[0]) for item in value)
    if kind is dict:
        return all(
            name in value and (value[name] is None or conforms(value[name], part))
            for name, part in wanted.fields
        )
    if kind is Range and wanted.parts:
        ends = [end for end in (value.low, value.high) if end is not None]
        return all(conforms(end, wanted.parts[0]) for end in ends)
    if kind is Function and wanted.parts:
        # By DMN 1.5, 10.3.2.9.4: it takes at least what is asked for. Its result is not declared.
        return len(value.parameters) == len(wanted.parts) and all(
            own is None or narrower(part, own)
            for part, own in zip(wanted.parts, value.types, strict=False)
        )
    return True


def narrower(one: n.TypeName, other: n.TypeName) -> bool:
    """Tell whether every value of one type is also of the other."""
    if other.name == "Any" or one.name == "Null":
        return True
    kind = _KINDS.get(one.name)
    if kind is None or kind is not _KINDS.get(other.name):
        return False
    if kind is dict:
        own = dict(one.fields)
        return all(name in own and narrower(own[name], part) for name, part in other.fields)
    if kind is Function:
        return _function_narrower(one, other)
    if not other.parts:
        return True
    own_part = one.parts[0] if one.parts else _ANY
    return narrower(own_part, other.parts[0])


def _function_narrower(one: n.TypeName, other: n.TypeName) -> bool:
    if not other.parts:
        return True
    results = [dict(item.fields).get("", _ANY) for item in (one, other)]
    return (
        len(one.parts) == len(other.parts)
        and all(map(narrower, other.parts, one.parts))
        and narrower(*results)
    )


def coerce(value: Any, wanted: n.TypeName | None, name: str) -> Any:
    """Fit an argument to a parameter's type: a list of one is its item, and the other way."""
    if wanted is None or value is None or not known(wanted) or conforms(value, wanted):
        return value
    if type(value) is list and len(value) == 1 and conforms(value[0], wanted):
        return value[0]
    if wanted.name == "list" and conforms([value], wanted):
        return [value]
    if wanted.name == "date and time" and type(value) in (dt.date, WideDate):
        return at_midnight(value, dt.UTC)
    raise FeelError(f"{name} must be a {wanted.name}, not {type_name(value)}")
