"""Refusals as answers: problem+json (RFC 9457) with a stable code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from casewright.domain.errors import CODES, Refused, fill
from casewright.web.body import Json

# Where a person reads what a code means; the page is our own.
_TYPE = "/api/docs#error-"
_BY_STATUS = {400: "bad-request", 401: "sign-in-required", 403: "forbidden", 404: "not-found"}


class Problem(Json):
    """A refusal as problem+json."""

    media_type = "application/problem+json"


def describe(refused: Refused) -> dict[str, Any]:
    """Return the members of the problem; details of the refusal stand beside the standard ones."""
    kind = CODES[refused.code]
    details = {key: _plain(value) for key, value in refused.details.items()}
    return {
        **details,
        "type": _TYPE + refused.code,
        "title": refused.text(),
        "status": kind.status,
        "detail": fill(kind.advice, refused.details),
        "code": refused.code,
        "place": refused.place,
    }


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return value if isinstance(value, (int, bool, str, type(None))) else str(value)


def headers(refused: Refused) -> dict[str, str]:
    """Return the headers that go with a refusal."""
    if refused.code == "sign-in-required":
        return {"WWW-Authenticate": "Bearer"}
    if refused.code == "too-many-tries":
        return {"Retry-After": str(refused.details.get("seconds", 60))}
    if refused.status == 503:
        return {"Retry-After": "1"}
    return {}


def answer(refused: Refused) -> Problem:
    """Return the answer of the API for a refusal."""
    return Problem(describe(refused), refused.status, headers(refused))


def of_http(problem: HTTPException, method: str) -> Refused:
    """Return the refusal that stands for an error of the framework."""
    if problem.status_code == 405:
        return Refused("method-not-allowed", method=method)
    if problem.status_code == 413:
        return Refused("json-too-large", limit="")
    code = _BY_STATUS.get(problem.status_code, "bad-request")
    return Refused(code, reason=str(problem.detail))


def of_validation(problem: RequestValidationError) -> Refused:
    """Return the refusal for a body or a parameter that is not as declared.

    A field that is not declared is named; of the others each says what is wrong with it, and
    values that were sent are never repeated.
    """
    found: Sequence[Any] = problem.errors()
    for error in found:
        if error["type"] == "extra_forbidden":
            name = _place(error["loc"])
            return Refused("unknown-field", name, field=name)
    fields = {
        _place(error["loc"]): {"code": error["type"], "params": {}, "message": error["msg"]}
        for error in found
    }
    return Refused("invalid-input", next(iter(fields), ""), fields=fields)


def _place(location: Sequence[Any]) -> str:
    parts = [str(part) for part in location]
    inner = parts[1:] if parts[:1] in (["body"], ["query"], ["path"], ["header"]) else parts
    return ".".join(inner)[:200] or "body"
