"""The values of a table's column, cut where its conditions change their answer.

Within one part every condition of the column gives the same answer, so that trying one
value of each part tells all. A column that cannot be cut for certain is one part, of which
nothing is known but that a rule without a condition takes it.
"""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from casewright import feel
from casewright.dmn.table import Input, Row
from casewright.dmn.types import Type
from casewright.feel import UnaryTests, YearsMonths
from casewright.feel.values import DECIMAL

_LITERAL = (
    r'(?:-?\d+(?:\.\d+)?|-?\.\d+|"[^"\\]*"|true|false|@"[^"\\]*"'
    r'|(?:date|date and time|duration)\(\s*"[^"\\]*"\s*\))'
)
_TEST = re.compile(rf"(?:<=|>=|<|>)?\s*({_LITERAL})")
_RANGE = re.compile(rf"[\[(\]]\s*({_LITERAL})\s*\.\.\s*({_LITERAL})\s*[\])\[]")
_NOT = re.compile(r"not\s*\((.*)\)", re.S)
_COMMA = re.compile(r',(?=(?:[^"]*"[^"]*")*[^"]*$)')
# Larger tables are not judged, so that saving stays quick.
MOST = 1_000_000
_DAY = dt.timedelta(days=1)
_ONE = Decimal(1)
# The types whose values lie on a line, and how far the values beyond its cuts are.
_STEPS: dict[type, Any] = {
    Decimal: _ONE,
    dt.date: _DAY,
    dt.datetime: _DAY,
    dt.timedelta: _DAY,
    YearsMonths: YearsMonths(1),
}
_JUDGED = frozenset({str, bool, *_STEPS})
_OTHER = "any other text"


class TooLarge(Exception):
    """A column with more conditions than are worth comparing."""


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
    """The parts of a column; `whole` tells whether each of them is sure to come.

    `others` are values that nobody need write a rule for, such as null, and that a rule
    may take all the same.
    """

    label: str
    parts: tuple[Part, ...]
    whole: bool
    others: tuple[Part, ...] = ()

    @property
    def all(self) -> tuple[Part, ...]:
        """Every value that may come."""
        return self.parts + self.others


def opaque(item: Input, rows: Sequence[Row], index: int) -> Column:
    """Return a column of which nothing is known; rules without a condition take it."""
    # A value that is not allowed is taken by no rule at all.
    free = [place for place, row in enumerate(rows) if _test(row, index) is None]
    sure = 0 if item.allowed is not None else sum(1 << place for place in free)
    return Column(item.clause.label, (Part("anything", sure, (1 << len(rows)) - 1),), True)


def _test(row: Row, index: int) -> UnaryTests | None:
    return row.tests[index] if index < len(row.tests) else None


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
        if not all(_judged(value) for value in values):
            return None
        if len(values) == 2 and not _ordered(values):
            return None
        if type(values[0]) not in _STEPS and item.strip()[0] in "<>[(]":
            return None
        found.extend(values)
    return found


def _judged(value: Any) -> bool:
    # The clock of a named zone jumps, so that its values do not lie on a line.
    zone = getattr(value, "tzinfo", None)
    return type(value) in _JUDGED and (zone is None or isinstance(zone, dt.timezone))


def _ordered(values: Sequence[Any]) -> bool:
    low, high = values
    return type(low) is type(high) and _clocks(values) < 2 and bool(low <= high)


def _clocks(values: Iterable[Any]) -> int:
    """Count the ways of telling a zone: date-times with and without one have no order."""
    return len({value.tzinfo is None for value in values if isinstance(value, dt.datetime)})


def column(
    item: Input, rows: Sequence[Row], index: int, types: Sequence[Type], open_: bool
) -> Column:
    """Cut a column into parts; `types` are those its values are known to have.

    With `open_`, any value of the column's type may come; else only what is listed.
    """
    domains = [item.allowed] if item.allowed is not None else []
    for known in types:
        domains.extend(known.tests())
    kind = next((base for base in (known.base() for known in types) if base is not None), None)
    declared = kind is not None
    bounds = [limits(domain.text) for domain in domains]
    conditions: list[tuple[int, _Condition]] = []
    cuts: list[Any] = [cut for found in bounds for cut in found or ()]
    unknown = everything = 0
    for place, row in enumerate(rows):
        test = _test(row, index)
        found = [] if test is None else limits(test.text)
        if test is None:
            everything |= 1 << place
        elif found is None or any(kind is not None and type(cut) is not kind for cut in found):
            unknown |= 1 << place
        else:
            conditions.append((place, _Condition(test, found)))
            cuts.extend(found)
    if len(set(cuts)) * 2 * len(conditions) > MOST:
        raise TooLarge
    bounded = bool(domains) or open_
    values = None if None in bounds else _values(cuts, kind, any(one.whole() for one in types))
    if values is None:
        return opaque(item, rows, index)
    listed = bounded or str not in map(type, cuts)
    parts: list[Part] = []
    others: list[Part] = []
    for value, example in values:
        if all(test.evaluate(value, {"item": value})[0] is True for test in domains):
            sure = sum(1 << place for place, condition in conditions if condition.met(value))
            part = Part(example, sure | everything, sure | everything | unknown)
            # A text that a decision makes is taken to be one of those listed.
            (parts if listed or example != _OTHER else others).append(part)
    for value in _strays(values, declared, item.allowed):
        sure = sum(1 << place for place, condition in conditions if condition.asked(value))
        others.append(Part("", sure | everything, sure | everything | unknown))
    whole = bounded or not cuts or type(cuts[0]) in (str, bool)
    return Column(item.clause.label, tuple(parts), whole, tuple(others))


def _strays(
    values: list[tuple[Any, str]], declared: bool, allowed: UnaryTests | None
) -> Iterable[Any]:
    """Give null, and where no type forbids it a value of another one, if they get so far."""
    if len(values) == 1:
        return
    strays: tuple[Any, ...] = (None,) if declared else (None, {})
    for value in strays:
        if allowed is None or allowed.evaluate(value, {"item": value})[0] is True:
            yield value


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
            found = self.answers[key] = self.asked(value)
        return found

    def asked(self, value: Any) -> bool:
        """Return whether a value of any type meets the condition."""
        return self.test.evaluate(value, {})[0] is True


def _values(cuts: list[Any], kind: type | None, whole: bool) -> list[tuple[Any, str]] | None:
    """Return one value of each part, and how to say it; None if that cannot be done."""
    kinds = {type(cut) for cut in cuts}
    if kind is None and len(kinds) == 1:
        kind = kinds.pop()
    elif kinds - {kind}:
        return None
    if kind is bool:
        return [(True, "true"), (False, "false")]
    if not cuts:
        return [(None, "anything")]
    if kind is str:
        texts = sorted(set(cuts))
        values: list[tuple[Any, str]] = [(text, feel.feel_text(text)) for text in texts]
        other = "other"
        while other in texts:
            other += "-"
        return [*values, (other, _OTHER)]
    if kind not in _STEPS or _clocks(cuts) > 1:
        return None
    ends = set(cuts)
    if whole:
        roundings = (ROUND_FLOOR, ROUND_CEILING)
        ends = {cut.to_integral_value(rounding) for cut in cuts for rounding in roundings}
    found = _line(sorted(ends), _STEPS[kind], whole)
    return [(value, feel.feel_text(value)) for value in found]


def _line(cuts: list[Any], step: Any, whole: bool) -> list[Any]:
    """Return the cuts with a value before, between and behind them, where there is one."""
    found = [_beyond(cuts[0], step, False)]
    for low, high in zip(cuts, [*cuts[1:], None], strict=True):
        found += [low, _beyond(low, step, True) if high is None else _between(low, high, whole)]
    return [value for value in found if value is not None]


def _beyond(end: Any, step: Any, up: bool) -> Any:
    try:
        if isinstance(end, Decimal):
            made = DECIMAL.add(end, step) if up else DECIMAL.subtract(end, step)
            if made == end:
                made = DECIMAL.next_plus(end) if up else DECIMAL.next_minus(end)
            return made
        if isinstance(end, YearsMonths):
            return YearsMonths(end.months + (1 if up else -1))
        return end + step if up else end - step
    except (OverflowError, ArithmeticError):
        return None


def _between(low: Any, high: Any, whole: bool) -> Any:
    made: Any
    if isinstance(low, Decimal):
        half = DECIMAL.divide(DECIMAL.add(low, high), Decimal(2))
        made = DECIMAL.add(low, _ONE) if whole else half
    elif isinstance(low, YearsMonths):
        made = YearsMonths(low.months + 1)
    elif type(low) is dt.date:
        made = low + _DAY
    else:
        made = low + (high - low) / 2
    return made if low < made < high else None
