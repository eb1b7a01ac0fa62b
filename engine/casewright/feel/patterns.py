"""Patterns of XPath, as DMN wants them, turned into patterns of the regex package."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import regex  # type: ignore[import-untyped]

from .problems import FeelError

_FLAGS = {"i": regex.IGNORECASE, "s": regex.DOTALL, "m": regex.MULTILINE, "x": 0, "q": 0}
_MAX_PATTERN = 2_000
_NAME_START = r"\p{L}\p{Nl}_:"
_NAME_PART = r"\-.\p{L}\p{N}\p{M}_:\u00b7"
_CLASSES = {"i": _NAME_START, "I": _NAME_START, "c": _NAME_PART, "C": _NAME_PART}
# What means something to the regex package inside a class, and nothing to XPath.
_CLASS_SIGNS = frozenset("[&|~")


def _bad(message: str) -> FeelError:
    return FeelError(message, "function")


class _Translator:
    def __init__(self, text: str, flags: str) -> None:
        self.text = text
        self.at = 0
        self.flags = flags
        self.open: list[int] = []
        self.groups = 0
        self.closed: set[int] = set()
        self.out: list[str] = []

    def run(self) -> str:
        while self.at < len(self.text):
            sign = self.text[self.at]
            if sign == "\\":
                self.out.append(self.escape(False))
            elif sign == "[":
                self.out.append(self.bracket(0))
            else:
                self.at += 1
                self.out.append(self.plain(sign))
        return "".join(self.out)

    def plain(self, sign: str) -> str:
        if sign == ".":
            return "." if "s" in self.flags else r"[^\n\r]"
        if sign == "$" and "m" not in self.flags:
            return r"\Z"
        if sign == "(":
            if self.text.startswith("?", self.at):
                self.open.append(0)
            else:
                self.groups += 1
                self.open.append(self.groups)
        elif sign == ")" and self.open:
            self.closed.add(self.open.pop())
        return sign

    def escape(self, in_class: bool) -> str:
        sign = self.text[self.at + 1 : self.at + 2]
        self.at += 2
        if sign in ("p", "P"):
            return self.property(sign)
        if sign in _CLASSES and sign:
            body = _CLASSES[sign]
            negated = sign.isupper()
            return f"[{'^' if negated else ''}{body}]"
        if sign.isdigit() and sign:
            if in_class or int(sign) not in self.closed:
                raise _bad("a back reference to no group")
            return f"(?:\\{sign})"
        if not sign or (sign.isalpha() and sign not in "nrtdDsSwWbB"):
            raise _bad("unknown escape in a pattern")
        return f"\\{sign}"

    def property(self, sign: str) -> str:
        end = self.text.find("}", self.at)
        if not self.text.startswith("{", self.at) or end < 0:
            raise _bad("unknown escape in a pattern")
        name = self.text[self.at + 1 : end]
        self.at = end + 1
        if name.startswith("Is"):
            name = "In" + name[2:]
        return f"\\{sign}{{{name}}}"

    def bracket(self, depth: int) -> str:
        if depth > 20:
            raise _bad("a pattern is nested too deeply")
        out = ["["]
        self.at += 1
        if self.text.startswith("^", self.at):
            out.append("^")
            self.at += 1
        first = True
        while self.at < len(self.text):
            sign = self.text[self.at]
            if sign == "]" and not first:
                self.at += 1
                return "".join(out) + "]"
            if sign == "\\":
                out.append(self.escape(True))
            elif self.text.startswith("-[", self.at):
                self.at += 1
                out.append("--" + self.bracket(depth + 1))
            else:
                self.at += 1
                literal = sign in _CLASS_SIGNS or (sign == "-" and self.edge(out))
                out.append("\\" + sign if literal else sign)
            first = False
        raise _bad("a class in a pattern is not closed")

    def edge(self, out: list[str]) -> bool:
        return out[-1] in ("[", "^") or self.text.startswith(("]", "-"), self.at)


def _without_space(text: str) -> str:
    out: list[str] = []
    depth = 0
    for index, sign in enumerate(text):
        if sign == "[" and (not index or text[index - 1] != "\\"):
            depth += 1
        elif sign == "]" and depth:
            depth -= 1
        if depth or sign not in " \t\n\r":
            out.append(sign)
    return "".join(out)


@lru_cache(maxsize=512)
def compiled(text: str, flags: str = "") -> Any:
    """Compile a pattern; a FeelError says what is wrong with it."""
    if len(text) > _MAX_PATTERN:
        raise FeelError("the pattern is too long", "limit")
    bits = regex.VERSION1
    for flag in flags:
        if flag not in _FLAGS:
            raise _bad("unknown flag of a pattern")
        bits |= _FLAGS[flag]
    if "q" in flags:
        made = regex.escape(text)
    else:
        made = _Translator(_without_space(text) if "x" in flags else text, flags).run()
    try:
        return regex.compile(made, bits)
    except (regex.error, RecursionError, OverflowError, ValueError, IndexError, KeyError):
        raise _bad("not a pattern") from None


def replacement(text: str, groups: int, literal: bool) -> list[str | int]:
    """Cut a replacement into text and numbers of groups."""
    if literal or ("$" not in text and "\\" not in text):
        return [text]
    parts: list[str | int] = []
    at = 0
    while at < len(text):
        sign, following = text[at], text[at + 1 : at + 2]
        at += 1
        if sign == "\\":
            if following not in ("\\", "$"):
                raise _bad("a backslash in a replacement stands before \\ or $")
            parts.append(following)
            at += 1
        elif sign == "$":
            if not (following.isascii() and following.isdigit()):
                raise _bad("a $ in a replacement stands before a digit")
            end = at + 1
            while text[end : end + 1].isascii() and text[end : end + 1].isdigit():
                if int(text[at : end + 1]) > groups:
                    break
                end += 1
            parts.append(int(text[at:end]))
            at = end
        else:
            ends = [found for found in (text.find("$", at), text.find("\\", at)) if found >= 0]
            end = min(ends, default=len(text))
            parts.append(text[at - 1 : end])
            at = end
    return parts
