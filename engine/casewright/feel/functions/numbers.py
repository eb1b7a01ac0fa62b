"""Functions on numbers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)
from typing import Any

from ..operators import negate
from ..problems import FeelError
from ..values import DECIMAL, YearsMonths, type_name
from .registry import builtin

_ONE = Decimal(1)


def rounded(value: Decimal, scale: int, rounding: str) -> Decimal:
    """Round to a number of digits after the point."""
    if not -6111 <= scale <= 6176:
        raise FeelError("the scale is out of range", "number")
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -scale:
        return value
    return value.quantize(_ONE.scaleb(-scale, DECIMAL), rounding, DECIMAL)


def _rounding(name: str, mode: str, optional: bool = True) -> Callable[..., Decimal]:
    scale = "scale: integer?" if optional else "scale: integer"

    def function(n: Decimal, scale: int | None = None) -> Decimal:
        return rounded(n, scale or 0, mode)

    return builtin(f"{name}(n: number, {scale})")(function)


_rounding("decimal", ROUND_HALF_EVEN, optional=False)
_rounding("floor", ROUND_FLOOR)
_rounding("ceiling", ROUND_CEILING)
_rounding("round up", ROUND_UP, optional=False)
_rounding("round down", ROUND_DOWN, optional=False)
_rounding("round half up", ROUND_HALF_UP, optional=False)
_rounding("round half down", ROUND_HALF_DOWN, optional=False)
_rounding("round half even", ROUND_HALF_EVEN, optional=False)


@builtin("abs(n: any)")
def absolute(n: Any) -> Any:
    """Give the value without its sign, of a number or a duration."""
    if type(n) is list and len(n) == 1:
        n = n[0]
    if n is None:
        return None
    if type(n) is Decimal:
        return abs(n) if n < 0 else n
    if type(n) is YearsMonths:
        return -n if n.months < 0 else n
    if type(n).__name__ == "timedelta":
        return negate(n) if n.days < 0 else n
    raise FeelError(f"n must be a number or a duration, not {type_name(n)}")


@builtin("modulo(dividend: number, divisor: number)")
def modulo(dividend: Decimal, divisor: Decimal) -> Decimal:
    """Give the remainder with the sign of the divisor."""
    if not divisor:
        raise FeelError("division by zero", "number")
    if not dividend:
        return Decimal(0)
    if dividend.adjusted() - divisor.adjusted() > 34:
        raise FeelError("the numbers are too far apart", "number")
    whole = DECIMAL.divide(dividend, divisor).to_integral_value(ROUND_FLOOR)
    return DECIMAL.subtract(dividend, DECIMAL.multiply(divisor, whole))


@builtin("sqrt(number: number)")
def square_root(number: Decimal) -> Decimal:
    """Give the square root."""
    if number < 0:
        raise FeelError("a negative number has no square root", "number")
    return DECIMAL.sqrt(number)


@builtin("log(number: number)")
def logarithm(number: Decimal) -> Decimal:
    """Give the natural logarithm."""
    if number <= 0:
        raise FeelError("only a positive number has a logarithm", "number")
    return DECIMAL.ln(number)


@builtin("exp(number: number)")
def exponential(number: Decimal) -> Decimal:
    """Give e to the power of a number."""
    return DECIMAL.exp(number)


def _whole(number: Decimal) -> bool:
    return number == number.to_integral_value()


@builtin("even(number: number)")
def even(number: Decimal) -> bool:
    """Tell whether a whole number is even."""
    return _whole(number) and int(number) % 2 == 0


@builtin("odd(number: number)")
def odd(number: Decimal) -> bool:
    """Tell whether a whole number is odd."""
    return _whole(number) and int(number) % 2 == 1
