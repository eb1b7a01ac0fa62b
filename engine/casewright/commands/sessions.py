"""Sessions and tokens: who a request comes from, and how somebody gets and loses that.

A cookie or a bearer token is a secret of 128 random bits, stored as its hash only. Wrong
tries are counted per account and per address; after ten in a minute both wait a minute, the
right password too, and a name that does not exist behaves in every way like one that does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from casewright.commands import access
from casewright.commands import people as persons
from casewright.commands.unit import Answer, Kind, Unit, handles
from casewright.commands.work import Work
from casewright.domain.clock import micros
from casewright.domain.errors import Refused
from casewright.domain.ids import secret_hash, token_secret
from casewright.domain.people import Kind as Who
from casewright.domain.people import Permission, Principal
from casewright.store import people, sessions

IDLE = timedelta(hours=8)
LONGEST = timedelta(days=7)

TRIES = 10
WINDOW = 60_000_000
WAIT = 60_000_000

NOBODY = Principal(Who.GUEST, "", "")


@dataclass(frozen=True, slots=True)
class SignIn:
    """A try to sign in from `address`; `right` says whether name and password fit.

    Made by `sign_in` and `check_password` alone, which compare the password before the
    transaction; the latter opens no session.
    """

    login: str
    address: str
    right: bool
    opens: bool = True


@dataclass(frozen=True, slots=True)
class SignOut:
    """End one session, given by the hash of its secret."""

    session: str


@dataclass(frozen=True, slots=True)
class TouchSession:
    """Say that a session, given by its hash, is in use."""

    session: str


@dataclass(frozen=True, slots=True)
class ExpireSessions:
    """Delete sessions, tokens and tries that have run out."""


@dataclass(frozen=True, slots=True)
class CreateToken:
    """Make a bearer token; empty `scopes` give all that the person may do."""

    login: str
    name: str
    scopes: tuple[str, ...] = ()
    days: int = 365


@dataclass(frozen=True, slots=True)
class DropToken:
    """Make a bearer token useless, by its name."""

    login: str
    name: str


def sign_in(unit: Unit, login: str, password: str, address: str) -> Answer:
    """Sign in, or refuse; returns the session's secret and its token for forms."""
    return _try(unit, login, password, address, opens=True)


def check_password(unit: Unit, login: str, password: str, address: str) -> None:
    """Refuse unless `password` is the person's; a wrong one counts as a wrong try to sign in."""
    _try(unit, login, password, address, opens=False)


def _try(unit: Unit, login: str, password: str, address: str, *, opens: bool) -> Answer:
    name = persons.normal(login)[:200]
    now = micros(unit.ports.clock.now())
    with unit.database.read() as connection:
        waiting = any(
            sessions.attempts(connection, subject).until > now
            for subject in _subjects(name, address)
        )
        found = people.load(connection, name)
    right = False
    if not waiting:
        hash = found.password_hash if found is not None and found.active else ""
        right = persons.verified(hash, password)
    answer = unit.run(SignIn(name, address, right, opens), NOBODY)
    if "refused" in answer:
        raise Refused(answer["refused"], **answer["details"])
    return answer


def _subjects(login: str, address: str) -> tuple[str, str]:
    return f"login:{login}", f"address:{address}"


@handles(SignIn, Kind.HOUSEKEEPING, secret=True)
def open_session(work: Work, command: SignIn) -> Answer:
    """Open a session or count a wrong try; a refusal is an answer, so that the count is kept."""
    subjects = _subjects(command.login, command.address)
    before = [sessions.attempts(work.connection, subject) for subject in subjects]
    until = max(found.until for found in before)
    if until > work.at:
        seconds = -(-(until - work.at) // 1_000_000)
        return {"refused": "too-many-tries", "details": {"seconds": seconds}}
    if not command.right:
        for subject in subjects:
            sessions.count_attempt(
                work.connection, subject, work.at, most=TRIES, window=WINDOW, wait=WAIT
            )
        return {"refused": "sign-in-failed", "details": {}}
    sessions.forget_attempts(work.connection, subjects[0])
    if not command.opens:
        return {"login": command.login}
    secret, csrf = token_secret(), token_secret()
    sessions.add(
        work.connection,
        {
            "hash": secret_hash(secret),
            "login": command.login,
            "csrf": csrf,
            "created_at": work.at,
            "seen_at": work.at,
            "expires_at": micros(work.now + LONGEST),
        },
    )
    return {"session": secret, "csrf": csrf, "login": command.login}


@handles(SignOut, Kind.HOUSEKEEPING)
def sign_out(work: Work, command: SignOut) -> Answer:
    """End a session; whoever knows its hash may."""
    access.signed_in(work.principal)
    return {"ended": sessions.end(work.connection, command.session)}


@handles(TouchSession, Kind.HOUSEKEEPING)
def touch_session(work: Work, command: TouchSession) -> Answer:
    """Write when a session was last used."""
    access.signed_in(work.principal)
    sessions.touch(work.connection, command.session, work.at)
    return {}


@handles(ExpireSessions, Kind.HOUSEKEEPING)
def expire_sessions(work: Work, command: ExpireSessions) -> Answer:
    """Clean up; only the system itself does."""
    if work.principal.kind is not Who.SYSTEM:
        access.require(work.principal, Permission.ADMIN)
    ended = sessions.expire(work.connection, work.at, micros(work.now - IDLE), work.at - WINDOW)
    return {"ended": ended}


@handles(CreateToken, Kind.ADMIN, secret=True)
def create_token(work: Work, command: CreateToken) -> Answer:
    """Make a token for oneself, or for anybody as an administrator; shown this once only."""
    if work.principal.kind is not Who.PERSON or work.principal.actor != command.login:
        access.require(work.principal, Permission.ADMIN)
    found = people.load(work.connection, persons.normal(command.login))
    if found is None:
        raise Refused("not-found")
    problems = {}
    if not 0 < len(command.name.strip()) <= 100 or not command.name.isprintable():
        problems["name"] = {"code": "required", "params": {}}
    if not 1 <= command.days <= 3660:
        problems["days"] = {"code": "range", "params": {"min": 1, "max": 3660}}
    if any(scope not in [p.value for p in Permission] for scope in command.scopes):
        problems["scopes"] = {"code": "choice", "params": {}}
    if problems:
        raise Refused("invalid-input", fields=problems)
    secret = token_secret()
    sessions.add_token(
        work.connection,
        {
            "hash": secret_hash(secret),
            "login": found.login,
            "name": command.name.strip(),
            "scopes": ",".join(sorted(set(command.scopes))),
            "created_at": work.at,
            "expires_at": micros(work.now + timedelta(days=command.days)),
        },
    )
    work.record = {"login": found.login, "token": command.name, "scopes": list(command.scopes)}
    return {"token": secret, "login": found.login}


@handles(DropToken, Kind.ADMIN)
def drop_token(work: Work, command: DropToken) -> Answer:
    """Delete a token of one's own, or anybody's as an administrator."""
    if work.principal.kind is not Who.PERSON or work.principal.actor != command.login:
        access.require(work.principal, Permission.ADMIN)
    if not sessions.drop_token(work.connection, command.login, command.name):
        raise Refused("not-found")
    work.record = {"login": command.login, "token": command.name}
    return {"login": command.login}
