"""The page that says why not, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from casewright.domain.errors import CODES, Refused, fill
from casewright.web import principal
from casewright.web import system as running
from casewright.web.pages import addresses
from casewright.web.pages.rendering import Page, render
from casewright.web.pages.shell import Shell, shell

_TITLES = {
    401: "Please sign in",
    403: "This is not open to you",
    404: "Not found",
    409: "This has changed meanwhile",
    422: "This could not be used",
    429: "Please wait a moment",
    500: "Something went wrong",
    503: "Too busy just now",
}
_CSRF = "The form is no longer valid"


@dataclass(frozen=True, slots=True)
class ErrorPage(Page):
    """What was refused, in words, with the next step."""

    status: int
    heading: str
    text: str
    advice: str
    trace: str
    back: str


def error(request: Request, refused: Refused) -> Response:
    """Return the page for a refusal; somebody not signed in is taken to where they can."""
    if refused.code == "sign-in-required":
        is_read = request.method in ("GET", "HEAD")
        query = str(request.url.query) if is_read else ""
        path = request.url.path if is_read else "/"
        return RedirectResponse(addresses.sign_in(path, query), 303)
    kind = CODES[refused.code]
    heading = _CSRF if refused.code == "csrf" else _TITLES.get(kind.status, "This did not work")
    page = ErrorPage(
        _frame(request, heading),
        kind.status,
        heading,
        refused.text(),
        fill(kind.advice, refused.details),
        str(refused.details.get("trace", "")),
        _back(request, refused),
    )
    return render(request, "error.html", page, kind.status)


def _frame(request: Request, title: str) -> Shell:
    """Return the frame; when even that cannot be read, a bare one."""
    system = running.of(request)
    try:
        visitor = principal.visitor(request)
        if visitor is not None:
            with system.database.read() as connection:
                return shell(request, connection, visitor, title)
    except Exception:  # the page about a fault must not fail by the same fault
        return Shell(title, "")
    return Shell(title, "")


def _back(request: Request, refused: Refused) -> str:
    """Return the page to go on with: that of the form for a POST, else the list above."""
    path = request.url.path
    if refused.code in ("task-done", "task-gone", "task-claimed", "token-not-open"):
        return addresses.local(path.rsplit("/", 1)[0])
    if request.method == "POST" and path.count("/") > 1:
        return addresses.local(path.rsplit("/", 1)[0])
    return ""
