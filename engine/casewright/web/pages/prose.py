"""The little Markdown that texts of forms use, as blocks and spans: never as HTML.

Headings, paragraphs, lists, bold and emphasis are told apart; anything else, links and tags
included, is shown as the text it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

_SPAN = re.compile(r"\*\*(?P<strong>[^*]+)\*\*|__(?P<strong2>[^_]+)__|`(?P<code>[^`]+)`")
_ITEM = re.compile(r"[-*] +(.*)")
_BREAKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "ul", "ol", "table"})


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line; `kind` is "", "strong" or "code"."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph, or a list with one line an item."""

    kind: str
    lines: tuple[tuple[Span, ...], ...]


def blocks(text: str) -> tuple[Block, ...]:
    """Return the blocks of a text."""
    found: list[Block] = []
    lines: list[tuple[Span, ...]] = []
    kind = ""

    def close() -> None:
        nonlocal kind
        if lines:
            found.append(Block(kind, tuple(lines)))
            lines.clear()
        kind = ""

    for raw in text.splitlines():
        line = raw.strip()
        item = _ITEM.fullmatch(line)
        wanted = "list" if item else "heading" if line.startswith("#") else "paragraph"
        if not line or wanted != kind or wanted == "heading":
            close()
        if line:
            kind = wanted
            lines.append(_spans(item.group(1) if item else line.lstrip("#").strip()))
    close()
    return tuple(found)


def _spans(line: str) -> tuple[Span, ...]:
    found: list[Span] = []
    end = 0
    for match in _SPAN.finditer(line):
        if match.start() > end:
            found.append(Span(line[end : match.start()]))
        strong = match["strong"] or match["strong2"]
        found.append(Span(strong, "strong") if strong else Span(match["code"], "code"))
        end = match.end()
    if end < len(line):
        found.append(Span(line[end:]))
    return tuple(found)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in ("script", "style"):
            self.silent += 1
        elif tag in _BREAKS:
            self.parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self.silent = max(0, self.silent - 1)
        elif tag in _BREAKS:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(data)


def words(html: str) -> str:
    """Return the words of a piece of HTML; its tags are dropped, not trusted."""
    reader = _Words()
    reader.feed(html)
    reader.close()
    return "".join(reader.parts).strip()
