"""Turn boxed expressions into closures over a run and its names; FEEL is parsed here, once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from casewright import feel
from casewright.dmn import model as m
from casewright.dmn import table as t
from casewright.dmn.run import Run
from casewright.dmn.types import MISMATCH, Type, Types
from casewright.feel import Expression, Function, UnaryTests
from casewright.feel.functions import BUILTINS
from casewright.feel.problems import FeelError
from casewright.xml.findings import Finding

Scope: TypeAlias = Mapping[str, Any]
Work: TypeAlias = Callable[[Run, Scope], Any]
Names: TypeAlias = frozenset[str]
_EVERYTHING = frozenset({"", "-"})


class Compiler:
    """Compiles the expressions of one file, gathering findings and the names they read."""

    def __init__(self, namespace: str, types: Types, common: Names) -> None:
        self.namespace = namespace
        self.types = types
        self.common = common
        self.findings: list[Finding] = []
        self.reads: set[str] = set()
        self.uncertain: set[str] = set()  # may be an item's key, or a built-in function

    def type(self, ref: str, at: m.At) -> Type:
        """Return the type of a reference in this file."""
        return self.types.of(ref, self.namespace, at)

    def problem(self, at: m.At, code: str, message: str, place: str = "") -> None:
        """Add an error at the place."""
        where = ", ".join(filter(None, (at.name, place)))
        self.findings.append(Finding(at.file, at.element, at.line, code, message, place=where))

    def _note(self, parsed: Expression | UnaryTests, names: Names, at: m.At, place: str) -> None:
        for problem in parsed.problems:
            message = f"{problem.message} (line {problem.line}, column {problem.column})"
            self.problem(at, f"feel-{problem.kind}", message, place)
        self.reads |= parsed.reads - names - {"?"}
        self.uncertain |= parsed.uncertain | (parsed.reads & BUILTINS.keys())

    def expression(self, text: str, names: Names, at: m.At, place: str = "") -> Expression:
        """Parse a FEEL expression."""
        parsed = feel.parse(text, names | self.common)
        self._note(parsed, names, at, place)
        return parsed

    def tests(self, text: str, names: Names, at: m.At, place: str = "") -> UnaryTests:
        """Parse FEEL unary tests."""
        parsed = feel.unary(text, names | self.common)
        self._note(parsed, names, at, place)
        return parsed

    def boxed(self, box: m.Boxed, names: Names) -> Work:
        """Compile any expression; its declared type is checked on its value."""
        work = _KINDS[type(box)](self, box, names)
        wanted = self.type(box.type_ref, box.at)
        if wanted.any:
            return work
        at = box.at
        return lambda run, scope: run.conform(work(run, scope), wanted, "the value", at)

    def literal(self, box: m.Literal, names: Names) -> Work:
        if not box.text:
            return lambda run, scope: None
        parsed, at = self.expression(box.text, names, box.at), box.at
        return lambda run, scope: run.evaluate(parsed, scope, at)

    def table(self, box: m.Table, names: Names) -> t.Table:
        """Compile a decision table."""
        if box.aggregation and box.hit_policy != "COLLECT":
            self.problem(box.at, "dmn-aggregation", "only a COLLECT table has an aggregation")
        if box.aggregation and len(box.outputs) > 1:
            message = "an aggregation needs a table with one output"
            self.problem(box.at, "dmn-aggregation", message)
        named = [output.name for output in box.outputs]
        if len(named) > 1 and (not all(named) or len(set(named)) < len(named)):
            message = "the outputs of a table with several need different names"
            self.problem(box.at, "dmn-output-name", message)
        inputs = tuple(self._input(item, names) for item in box.inputs)
        outputs = tuple(self._output(item, box, names) for item in box.outputs)
        rows = tuple(self._row(rule, names, len(inputs)) for rule in box.rules)
        return t.Table(box, inputs, outputs, rows)

    def _input(self, item: m.InputClause, names: Names) -> t.Input:
        source = item.expression
        return t.Input(
            item,
            self.expression(source.text or "null", names, source.at),
            self.type(source.type_ref, source.at),
            self.tests(item.values, names, item.at) if item.values else None,
        )

    def _output(self, item: m.OutputClause, box: m.Table, names: Names) -> t.Output:
        ranked = box.hit_policy in ("PRIORITY", "OUTPUT ORDER")
        order: tuple[Any, ...] = ()
        if ranked and item.values:
            listed, problems = feel.evaluate(f"[{item.values}]", {})
            if problems:
                message = "the output values of this hit policy must be a list of values"
                self.problem(item.at, "dmn-priority", message)
            order = tuple(listed or ())
        elif ranked and not any(output.values for output in box.outputs):
            message = f"a {box.hit_policy} table needs output values, highest priority first"
            self.problem(item.at, "dmn-priority", message)
        return t.Output(
            item,
            item.name or item.label or box.label or "output",
            self.type(item.type_ref, item.at),
            self.tests(item.values, names, item.at) if item.values else None,
            self.expression(item.default, names, item.at) if item.default else None,
            order,
        )

    def _row(self, rule: m.Rule, names: Names, columns: int) -> t.Row:
        tests = tuple(
            None
            if text.strip() in _EVERYTHING
            else self.tests(text, names | {"?"}, rule.at, f"rule {rule.index}, input {index}")
            for index, text in enumerate(rule.inputs, 1)
        )
        results = tuple(
            self.expression(item.text, names, rule.at, f"rule {rule.index}, output {index}")
            if item.text
            else None
            for index, item in enumerate(rule.outputs, 1)
        )
        looked = tuple(
            (column, test.quick, test)
            for column, test in enumerate(tests[:columns])
            if test is not None
        )
        return t.Row(rule, tests, results, looked)

    def context(self, box: m.Context, names: Names) -> Work:
        entries: list[tuple[str, Type, Work, m.At]] = []
        for parameter, value in box.entries:
            if any(parameter.name == name for name, *_ in entries):
                message = f"the context has two entries “{parameter.name}”"
                self.problem(box.at, "dmn-duplicate-name", message)
            wanted = self.type(parameter.type_ref, value.at)
            entries.append((parameter.name, wanted, self.boxed(value, names), value.at))
            names |= {parameter.name}
        result = None if box.result is None else self.boxed(box.result, names)

        def work(run: Run, scope: Scope) -> Any:
            made: dict[str, Any] = {}
            seen = dict(scope)
            for name, wanted, value, at in entries:
                found = run.conform(value(run, seen), wanted, f"“{name}”", at)
                made[name] = seen[name] = found
            return made if result is None else result(run, seen)

        return work

    def items(self, box: m.Items, names: Names) -> Work:
        works = [self.boxed(item, names) for item in box.items]
        return lambda run, scope: [work(run, scope) for work in works]

    def relation(self, box: m.Relation, names: Names) -> Work:
        columns = [(item.name, self.type(item.type_ref, box.at)) for item in box.columns]
        rows = [[self.boxed(cell, names) for cell in row] for row in box.rows]
        at = box.at

        def work(run: Run, scope: Scope) -> Any:
            return [
                {
                    name: run.conform(cell(run, scope), wanted, f"“{name}”", at)
                    for (name, wanted), cell in zip(columns, row, strict=False)
                }
                for row in rows
            ]

        return work

    def invocation(self, box: m.Invocation, names: Names) -> Work:
        callee = self.boxed(box.callee, names)
        bindings = [(name, self.boxed(value, names)) for name, value in box.bindings]
        at = box.at

        def work(run: Run, scope: Scope) -> Any:
            function = callee(run, scope)
            given = {name: value(run, scope) for name, value in bindings}
            if not isinstance(function, Function):
                run.notice("dmn-not-a-function", "what is invoked is not a function", at)
                return None
            if set(given) != set(function.parameters):
                message = "the bindings are not those of the function's parameters"
                run.notice("dmn-binding", message, at)
                return None
            arguments = [given[name] for name in function.parameters]
            return call(run, function, arguments, at)

        return work

    def function(self, box: m.FunctionDefinition, names: Names) -> Work:
        make = self.maker(box, names)
        return lambda run, scope: make(run, lambda: scope)

    def maker(
        self, box: m.FunctionDefinition, names: Names, name: str = ""
    ) -> Callable[[Run, Callable[[], Scope]], Function]:
        """Return what makes the function value, its surrounding names given when called."""
        wanted = [(item.name, self.type(item.type_ref, box.at)) for item in box.parameters]
        body = self.boxed(box.body, names | {item.name for item in box.parameters})
        returned = self.type(box.type_ref, box.at)

        def make(run: Run, around: Callable[[], Scope]) -> Function:
            def invoke(_feel: Any, arguments: Sequence[Any]) -> Any:
                scope = dict(around())
                for (parameter, kind), value in zip(wanted, arguments, strict=True):
                    scope[parameter] = kind.conform(value)
                    if scope[parameter] is MISMATCH:
                        raise FeelError(f"the argument “{parameter}” is not of type {kind.name}")
                run.enter()
                try:
                    return run.conform(body(run, scope), returned, "the value", box.at)
                finally:
                    run.leave()

            return Function([parameter for parameter, _ in wanted], invoke, name)

        return make

    def conditional(self, box: m.Conditional, names: Names) -> Work:
        condition, then, otherwise = (
            self.boxed(item, names) for item in (box.condition, box.then, box.otherwise)
        )

        def work(run: Run, scope: Scope) -> Any:
            chosen = condition(run, scope)
            if not isinstance(chosen, bool | None):
                run.notice("dmn-condition", "a condition is not true or false", box.at)
                return None
            return then(run, scope) if chosen else otherwise(run, scope)

        return work

    def filter(self, box: m.Filter, names: Names) -> Work:
        source = self.boxed(box.source, names)
        match = self.boxed(box.match, names | {"item"})

        def work(run: Run, scope: Scope) -> Any:
            found = []
            for item in _listed(source(run, scope)):
                own = item if isinstance(item, dict) else {}
                passed = match(run, {**scope, **own, "item": item})
                if not isinstance(passed, bool | None):
                    run.notice("dmn-filter", "a filter's match is not true or false", box.at)
                    return None
                if passed:
                    found.append(item)
            return found

        return work

    def loop(self, box: m.Loop, names: Names) -> Work:
        source = self.boxed(box.source, names)
        body = self.boxed(box.body, names | {box.variable, "partial"})
        variable = box.variable

        def values(run: Run, scope: Scope) -> list[Any]:
            made: list[Any] = []
            for item in _listed(source(run, scope)):
                made.append(body(run, {**scope, variable: item, "partial": list(made)}))
            return made

        if box.kind == "for":
            return values
        strong = box.kind == "some"

        def quantified(run: Run, scope: Scope) -> Any:
            found = [body(run, {**scope, variable: i}) for i in _listed(source(run, scope))]
            if any(item is strong for item in found):
                return strong
            return None if any(item is not (not strong) for item in found) else not strong

        return quantified


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def call(run: Run, function: Function, arguments: Sequence[Any], at: m.At) -> Any:
    """Call a function value through FEEL, so that its limits and problems count."""
    given = {f"a{index}": value for index, value in enumerate(arguments)}
    text = f"f({', '.join(given)})"
    return run.evaluate(feel.parse(text), {"f": function, **given}, at)


_KINDS: dict[type, Callable[[Compiler, Any, Names], Work]] = {
    m.Literal: Compiler.literal,
    m.Table: Compiler.table,
    m.Context: Compiler.context,
    m.Items: Compiler.items,
    m.Relation: Compiler.relation,
    m.Invocation: Compiler.invocation,
    m.FunctionDefinition: Compiler.function,
    m.Conditional: Compiler.conditional,
    m.Filter: Compiler.filter,
    m.Loop: Compiler.loop,
}
