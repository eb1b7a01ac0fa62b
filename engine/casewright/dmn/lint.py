"""Mistakes of type in the texts of a model: what can give nothing but null, whatever comes in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from casewright import feel
from casewright.dmn import model as m
from casewright.dmn.types import Type
from casewright.feel import Kind
from casewright.feel.kinds import UNKNOWN, as_kind
from casewright.xml.findings import Finding

_DEEPEST = 6
_EVERYTHING = frozenset({"", "-"})
# Told already where the text is compiled.
_TOLD = frozenset({"syntax", "limit", "unknown-name"})
Kinds = Mapping[str, Kind]


@dataclass(frozen=True, slots=True)
class Subject:
    """An expression with the types of the names in its scope, and what resolves others."""

    box: m.Boxed
    kinds: Kinds
    wanted: Type
    type: Callable[[str, m.At], Type]
    names: frozenset[str]


def lint(subjects: Iterable[Subject]) -> list[Finding]:
    """Return a warning for every certain mistake of type."""
    found: list[Finding] = []
    for subject in subjects:
        look = _Look(subject)
        kind = look.at(subject.box, subject.kinds)
        look.fits(kind, subject.wanted, subject.box.at, "")
        found.extend(look.findings)
    return found


def kind_of(found: Type | None, depth: int = 0) -> Kind:
    """Return what FEEL calls a type; a type within itself is not known at some depth."""
    if found is None or found.any or depth > _DEEPEST:
        return UNKNOWN
    if found.element is not None:
        return Kind("list", kind_of(found.element, depth + 1))
    if found.fields is not None:
        fields = {name: kind_of(part, depth + 1) for name, part in found.fields.items()}
        return Kind("context", None, fields)
    if found.sub is not None:
        return kind_of(found.sub, depth + 1)
    return UNKNOWN if found.kind is None else as_kind(_bare(found.name))


def _bare(name: str) -> str:
    # The types of a function's or a context's parts say nothing that is certain here.
    return name if name.startswith(("list<", "range<")) else name.partition("<")[0]


class _Look:
    """Walks over one expression with the names in scope."""

    def __init__(self, subject: Subject) -> None:
        self.type = subject.type
        self.names = subject.names
        self.findings: list[Finding] = []

    def problem(self, at: m.At, code: str, message: str, place: str) -> None:
        where = ", ".join(filter(None, (at.name, place)))
        made = Finding(at.file, at.element, at.line, code, message, "warning", where)
        if made not in self.findings:
            self.findings.append(made)

    def text(
        self, text: str, kinds: Kinds, at: m.At, place: str, value: Kind | None = None
    ) -> Kind:
        """Return the type of a text; with `value`, it is tests of a value of that type."""
        scope = {**dict.fromkeys(self.names, UNKNOWN), **kinds}
        tests = value is not None
        found = feel.analyse(
            text, scope, unary=tests, input_type=UNKNOWN if value is None else value, closed=False
        )
        if any(problem.kind in _TOLD for problem in found.problems):
            return UNKNOWN
        for problem in found.problems:
            message = (
                f"{problem.message} in “{_short(text)}” "
                f"(line {problem.line}, column {problem.column})"
            )
            self.problem(at, f"feel-{problem.kind}", message, place)
        return found.type

    def fits(self, kind: Kind, wanted: Type, at: m.At, place: str) -> None:
        """Tell a value that is never of the type that is declared for it."""
        declared = kind_of(wanted)
        pair = (kind.name, declared.name)
        if not (kind.sure and declared.sure) or pair[0] == pair[1] or "list" in pair:
            return
        if pair != ("date", "date and time"):
            message = f"the value is a {kind.name}, but the type is {wanted.name}"
            self.problem(at, "dmn-type", message, place)

    def at(self, box: m.Boxed, kinds: Kinds) -> Kind:
        """Return the type of an expression: the declared one, or what it is seen to give."""
        found: Kind = _LOOKS[type(box)](self, box, kinds)
        wanted = self.type(box.type_ref, box.at)
        if wanted.any or isinstance(box, m.FunctionDefinition):
            return found
        self.fits(found, wanted, box.at, "")
        return kind_of(wanted)

    def declared(self, ref: str, at: m.At, found: Kind, place: str = "") -> Kind:
        """Return the type of a value that has a declaration of its own."""
        wanted = self.type(ref, at)
        if wanted.any:
            return found
        self.fits(found, wanted, at, place)
        return kind_of(wanted)

    def literal(self, box: m.Literal, kinds: Kinds) -> Kind:
        return self.text(box.text, kinds, box.at, "") if box.text else UNKNOWN

    def table(self, box: m.Table, kinds: Kinds) -> Kind:
        values = []
        for item in box.inputs:
            source = item.expression
            found = self.text(source.text, kinds, source.at, "") if source.text else UNKNOWN
            values.append(self.declared(source.type_ref, source.at, found))
        for rule in box.rules:
            place = f"rule {rule.index}"
            cells = zip(rule.inputs, values, box.inputs, strict=False)
            for number, (text, value, _item) in enumerate(cells, 1):
                if text.strip() not in _EVERYTHING:
                    self.text(text, kinds, rule.at, f"{place}, input {number}", value)
            for number, (item_text, output) in enumerate(
                zip(rule.outputs, box.outputs, strict=False), 1
            ):
                if item_text.text:
                    where = f"{place}, output {number}"
                    found = self.text(item_text.text, kinds, rule.at, where)
                    self.fits(found, self.type(output.type_ref, output.at), rule.at, where)
        for output in box.outputs:
            if output.default:
                found = self.text(output.default, kinds, output.at, "default output")
                wanted = self.type(output.type_ref, output.at)
                self.fits(found, wanted, output.at, "default output")
        return UNKNOWN

    def context(self, box: m.Context, kinds: Kinds) -> Kind:
        seen, fields = dict(kinds), {}
        for parameter, value in box.entries:
            found = self.declared(parameter.type_ref, value.at, self.at(value, seen))
            seen[parameter.name] = fields[parameter.name] = found
        return Kind("context", None, fields) if box.result is None else self.at(box.result, seen)

    def items(self, box: m.Items, kinds: Kinds) -> Kind:
        for item in box.items:
            self.at(item, kinds)
        return Kind("list")

    def relation(self, box: m.Relation, kinds: Kinds) -> Kind:
        for row in box.rows:
            for column, cell in zip(box.columns, row, strict=False):
                self.declared(column.type_ref, box.at, self.at(cell, kinds), column.name)
        return Kind("list")

    def invocation(self, box: m.Invocation, kinds: Kinds) -> Kind:
        for inner in (box.callee, *(value for _name, value in box.bindings)):
            self.at(inner, kinds)
        return UNKNOWN

    def function(self, box: m.FunctionDefinition, kinds: Kinds) -> Kind:
        own = {item.name: kind_of(self.type(item.type_ref, box.at)) for item in box.parameters}
        self.declared(box.type_ref, box.at, self.at(box.body, {**kinds, **own}))
        return Kind("function")

    def conditional(self, box: m.Conditional, kinds: Kinds) -> Kind:
        condition, one, other = (
            self.at(item, kinds) for item in (box.condition, box.then, box.otherwise)
        )
        if condition.sure and condition.name not in ("boolean", "list"):
            message = f"the condition must be true or false, not a {condition.name}"
            self.problem(box.at, "feel-type", message, "")
        return one if one == other else UNKNOWN

    def filter(self, box: m.Filter, kinds: Kinds) -> Kind:
        source = self.at(box.source, kinds)
        item = source.item if source.name == "list" and source.item else UNKNOWN
        # The keys of an item hide the names around; without a type only the data can tell them.
        around = kinds if item.fields else dict.fromkeys(kinds, UNKNOWN)
        inside = {**around, **(item.fields or {}), "item": item}
        self.at(box.match, inside)
        return Kind("list", item)

    def loop(self, box: m.Loop, kinds: Kinds) -> Kind:
        source = self.at(box.source, kinds)
        item = source.item if source.name == "list" and source.item else UNKNOWN
        body = self.at(box.body, {**kinds, box.variable: item, "partial": Kind("list")})
        return Kind("list", body) if box.kind == "for" else Kind("boolean")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:57]}…"


_LOOKS: dict[type, Callable[[_Look, Any, Kinds], Kind]] = {
    m.Literal: _Look.literal,
    m.Table: _Look.table,
    m.Context: _Look.context,
    m.Items: _Look.items,
    m.Relation: _Look.relation,
    m.Invocation: _Look.invocation,
    m.FunctionDefinition: _Look.function,
    m.Conditional: _Look.conditional,
    m.Filter: _Look.filter,
    m.Loop: _Look.loop,
}
