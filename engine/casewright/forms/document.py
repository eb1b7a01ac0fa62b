"""The JSON text of a form: strict, bounded, numbers exact."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 64


class NotAForm(Exception):
    """A text that is not read; the message never quotes it."""

    def __init__(self, code: str, message: str, line: int = 0) -> None:
        super().__init__(code, message, line)
        self.code = code
        self.message = message
        self.line = line


def parse(data: bytes) -> dict[str, Any]:
    """Return the JSON object, or raise NotAForm with the line."""
    if len(data) > MAX_BYTES:
        raise NotAForm("form-size", f"the file is larger than {MAX_BYTES} bytes")
    try:
        found = json.loads(
            data.decode("utf-8-sig"),
            parse_float=_number,
            parse_int=_number,
            parse_constant=_constant,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        raise NotAForm("json-syntax", "the file is not valid JSON", error.lineno) from None
    except UnicodeDecodeError:
        raise NotAForm("json-syntax", "the file is not UTF-8") from None
    except RecursionError:
        raise NotAForm("json-depth", "the file is nested too deeply") from None
    if not isinstance(found, dict):
        raise NotAForm("form-shape", "a form is a JSON object")
    _depth(found, MAX_DEPTH)
    return found


def _number(text: str) -> Decimal:
    if len(text) > 400:
        raise NotAForm("json-number", "a number has too many digits")
    return Decimal(text)


def _constant(_text: str) -> Any:
    raise NotAForm("json-number", "NaN and Infinity are not numbers of JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise NotAForm("json-duplicate", "an object has the same name twice")
    return made


def _depth(value: Any, left: int) -> None:
    if isinstance(value, dict | list):
        if left == 0:
            raise NotAForm("json-depth", f"the file is nested deeper than {MAX_DEPTH} levels")
        for item in value.values() if isinstance(value, dict) else value:
            _depth(item, left - 1)
