"""The values of FEEL, and how Python values become FEEL values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from typing import Any

from .problems import FeelError
from .wide import WIDE, WideDate, WideDateTime, WideDuration, WideTime

# Never the thread's own context: a caller's precision must not change a decision.
DECIMAL = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)

FeelTime = dt.time
DaysTime = dt.timedelta
Date = dt.date
DateTime = dt.datetime


@dataclass(frozen=True, slots=True, order=True)
class YearsMonths:
    """A years and months duration, as a count of months."""

    months: int

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        sign = "-" if self.months < 0 else ""
        body = (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")
        return f"{sign}P{body}"

    def __neg__(self) -> YearsMonths:
        return YearsMonths(-self.months)


@dataclass(frozen=True, slots=True)
class Range:
    """From low to high; None is no end on that side."""

    low: Any
    high: Any
    low_included: bool = True
    high_included: bool = True


class Function:
    """A function as a value; invoke(run, arguments) is given what evaluates it."""

    __slots__ = ("invoke", "name", "parameters", "types", "variadic")

    def __init__(
        self,
        parameters: Sequence[str],
        invoke: Callable[[Any, Sequence[Any]], Any],
        name: str = "",
        variadic: bool = False,
        types: Sequence[Any] = (),
    ) -> None:
        self.parameters = tuple(parameters)
        self.invoke = invoke
        self.name = name
        self.variadic = variadic
        # What a literal declares of its parameters, None for nothing; else empty.
        self.types = tuple(types)

    def __repr__(self) -> str:
        return f"function({', '.join(self.parameters)})"


_MAX_MONTHS = 12 * 999_999_999


def months(count: int) -> YearsMonths:
    """Make a years and months duration; a FeelError if it is too long."""
    if abs(count) > _MAX_MONTHS:
        raise FeelError("the duration is too long", "date")
    return YearsMonths(count)


def function(parameters: Sequence[str], call: Callable[..., Any], name: str = "") -> Function:
    """Make a FEEL function of a Python callable that takes the arguments in their order."""
    return Function(parameters, lambda run, arguments: from_python(call(*arguments)), name)


_PLAIN = WIDE | {
    str,
    bool,
    type(None),
    dt.date,
    dt.datetime,
    dt.time,
    dt.timedelta,
    YearsMonths,
    Function,
}


def number(value: int | str | Decimal) -> Decimal:
    """Make a FEEL number: at most 34 digits."""
    try:
        made = DECIMAL.create_decimal(value)
    except ArithmeticError as error:
        raise FeelError("the number is too large", "limit") from error
    if not made.is_finite():
        raise FeelError("not a finite number")
    return made


def from_python(value: Any) -> Any:
    """Turn a Python value into a FEEL value; FeelError if it is none."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is Decimal:
        return value if value.is_finite() else number(value)
    if kind is int:
        return Decimal(value) if -(10**34) < value < 10**34 else number(value)
    if kind is float:
        return number(repr(value))
    if kind is list:
        made = [from_python(item) for item in value]
        return value if all(map(_is, made, value)) else made
    if kind is dict:
        return _context(value)
    return _other(value)


def _is(one: Any, other: Any) -> bool:
    return one is other


def _context(value: dict[Any, Any]) -> dict[str, Any]:
    made = {}
    same = True
    for key, item in value.items():
        if type(key) is not str:
            raise FeelError("a context's keys are strings")
        new = made[key] = from_python(item)
        same = same and new is item
    return value if same else made


def _other(value: Any) -> Any:
    if isinstance(value, Range):
        low, high = from_python(value.low), from_python(value.high)
        return Range(low, high, value.low_included, value.high_included)
    if isinstance(value, Mapping):
        return _context(dict(value))
    if isinstance(value, tuple):
        return [from_python(item) for item in value]
    # Enums and the like are strings or numbers by inheritance; only the plain part is kept.
    for base in (str, int, float, Decimal):
        if isinstance(value, base):
            return from_python(str.__str__(value) if base is str else base(value))
    raise FeelError(f"a Python {type(value).__name__} is no FEEL value")


_NAMES: dict[type, str] = {
    Decimal: "number",
    int: "number",
    float: "number",
    str: "string",
    bool: "boolean",
    type(None): "null",
    dt.date: "date",
    dt.time: "time",
    dt.datetime: "date and time",
    dt.timedelta: "days and time duration",
    WideDate: "date",
    WideTime: "time",
    WideDateTime: "date and time",
    WideDuration: "days and time duration",
    YearsMonths: "years and months duration",
    list: "list",
    tuple: "list",
    dict: "context",
    Range: "range",
    Function: "function",
}


def type_name(value: Any) -> str:
    """Name the FEEL type of a value."""
    found = _NAMES.get(type(value))
    if found is not None:
        return found
    if isinstance(value, Mapping):
        return "context"
    for base, name in _NAMES.items():
        if isinstance(value, base):
            return name
    return "unknown"
