"""Search in folded text: no case, no accents, the same on both databases.

One table of characters is used three ways: by `fold` on what a person typed, by the function
`casewright_fold` that SQLite calls, and by PostgreSQL's own `translate`.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, and_, bindparam, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

LONGEST = 200
MOST_WORDS = 8
_SPECIAL = {"ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "ß": "s", "ı": "i"}


def _folded(char: str) -> str:
    base = unicodedata.normalize("NFKD", char)[0]
    lower = (base if base.isascii() and base.isalpha() else char).lower()
    return _SPECIAL.get(char, lower if len(lower) == 1 else char)


# Latin, Greek and Cyrillic letters; then the combining marks, which vanish.
_LETTERS = [chr(c) for c in (*range(0x41, 0x5B), *range(0xC0, 0x250), *range(0x370, 0x530))]
_PAIRS = [(c, _folded(c)) for c in _LETTERS if _folded(c) != c]
_MARKS = "".join(chr(c) for c in range(0x300, 0x370))
_FROM = "".join(a for a, _ in _PAIRS)
_TO = "".join(b for _, b in _PAIRS)
_TABLE = str.maketrans(_FROM, _TO, _MARKS)


def fold(text: str) -> str:
    """Return `text` without case and accents."""
    return text.translate(_TABLE)


class _Folded(FunctionElement[str]):
    """The folded form of a column."""

    type = Text()
    inherit_cache = True


@compiles(_Folded, "sqlite")
def _sqlite(element: _Folded, compiler: Any, **kwargs: Any) -> str:
    return f"casewright_fold({compiler.process(element.clauses, **kwargs)})"


@compiles(_Folded, "postgresql")
def _postgresql(element: _Folded, compiler: Any, **kwargs: Any) -> str:
    column = compiler.process(element.clauses, **kwargs)
    return f"translate({column}, '{_FROM}{_MARKS}', '{_TO}')"


def prepare(connection: Connection) -> None:
    """Make SQLite know the folding function on this connection."""
    if connection.dialect.name == "sqlite":
        raw: Any = connection.connection.driver_connection
        raw.create_function("casewright_fold", 1, fold, deterministic=True)


def words(text: str) -> tuple[str, ...]:
    """Return the folded words of what a person typed, at most eight."""
    return tuple(fold(text.replace("\x00", " ")[:LONGEST]).split()[:MOST_WORDS])


def clause(count: int, *columns: Any) -> ColumnElement[bool]:
    """Return the clause "every one of `count` words stands in the columns"."""
    text: Any = func.coalesce(columns[0], "")
    for column in columns[1:]:
        text = text.concat(" ").concat(func.coalesce(column, ""))
    folded = _Folded(text)
    return and_(*(folded.like(_pattern(i), escape="!") for i in range(count)))


def _pattern(index: int) -> Any:
    return bindparam(f"word_{index}", type_=Text())


def binds(found: tuple[str, ...]) -> dict[str, str]:
    """Return the values for the binds of `clause`; wildcards stand for themselves."""
    escaped = [w.replace("!", "!!").replace("%", "!%").replace("_", "!_") for w in found]
    return {f"word_{i}": f"%{word}%" for i, word in enumerate(escaped)}
