"""JSON in and out, exact: numbers are Decimal, and what JSON leaves open is refused.

A body with NaN, a number that 34 digits cannot hold, a repeated key, a lone surrogate, a NUL,
or more depth or bytes than the limits is answered with a 4xx and a code; nothing is changed
in silence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Coroutine, Iterable
from decimal import Decimal
from email.message import Message
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict

from casewright.domain.errors import Refused

LARGEST = 1024 * 1024
DEEPEST = 64
_DIGITS = 34
_EXPONENT = 308
_SHORT_INT = 18
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


class Model(BaseModel):
    """The base of request bodies: a field that is not declared is refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def _refuse(reason: str) -> Refused:
    return Refused("bad-json", "body", reason=reason)


def _number(text: str) -> Decimal:
    value = Decimal(text)
    if len(value.as_tuple().digits) > _DIGITS:
        raise _refuse(f"a number has more than {_DIGITS} digits")
    if abs(value.adjusted()) > _EXPONENT:
        raise _refuse("a number is too large or too small")
    return value


def _whole(text: str) -> int | Decimal:
    return int(text) if len(text) <= _SHORT_INT else _number(text)


def _constant(text: str) -> Any:
    raise _refuse(f"{text} is not a number in JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _refuse(f"the key “{_shown(key)}” is there twice")
            seen.add(key)
    return found


def _shown(text: str) -> str:
    return text[:60].encode("ascii", "backslashreplace").decode()


def _check_depth(text: str) -> None:
    depth = 0
    for match in _TOKEN.finditer(text):
        char = match.group()[0]
        if char in "[{":
            depth += 1
            if depth > DEEPEST:
                raise Refused("json-too-deep", "body", limit=DEEPEST)
        elif char in "]}":
            depth -= 1


def _check_text(value: Any) -> None:
    waiting: list[Any] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting.extend(item)
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, str):
            if "\x00" in item:
                raise _refuse("a text holds the character NUL")
            if not item.isascii() and any("\ud800" <= c <= "\udfff" for c in item):
                raise _refuse("a text holds half of a surrogate pair")


_decoder = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=_number,
    parse_int=_whole,
    parse_constant=_constant,
)


def loads(data: bytes) -> dict[str, Any]:
    """Return the JSON object in `data`; refuse everything that is not exactly one."""
    if len(data) > LARGEST:
        raise Refused("json-too-large", "body", limit=LARGEST)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise _refuse("it is not UTF-8") from problem
    _check_depth(text)
    try:
        value, end = _decoder.raw_decode(text, len(text) - len(text.lstrip(" \t\r\n")))
    except json.JSONDecodeError as problem:
        raise _refuse(f"line {problem.lineno}, column {problem.colno}") from problem
    except (ValueError, ArithmeticError, RecursionError) as problem:
        raise _refuse("a value cannot be read") from problem
    if text[end:].strip(" \t\r\n"):
        raise _refuse("there is more after its end")
    if not isinstance(value, dict):
        raise _refuse("an object is expected")
    # Only an escape can bring these in: raw ones are no UTF-8, or refused by the decoder.
    if "\\u" in text:
        _check_text(value)
    return value


def check_content_type(value: str | None, expected: str = "application/json") -> None:
    """Refuse a body that does not say that it is of the expected type, in UTF-8."""
    message = Message()
    message["content-type"] = value or ""
    charset = str(message.get_param("charset", "utf-8")).lower()
    if message.get_content_type() != expected or not value or charset not in ("utf-8", "utf8"):
        raise Refused("wrong-content-type", "Content-Type", expected=expected)


def _default(value: Any) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value))
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(type(value).__name__)


def dumps(value: Any) -> bytes:
    """Return `value` as JSON: a Decimal as its own digits, an instant as RFC 3339."""
    return orjson.dumps(value, default=_default, option=orjson.OPT_UTC_Z)


class Json(Response):
    """An answer whose numbers are exact."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Return the body."""
        return dumps(content)


class Route(APIRoute):
    """A route that reads its body by `loads`, and takes no body where it declares none."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler behind the strict reader."""
        inner = super().get_route_handler()
        is_form = self.body_field is not None and "multipart/form-data" in str(
            getattr(self.body_field.field_info, "media_type", "")
        )

        known = {
            field.alias
            for field in get_flat_params(self.dependant)
            if isinstance(field.field_info, Query)
        }

        async def handler(request: Request) -> Response:
            for name in request.query_params:
                if name not in known:
                    raise Refused("unknown-field", "query", field=_shown(name))
            if request.method in ("POST", "PUT", "PATCH", "DELETE"):
                if is_form:
                    check_content_type(request.headers.get("content-type"), "multipart/form-data")
                else:
                    await self._read(request)
            return await inner(request)

        return handler

    async def _read(self, request: Request) -> None:
        data = await request.body()
        if not data and self.body_field is None:
            return
        check_content_type(request.headers.get("content-type"))
        found = loads(data)
        if self.body_field is None and found:
            raise Refused("unknown-field", next(iter(found)), field=_shown(next(iter(found))))
        request._json = found
