"""Addresses of pages, and which of those that come from outside may be followed."""

from __future__ import annotations

from urllib.parse import quote, unquote, urlencode

from starlette.responses import RedirectResponse

LONGEST = 2000


def local(address: str) -> str:
    """Return `address` when it is a path on this site, else "/".

    Browsers read a backslash as a slash and drop tabs and line ends, so an address with any
    of these, plain or percent-encoded, is not followed.
    """
    plain = address
    for _ in range(3):
        plain = unquote(plain)
    fine = (
        0 < len(address) <= LONGEST
        and address.startswith("/")
        and not plain.startswith(("//", "/\\"))
        and "\\" not in plain
        and plain.isprintable()
        and not address.startswith(("/sign-in", "/sign-out", "/set-up"))
    )
    return address if fine else "/"


def sign_in(path: str, query: str = "") -> str:
    """Return the address of the sign-in page that comes back to `path` afterwards."""
    here = local(f"{path}?{query}" if query else path)
    return "/sign-in" if here == "/" else f"/sign-in?next={quote(here, safe='/')}"


def go(path: str, **parameters: str) -> RedirectResponse:
    """Return the answer to a form that is done: read that page now."""
    query = urlencode(parameters)
    return RedirectResponse(f"{path}?{query}" if query else path, 303)


def part(name: str) -> str:
    """Return a name as one part of a path."""
    return quote(name, safe="")
