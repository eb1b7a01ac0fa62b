"""Functions on strings; patterns run under a time limit."""

from __future__ import annotations

import base64
from decimal import Decimal
from typing import Any

from ..patterns import compiled, replacement
from ..problems import FeelError, LimitHit
from ..runtime import Run
from .registry import builtin


@builtin("substring(string: string, start position: integer, length: integer?)")
def substring(string: str, start: int, length: int | None = None) -> str | None:
    """Cut from a position, counted from 1, or from the end when negative."""
    if start == 0 or abs(start) > len(string) or (length is not None and length < 1):
        raise FeelError("the position or length is out of range", "function")
    begin = start - 1 if start > 0 else len(string) + start
    return string[begin:] if length is None else string[begin : begin + length]


@builtin("string length(string: string)")
def string_length(string: str) -> Decimal:
    """Count the characters."""
    return Decimal(len(string))


@builtin("upper case(string: string)")
def upper_case(string: str) -> str:
    """Write in capitals."""
    return string.upper()


@builtin("lower case(string: string)")
def lower_case(string: str) -> str:
    """Write in small letters."""
    return string.lower()


@builtin("trim(string: string)")
def trim(string: str) -> str:
    """Take white space off both ends."""
    return string.strip()


@builtin("substring before(string: string, match: string)")
def substring_before(string: str, match: str) -> str:
    """Give what stands before the first match."""
    found, separator, _ = string.partition(match) if match else ("", "x", "")
    return found if separator else ""


@builtin("substring after(string: string, match: string)")
def substring_after(string: str, match: str) -> str:
    """Give what stands after the first match."""
    return string.partition(match)[2] if match else string


@builtin("contains(string: string, match: string)")
def contains(string: str, match: str) -> bool:
    """Tell whether a text has the match in it."""
    return match in string


@builtin("starts with(string: string, match: string)")
def starts_with(string: str, match: str) -> bool:
    """Tell whether a text begins so."""
    return string.startswith(match)


@builtin("ends with(string: string, match: string)")
def ends_with(string: str, match: str) -> bool:
    """Tell whether a text ends so."""
    return string.endswith(match)


@builtin("matches(input: string, pattern: string, flags: string??)", run=True)
def matches(run: Run, text: str, pattern: str, flags: str | None = None) -> bool:
    """Tell whether a pattern is found in a text."""
    try:
        found = compiled(pattern, flags or "").search(text, timeout=run.seconds_left())
    except TimeoutError:
        raise LimitHit("a pattern took too long") from None
    return found is not None


@builtin("replace(input: string, pattern: string, replacement: string, flags: string??)", run=True)
def replace(run: Run, text: str, pattern: str, new: str, flags: str | None = None) -> str:
    """Replace what a pattern finds; $1 stands for the first group."""
    found = compiled(pattern, flags or "")
    if found.fullmatch("") is not None:
        raise FeelError("the pattern matches the empty text", "function")
    parts = replacement(new, found.groups, "q" in (flags or ""))
    left = run.limits.text + 1

    def fill(match: Any) -> str:
        nonlocal left
        made = "".join(
            part if isinstance(part, str) else _group(match, part, found.groups) for part in parts
        )
        left -= len(made)
        if left < 0:
            raise LimitHit("a text is too long")
        return made

    try:
        made: str = found.sub(fill, text, timeout=run.seconds_left())
    except TimeoutError:
        raise LimitHit("a pattern took too long") from None
    return made


def _group(match: Any, number: int, groups: int) -> str:
    return (match.group(number) or "") if number <= groups else ""


@builtin("split(string: string, delimiter: string)", run=True)
def split(run: Run, string: str, delimiter: str) -> list[str]:
    """Cut a text at each match of a pattern."""
    if not delimiter:
        run.items(len(string) + 2)
    try:
        found: list[str | None] = compiled(delimiter, "").split(
            string, maxsplit=run.limits.items + 1, timeout=run.seconds_left()
        )
    except TimeoutError:
        raise LimitHit("a pattern took too long") from None
    return [part or "" for part in found]


@builtin("extract(string: string, pattern: string)", run=True)
def extract(run: Run, string: str, pattern: str) -> list[str]:
    """Give all matches of a pattern."""
    found: list[str] = []
    try:
        for match in compiled(pattern, "").finditer(string, timeout=run.seconds_left()):
            found.append(match.group())
            run.items(len(found))
    except TimeoutError:
        raise LimitHit("a pattern took too long") from None
    return found


@builtin("string join(list: list, delimiter: string??)", run=True)
def string_join(run: Run, items: list[Any], delimiter: str | None = None) -> str:
    """Join the strings of a list; nulls are left out."""
    texts = [item for item in items if item is not None]
    if not all(type(text) is str for text in texts):
        raise FeelError("only strings can be joined")
    joint = delimiter or ""
    run.text(sum(map(len, texts)) + len(joint) * len(texts))
    return joint.join(texts)


@builtin("to base64(value: string)")
def to_base64(value: str) -> str:
    """Write a text in base64."""
    return base64.b64encode(value.encode()).decode("ascii")


@builtin("is blank(string: string)")
def is_blank(string: str) -> bool:
    """Tell whether a text is empty or only white space."""
    return not string.strip()


@builtin("is empty(list: any)")
def is_empty(value: Any) -> bool | None:
    """Tell whether a list, context or text has nothing in it."""
    return not value if type(value) in (list, dict, str) else None
