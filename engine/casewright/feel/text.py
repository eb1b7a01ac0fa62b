"""Values as text: what string() gives, and literals that parse back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from . import temporal
from .problems import FeelError
from .values import Function, Range, YearsMonths
from .wide import plain_type

_ESCAPES = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def number_text(value: Decimal) -> str:
    """Write a number without an exponent and without trailing zeros."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _scalar(value: Any, literal: bool) -> str | None:
    kind = type(value)
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is Decimal:
        return number_text(value)
    if kind is str:
        return f'"{value.translate(_ESCAPES)}"'
    written: str | None = None
    kind = plain_type(value)
    if kind is dt.datetime:
        written = temporal.datetime_text(value)
    elif kind is dt.date:
        written = temporal.date_text(value)
    elif kind is dt.time:
        written = temporal.time_text(value)
    elif kind is dt.timedelta:
        written = temporal.duration_text(value)
    elif kind is YearsMonths:
        written = str(value)
    elif kind is Function:
        return f"function({', '.join(value.parameters)})"
    if written is not None and literal:
        return f'@"{written}"'
    return written


class _Writer:
    def __init__(self, limit: int, literal: bool) -> None:
        self.parts: list[str] = []
        self.left = limit
        self.literal = literal

    def add(self, text: str) -> None:
        self.left -= len(text)
        if self.left < 0:
            raise FeelError("the text is too long", "limit")
        self.parts.append(text)

    def write(self, value: Any) -> None:
        kind = type(value)
        if kind is list:
            self.add("[")
            for index, item in enumerate(value):
                self.add(", " if index else "")
                self.write(item)
            self.add("]")
        elif kind is dict:
            self.add("{")
            for index, (key, item) in enumerate(value.items()):
                self.add((", " if index else "") + _key(key) + ": ")
                self.write(item)
            self.add("}")
        elif kind is Range:
            self.range(value)
        else:
            self.add(_scalar(value, self.literal) or "null")

    def range(self, value: Range) -> None:
        if value.low is None or value.high is None:
            end, sign = (value.low, ">") if value.high is None else (value.high, "<")
            included = value.low_included if value.high is None else value.high_included
            self.add(f"({sign}{'=' if included else ''} ")
            self.write(end)
            self.add(")")
            return
        self.add("[" if value.low_included else "(")
        self.write(value.low)
        self.add("..")
        self.write(value.high)
        self.add("]" if value.high_included else ")")


def _key(key: str) -> str:
    if key.isidentifier():
        return key
    plain = bool(key) and key[0].isalpha() and all(part.isidentifier() for part in key.split(" "))
    return key if plain else f'"{key.translate(_ESCAPES)}"'


def string_of(value: Any, limit: int = 1_048_576) -> str | None:
    """Write a value as string() does: a string stays itself, null is null."""
    if value is None or type(value) is str:
        return value
    writer = _Writer(limit, literal=False)
    writer.write(value)
    return "".join(writer.parts)


def feel_text(value: Any, limit: int = 1_048_576) -> str:
    """Write a value as a FEEL literal that gives the value again."""
    writer = _Writer(limit, literal=True)
    writer.write(value)
    return "".join(writer.parts)
