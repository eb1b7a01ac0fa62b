"""Walks over the tokens of a text, and puts names of several words together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from . import nodes as n
from .lexer import Lines, Token, tokens, words
from .problems import Problem

KEYWORDS = frozenset(
    {"if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "function"}
    | {"and", "or", "between", "instance", "of", "true", "false", "null"}
)


class BadSyntax(Exception):
    """Ends the parsing of a text, with the place of what is wrong."""

    def __init__(self, message: str, offset: int, kind: str = "syntax") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.kind = kind


@dataclass
class _Names:
    """Names of several words, by their first word, longest first."""

    by_first: dict[str, list[tuple[tuple[str, ...], str]]] = field(default_factory=dict)

    def add(self, name: str) -> None:
        parts = words(name)
        if len(parts) < 2:
            return
        known = self.by_first.setdefault(parts[0], [])
        if (parts, name) not in known:
            known.append((parts, name))
            known.sort(key=lambda item: -len(item[0]))

    def copy(self) -> _Names:
        return _Names({first: list(known) for first, known in self.by_first.items()})


@lru_cache(maxsize=512)
def _known(declared: frozenset[str], builtins: frozenset[str]) -> _Names:
    made = _Names()
    for name in (*builtins, *declared):
        made.add(name)
    return made


class Cursor:
    """A position in a text; names are those that may hold spaces or signs."""

    def __init__(self, text: str, names: Iterable[str], builtins: Iterable[str]) -> None:
        self.text = text
        self.lines = Lines(text)
        self.tokens = tokens(text)
        self.position = 0
        self.declared = frozenset(names)
        self.builtins = frozenset(builtins)
        # Shared by all texts with these names, until this one declares another.
        self.multi = _known(self.declared, self.builtins)
        self._own = False
        self.scopes: list[set[str]] = []
        self.filters = 0
        self.depth = 0
        self.inputs = 0
        self.reads: dict[str, bool] = {}
        self.calls: set[str] = set()
        self.problems: list[Problem] = []

    # -- tokens

    def at(self, *texts: str) -> bool:
        """Tell whether one of the texts, signs or words, comes next."""
        # The text of a string or a quoted name begins with its quote, so it is none of them.
        return self.tokens[self.position].text in texts

    def peek(self, offset: int = 1) -> Token:
        """Look ahead."""
        return self.tokens[min(self.position + offset, len(self.tokens) - 1)]

    def take(self, *texts: str) -> str | None:
        """Take one of the texts if it comes next."""
        text = self.tokens[self.position].text
        if text in texts:
            self.position += 1
            return text
        return None

    def expect(self, text: str) -> None:
        """Take a text that must come next."""
        if self.tokens[self.position].text != text:
            raise self.error(f"expected {text!r}")
        self.position += 1

    def error(self, message: str) -> BadSyntax:
        """Make the problem of what comes next."""
        token = self.tokens[self.position]
        if token.kind == "open":
            what = "a string" if token.text.startswith('"') else "a comment"
            return BadSyntax(f"{what} is not closed", token.start)
        found = "the end" if token.kind == "end" else repr(token.text[:30])
        return BadSyntax(f"{message}, found {found}", token.start)

    def place(self) -> n.Place:
        """Give the place of what comes next."""
        start = self.tokens[self.position].start
        return (1, start + 1) if self.lines.single else self.lines.at(start)

    # -- names

    def name(self) -> str:
        """Take a name, the longest declared one that fits."""
        long = self.long_name()
        if long is not None:
            return long
        token = self.tokens[self.position]
        if token.kind == "quoted":
            self.position += 1
            return token.text[1:-1]
        if token.kind != "name" or token.text in KEYWORDS:
            raise self.error("expected a name")
        self.position += 1
        return token.text

    def long_name(self) -> str | None:
        """Take a name of several words, if one comes next."""
        token = self.tokens[self.position]
        known = self.multi.by_first.get(token.text)
        if known is None:
            return None
        for parts, name in known:
            end = self.position + len(parts)
            found = tuple(t.text for t in self.tokens[self.position : end])
            if found != parts or (token.kind not in ("name", "operator", "bad", "number")):
                continue
            if name in self.builtins and name not in self.declared and not self._sure(name, end):
                continue
            self.position = end
            return name
        return None

    def _sure(self, name: str, end: int) -> bool:
        if " and " not in name and " or " not in name and " in " not in name:
            return True
        return end < len(self.tokens) and self.tokens[end].text == "("

    def key(self) -> str | None:
        """Take a name of any words that ends at a colon; None if there is none."""
        end = self.position
        while self.tokens[end].kind in ("name", "number", "bad", "quoted") or (
            self.tokens[end].kind == "operator" and self.tokens[end].text in "./-+*?"
        ):
            end += 1
        first = self.tokens[self.position]
        if end == self.position or self.tokens[end].text != ":":
            return None
        if first.kind == "quoted" and end == self.position + 1:
            name = first.text[1:-1]
        elif first.kind == "name":
            name = " ".join(self.text[first.start : self.tokens[end - 1].end].split())
        else:
            return None
        self.position = end
        return name

    def declare(self, name: str) -> None:
        """Make a name known in the innermost scope."""
        self.scopes[-1].add(name)
        if len(words(name)) < 2:
            return
        if not self._own:
            self.multi, self._own = self.multi.copy(), True
        self.multi.add(name)
