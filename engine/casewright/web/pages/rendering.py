"""Templates: one environment for all pages, strict about names and escaping everything."""

from __future__ import annotations

import gettext
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from casewright import __version__
from casewright.web import system as running
from casewright.web.pages import show
from casewright.web.pages.shell import Shell

TEMPLATES = Path(__file__).parent.parent / "templates"


@dataclass(frozen=True, slots=True)
class Page:
    """The base of every page's context: its fields are exactly what its template gets."""

    shell: Shell


@cache
def environment() -> Environment:
    """Return the environment; an undefined name is a fault, never an empty text."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(  # type: ignore[attr-defined]
        gettext.NullTranslations(), newstyle=True
    )
    made.globals |= {"show": show, "asset_version": __version__}
    return made


def context(page: Page) -> dict[str, Any]:
    """Return the names that the template of `page` sees."""
    return {field.name: getattr(page, field.name) for field in fields(page)}


def render(request: Request, template: str, page: Page, status: int = 200) -> Response:
    """Return the page as HTML; it is never kept by a cache, since it is somebody's own."""
    system = running.of(request)
    names = {"zone": system.zone, "now": system.clock.now()}
    text = environment().get_template(template, globals=names).render(context(page))
    request.state.page = page
    return HTMLResponse(text, status, headers={"Cache-Control": "no-store"})
