"""The values of a table's column, cut where its conditions change their answer.

Within one part every condition of the column gives the same answer, so that trying one
value of each part tells all. A column that cannot be cut for certain is None.
"""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from casewright import feel
from casewright.dmn.table import Input, Row
from casewright.dmn.types import Type
from casewright.feel import UnaryTests

_LITERAL = (
    r'(?:-?\d+(?:\.\d+)?|-?\.\d+|"[^"\\]*"|true|false|@"\d{4}-\d\d-\d\d"|date\("\d{4}-\d\d-\d\d"\))'
)
_TEST = re.compile(rf"(?:<=|>=|<|>)?\s*({_LITERAL})")
_RANGE = re.compile(rf"[\[(\]]\s*({_LITERAL})\s*\.\.\s*({_LITERAL})\s*[\])\[]")
_NOT = re.compile(r"not\s*\((.*)\)", re.S)
_COMMA = re.compile(r',(?=(?:[^"]*"[^"]*")*[^"]*$)')
# Larger tables are not judged, so that saving stays quick.
_MOST = 1_000_000
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Part:
    """Some values of a column: one of them, how to say them, and which rules they meet.

    `sure` has a bit for each rule whose condition is met, `maybe` also for those whose
    condition cannot be judged.
    """

    example: str
    sure: int
    maybe: int


@dataclass(frozen=True, slots=True)
class Column:
    """The parts of a column; `whole` tells whether they are all the values there can be."""

    label: str
    parts: tuple[Part, ...]
    whole: bool


def limits(text: str) -> list[Any] | None:
    """Return the literals at which unary tests change; None if the text holds more than that."""
    negated = _NOT.fullmatch(text.strip())
    inner = negated[1] if negated else text
    found: list[Any] = []
    for item in _COMMA.split(inner):
        one = _RANGE.fullmatch(item.strip()) or _TEST.fullmatch(item.strip())
        if one is None:
            return None
        values = [feel.evaluate(literal, {})[0] for literal in one.groups()]
        if any(value is None for value in values):
            return None
        if len(values) == 2 and not _ordered(values):
            return None
        if not isinstance(values[0], Decimal | dt.date) and item.strip()[0] in "<>[(]":
            return None
        found.extend(values)
    return found


def _ordered(values: Sequence[Any]) -> bool:
    low, high = values
    return type(low) is type(high) and bool(low <= high)


def column(
    item: Input, rows: Iterable[Row], index: int, types: Sequence[Type], open_: bool
) -> Column | None:
    """Cut a column into parts; `types` are those its values are known to have.

    With `open_`, any value of the column's type may come; else only what is listed.
    """
    if any(known.whole() for known in types):
        return None
    domains = [item.allowed] if item.allowed is not None else []
    for known in types:
        domains.extend(known.tests())
    kind = next((base for base in (known.base() for known in types) if base is not None), None)
    cuts: list[Any] = []
    for domain in domains:
        found = limits(domain.text)
        if found is None:
            return None
        cuts.extend(found)
    conditions: list[tuple[int, _Condition]] = []
    unknown = everything = 0
    for place, row in enumerate(rows):
        test = row.tests[index] if index < len(row.tests) else None
        found = [] if test is None else limits(test.text)
        if test is None:
            everything |= 1 << place
        elif found is None or any(kind is not None and type(cut) is not kind for cut in found):
            unknown |= 1 << place
        else:
            conditions.append((place, _Condition(test, found)))
            cuts.extend(found)
    values, whole = _values(cuts, kind, bool(domains) or open_)
    if values is None or len(values) * len(conditions) > _MOST:
        return None
    parts = []
    for value, example in values:
        if any(test.evaluate(value, {"item": value})[0] is not True for test in domains):
            continue
        sure = everything
        for place, condition in conditions:
            if condition.met(value):
                sure |= 1 << place
        parts.append(Part(example, sure, sure | unknown))
    return Column(item.clause.label, tuple(parts), whole)


class _Condition:
    """A condition asked once for each part that its own limits make."""

    __slots__ = ("answers", "cuts", "test")

    def __init__(self, test: UnaryTests, cuts: list[Any]) -> None:
        self.test = test
        self.cuts = sorted(set(cuts))
        self.answers: dict[tuple[int, bool], bool] = {}

    def met(self, value: Any) -> bool:
        """Return whether the value meets the condition."""
        at = bisect_left(self.cuts, value)
        key = (at, at < len(self.cuts) and self.cuts[at] == value)
        found = self.answers.get(key)
        if found is None:
            found = self.answers[key] = self.test.evaluate(value, {})[0] is True
        return found


def _values(
    cuts: list[Any], kind: type | None, open_: bool
) -> tuple[list[tuple[Any, str]] | None, bool]:
    """Return one value of each part, and whether the parts are all there is."""
    kinds = {type(cut) for cut in cuts}
    if kind is None and len(kinds) == 1:
        kind = kinds.pop()
    elif kinds - {kind}:
        return None, False
    if kind is bool:
        return [(True, "true"), (False, "false")], True
    if kind is str:
        texts = sorted(set(cuts))
        values: list[tuple[Any, str]] = [(text, f'"{text}"') for text in texts]
        other = "other"
        while other in texts:
            other += "-"
        # An open text may be anything; one that a decision makes is taken to be one listed.
        return [*values, (other, "any other text")] if open_ else values, True
    if kind is Decimal or kind is dt.date:
        return _ordered_values(sorted(set(cuts))), open_
    return (None, False) if cuts or kind is not None else ([(None, "anything")], True)


def _ordered_values(cuts: list[Any]) -> list[tuple[Any, str]]:
    if not cuts:
        return [(None, "anything")]
    first = cuts[0]
    step: Any = _DAY if isinstance(first, dt.date) else Decimal(1)
    found = [first - step]
    for low, high in zip(cuts, [*cuts[1:], None], strict=True):
        found.append(low)
        if high is None:
            found.append(low + step)
        elif isinstance(low, Decimal):
            found.append((low + high) / 2)
        elif low + _DAY < high:
            found.append(low + _DAY)
    return [(value, feel.feel_text(value)) for value in found]
