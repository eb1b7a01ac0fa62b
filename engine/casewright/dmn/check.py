"""Find gaps, overlaps and rules that never hit at save; silent where nothing is certain.

Columns whose inputs are different names or paths may have any values together; a column that
depends on another one, or computes, is not judged. Null is left out of gaps and overlaps, as no
rule need be written for it, but a rule that takes it is not one that never hits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any

from casewright import feel
from casewright.dmn import cells
from casewright.dmn.cells import Column
from casewright.dmn.table import Input, Output, Row, Table
from casewright.dmn.types import MISMATCH, Type
from casewright.feel import Expression
from casewright.xml.findings import Finding

_PATH = re.compile(r"[^\W\d][\w ]*(\.[^\W\d][\w ]*)*")
_STEPS = 100_000
_SHOWN = 5
_GAPLESS = frozenset({"UNIQUE", "ANY", "FIRST", "PRIORITY"})
_RANKED = frozenset({"PRIORITY", "OUTPUT ORDER"})
_CLOCK = frozenset({"now", "today"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A table with what its surroundings say about the names it reads."""

    table: Table
    types: Mapping[str, Type]
    decided: frozenset[str]


def check(candidates: Iterable[Candidate]) -> list[Finding]:
    """Return a warning for every gap, overlap and rule in vain that is certain."""
    found: list[Finding] = []
    for item in candidates:
        found.extend(_outputs(item.table))
        if not item.table.rows or not item.table.inputs:
            continue
        try:
            found.extend(_Check(item).findings())
        except cells.TooLarge:
            message = (
                "the table is too large to look for gaps and overlaps: "
                f"a column needs more than {cells.MOST:,} comparisons"
            )
            found.append(_finding(item.table, None, "dmn-not-checked", message))
    return found


def _finding(table: Table, rule: int | None, code: str, message: str) -> Finding:
    at = table.source.at if rule is None else table.rows[rule].rule.at
    place = at.name if rule is None else f"{at.name}, rule {rule + 1}".removeprefix(", ")
    return Finding(at.file, at.element, at.line, code, message, "warning", place)


# -- columns


def _root(item: Input) -> tuple[str, list[str]] | None:
    """Return the name that an input reads and the path behind it."""
    text = " ".join(item.clause.expression.text.split())
    if len(item.expression.reads) != 1 or item.expression.problems:
        return None
    root = next(iter(item.expression.reads))
    rest = text.removeprefix(root)
    if not text.startswith(root) or not _PATH.fullmatch(f"x{rest}"):
        return None
    if rest and not rest.startswith("."):
        return None
    return root, [part.strip() for part in rest.split(".")[1:]]


def _columns(item: Candidate) -> list[Column]:
    rows = item.table.rows
    paths: list[str] = []
    columns: list[Column] = []
    for index, clause in enumerate(item.table.inputs):
        found = _root(clause)
        path = "" if found is None else ".".join([found[0], *found[1]]) + "."
        if found is None or any(path.startswith(one) or one.startswith(path) for one in paths):
            columns.append(cells.opaque(clause, rows, index))
            continue
        root, rest = found
        paths.append(path)
        types = [clause.type, *_type_of(item.types.get(root), rest)]
        columns.append(cells.column(clause, rows, index, types, root not in item.decided))
    return columns


def _type_of(root: Type | None, path: list[str]) -> list[Type]:
    found = root
    for name in path:
        fields = None if found is None else found.components()
        found = None if fields is None else fields.get(name)
    return [] if found is None else [found]


# -- outputs


def constant(output: Output, result: Expression | None) -> Any:
    """Return what a result always gives, fitted to its type; MISMATCH if that is not known."""
    if result is None:
        return None
    if result.reads or result.problems or result.calls & _CLOCK:
        return MISMATCH
    value, problems = result.evaluate({})
    return MISMATCH if problems else output.type.conform(value)


def _outputs(table: Table) -> Iterator[Finding]:
    """Tell results that are not among the values of their output."""
    ranked = table.source.hit_policy in _RANKED
    for place, row in enumerate(table.rows):
        for output, result in zip(table.outputs, row.results, strict=False):
            if output.allowed is None or output.allowed.reads or output.allowed.problems:
                continue
            value = constant(output, result)
            if value is None or value is MISMATCH or output.allowed.evaluate(value, {})[0]:
                continue
            message = f"{feel.feel_text(value)} is not one of the values of “{output.name}”"
            if ranked:
                message += ", which give the priority"
            yield _finding(table, place, "dmn-output-value", message)


def _differ(table: Table, one: Row, other: Row) -> bool:
    """Return whether two rules are certain to give different results."""
    for output, *results in zip(table.outputs, one.results, other.results, strict=False):
        first, second = (constant(output, result) for result in results)
        if first is MISMATCH or second is MISMATCH:
            continue
        if feel.evaluate("a = b", {"a": first, "b": second})[0] is not True:
            return True
    return False


# -- rules


class _Check:
    """Looks at one table."""

    def __init__(self, item: Candidate) -> None:
        self.table = item.table
        self.policy = item.table.source.hit_policy
        self.columns = _columns(item)
        self.count = len(item.table.rows)
        self.short = False

    def findings(self) -> list[Finding]:
        """Return all that is certain."""
        found = [*self._empty(), *self._overlaps()]
        if self.policy == "FIRST":
            found += self._masked()
        if self.policy in _GAPLESS:
            found += self._gaps()
        if self.short:
            message = (
                "the table is too large to look for every gap and rule that never hits: "
                f"there are more than {_STEPS:,} combinations of its conditions"
            )
            found.append(_finding(self.table, None, "dmn-not-checked", message))
        return found

    def _empty(self) -> Iterator[Finding]:
        """Tell rules with a condition that no value meets."""
        for column, clause in zip(self.columns, range(len(self.columns)), strict=True):
            met = reduce(or_, (part.maybe for part in column.all), 0)
            for rule in range(self.count):
                if not met >> rule & 1:
                    text = self.table.rows[rule].rule.inputs[clause].strip()
                    message = (
                        f"rule {rule + 1} never hits: no value of “{column.label}” meets {text}"
                    )
                    yield _finding(self.table, rule, "dmn-unreachable", message)

    def _together(self, rule: int) -> int:
        """Return the rules that certain values meet beside this one."""
        bit, found = 1 << rule, -1
        for column in self.columns:
            found &= reduce(or_, (part.sure for part in column.parts if part.sure & bit), 0)
        return found

    def _overlaps(self) -> Iterator[Finding]:
        if self.policy not in ("UNIQUE", "ANY"):
            return
        for rule in range(self.count):
            earlier = self._together(rule) & (1 << rule) - 1
            for other in _bits(earlier):
                code, said = "dmn-overlap", ""
                if self.policy == "ANY":
                    code, said = "dmn-inconsistent", ", with different outputs"
                    if not _differ(self.table, self.table.rows[other], self.table.rows[rule]):
                        continue
                example = self._example(1 << rule | 1 << other)
                message = f"the rules {other + 1} and {rule + 1} both hit for {example}{said}"
                yield _finding(self.table, rule, code, message)
                break

    def _example(self, bits: int) -> str:
        shown = (
            (column, next(part for part in column.parts if part.sure & bits == bits))
            for column in self.columns
        )
        parts = [(column.label, part.example) for column, part in shown]
        named = [f"{name} = {value}" for name, value in parts if value != "anything"]
        return ", ".join(named) or "any input"

    def _masked(self) -> Iterator[Finding]:
        """Tell rules of which earlier ones take all; null and other strays count."""
        left = _STEPS  # for all rules together
        for rule in range(1, self.count):
            bit = 1 << rule
            if not all(any(p.maybe & bit for p in column.all) for column in self.columns):
                continue
            single = around = bit - 1
            for column in self.columns:
                beside = [part.sure for part in column.all if part.maybe & bit]
                single &= reduce(and_, beside)
                around &= reduce(or_, beside)
            if not single:
                search = _Free(self.columns, bit, left)
                free = search.look(0, bit - 1)
                left = search.left
                self.short |= left < 0
                if free:
                    continue
            who = [other + 1 for other in _bits(single)][:1] or [b + 1 for b in _bits(around)]
            listed = ", ".join(map(str, who[:_SHOWN])) + (", …" if len(who) > _SHOWN else "")
            said = f"rule {listed} takes" if len(who) == 1 else f"the rules {listed} take"
            message = f"rule {rule + 1} never hits: {said} all that it would"
            yield _finding(self.table, rule, "dmn-unreachable", message)

    def _gaps(self) -> list[Finding]:
        if any(output.default is not None for output in self.table.outputs):
            return []
        if not all(column.whole for column in self.columns):
            return []
        search = _Gaps(self.columns)
        search.look(0, (1 << self.count) - 1, ())
        if not search.found:
            self.short |= search.left < 0
            return []
        shown = "; ".join(search.found[:_SHOWN])
        more = " and more" if len(search.found) > _SHOWN else ""
        return [_finding(self.table, None, "dmn-gap", f"no rule hits for {shown}{more}")]


def _bits(rules: int) -> Iterator[int]:
    while rules:
        yield (rules & -rules).bit_length() - 1
        rules &= rules - 1


class _Free:
    """Looks for values that a rule may take and that no earlier one is sure to take."""

    def __init__(self, columns: list[Column], bit: int, left: int) -> None:
        self.columns = [[part for part in column.all if part.maybe & bit] for column in columns]
        self.left = left
        self.covered: set[tuple[int, int]] = set()

    def look(self, index: int, alive: int) -> bool:
        """Return whether there are such values below; alive are the rules that take all so far."""
        self.left -= 1
        if not alive or self.left < 0:
            return True
        if index == len(self.columns) or (index, alive) in self.covered:
            return False
        if any(self.look(index + 1, alive & part.sure) for part in self.columns[index]):
            return True
        self.covered.add((index, alive))
        return False


class _Gaps:
    """Looks for parts, one of each column, that no rule covers together."""

    def __init__(self, columns: list[Column]) -> None:
        self.columns = columns
        self.left = _STEPS
        self.covered: set[tuple[int, int]] = set()
        self.found: list[str] = []

    def look(self, index: int, alive: int, chosen: tuple[str, ...]) -> bool:
        """Return whether there is a gap below; alive are the rules that still may hit."""
        self.left -= 1
        if self.left < 0 or len(self.found) > _SHOWN:
            return True
        if not alive:
            self.found.append(", ".join(chosen))
            return True
        if index == len(self.columns) or (index, alive) in self.covered:
            return False
        gap = False
        column = self.columns[index]
        for part in column.parts:
            named = f"{column.label} = {part.example}"
            more = chosen if part.example == "anything" else (*chosen, named)
            gap |= self.look(index + 1, alive & part.maybe, more)
        if not gap:
            self.covered.add((index, alive))
        return gap
