"""Money: an exact amount with its currency."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

# ISO 4217 minor units that differ from two.
_EXPONENTS = {"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "HUF": 2, "BHD": 3, "KWD": 3, "TND": 3}


def exponent(currency: str) -> int:
    """Return the number of decimal places of `currency` (ISO 4217)."""
    return _EXPONENTS.get(currency, 2)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Return `amount` rounded half up at the currency's exponent: the one rounding of money."""
    return amount.quantize(Decimal(1).scaleb(-exponent(currency)), rounding=ROUND_HALF_UP)


def scaled(amount: Decimal, currency: str) -> int:
    """Return `amount` as whole minor units, the stored form of money."""
    return int(rounded(amount, currency).scaleb(exponent(currency)))


def amount_of(minor: int, currency: str) -> Decimal:
    """Return the amount stored as `minor` units."""
    return Decimal(minor).scaleb(-exponent(currency))
