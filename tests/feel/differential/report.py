"""Compares ours with feelin and writes the table in docs/reference/feel-differences.md.

Run from the checkout: python tests/feel/differential/report.py
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from feel.differential.classes import CLASSES, Class, explain
from feel.differential.engines import ours, same, theirs, version
from feel.differential.grammar import CONTEXT, Case, Grammar

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "feel-differences.md"
SEED, COUNT = 20_260_115, 24_000
BEGIN, END = "<!-- counts -->", "<!-- end of counts -->"


@dataclass(frozen=True)
class Outcome:
    """What a comparison found."""

    count: int
    classes: Counter[str]
    examples: dict[str, str]
    unexplained: list[str]
    functions: Counter[str]
    rules: Counter[str]


def compare(seed: int, count: int) -> Outcome:
    """Make so many cases and compare both answers to each."""
    grammar = Grammar(seed)
    cases = [grammar.case() for _ in range(count)]
    answers = zip(cases, ours(cases, CONTEXT), theirs(cases, CONTEXT), strict=True)
    classes: Counter[str] = Counter()
    examples: dict[str, str] = {}
    unexplained: list[str] = []
    for case, mine, other in answers:
        if same(mine, other):
            continue
        found: Class | None = explain(case, mine, other)
        if found is None:
            unexplained.append(f"{_shown(case)}: ours {mine}, feelin {other}")
            continue
        classes[found.title] += 1
        if len(examples.get(found.title, "x" * 200)) > len(_shown(case)):
            examples[found.title] = _shown(case)
    return Outcome(
        count, classes, examples, unexplained, grammar.function_counts, grammar.rule_counts
    )


def _shown(case: Case) -> str:
    return f"{case.text} (input {case.input})" if case.unary else case.text


def table(outcome: Outcome) -> str:
    """Write the counts as Markdown."""
    differ = outcome.classes.total()
    lines = [
        f"feelin {version()}, seed {SEED}: {outcome.count:,} expressions, of which "
        f"{outcome.count - differ - len(outcome.unexplained):,} give the same on both and "
        f"{differ:,} differ for a reason named below; {len(outcome.unexplained)} unexplained.",
        "",
        "| Difference | Count | Example | DMN 1.5 | Right | Why |",
        "| --- | ---: | --- | --- | --- | --- |",
    ]
    for entry in sorted(CLASSES, key=lambda c: -outcome.classes[c.title]):
        number = outcome.classes[entry.title]
        if number:
            example = " ".join(outcome.examples.get(entry.title, "").split()).replace("|", "\\|")
            lines.append(
                f"| {entry.title} | {number} | `{example}` | {entry.section} | {entry.right} "
                f"| {entry.why} |"
            )
    lines += ["", "Each function, and how often it was called:", ""]
    lines.append(", ".join(f"`{n}` {c}" for n, c in sorted(outcome.functions.items())) + ".")
    lines += ["", "Each rule of the grammar, and in how many expressions it was used:", ""]
    lines.append(", ".join(f"`{n}` {c}" for n, c in sorted(outcome.rules.items())) + ".")
    return "\n".join(lines)


def main() -> int:
    """Compare, write the page, and fail on an unexplained difference."""
    outcome = compare(SEED, COUNT)
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n\n{table(outcome)}\n\n{END}{after}", encoding="utf-8")
    sys.stderr.write("\n".join(outcome.unexplained[:20]) + "\n")
    return 1 if outcome.unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
