"""The types that are known of an expression before there are values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .values import type_name

ANY = "Any"
NULL = "null"
DAYS = "days and time duration"
MONTHS = "years and months duration"
DURATIONS = frozenset({DAYS, MONTHS})
DATES = frozenset({"date", "date and time"})
ORDERED = frozenset({"number", "string", "time", *DATES, *DURATIONS})


@dataclass(frozen=True, slots=True)
class Kind:
    """A type: its name, what a list or a range holds, the fields of a context."""

    name: str = ANY
    item: Kind | None = None
    fields: Mapping[str, Kind] | None = None

    @property
    def sure(self) -> bool:
        """Whether the type is known, and is not null."""
        return self.name not in (ANY, NULL)

    def __str__(self) -> str:
        if self.item is not None and self.item.sure:
            return f"{self.name}<{self.item}>"
        if self.fields:
            return f"context<{', '.join(f'{k}: {v}' for k, v in self.fields.items())}>"
        return self.name


UNKNOWN = Kind()
BOOLEAN = Kind("boolean")
NUMBER = Kind("number")
STRING = Kind("string")


def kind_of(value: Any) -> Kind:
    """Return the type of a value."""
    name = type_name(value)
    if type(value) is list:
        return Kind(name, common([kind_of(item) for item in value]))
    if type(value) is dict:
        return Kind(name, None, {key: kind_of(item) for key, item in value.items()})
    return Kind(name if name != "unknown" else ANY)


def as_kind(given: Kind | str) -> Kind:
    """Return a type that is given by its name; a name that is no type is not known."""
    return given if isinstance(given, Kind) else named(given)


def named(name: str) -> Kind:
    """Return the type that a text names, such as "list<number>"."""
    outer, bracket, rest = name.strip().partition("<")
    found = Kind(_NAMES.get(outer.strip(), ANY))
    if bracket and found.name in ("list", "range"):
        return Kind(found.name, named(rest.rstrip().removesuffix(">")))
    return found


def common(kinds: Iterable[Kind]) -> Kind:
    """Return the one type of all, null aside; else what is not known."""
    sure = [kind for kind in kinds if kind.name != NULL]
    if not sure:
        return UNKNOWN
    if all(kind == sure[0] for kind in sure):
        return sure[0]
    names = {kind.name for kind in sure}
    return Kind(names.pop()) if len(names) == 1 else UNKNOWN


def result(operator: str, one: str, two: str) -> str | None:
    """Return the type that an operation on two known types gives; None if there is none."""
    if one == two == "number":
        return "number"
    if operator == "+" and one == two == "string":
        return "string"
    if operator in "+-" and one == two and one in DURATIONS:
        return one
    if operator == "+" and one in DURATIONS and two not in DURATIONS:
        one, two = two, one
    if operator in "+-" and (
        (one in DATES and two in DURATIONS) or (one == "time" and two == DAYS)
    ):
        return one
    if operator == "-" and ((one in DATES and two in DATES) or one == two == "time"):
        return DAYS
    if operator == "*" and one == "number":
        one, two = two, one
    if operator in ("*", "/") and one in DURATIONS and two == "number":
        return one
    return "number" if operator == "/" and one == two and one in DURATIONS else None


_NAMES = {
    name: name
    for name in ("number", "string", "boolean", "time", "list", "context", "range", "function")
} | {name: name for name in ORDERED}
_NAMES |= {
    "dayTimeDuration": DAYS,
    "yearMonthDuration": MONTHS,
    "dateTime": "date and time",
    "integer": "number",
    "long": "number",
    "double": "number",
    "decimal": "number",
}
_DAY = dict.fromkeys(("year", "month", "day", "weekday"), NUMBER)
_CLOCK = dict.fromkeys(("hour", "minute", "second"), NUMBER) | {
    "time offset": Kind(DAYS),
    "timezone": STRING,
}
PARTS: dict[str, dict[str, Kind]] = {
    "date": _DAY,
    "time": _CLOCK,
    "date and time": _DAY | _CLOCK,
    DAYS: dict.fromkeys(("days", "hours", "minutes", "seconds"), NUMBER),
    MONTHS: dict.fromkeys(("years", "months"), NUMBER),
    "range": {
        "start": UNKNOWN,
        "end": UNKNOWN,
        "start included": BOOLEAN,
        "end included": BOOLEAN,
    },
    "number": {},
    "string": {},
    "boolean": {},
    "function": {},
}


def _results() -> dict[str, str]:
    by_type = {
        "boolean": "not, is, is defined, contains, starts with, ends with, matches, is blank, "
        "is empty, list contains, all, any, odd, even, before, after, meets, met by, overlaps, "
        "overlaps before, overlaps after, finishes, finished by, includes, during, starts, "
        "started by, coincides",
        "string": "string, substring, upper case, lower case, substring before, substring after, "
        "replace, string join, trim, to base64, day of week, month of year, uuid",
        "number": "number, string length, count, product, stddev, decimal, floor, ceiling, "
        "round up, round down, round half up, round half down, round half even, modulo, sqrt, "
        "log, exp, day of year, week of year",
        "date": "date, today, last day of month",
        "time": "time",
        "date and time": "date and time, now",
        MONTHS: "years and months duration",
        "list": "split, extract, concatenate, union, index of, flatten, partition, get entries, "
        "append, list replace, insert before",
        "context": "context, context put, context merge",
        "range": "range",
        "same": "abs",
        "item": "min, max, sum, mean, median",
        "list of it": "sublist, remove, reverse, distinct values, duplicate values, sort, mode",
    }
    return {name: kind for kind, text in by_type.items() for name in text.split(", ")}


# "same" is the type of the argument, "item" that of a list's items, "list of it" the list's.
RESULTS = _results()
