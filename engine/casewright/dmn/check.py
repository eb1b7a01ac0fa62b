"""Find gaps and overlaps of decision tables at save; silent where nothing is certain.

A table is judged when its inputs are different names or paths, so that any value of one
may come with any value of another. Null inputs are left out: no rule need be written for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from casewright.dmn import cells
from casewright.dmn.table import Input, Table
from casewright.dmn.types import Type
from casewright.xml.findings import Finding

_PATH = re.compile(r"[^\W\d][\w ]*(\.[^\W\d][\w ]*)*")
_STEPS = 20_000
_SHOWN = 5
_GAPLESS = frozenset({"UNIQUE", "ANY", "FIRST", "PRIORITY"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A table with what its surroundings say about the names it reads."""

    table: Table
    types: Mapping[str, Type]
    decided: frozenset[str]


def check(candidates: Iterable[Candidate]) -> list[Finding]:
    """Return a warning for every overlap, unreachable rule and gap that is certain."""
    found: list[Finding] = []
    for item in candidates:
        columns = _columns(item)
        if columns is None:
            continue
        found.extend(_overlaps(item.table, columns))
        if item.table.source.hit_policy in _GAPLESS:
            found.extend(_gaps(item.table, columns))
    return found


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


def _columns(item: Candidate) -> list[cells.Column] | None:
    table = item.table
    paths: list[str] = []
    columns: list[cells.Column] = []
    for index, clause in enumerate(table.inputs):
        found = _root(clause)
        if found is None:
            return None
        root, rest = found
        path = ".".join([root, *rest]) + "."
        if any(path.startswith(other) or other.startswith(path) for other in paths):
            return None
        paths.append(path)
        types = [clause.type, *_type_of(item.types.get(root), rest)]
        column = cells.column(clause, table.rows, index, types, root not in item.decided)
        if column is None:
            return None
        columns.append(column)
    return columns if columns and table.rows else None


def _type_of(root: Type | None, path: list[str]) -> list[Type]:
    found = root
    for name in path:
        fields = None if found is None else found.components()
        found = None if fields is None else fields.get(name)
    return [] if found is None else [found]


def _finding(table: Table, rule: int | None, code: str, message: str) -> Finding:
    at = table.source.at if rule is None else table.rows[rule].rule.at
    place = "" if rule is None else f"rule {rule + 1}"
    return Finding(at.file, at.element, at.line, code, message, "warning", place)


def _overlaps(table: Table, columns: list[cells.Column]) -> list[Finding]:
    policy = table.source.hit_policy
    if policy not in ("UNIQUE", "FIRST"):
        return []
    certain = ~_unjudged(columns)
    found = []
    for rule in range(len(table.rows)):
        bit = 1 << rule
        if not certain & bit:
            continue
        earlier = bit - 1 & certain
        if policy == "FIRST":
            for column in columns:
                for part in column.parts:
                    if part.sure & bit:
                        earlier &= part.sure
            if earlier and _reachable(columns, bit):
                other = (earlier & -earlier).bit_length()
                message = f"rule {rule + 1} never hits: rule {other} takes all that it would"
                found.append(_finding(table, rule, "dmn-unreachable", message))
            continue
        for column in columns:
            together = 0
            for part in column.parts:
                if part.sure & bit:
                    together |= part.sure
            earlier &= together
        if earlier:
            other = (earlier & -earlier).bit_length()
            example = _example(columns, bit | 1 << other - 1)
            message = f"the rules {other} and {rule + 1} both hit for {example}"
            found.append(_finding(table, rule, "dmn-overlap", message))
    return found


def _unjudged(columns: list[cells.Column]) -> int:
    found = 0
    for column in columns:
        for part in column.parts:
            found |= part.maybe & ~part.sure
    return found


def _reachable(columns: list[cells.Column], bit: int) -> bool:
    return all(any(part.sure & bit for part in column.parts) for column in columns)


def _example(columns: list[cells.Column], bits: int) -> str:
    return ", ".join(
        f"{column.label} = {part.example}"
        for column in columns
        for part in [next(part for part in column.parts if part.sure & bits == bits)]
        if part.example != "anything"
    )


def _gaps(table: Table, columns: list[cells.Column]) -> list[Finding]:
    if any(output.default is not None for output in table.outputs):
        return []
    if not all(column.whole for column in columns):
        return []
    gaps = _Search(columns).run()
    if not gaps:
        return []
    shown = "; ".join(gaps[:_SHOWN])
    more = " and more" if len(gaps) > _SHOWN else ""
    return [_finding(table, None, "dmn-gap", f"no rule hits for {shown}{more}")]


class _Search:
    """Looks for parts, one of each column, that no rule covers together."""

    def __init__(self, columns: list[cells.Column]) -> None:
        self.columns = columns
        self.left = _STEPS
        self.covered: set[tuple[int, int]] = set()
        self.found: list[str] = []

    def run(self) -> list[str]:
        self._look(0, -1, ())
        return self.found

    def _look(self, index: int, alive: int, chosen: tuple[str, ...]) -> bool:
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
            gap |= self._look(index + 1, alive & part.maybe, more)
        if not gap:
            self.covered.add((index, alive))
        return gap
