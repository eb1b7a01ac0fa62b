"""Cuts FEEL text into tokens; names of several words are put together by the parser."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple


class Token(NamedTuple):
    """A piece of the text: number, string, name, quoted, operator, open (not closed), bad, end."""

    kind: str
    text: str
    start: int
    end: int


_START = (
    "A-Za-z_\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff"
    "\u200c\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufefe\uff00-\ufffd"
    "\U00010000-\U000effff"
)
_SPACE = r"[\s\u180e\u200b\ufeff]"
_TOKEN = re.compile(
    rf"""(?:{_SPACE}++|//[^\n\r]*+|/\*.*?\*/)*+(?:
    (?P<name>[{_START}][{_START}0-9\u00b7\u0300-\u036f\u203f-\u2040]*)
    |(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)
    |(?P<string>"(?:[^"\\]++|\\.)*+")
    |(?P<open>"(?:[^"\\]++|\\.)*+|/\*.*)
    |(?P<quoted>`[^`\n]+`)
    |(?P<operator>\.\.|\*\*|<=|>=|!=|->|[-+*/<>=()\[\]{{}},:.?@])
    |(?P<bad>.)
    |(?P<end>\Z))""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{6}|.)", re.DOTALL)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "'": "'", "/": "/"}


def tokens(text: str) -> list[Token]:
    """Cut the text; what fits nowhere becomes a token of kind bad."""
    found: list[Token] = []
    make, token = tuple.__new__, Token
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "bad"
        start, end = match.span(kind)
        # A named tuple's own way of making one takes twice as long.
        found.append(make(token, (kind, text[start:end], start, end)))
        if kind == "end":
            break
    return found


def words(name: str) -> tuple[str, ...]:
    """Cut a declared name into the tokens it will appear as."""
    return tuple(token.text for token in tokens(name)[:-1])


def unescape(body: str) -> str | None:
    """Read the escapes of a string literal; None if a lone surrogate is left."""
    if "\\" not in body:
        return body
    read = _ESCAPE.sub(_character, body)
    try:
        return read.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        return None


def _character(match: re.Match[str]) -> str:
    body = match.group(1)
    if len(body) > 1:
        point = int(body[1:], 16)
        return chr(point) if point <= 0x10FFFF else match.group(0)
    return _SIMPLE.get(body, match.group(0))


class Lines:
    """Turns an offset of a text into line and column."""

    def __init__(self, text: str) -> None:
        self.single = "\n" not in text and "\r" not in text
        ends = () if self.single else re.finditer(r"\r\n|\n|\r", text)
        self._starts = [0, *(m.end() for m in ends)]

    def at(self, offset: int) -> tuple[int, int]:
        """Give line and column, both from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1
