"""Between what a page or a program sends and typed values, and back to texts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from casewright import feel
from casewright.feel import FeelTime, YearsMonths, codec
from casewright.feel.problems import FeelError
from casewright.forms.field import Field, Option

_GROUPING = re.compile(r"(?<=\d)[ \u00a0\u202f\u2009'’](?=\d{3})")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)")
_AMBIGUOUS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{1,2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?")
_DIGITS = 34
_TRUE = frozenset({"true", "on", "1", "yes"})
_FALSE = frozenset({"", "false", "off", "0", "no"})
MAX_TEXT = 1_000_000


class Unfit(Exception):
    """A submitted value that is none of its field's kind."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def number(given: Any) -> Decimal:
    """Read “1 234,56”, “1,234.56”, “1234.56” or a typed number."""
    if isinstance(given, bool) or not isinstance(given, str | int | float | Decimal):
        raise Unfit("form-number")
    if isinstance(given, str):
        text = _plain_number(given.strip().replace("\u2212", "-"))
        if not _NUMBER.fullmatch(text) or not text.isascii():
            raise Unfit("form-number")
        made = Decimal(text)
    else:
        made = Decimal(repr(given)) if isinstance(given, float) else Decimal(given)
    if not made.is_finite() or len(made.as_tuple().digits) > _DIGITS or abs(made.adjusted()) > 6000:
        raise Unfit("form-number")
    return made


def _plain_number(text: str) -> str:
    text = _GROUPING.sub("", text)
    if _AMBIGUOUS.fullmatch(text):
        # 1,234 is a thousand to some and one and a bit to others; guessing could cost money.
        raise Unfit("form-number", ambiguous=True)
    comma, dot = text.rfind(","), text.rfind(".")
    if comma >= 0 and dot >= 0:
        decimal, group = (",", ".") if comma > dot else (".", ",")
        whole = text.split(decimal)[0]
        if text.count(decimal) > 1 or not re.fullmatch(
            rf"[+-]?\d{{1,3}}({re.escape(group)}\d{{3}})+", whole
        ):
            raise Unfit("form-number")
        return text.replace(group, "").replace(decimal, ".")
    if comma >= 0:
        return text.replace(",", ".") if text.count(",") == 1 else ""
    return text


def text(given: Any) -> str:
    """Read a text; line ends become \\n."""
    if not isinstance(given, str):
        raise Unfit("form-text")
    if len(given) > MAX_TEXT:
        raise Unfit("form-length", max=MAX_TEXT)
    if "\x00" in given or any("\ud800" <= character <= "\udfff" for character in given):
        raise Unfit("form-text")
    return given.replace("\r\n", "\n").replace("\r", "\n")


def date(given: Any) -> dt.date:
    """Read 2026-01-31, 31.1.2026 or a typed date."""
    if isinstance(given, dt.date) and not isinstance(given, dt.datetime):
        return given
    if not isinstance(given, str):
        raise Unfit("form-date")
    found = _DAY_FIRST.fullmatch(given.strip())
    try:
        if found:
            return dt.date(int(found[3]), int(found[2]), int(found[1]))
        if _DATE.fullmatch(given.strip()):
            return dt.date.fromisoformat(given.strip())
    except ValueError:
        pass
    raise Unfit("form-date")


def time(given: Any) -> FeelTime:
    """Read 9:30, 09:30:00 with or without an offset, or a typed time."""
    if isinstance(given, FeelTime):
        return given
    if isinstance(given, str) and _TIME.fullmatch(given.strip()):
        padded = given.strip()
        padded = padded if padded[2] == ":" else f"0{padded}"
        try:
            return dt.time.fromisoformat(padded)
        except ValueError:
            pass
    raise Unfit("form-time")


def moment(given: Any, zone: dt.tzinfo | None) -> dt.datetime:
    """Read a date and time; one without an offset is in the zone."""
    if isinstance(given, dt.datetime):
        return given
    if not isinstance(given, str):
        raise Unfit("form-date")
    day, _sep, rest = given.strip().replace("T", " ").partition(" ")
    clock = time(rest)
    return dt.datetime.combine(date(day), clock, clock.tzinfo or zone)


def checked(given: Any) -> bool:
    """Read a check box."""
    if isinstance(given, bool):
        return given
    if isinstance(given, list) and given:
        given = given[-1]
    if isinstance(given, str) and given.lower() in _TRUE | _FALSE:
        return given.lower() in _TRUE
    raise Unfit("form-option")


def option(given: Any, options: tuple[Option, ...]) -> Any:
    """Return the value of the option that was chosen, by its text or its value."""
    for item in options:
        if isinstance(given, str) and given == item.text:
            return item.value
    try:
        typed = feel.from_python(given)
    except FeelError:
        raise Unfit("form-option") from None
    for item in options:
        if type(typed) is type(item.value) and typed == item.value:
            return item.value
    raise Unfit("form-option")


def choices(given: Any, options: tuple[Option, ...]) -> list[Any]:
    """Return the values of the chosen options, in the order of the options."""
    items = given if isinstance(given, list | tuple) else [given]
    chosen = [option(item, options) for item in items if item not in ("", None)]
    return [item.value for item in options if any(_same(item.value, value) for value in chosen)]


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def value(field: Field, given: Any, options: tuple[Option, ...], zone: dt.tzinfo | None) -> Any:
    """Return what was sent as the field's typed value; empty is null, "" or []."""
    kind = field.kind
    if kind in ("checklist", "taglist"):
        return choices([] if given is None else given, options)
    if kind == "checkbox":
        return checked(False if given is None else given)
    if isinstance(given, list) and len(given) == 1 and kind != "textarea":
        given = given[0]
    if kind in ("textfield", "textarea"):
        return "" if given is None else text(given)
    if given is None or (isinstance(given, str) and not given.strip()):
        return None
    if kind == "number":
        return number(given)
    if kind == "datetime":
        readers = {"date": date, "time": time}
        return readers[field.subtype](given) if field.subtype in readers else moment(given, zone)
    return option(given, options)


def prefilled(field: Field, stored: Any, zone: dt.tzinfo | None) -> Any:
    """Return a variable's value as the field shows it, dates in text being read."""
    if field.kind != "datetime" or not isinstance(stored, str):
        return stored
    try:
        return value(field, stored, (), zone)
    except Unfit:
        return stored


def written(field: Field, held: Any, zone: dt.tzinfo | None) -> str:
    """Return the text that an input field holds for a value."""
    if held is None:
        return ""
    if isinstance(held, bool):
        return "true" if held else "false"
    if isinstance(held, Decimal):
        return _number_text(held, field.validation.decimals)
    if isinstance(held, dt.datetime):
        local = held.astimezone(zone) if zone is not None and held.tzinfo is not None else held
        return local.replace(tzinfo=None).isoformat(timespec="minutes")
    if isinstance(held, dt.time):
        return held.replace(tzinfo=None).isoformat(timespec="minutes")
    return option_text(held)


def _number_text(held: Decimal, decimals: int | None) -> str:
    shown = format(held, "f") if abs(held.adjusted()) < 100 else str(held)
    whole, dot, fraction = shown.partition(".")
    if decimals is None or len(fraction) >= decimals or "E" in shown:
        return shown
    return f"{whole}.{fraction.ljust(decimals, '0')}" if decimals else whole + dot + fraction


def option_text(held: Any) -> str:
    """Return the text that stands for an option's value on a page."""
    if isinstance(held, str):
        return held
    if isinstance(held, bool):
        return "true" if held else "false"
    if isinstance(held, Decimal):
        return format(held, "f") if abs(held.adjusted()) < 100 else str(held)
    if isinstance(held, Mapping | list):
        return feel.feel_text(held)
    if isinstance(held, YearsMonths):
        return str(held)
    return str(codec.plain(held)) if held is not None else ""
