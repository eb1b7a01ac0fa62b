"""Arithmetic, comparison and equality of values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal, DivisionByZero, InvalidOperation
from typing import Any

from . import temporal, wide
from .problems import FeelError
from .runtime import Run
from .values import DECIMAL, Function, Range, YearsMonths, months, type_name

Operation = Callable[[Any, Any], Any]


def _mismatch(verb: str, left: Any, right: Any) -> FeelError:
    return FeelError(f"cannot {verb} {type_name(left)} and {type_name(right)}")


def _numeric(operation: Callable[[Decimal, Decimal], Decimal]) -> Operation:
    def apply(left: Decimal, right: Decimal) -> Decimal:
        try:
            return operation(left, right)
        except DivisionByZero:
            raise FeelError("division by zero", "number") from None
        except InvalidOperation:
            raise FeelError("no such number", "number") from None
        except ArithmeticError:
            raise FeelError("the number is too large", "limit") from None

    return apply


add_numbers = _numeric(DECIMAL.add)
subtract_numbers = _numeric(DECIMAL.subtract)
multiply_numbers = _numeric(DECIMAL.multiply)
divide_numbers = _numeric(DECIMAL.divide)


def _power(base: Decimal, exponent: Decimal) -> Decimal:
    # IEEE 754-2008 has 0 ** 0 = 1, Python's decimal has no such number.
    if not exponent:
        return Decimal(1)
    if not base and exponent < 0:
        raise FeelError("division by zero", "number")
    return DECIMAL.power(base, exponent)


power_numbers = _numeric(_power)


def _moved(value: Any, by: Any) -> Any:
    kind = wide.plain_type(value)
    if type(by) is YearsMonths:
        if kind is dt.date or kind is dt.datetime:
            return temporal.shift_months(value, by.months)
    elif kind is dt.datetime:
        return temporal.shift(value, by)
    elif kind is dt.date:
        return temporal.shift_date(value, by)
    elif kind is dt.time:
        return temporal.shift_time(value, by)
    return None


_DURATIONS = (dt.timedelta, YearsMonths, wide.WideDuration)


def add(left: Any, right: Any) -> Any:
    """left + right"""
    one, two = type(left), type(right)
    if one is Decimal and two is Decimal:
        return add_numbers(left, right)
    if left is None or right is None:
        return None
    if one is str and two is str:
        return left + right
    if one is two is dt.timedelta:
        return _duration(temporal.total_micros(left) + temporal.total_micros(right))
    if one is two is YearsMonths:
        return months(left.months + right.months)
    if one in _DURATIONS and wide.plain_type(right) is wide.plain_type(left) is dt.timedelta:
        return wide.span_of(wide.nanos_of(left) + wide.nanos_of(right))
    if two in _DURATIONS:
        moved = _moved(left, right)
    else:
        moved = _moved(right, left) if one in _DURATIONS else None
    if moved is None:
        raise _mismatch("add", left, right)
    return moved


def subtract(left: Any, right: Any) -> Any:
    """left - right"""
    one, two = type(left), type(right)
    if one is Decimal and two is Decimal:
        return subtract_numbers(left, right)
    if left is None or right is None:
        return None
    if one is two is YearsMonths:
        return months(left.months - right.months)
    if one is two is dt.timedelta:
        return _duration(temporal.total_micros(left) - temporal.total_micros(right))
    if two in _DURATIONS:
        if wide.plain_type(left) is wide.plain_type(right) is dt.timedelta:
            return wide.span_of(wide.nanos_of(left) - wide.nanos_of(right))
        moved = _moved(left, negate(right))
        if moved is not None:
            return moved
    if isinstance(left, _DAYS) and isinstance(right, _DAYS):
        return temporal.difference(left, right)
    if wide.plain_type(left) is wide.plain_type(right) is dt.time:
        return wide.time_difference(left, right)
    raise _mismatch("subtract", left, right)


_DAYS = (dt.date, wide.WideDate, wide.WideDateTime)


def _duration(micros: int) -> wide.AnyDuration:
    return temporal.from_micros(micros)


def _scaled(value: Any, factor: Decimal, operation: Operation) -> Any:
    if type(value) is YearsMonths:
        return months(int(operation(Decimal(value.months), factor)))
    if type(value) is wide.WideDuration:
        return wide.span_of(int(operation(Decimal(value.nanos), factor)))
    return _duration(int(operation(Decimal(temporal.total_micros(value)), factor)))


def multiply(left: Any, right: Any) -> Any:
    """left * right"""
    one, two = type(left), type(right)
    if one is Decimal and two is Decimal:
        return multiply_numbers(left, right)
    if left is None or right is None:
        return None
    if one in _DURATIONS and two is Decimal:
        return _scaled(left, right, multiply_numbers)
    if two in _DURATIONS and one is Decimal:
        return _scaled(right, left, multiply_numbers)
    raise _mismatch("multiply", left, right)


def divide(left: Any, right: Any) -> Any:
    """left / right"""
    one, two = type(left), type(right)
    if one is Decimal and two is Decimal:
        if not right:
            raise FeelError("division by zero", "number")
        return divide_numbers(left, right)
    if left is None or right is None:
        return None
    if one in _DURATIONS and two is Decimal:
        return _scaled(left, right, divide)
    if one is two is YearsMonths:
        return divide(Decimal(left.months), Decimal(right.months))
    if wide.plain_type(left) is wide.plain_type(right) is dt.timedelta:
        return divide(Decimal(wide.nanos_of(left)), Decimal(wide.nanos_of(right)))
    raise _mismatch("divide", left, right)


def power(left: Any, right: Any) -> Any:
    """left ** right"""
    if type(left) is Decimal and type(right) is Decimal:
        return power_numbers(left, right)
    if left is None or right is None:
        return None
    raise _mismatch("raise to a power", left, right)


def negate(value: Any) -> Any:
    """-value"""
    kind = type(value)
    if kind is Decimal:
        return DECIMAL.minus(value)
    if kind is YearsMonths:
        return -value
    if wide.plain_type(value) is dt.timedelta:
        return wide.span_of(-wide.nanos_of(value))
    if value is None:
        return None
    raise FeelError(f"cannot negate {type_name(value)}")


ARITHMETIC: dict[str, Operation] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "**": power,
}
NUMBERS: dict[str, Operation] = {
    "+": DECIMAL.add,
    "-": DECIMAL.subtract,
    "*": DECIMAL.multiply,
}


# -- equality and order

_SIMPLE = frozenset({Decimal, str, bool, dt.date, dt.timedelta, YearsMonths})


def equals(left: Any, right: Any, run: Run | None = None) -> bool | None:
    """left = right; None when the two are of different types."""
    one = type(left)
    if left is None or right is None:
        return left is right
    if one is not type(right):
        return wide.same(left, right) if wide.alike(left, right) else None
    if one in _SIMPLE:
        return bool(left == right)
    if one is list:
        if run is not None:
            run.tick(min(len(left), len(right)))
        return len(left) == len(right) and all(
            equals(a, b, run) is True for a, b in zip(left, right, strict=True)
        )
    if one is dict:
        if run is not None:
            run.tick(len(left))
        return left.keys() == right.keys() and all(
            equals(item, right[key], run) is True for key, item in left.items()
        )
    if one is dt.datetime:
        if (left.tzinfo is None) != (right.tzinfo is None):
            return False
        return temporal.instant(left) == temporal.instant(right)
    if one is dt.time:
        if (left.tzinfo is None) != (right.tzinfo is None):
            return False
        return temporal.time_micros(left) == temporal.time_micros(right)
    if one is Range:
        return _same_range(left, right, run)
    if one in wide.WIDE:
        return wide.same(left, right)
    return left is right if one is Function else None


def _same_range(left: Range, right: Range, run: Run | None) -> bool:
    return (
        left.low_included == right.low_included
        and left.high_included == right.high_included
        and equals(left.low, right.low, run) is True
        and equals(left.high, right.high, run) is True
    )


_ORDERED = frozenset({Decimal, str, dt.date, dt.timedelta, YearsMonths})


def order(left: Any, right: Any) -> int | None:
    """Give -1, 0 or 1; None with a null, a FeelError for what has no order."""
    kind = type(left)
    if left is None or right is None:
        return None
    if kind is not type(right) or kind in wide.WIDE:
        if wide.alike(left, right):
            return wide.order(left, right)
        raise _mismatch("compare", left, right)
    if kind is dt.datetime or kind is dt.time:
        if (left.tzinfo is None) != (right.tzinfo is None):
            raise FeelError("one has a zone or offset and the other has none")
        if kind is dt.datetime:
            left, right = temporal.instant(left), temporal.instant(right)
        else:
            left, right = temporal.time_micros(left), temporal.time_micros(right)
    elif kind not in _ORDERED:
        raise _mismatch("order", left, right)
    if left == right:
        return 0
    return -1 if left < right else 1


def less(left: Any, right: Any) -> bool | None:
    """left < right"""
    found = order(left, right)
    return None if found is None else found < 0


def at_most(left: Any, right: Any) -> bool | None:
    """left <= right"""
    found = order(left, right)
    return None if found is None else found <= 0


def more(left: Any, right: Any) -> bool | None:
    """left > right"""
    found = order(left, right)
    return None if found is None else found > 0


def at_least(left: Any, right: Any) -> bool | None:
    """left >= right"""
    found = order(left, right)
    return None if found is None else found >= 0


COMPARISONS: dict[str, Operation] = {"<": less, "<=": at_most, ">": more, ">=": at_least}


def within(value: Any, bounds: Range) -> bool | None:
    """value in bounds"""
    low = high = True
    found: bool | None
    if bounds.low is not None:
        found = (at_least if bounds.low_included else more)(value, bounds.low)
        if found is None:
            return None
        low = found
    if bounds.high is not None:
        found = (at_most if bounds.high_included else less)(value, bounds.high)
        if found is None:
            return None
        high = found
    return low and high


def make_range(low: Any, high: Any, low_included: bool, high_included: bool) -> Range | None:
    """Make a range with two ends; None if an end is null."""
    found = order(low, high)
    if found is None:
        return None
    if found > 0:
        raise FeelError("the range ends before it starts")
    return Range(low, high, low_included, high_included)


def matches(value: Any, wanted: Any, run: Run | None = None) -> bool | None:
    """Test a value against what a unary test gave: equal, in the range, or in the list."""
    if type(wanted) is Range:
        return equals(value, wanted, run) if type(value) is Range else within(value, wanted)
    if type(wanted) is list:
        if type(value) is list and equals(value, wanted, run):
            return True
        return contains(wanted, value, run)
    return equals(value, wanted, run)


def contains(items: list[Any], value: Any, run: Run | None = None) -> bool:
    """Tell whether an item equals the value, or is a range around it."""
    if run is not None:
        run.tick(len(items))
    for item in items:
        if type(item) is Range and type(value) is not Range:
            try:
                if within(value, item):
                    return True
            except FeelError:
                continue
        elif equals(item, value, run):
            return True
    return False
