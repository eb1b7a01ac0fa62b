"""What the pages on FEEL say is so: each example gives what stands behind it."""

from __future__ import annotations

import datetime as dt
import doctest
import pathlib
import re
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from casewright import feel
from casewright.feel.analysis import signatures
from casewright.feel.functions import BUILTINS
from casewright.feel.hints import FOREIGN

REFERENCE = pathlib.Path(__file__).parents[2] / "docs" / "reference"
PAGES = ("feel.md", "feel-cheatsheet.md")
NOW = dt.datetime(2026, 1, 31, 9, 30, tzinfo=dt.UTC)
ZONE = ZoneInfo("Europe/Warsaw")
_BLOCK = re.compile(r"^```text\n(.*?)^```", re.S | re.M)
_ROW = re.compile(r"^\| .* \| `([^`]+)` \| `([^`]+)` \|$", re.M)
_RESULT = re.compile(r"(.*?)(?: \(([a-z-]+)\))?")


class Example(NamedTuple):
    """An expression of a page, what it gives, and the kind of problem that comes with it."""

    page: str
    text: str
    value: str
    kind: str


def read(page: str) -> str:
    return (REFERENCE / page).read_text(encoding="utf-8")


def names(page: str) -> dict[str, Any]:
    block = next(text for text in _BLOCK.findall(read(page)) if text.startswith("// names"))
    value, problems = feel.evaluate(block, {})
    assert not problems
    return dict(value)


def examples(page: str) -> list[Example]:
    """Return the lines of blocks, each up to its value, and the rows with a value."""
    found = []
    for block in _BLOCK.findall(read(page)):
        if block.startswith("// names"):
            continue
        text = ""
        for line in block.splitlines():
            text += line + "\n"
            expression, mark, result = text.rpartition("  // ")
            if mark:
                shown = _RESULT.fullmatch(result.strip())
                assert shown is not None
                found.append(Example(page, expression.strip(), shown[1], shown[2] or ""))
                text = ""
        assert not text, f"nothing is told of {text}"
    if page == "feel-cheatsheet.md":
        found += [Example(page, text, value, "") for text, value in _ROW.findall(read(page))]
    return found


ALL = [example for page in PAGES for example in examples(page)]


@pytest.mark.parametrize("example", ALL, ids=lambda one: one.text[:50])
def test_examples_give_what_is_told(example: Example) -> None:
    value, problems = feel.evaluate(example.text, names(example.page), now=NOW, zone=ZONE)
    assert (feel.feel_text(value), "".join(sorted({one.kind for one in problems}))) == (
        example.value,
        example.kind,
    )


def test_every_function_has_its_part_with_ways_to_call_and_an_example_of_its_own() -> None:
    part = read("feel.md").split("\n## Functions")[1].split("\n## ")[0]
    parts = dict(re.findall(r"^#### (.+?)\n(.*?)(?=^#|\Z)", part, re.M | re.S))
    assert set(parts) == set(BUILTINS)
    for name, text in parts.items():
        told = re.findall(r"`([^`]+\([^`]*\))`", text.split("```")[0])
        assert set(told) >= set(signatures(BUILTINS[name])), name
        block = _BLOCK.search(text)
        assert block is not None, name
        assert f"{name}(" in block[1], name


def test_every_kind_of_expression_has_an_example() -> None:
    text = "\n".join(one.text for one in ALL if one.page == "feel.md")
    for sign in (
        *("if ", "for ", "partial", "some ", "every ", "between ", " in ", "instance of "),
        *("function(", "external", '@"', "..", "?", "`", "/*", "//", " ** ", "!=", "and", "or"),
        *("list<", "range<", "context<", "[item", "null"),
    ):
        assert sign in text, sign


def test_the_cheat_sheet_has_every_name_that_hints_know() -> None:
    rows = [line.split(" | ")[0] for line in read("feel-cheatsheet.md").splitlines()]
    words = set(re.findall(r"\w+", " ".join(row for row in rows if row[:2] == "| ").casefold()))
    assert set(FOREIGN) <= words


def test_the_examples_in_python_run() -> None:
    blocks = re.findall(r"^```pycon\n(.*?)^```", read("feel.md"), re.S | re.M)
    session = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "feel.md", None, 0)
    told: list[str] = []
    assert doctest.DocTestRunner(verbose=False).run(session, out=told.append).failed == 0, told
