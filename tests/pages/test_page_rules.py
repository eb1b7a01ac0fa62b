"""What holds for all pages by their source: access, contexts, contrast."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from functools import reduce
from pathlib import Path

import pytest
from jinja2 import meta
from jinja2.nodes import FromImport

from casewright.domain.errors import CODES
from casewright.web.pages import rendering
from casewright.web.pages.rendering import TEMPLATES, Page, environment
from parts import ROOT
from rules import calls

PAGES = ROOT / "engine/casewright/web/pages"
CSS = ROOT / "engine/casewright/web/static/casewright.css"
GLOBALS = {"show", "asset_version", "zone", "now", "_", "gettext", "ngettext"}
# Pages of somebody who is not known yet.
OPEN = {
    "entrance.py:sign_in_form",
    "entrance.py:sign_in",
    "entrance.py:sign_out",
    "entrance.py:set_up_form",
    "entrance.py:set_up",
}


def _page_functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for path in sorted(PAGES.glob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and any(
                ast.unparse(mark).startswith("router.") for mark in node.decorator_list
            ):
                yield f"{path.name}:{node.name}", node


def test_every_page_function_asks_access() -> None:
    found = dict(_page_functions())
    assert len(found) > 30
    asking = {
        name
        for name, node in found.items()
        if any(called.startswith("access.") for _, called in calls(node))
    }
    assert set(found) - asking == OPEN


def test_no_page_writes_but_by_a_command() -> None:
    for path in PAGES.glob("*.py"):
        assert "database.write" not in path.read_text("utf-8"), path.name


def _rendered() -> Iterator[tuple[str, str]]:
    """Yield each template with the context class that its module makes for it."""
    for path in sorted(PAGES.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            templates = [
                argument.value
                for call, name in calls(node)
                if name == "render"
                for argument in call.args[1:2]
                if isinstance(argument, ast.Constant)
            ]
            classes = [name for _, name in calls(node) if name.endswith("Page")]
            for template in templates:
                (made,) = classes
                yield str(template), made


CLASSES = {cls.__name__: cls for cls in Page.__subclasses__()}


@pytest.mark.parametrize(("template", "name"), sorted(set(_rendered())))
def test_context_holds_exactly_what_the_template_reads(template: str, name: str) -> None:
    source = (TEMPLATES / template).read_text("utf-8")
    parsed = environment().parse(source)
    imported = {
        alias if isinstance(alias, str) else alias[1]
        for node in parsed.find_all(FromImport)
        for alias in node.names
    }
    read = meta.find_undeclared_variables(parsed) - GLOBALS - imported - {"self"}
    given = {field.name for field in fields(CLASSES[name])}
    assert given - {"shell"} == read - {"shell"}


def test_every_template_is_rendered_or_a_part() -> None:
    whole = {path.name for path in TEMPLATES.glob("*.html") if not path.name.startswith("_")}
    assert whole - {"base.html"} == {template for template, _ in _rendered()}
    assert set(CLASSES) == {name for _, name in _rendered()}


def test_icons_that_are_shown_exist() -> None:
    sprite = (CSS.parent / "icons.svg").read_text("utf-8")
    drawn = set(re.findall(r'id="([a-z]+)"', sprite))
    asked = {
        name
        for path in TEMPLATES.glob("*.html")
        for name in re.findall(r'icon\("([a-z]+)"', path.read_text("utf-8"))
    }
    asked |= set(re.findall(r'"/[a-z]*", "([a-z]+)"', (PAGES / "shell.py").read_text("utf-8")))
    assert asked <= drawn


def test_templates_hold_no_style_and_no_script() -> None:
    for path in TEMPLATES.glob("*.html"):
        text = path.read_text("utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", text), path.name
        assert "| safe" not in text, path.name
        assert "autoescape" not in text, path.name


def test_every_refusal_has_a_page_text() -> None:
    assert all(code.text for code in CODES.values())
    assert rendering.environment().autoescape is True


def _themes() -> Iterator[tuple[str, dict[str, str]]]:
    for number, block in enumerate(re.findall(r"\{([^{}]*--paper:[^{}]*)\}", CSS.read_text())):
        found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))
        if "accent" in found:
            yield f"theme {number}", found


def _contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return reduce(
            lambda a, b: a + b[0] * b[1], zip((0.2126, 0.7152, 0.0722), linear, strict=True), 0.0
        )

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXT = [
    ("ink", "paper"), ("ink", "card"), ("ink", "sunk"), ("soft", "paper"), ("soft", "card"),
    ("soft", "sunk"), ("accent", "paper"), ("accent", "card"), ("accent-strong", "tint"),
    ("on-accent", "accent"), ("on-accent", "accent-strong"), ("good", "good-tint"),
    ("warn", "warn-tint"), ("bad", "bad-tint"), ("bad", "card"), ("bad", "paper"),
    ("card", "bad"), ("ink", "bad-tint"), ("ink", "good-tint"), ("soft", "bad-tint"),
    ("accent", "good-tint"), ("accent", "bad-tint"),
]  # fmt: skip
SHAPES = [("edge", "card"), ("edge", "paper"), ("focus", "paper"), ("focus", "card")]


def test_colours_can_be_told_apart() -> None:
    themes = dict(_themes())
    assert len(themes) == 3
    weak = [
        (theme, one, other, round(_contrast(colours[one], colours[other]), 2))
        for theme, colours in themes.items()
        for pairs, least in ((TEXT, 4.5), (SHAPES, 3.0))
        for one, other in pairs
        if _contrast(colours[one], colours[other]) < least
    ]
    assert weak == []


def test_bundle_addresses_are_ours() -> None:
    base = (TEMPLATES / "base.html").read_text("utf-8")
    assert set(re.findall(r'(?:src|href)="(/static/[^"?]+)', base)) == {
        "/static/mark.svg",
        "/static/casewright.css",
        "/static/bundle/theme.js",
        "/static/bundle/app.js",
    }
    assert Path(CSS).is_file()
