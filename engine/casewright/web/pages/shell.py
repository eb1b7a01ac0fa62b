"""What stands around every page: who is signed in, where they can go, what just happened."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256

from fastapi import Request
from starlette.responses import Response

from casewright.commands import access
from casewright.domain.ids import token_secret
from casewright.domain.people import Permission
from casewright.store import Connection
from casewright.store.queries import incidents, tasks
from casewright.web import principal
from casewright.web import system as running
from casewright.web.principal import Visitor
from casewright.web.system import System

# What a page says after an action came back to it; only these, so that no link can put
# words into our mouth.
SAID = {
    "started": "The case is started. Here is where it stands.",
    "claimed": "The task is yours now.",
    "given-back": "The task is offered to everyone again.",
    "draft": "Your draft is saved.",
    "retried": "The step was tried again.",
    "variables": "The values were changed.",
    "chosen": "The step has begun.",
    "finished": "This part of the case is finished.",
    "cancelled": "The case was cancelled.",
    "assigned": "The task was handed over.",
    "created": "Done. It is in the list.",
    "changed": "The change is saved.",
    "password": "The new password is set. Other browsers were signed out.",
    "signed-out": "You are signed out.",
}


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the navigation."""

    label: str
    href: str
    icon: str
    active: bool
    count: int = 0
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame of a page; `csrf` goes into each of its forms."""

    title: str
    csrf: str
    name: str = ""
    login: str = ""
    theme: str = ""
    links: tuple[Link, ...] = ()
    topics: str = ""
    said: str = ""


def shell(
    request: Request, connection: Connection, visitor: Visitor, title: str, *topics: str
) -> Shell:
    """Return the frame for somebody signed in; `topics` beside the inbox reload the page."""
    here = request.url.path
    said = SAID.get(request.query_params.get("said", ""), "")
    watched = ",".join(("inbox", "incidents", *topics))
    return Shell(
        title,
        visitor.csrf,
        visitor.name or visitor.login,
        visitor.login,
        visitor.theme if visitor.theme in ("light", "dark") else "",
        _links(connection, visitor, here),
        watched,
        said,
    )


def _links(connection: Connection, visitor: Visitor, here: str) -> tuple[Link, ...]:
    scope = access.scope(visitor.principal)
    waiting = tasks.counts(scope, connection).all
    standing = incidents.count(scope, connection)
    may = visitor.principal.may
    found = [
        ("Home", "/", "home", 0, True),
        ("Inbox", "/inbox", "inbox", waiting, True),
        ("Approvals", "/approvals", "approve", 0, True),
        ("Start", "/start", "start", 0, may(Permission.START)),
        ("Cases", "/cases", "case", 0, True),
        ("Incidents", "/incidents", "incident", standing, bool(standing) or scope.operate),
        ("Processes", "/processes", "process", 0, True),
        ("People", "/people", "people", 0, scope.admin),
    ]
    return tuple(
        Link(label, href, icon, _inside(here, href), count, href == "/incidents" and count > 0)
        for label, href, icon, count, shown in found
        if shown
    )


def _inside(here: str, href: str) -> bool:
    return here == href if href == "/" else here == href or here.startswith(href + "/")


def stranger(request: Request, title: str) -> tuple[Shell, str]:
    """Return the frame for nobody in particular, and the secret that its forms hang on.

    The secret goes into a cookie (`remember`), its keyed hash into the form: another site can
    make a browser send the cookie, but cannot know the hash.
    """
    system = running.of(request)
    secret = request.cookies.get(visit_name(system), "")
    if not 20 <= len(secret) <= 40:
        secret = token_secret()
    said = SAID.get(request.query_params.get("said", ""), "")
    return Shell(title, visit_token(system, secret), said=said), secret


def visit_name(system: System) -> str:
    """Return the name of the cookie of browsers that are not signed in."""
    return "__Host-casewright-visit" if principal.secure(system) else "casewright-visit"


def visit_token(system: System, secret: str) -> str:
    """Return what a form sends back with the cookie `secret`."""
    return hmac.new(system.settings.key("visit"), secret.encode(), sha256).hexdigest()


def remember(response: Response, system: System, secret: str) -> Response:
    """Give the browser the cookie that the forms of a stranger hang on."""
    response.set_cookie(
        visit_name(system),
        secret,
        path="/",
        secure=principal.secure(system),
        httponly=True,
        samesite="lax",
    )
    return response
