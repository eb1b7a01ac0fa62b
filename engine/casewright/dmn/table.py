"""Decision tables: compiled once, evaluated with a trace of the rules that hit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from casewright import feel
from casewright.dmn import model as m
from casewright.dmn.run import Run, shown
from casewright.dmn.types import Type
from casewright.feel import Expression, UnaryTests
from casewright.feel.quick import Quick
from casewright.feel.runtime import MISSING

SINGLE = frozenset({"UNIQUE", "FIRST", "ANY", "PRIORITY"})
_AGGREGATES = {
    name: feel.parse(f"{name.lower()}(found)") for name in ("SUM", "MIN", "MAX", "COUNT")
}
_EQUAL = feel.parse("one = other")


@dataclass(frozen=True, slots=True)
class Input:
    """A compiled input clause."""

    clause: m.InputClause
    expression: Expression
    type: Type
    allowed: UnaryTests | None


@dataclass(frozen=True, slots=True)
class Output:
    """A compiled output clause; `order` lists its values by priority."""

    clause: m.OutputClause
    name: str
    type: Type
    allowed: UnaryTests | None
    default: Expression | None
    order: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A compiled rule; None is a condition that everything meets, or an empty result."""

    rule: m.Rule
    tests: tuple[UnaryTests | None, ...]
    results: tuple[Expression | None, ...]
    cells: tuple[tuple[int, Quick | None, UnaryTests], ...]


class Table:
    """A compiled decision table."""

    __slots__ = ("inputs", "outputs", "rows", "source")

    def __init__(
        self,
        source: m.Table,
        inputs: tuple[Input, ...],
        outputs: tuple[Output, ...],
        rows: tuple[Row, ...],
    ) -> None:
        self.source = source
        self.inputs = inputs
        self.outputs = outputs
        self.rows = rows

    def __call__(self, run: Run, scope: Mapping[str, Any]) -> Any:
        """Return the table's value, adding its trace to the run."""
        values = [self._input(run, item, scope) for item in self.inputs]
        trace: dict[str, Any] = {
            "kind": "table",
            "table": self.source.at.element,
            "hit_policy": self._policy(),
            "inputs": [
                {
                    "label": item.clause.label,
                    "expression": item.clause.expression.text,
                    "value": shown(value),
                }
                for item, value in zip(self.inputs, values, strict=True)
            ],
            "rules": [],
            "output": None,
        }
        run.tables.append(trace)
        if not self._permitted(run, values, scope):
            return None
        hits = self._hits(run, values, scope)
        found = [(row, self._results(run, row, scope)) for row in hits]
        trace["rules"] = [self._rule_trace(row, results) for row, results in found]
        value = self._decide(run, [results for _row, results in found], hits, scope)
        trace["output"] = shown(value)
        return value

    def _policy(self) -> str:
        return f"{self.source.hit_policy} {self.source.aggregation}".strip()

    def _input(self, run: Run, item: Input, scope: Mapping[str, Any]) -> Any:
        value = run.evaluate(item.expression, scope, item.clause.at)
        what = f"the input “{item.clause.label}”"
        return run.conform(value, item.type, what, item.clause.at)

    def _permitted(self, run: Run, values: list[Any], scope: Mapping[str, Any]) -> bool:
        for item, value in zip(self.inputs, values, strict=True):
            if item.allowed is None or run.test(item.allowed, value, scope, item.clause.at):
                continue
            message = f"the input “{item.clause.label}” is not one of its allowed values"
            run.notice("dmn-input-value", message, item.clause.at, failed=True)
            return False
        return True

    def _hits(self, run: Run, values: list[Any], scope: Mapping[str, Any]) -> list[Row]:
        hits = []
        spent = 0
        for row in self.rows:
            for column, quick, test in row.cells:
                value = values[column]
                answer = MISSING if quick is None else quick(value)
                if answer is MISSING:
                    answer = run.test(test, value, scope, row.rule.at)
                else:
                    spent += 1
                if not answer:
                    break
            else:
                hits.append(row)
                if self.source.hit_policy == "FIRST":
                    break
        # Quick answers need no more than a look: the whole table's are counted at once.
        run.budget.spend(spent)
        return hits

    def _results(self, run: Run, row: Row, scope: Mapping[str, Any]) -> list[Any]:
        found = []
        for output, result in zip(self.outputs, row.results, strict=False):
            value = None if result is None else run.evaluate(result, scope, row.rule.at)
            found.append(self._output(run, output, value, scope, row.rule.at))
        return found

    def _output(
        self, run: Run, output: Output, value: Any, scope: Mapping[str, Any], at: m.At
    ) -> Any:
        what = f"the output “{output.name}”"
        value = run.conform(value, output.type, what, at)
        if value is None or output.allowed is None or run.test(output.allowed, value, scope, at):
            return value
        run.notice("dmn-output-value", f"{what} is not one of its allowed values", at)
        return None

    def _rule_trace(self, row: Row, results: list[Any]) -> dict[str, Any]:
        return {
            "id": row.rule.at.element,
            "index": row.rule.index,
            "annotation": row.rule.annotation,
            "conditions": list(row.rule.inputs),
            "outputs": {
                output.name: shown(value)
                for output, value in zip(self.outputs, results, strict=False)
            },
        }

    def _whole(self, results: list[Any]) -> Any:
        """Return one rule's result: the value, or a context of several outputs."""
        if len(self.outputs) == 1:
            return results[0] if results else None
        return dict(zip((output.name for output in self.outputs), results, strict=False))

    def _decide(
        self, run: Run, found: list[list[Any]], hits: list[Row], scope: Mapping[str, Any]
    ) -> Any:
        if not found:
            return self._nothing(run, scope)
        policy = self.source.hit_policy
        if policy in ("PRIORITY", "OUTPUT ORDER"):
            found = sorted(found, key=self._rank)
        values = [self._whole(results) for results in found]
        if policy == "UNIQUE" and len(values) > 1:
            return self._violation(run, hits, "only one may")
        if policy == "ANY" and not all(_equal(run, values[0], item) for item in values[1:]):
            return self._violation(run, hits, "their results differ")
        if policy in SINGLE:
            return values[0]
        if policy == "COLLECT" and self.source.aggregation:
            aggregate = _AGGREGATES[self.source.aggregation]
            return run.evaluate(aggregate, {"found": values}, self.source.at)
        return values

    def _violation(self, run: Run, hits: list[Row], why: str) -> None:
        policy = self.source.hit_policy
        rules = ", ".join(str(row.rule.index) for row in hits)
        message = f"the rules {rules} of a {policy} table hit together, but {why}"
        run.notice(f"dmn-{policy.lower()}", message, self.source.at, failed=True)

    def _nothing(self, run: Run, scope: Mapping[str, Any]) -> Any:
        if any(output.default is not None for output in self.outputs):
            return self._whole([self._default(run, output, scope) for output in self.outputs])
        if self.source.hit_policy in SINGLE:
            run.notice("dmn-no-rule", "no rule of the table hit", self.source.at)
            return None
        if self.source.aggregation:
            aggregate = _AGGREGATES[self.source.aggregation]
            empty = self.source.aggregation == "COUNT"
            return run.evaluate(aggregate, {"found": []}, self.source.at) if empty else None
        return []

    def _default(self, run: Run, output: Output, scope: Mapping[str, Any]) -> Any:
        if output.default is None:
            return None
        value = run.evaluate(output.default, scope, output.clause.at)
        return self._output(run, output, value, scope, output.clause.at)

    def _rank(self, results: list[Any]) -> tuple[int, ...]:
        return tuple(
            next(
                (place for place, item in enumerate(output.order) if _same(item, value)),
                len(output.order),
            )
            for output, value in zip(self.outputs, results, strict=False)
        )


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def _equal(run: Run, one: Any, other: Any) -> bool:
    value, _problems = _EQUAL.evaluate({"one": one, "other": other}, limits=run.budget.limits)
    return value is True
