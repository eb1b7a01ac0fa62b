"""How values are shown to people: numbers, percentages, dates, and values of any FEEL type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation, localcontext
from typing import Any

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal

from casewright import feel

LOCALE = "en_GB"
MOST_DIGITS = 34
_DASH = "–"
_LONG = 400
_HUGE = 60
_ENDLESS = re.compile(r"([−-]?[\d,]+\.\d{12})\d+")
_TECHNICAL = re.compile(r"[a-z][a-z0-9]*([-_]+[a-z0-9]+)*")
_EXACT = Context(prec=400)
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


def number(value: Any, digits: int | None = None) -> str:
    """Return a number with its thousands apart; `digits` fixes the decimal places."""
    amount = _decimal(value)
    if amount is None:
        return _DASH
    if digits is not None:
        return _grouped(_rounded(amount, digits), digits, digits)
    return _grouped(amount, 0, MOST_DIGITS)


def money(value: Any) -> str:
    """Return an amount with two decimal places, or more where it has more."""
    amount = _decimal(value)
    if amount is None:
        return _DASH
    return _grouped(amount, 2, MOST_DIGITS)


def percent(value: Any, beside: Any = None, digits: int = 2) -> str:
    """Return a fraction as a percentage that never looks equal to another one it differs from.

    `beside` is what the reader compares with: a margin of 0.199999 beside a minimum of 0.2 is
    "19.9999 %", not "20 %". Digits are added until the two are told apart.
    """
    fraction = _decimal(value)
    if fraction is None:
        return _DASH
    shown = fraction.scaleb(2)
    other = _decimal(beside)
    if other is not None and other != fraction:
        other = other.scaleb(2)
        while digits < MOST_DIGITS and _rounded(shown, digits) == _rounded(other, digits):
            digits += 1
    return f"{_grouped(_rounded(shown, digits), 0, digits)} %"


def below(value: Any, minimum: Any) -> bool:
    """Tell whether a value is below its minimum, unrounded; false when one is missing."""
    amount, least = _decimal(value), _decimal(minimum)
    return amount is not None and least is not None and amount < least


def moment(at: datetime | None, zone: tzinfo) -> str:
    """Return an instant as day and time in `zone`."""
    if at is None:
        return _DASH
    return format_datetime(at.astimezone(zone), "d MMM y, HH:mm", locale=LOCALE)


def exact(at: datetime | None, zone: tzinfo) -> str:
    """Return an instant with seconds and the zone's name, for those who ask closely."""
    if at is None:
        return _DASH
    return format_datetime(at.astimezone(zone), "d MMMM y, HH:mm:ss z", locale=LOCALE)


def distance(at: datetime, now: datetime) -> str:
    """Return how long ago or ahead an instant is, in its largest unit."""
    seconds = int((at - now).total_seconds())
    size = abs(seconds)
    for name, length in _UNITS:
        if size >= length:
            count = size // length
            text = f"{count} {name}{'' if count == 1 else 's'}"
            return f"in {text}" if seconds > 0 else f"{text} ago"
    return "in a moment" if seconds > 0 else "just now"


def value(found: Any, zone: tzinfo) -> str:
    """Return any FEEL value as text."""
    if found is None or found == "":
        return _DASH
    if isinstance(found, bool):
        return "yes" if found else "no"
    if isinstance(found, (Decimal, int, float)):
        return brief(number(found))
    if isinstance(found, str):
        return brief(found) if len(found) <= _LONG else found[:_LONG] + "…"
    if isinstance(found, datetime):
        return moment(found, zone) if found.tzinfo else _day_time(found)
    if isinstance(found, date):
        return format_date(found, "d MMM y", locale=LOCALE)
    if isinstance(found, time):
        return format_time(found, "HH:mm", locale=LOCALE)
    if isinstance(found, Mapping):
        return _short("; ".join(f"{readable(str(k))}: {value(v, zone)}" for k, v in found.items()))
    if isinstance(found, (list, tuple)):
        return _short(", ".join(value(v, zone) for v in found) or _DASH)
    if isinstance(found, timedelta):
        return str(feel.codec.plain(found))
    return str(feel.codec.plain(found))


def brief(text: str) -> str:
    """Return a number with an endless fraction cut off, never rounded; other texts as they are."""
    return _ENDLESS.sub(r"\1…", text) if _ENDLESS.fullmatch(text) else text


def readable(name: str) -> str:
    """Return a technical name as words; a name that people wrote stays as it is."""
    if not _TECHNICAL.fullmatch(name):
        return name
    words = " ".join(re.split(r"[-_]+", name)).strip()
    return words[:1].upper() + words[1:]


def typed_in(found: Any) -> str:
    """Return a value as the text that would give it again in an input field of FEEL."""
    if found is None:
        return "null"
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, str):
        escaped = found.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        return f'"{escaped}"'
    if isinstance(found, (Decimal, int)):
        return format(Decimal(found), "f")
    if isinstance(found, list):
        return "[" + ", ".join(typed_in(item) for item in found) + "]"
    if isinstance(found, dict):
        return "{" + ", ".join(f"{typed_in(str(k))}: {typed_in(v)}" for k, v in found.items()) + "}"
    name = feel.type_name(found)
    plain = feel.codec.plain(found)
    return f'{name}("{plain}")' if name in _CALLS else f'duration("{plain}")'


_CALLS = frozenset({"date", "time", "date and time"})


def _day_time(found: datetime) -> str:
    return format_datetime(found, "d MMM y, HH:mm", locale=LOCALE)


def _short(text: str) -> str:
    return text if len(text) <= _LONG else text[:_LONG] + "…"


def _decimal(value: Any) -> Decimal | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _rounded(amount: Decimal, digits: int) -> Decimal:
    if amount.adjusted() > _HUGE:
        return amount
    return amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _EXACT)


def _grouped(amount: Decimal, least: int, most: int) -> str:
    pattern = "#,##0" + ("." + "0" * least + "#" * (most - least) if most else "")
    if abs(amount.adjusted()) > _HUGE:
        return str(amount)
    with localcontext(_EXACT):
        text = format_decimal(amount, pattern, locale=LOCALE, decimal_quantization=False)
    return text.replace("-", "−") if amount else text.lstrip("-")
