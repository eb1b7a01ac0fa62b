"""What may stand at a place of an expression: names, functions and how to call them, parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .analysis import analyse, signatures
from .functions import BUILTINS
from .kinds import PARTS, Kind, as_kind

_WORD = re.compile(r"[^\W\d][\w ]*\Z|\Z")
_TARGET = re.compile(r"[^\W\d][\w ]*(?:\.[^\W\d][\w ]*)*\Z|@\"[^\"]*\"\Z")
_KEYWORDS = ("if", "for", "some", "every", "function", "true", "false", "null", "not")
_MOST = 200


@dataclass(frozen=True, slots=True)
class Completion:
    """One thing that may stand here; `detail` is its type, or the ways to call it."""

    label: str
    kind: str  # name, part, function or keyword
    detail: str = ""


def completions(
    text: str, offset: int, names: Iterable[str] | Mapping[str, Kind | str] = ()
) -> list[Completion]:
    """Return what may be written at the offset, the names in scope first."""
    before = text[:offset]
    if before.count('"') % 2:
        return []
    found = _WORD.search(before)
    word = found[0].lstrip() if found else ""
    front = before[: len(before) - len(word)].rstrip()
    kinds = (
        {name: as_kind(kind) for name, kind in names.items()}
        if isinstance(names, Mapping)
        else dict.fromkeys(names, Kind())
    )
    if front.endswith("."):
        return _parts(front[:-1].rstrip(), word, kinds)
    # The last word may begin a name, and so may the words before it.
    starts = [word[at.start() :] for at in re.finditer(r"\S+", word)] or [""]
    offered = [Completion(name, "name", str(kind)) for name, kind in sorted(kinds.items())]
    offered += [
        Completion(name, "function", "\n".join(signatures(builtin)))
        for name, builtin in sorted(BUILTINS.items())
    ]
    offered += [Completion(name, "keyword") for name in _KEYWORDS]
    # What goes on from more of the words comes first.
    fits = [one for start in starts for one in offered if _begins(one.label, start)]
    return list(dict.fromkeys(fits))[:_MOST]


def _begins(label: str, start: str) -> bool:
    return label.casefold().startswith(start.casefold())


def _parts(front: str, word: str, kinds: Mapping[str, Kind]) -> list[Completion]:
    target = _TARGET.search(front)
    if target is None:
        return []
    # A word before the name, such as "and", is no part of it.
    words = target[0].split(" ")
    for first in range(len(words)):
        text = " ".join(words[first:])
        looked = analyse(text, kinds)
        if not looked.problems:
            kind = looked.type
            if kind.name == "list" and kind.item is not None:
                kind = kind.item
            parts = kind.fields or PARTS.get(kind.name, {})
            return [
                Completion(name, "part", str(of))
                for name, of in sorted(parts.items())
                if _begins(name, word)
            ]
    return []
