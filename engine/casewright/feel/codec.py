"""Values as JSON: lossless with tags for storage, plain for people and APIs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from . import temporal
from .problems import FeelError
from .text import string_of
from .values import Range, YearsMonths, from_python, type_name
from .wide import WIDE, WideDateTime, WideDuration

_EXACT = 2**53


def _tag(name: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"@": name, "v": value, **more}


def _number(value: Decimal) -> Any:
    # The exponent is kept too, so that 12.30 stays 12.30.
    if (
        value.as_tuple().exponent == 0
        and abs(value) < _EXACT
        and not (value.is_zero() and value.is_signed())
    ):
        return int(value)
    return _tag("n", str(value))


def _datetime(value: dt.datetime) -> dict[str, Any]:
    if value.tzinfo is None:
        return _tag("datetime", value.isoformat())
    key = getattr(value.tzinfo, "key", None)
    if key is None:
        return _tag("datetime", value.isoformat())
    made = _tag("datetime", value.replace(tzinfo=None).isoformat(), zone=key)
    if value.fold:
        made["fold"] = 1
    return made


def to_json(value: Any) -> Any:
    """Turn a FEEL value into what a JSON writer takes, without loss; functions raise."""
    kind = type(value)
    if value is None or kind is str or kind is bool:
        return value
    if kind is Decimal:
        return _number(value)
    if kind is list:
        return [to_json(item) for item in value]
    if kind is dict:
        made = {key: to_json(item) for key, item in value.items()}
        return _tag("context", made) if "@" in made else made
    if kind is dt.date:
        return _tag("date", value.isoformat())
    if kind is dt.datetime:
        return _datetime(value)
    if kind is dt.time:
        return _time(value)
    if kind is dt.timedelta:
        return _tag("dtd", temporal.duration_text(value))
    if kind is YearsMonths:
        return _tag("ymd", str(value))
    if kind is Range:
        ends = [to_json(value.low), to_json(value.high)]
        return _tag("range", ends, closed=[value.low_included, value.high_included])
    if kind in WIDE:
        return _wide(value)
    made_of = from_python(value)
    if type(made_of) is kind:
        raise FeelError("a function cannot be stored")
    return to_json(made_of)


def _wide(value: Any) -> dict[str, Any]:
    if type(value) is WideDuration:
        return _tag("dtd", temporal.duration_text(value))
    made = _tag(_WIDE_TAGS[type_name(value)], string_of(value), wide=True)
    if type(value) is WideDateTime and value.fold:
        made["fold"] = 1
    return made


def _time(value: dt.time) -> dict[str, Any]:
    key = getattr(value.tzinfo, "key", None)
    if key is not None:
        return _tag("time", value.replace(tzinfo=None).isoformat(), zone=key)
    return _tag("time", value.isoformat())


def from_json(data: Any) -> Any:
    """Read what to_json wrote; numbers of any other JSON become Decimal too."""
    kind = type(data)
    if data is None or kind is str or kind is bool:
        return data
    if kind is list:
        return [from_json(item) for item in data]
    if kind is dict:
        if "@" in data:
            return _tagged(data)
        return {key: from_json(item) for key, item in data.items()}
    return from_python(data)


_WIDE_TAGS = {"date": "date", "time": "time", "date and time": "datetime"}
_READERS: dict[str, Callable[[str], Any]] = {
    "date": temporal.parse_date,
    "time": temporal.parse_time,
    "datetime": temporal.parse_datetime,
}


def _tagged(data: dict[str, Any]) -> Any:
    name = data["@"]
    value: Any = data.get("v")
    if name == "n":
        return Decimal(value)
    if name == "context":
        return {key: from_json(item) for key, item in value.items()}
    if data.get("wide") and name in _READERS:
        found = _READERS[name](value)
        return replace(found, fold=1) if data.get("fold") else found
    if name == "date":
        return dt.date.fromisoformat(value)
    if name == "datetime":
        moment = dt.datetime.fromisoformat(value)
        if "zone" in data:
            zone = temporal.zone_named(data["zone"])
            moment = moment.replace(tzinfo=zone, fold=data.get("fold", 0))
        return moment
    if name == "time":
        time = dt.time.fromisoformat(value)
        return time.replace(tzinfo=temporal.zone_named(data["zone"])) if "zone" in data else time
    if name in ("dtd", "ymd"):
        return temporal.parse_duration(value)
    if name == "range":
        low, high = (from_json(end) for end in value)
        return Range(low, high, *data["closed"])
    raise FeelError("unknown tag in stored data")


def plain(value: Any) -> Any:
    """Turn a value into plain JSON-able Python; numbers stay Decimal, dates become ISO text."""
    kind = type(value)
    if value is None or kind is str or kind is bool or kind is Decimal:
        return value
    if kind is list or kind is tuple:
        return [plain(item) for item in value]
    if kind is dict:
        return {key: plain(item) for key, item in value.items()}
    made = from_python(value)
    return made if type(made) is Decimal else string_of(made)
