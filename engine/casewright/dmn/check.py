"""Find gaps and overlaps of decision tables at save."""

from __future__ import annotations

from collections.abc import Iterable

from casewright.dmn.table import Table
from casewright.domain.findings import Finding


def check(tables: Iterable[Table]) -> list[Finding]:
    """Return what is wrong with the tables for some input."""
    return []
