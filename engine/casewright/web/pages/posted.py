"""What a form sent: its fields as text, after the proof that it was our own form."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData

from casewright.domain.errors import Refused
from casewright.domain.ids import token_secret
from casewright.web import principal
from casewright.web import system as running
from casewright.web.pages.shell import visit_name, visit_token
from casewright.web.principal import CSRF_HEADER, Visitor

# Our own fields of a form begin so; no key of a business form can.
OWN = "cw:"
CSRF, KEY, NEXT = "cw:csrf", "cw:key", "cw:next"


@dataclass(frozen=True, slots=True)
class Posted:
    """The fields of a form from somebody signed in."""

    visitor: Visitor
    fields: dict[str, list[str]]

    def one(self, name: str) -> str:
        """Return the last value of a field, "" where it is missing."""
        return self.fields.get(name, [""])[-1]

    def all(self, name: str) -> tuple[str, ...]:
        """Return all values of a field."""
        return tuple(self.fields.get(name, ()))

    @property
    def key(self) -> str | None:
        """The hidden key that makes a second press of a button harmless."""
        return self.one(KEY)[:100] or None

    def values(self) -> dict[str, str | list[str]]:
        """Return the fields of the business form: one text, or a list where it came twice."""
        return {
            name: found if len(found) > 1 else found[0]
            for name, found in self.fields.items()
            if not name.startswith(OWN)
        }


async def form_data(request: Request) -> FormData:
    """Return the parsed form."""
    return await request.form(max_files=0, max_fields=2000)


def _texts(data: FormData) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in data.multi_items():
        if not isinstance(value, str) or "\x00" in value or "\x00" in name:
            raise Refused("bad-request", name[:100], reason="a field holds what is no text")
        # Browsers send the end of a line as CR LF.
        found.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return found


def posted(request: Request, data: Annotated[FormData, Depends(form_data)]) -> Posted:
    """Return the form of somebody signed in, or refuse."""
    visitor = principal.person(request)
    fields = _texts(data)
    sent = request.headers.get(CSRF_HEADER) or fields.get(CSRF, [""])[-1]
    principal.check_csrf(visitor, sent)
    return Posted(visitor, fields)


def posted_by_stranger(
    request: Request, data: Annotated[FormData, Depends(form_data)]
) -> dict[str, str]:
    """Return the fields of a form that is sent before signing in, or refuse."""
    system = running.of(request)
    fields = {name: values[-1] for name, values in _texts(data).items()}
    secret = request.cookies.get(visit_name(system), "")
    expected = visit_token(system, secret)
    if not secret or not hmac.compare_digest(expected.encode(), fields.get(CSRF, "").encode()):
        raise Refused("csrf")
    return fields


def new_key() -> str:
    """Return a fresh command key for a form."""
    return token_secret()


Form = Annotated[Posted, Depends(posted)]
StrangersForm = Annotated[dict[str, str], Depends(posted_by_stranger)]
