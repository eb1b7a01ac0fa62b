"""Why a rule decided as it did: a decision's trace in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from casewright.store.queries.cases import DecisionView
from casewright.web.pages import show

POLICIES = {
    "UNIQUE": "exactly one rule may fit",
    "FIRST": "the first rule that fits decides",
    "ANY": "all rules that fit agree",
    "PRIORITY": "the most important rule that fits decides",
    "COLLECT": "the results of all rules that fit are collected",
    "RULE ORDER": "the results of all rules that fit, in their order",
    "OUTPUT ORDER": "the results of all rules that fit, the most important first",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What a rule asked of one input, and what it was given."""

    label: str
    value: str
    condition: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that fitted; `text` is the analyst's own remark on it."""

    number: int
    text: str
    cells: tuple[Cell, ...]
    outputs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Why:
    """One decision, with what it needed from others."""

    name: str
    policy: str
    inputs: tuple[tuple[str, str], ...]
    rules: tuple[Rule, ...]
    output: str
    expression: str
    needs: tuple[Why, ...]
    version: int = 0
    at: datetime | None = None


def why(found: DecisionView, zone: tzinfo) -> Why:
    """Return a stored decision to be read."""
    made = _why(found.trace or {}, zone)
    name = made.name or show.readable(found.decision)
    output = made.output if found.trace else show.value(found.output, zone)
    return Why(
        name, made.policy, made.inputs, made.rules, output, made.expression, made.needs,
        found.version, found.at,
    )  # fmt: skip


def _why(trace: Mapping[str, Any], zone: tzinfo) -> Why:
    inputs = [item for item in _list(trace.get("inputs")) if isinstance(item, Mapping)]
    shown = tuple((_label(item), show.value(item.get("value"), zone)) for item in inputs)
    rules = [item for item in _list(trace.get("rules")) if isinstance(item, Mapping)]
    needs = [item for item in _list(trace.get("requires")) if isinstance(item, Mapping)]
    fitted = tuple(_rule(rule, shown, zone) for rule in rules)
    told = {cell.label for rule in fitted for cell in rule.cells}
    return Why(
        show.readable(str(trace.get("name") or "")),
        POLICIES.get(str(trace.get("hit_policy", "")), ""),
        tuple(item for item in shown if item[0] not in told),
        fitted,
        show.value(trace.get("output"), zone),
        str(trace.get("expression") or "") if trace.get("kind") == "literal" else "",
        tuple(_why(need, zone) for need in needs if need.get("name")),
    )


def _label(item: Mapping[str, Any]) -> str:
    return str(item.get("label") or show.readable(str(item.get("expression") or "")))


def _rule(rule: Mapping[str, Any], inputs: Sequence[tuple[str, str]], zone: tzinfo) -> Rule:
    conditions = [str(text) for text in _list(rule.get("conditions"))]
    cells = tuple(
        Cell(label, value, condition)
        for (label, value), condition in zip(inputs, conditions, strict=False)
        if condition.strip() not in ("", "-")
    )
    outputs = rule.get("outputs")
    items = outputs.items() if isinstance(outputs, Mapping) else ()
    return Rule(
        int(rule.get("index") or 0),
        str(rule.get("annotation") or ""),
        cells,
        tuple((show.readable(str(name)), show.value(value, zone)) for name, value in items),
    )


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []
