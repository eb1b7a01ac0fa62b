"""Who is asking: a session cookie or a bearer token becomes a principal."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers
from starlette.responses import Response

from casewright.commands import access
from casewright.commands.sessions import IDLE, TouchSession
from casewright.domain.errors import Refused
from casewright.domain.ids import secret_hash
from casewright.domain.people import Kind, Principal, Scope
from casewright.store.queries import people
from casewright.web import system as running
from casewright.web.system import System

# A session in use is written down as such at most so often.
TOUCH = timedelta(minutes=5)
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "X-CSRF-Token"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody signed in; `csrf` and `session` (its hash) are empty for a bearer token."""

    principal: Principal
    name: str
    csrf: str = ""
    session: str = ""
    language: str = ""
    theme: str = ""

    @property
    def login(self) -> str:
        """The person's login."""
        return self.principal.effective

    @property
    def scope(self) -> Scope:
        """The limit of what they see."""
        return access.scope(self.principal)


def secure(system: System) -> bool:
    """Tell whether people reach the system by https only."""
    return system.settings.public_url.startswith("https://")


def cookie_name(system: System) -> str:
    """Return the session cookie's name; `__Host-` ties it to this host where https allows it."""
    return "__Host-casewright" if secure(system) else "casewright"


def set_session(response: Response, system: System, secret: str) -> None:
    """Give the browser its session."""
    response.set_cookie(
        cookie_name(system),
        secret,
        path="/",
        secure=secure(system),
        httponly=True,
        samesite="lax",
    )


def drop_session(response: Response, system: System) -> None:
    """Take the session from the browser."""
    response.delete_cookie(
        cookie_name(system), path="/", secure=secure(system), httponly=True, samesite="lax"
    )


def visitor(request: Request) -> Visitor | None:
    """Return who is asking, or None for nobody; the answer is kept with the request."""
    if not hasattr(request.state, "visitor"):
        system = running.of(request)
        header = request.headers.get("authorization")
        if header is not None:
            request.state.visitor = _by_token(system, header)
        else:
            secret = request.cookies.get(cookie_name(system), "")
            request.state.visitor = _by_session(system, secret) if secret else None
    found: Visitor | None = request.state.visitor
    return found


def signed_in(request: Request) -> Visitor:
    """Return who is asking, or refuse; an unsafe request by cookie must prove its origin."""
    found = visitor(request)
    if found is None:
        raise Refused("sign-in-required")
    if found.session and request.method not in SAFE:
        check_csrf(found, request.headers.get(CSRF_HEADER, ""))
    return found


def person(request: Request) -> Visitor:
    """Return who is asking, or refuse; the caller checks the form's own CSRF field."""
    found = visitor(request)
    if found is None:
        raise Refused("sign-in-required")
    return found


def check_csrf(found: Visitor, sent: str) -> None:
    """Refuse unless `sent` is the CSRF secret of the visitor's session."""
    if not found.csrf or not hmac.compare_digest(found.csrf.encode(), sent.encode()):
        raise Refused("csrf")


def check_origin(method: str, headers: Headers, public_url: str) -> None:
    """Refuse an unsafe request that a browser sent from another site."""
    if method in SAFE:
        return
    origin = headers.get("origin")
    if headers.get("sec-fetch-site") == "cross-site":
        raise Refused("csrf")
    if origin is not None:
        ours = {headers.get("host", ""), urlsplit(public_url).netloc} - {""}
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or parts.netloc not in ours:
            raise Refused("csrf")


def _by_session(system: System, secret: str) -> Visitor | None:
    digest = secret_hash(secret)
    now = system.clock.now()
    with system.database.read() as connection:
        session = people.session(people.NOBODY, connection, digest)
        if session is None or session.expires <= now or session.seen + IDLE <= now:
            return None
        known = people.known(people.NOBODY, connection, session.login)
    if known is None or not known.active:
        return None
    principal = Principal(Kind.PERSON, known.login, known.login, known.groups, known.permissions)
    if session.seen + TOUCH <= now:
        system.unit.run(TouchSession(digest), principal)
    return Visitor(principal, known.name, session.csrf, digest, known.language, known.theme)


def _by_token(system: System, header: str) -> Visitor | None:
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        return None
    with system.database.read() as connection:
        token = people.token(people.NOBODY, connection, secret_hash(secret.strip()))
        if token is None or token.expires <= system.clock.now():
            return None
        known = people.known(people.NOBODY, connection, token.login)
    if known is None or not known.active:
        return None
    principal = Principal(
        Kind.TOKEN, known.login, known.login, known.groups, known.permissions, scopes=token.scopes
    )
    return Visitor(principal, known.name, language=known.language, theme=known.theme)
