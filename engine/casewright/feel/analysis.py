"""What can be known of an expression without its values: result type and mistakes of type.

Every type is a name as `type_name` gives it, or "Any" where nothing is certain. A mistake is
told only where the operation can give nothing but null, whatever the variables hold.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from . import nodes as n
from .functions import BUILTINS
from .functions.registry import Builtin, Parameter, Signature
from .hints import foreign
from .kinds import (
    BOOLEAN,
    DATES,
    DAYS,
    DURATIONS,
    MONTHS,
    ORDERED,
    PARTS,
    RESULTS,
    UNKNOWN,
    Kind,
    as_kind,
    common,
    kind_of,
    named,
    result,
)
from .parser import parse
from .problems import Problem
from .properties import NAMES

_VERBS = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "**": "raise to a power"}
_ACCEPTED: dict[str, frozenset[str]] = {
    "integer": frozenset({"number"}),
    "datetime": frozenset({"date and time"}),
    "day": DATES,
    "duration": frozenset({DAYS}),
    "months": frozenset({MONTHS}),
}
_NUMERIC = frozenset({"sum", "mean", "median", "product", "stddev", "mode"})


@dataclass(frozen=True, slots=True)
class Analysis:
    """What an expression reads, what it gives, and what is wrong with it."""

    type: Kind
    reads: frozenset[str]
    problems: tuple[Problem, ...]


def analyse(
    text: str,
    names: Iterable[str] | Mapping[str, Kind | str] = (),
    *,
    unary: bool = False,
    input_type: Kind | str = UNKNOWN,
    closed: bool = True,
) -> Analysis:
    """Look at an expression, or at unary tests.

    `names` are those in scope, with their types where they are known; without `closed` there
    may be others, so that an unknown name is no problem.
    """
    known = _kinds(names)
    if unary and text.strip() in ("", "-"):
        return Analysis(BOOLEAN, frozenset(), ())
    parsed = parse(text, frozenset(known) | NAMES, BUILTINS, unary)
    if parsed.problems:
        return Analysis(UNKNOWN, parsed.reads, parsed.problems)
    look = _Look(known, closed)
    try:
        if unary:
            look.scopes.append({"?": as_kind(input_type)})
            for test in parsed.tests:
                look.test(test, as_kind(input_type))
            found = BOOLEAN
        else:
            found = UNKNOWN if parsed.tree is None else look.at(parsed.tree)
    except RecursionError:
        return Analysis(UNKNOWN, parsed.reads, (Problem("limit", "nested too deeply"),))
    return Analysis(found, parsed.reads, tuple(look.problems))


def _kinds(names: Iterable[str] | Mapping[str, Kind | str]) -> dict[str, Kind]:
    if isinstance(names, Mapping):
        return {name: as_kind(kind) for name, kind in names.items()}
    return dict.fromkeys(names, UNKNOWN)


def nearest(name: str, known: Iterable[str]) -> str:
    """Return “; did you mean …?” with the nearest of the known names, or nothing."""
    found = difflib.get_close_matches(name, sorted(known), 1, 0.7)
    if not found:
        folded = {_plain(other): other for other in known}
        other = folded.get(_plain(name))
        found = [other] if other else []
    return f"; did you mean “{found[0]}”?" if found else ""


def _plain(name: str) -> str:
    return name.casefold().replace("_", "").replace(" ", "")


class _Look:
    """Walks over a tree, with the types of the names in scope."""

    def __init__(self, names: Mapping[str, Kind], closed: bool) -> None:
        self.names = names
        self.closed = closed
        self.scopes: list[Mapping[str, Kind]] = []
        # Inside a filter a name may be a key of the items, which only the data can tell.
        self.filters = 0
        self.problems: list[Problem] = []

    def problem(self, node: n.Node, message: str, kind: str = "type") -> Kind:
        """Add a problem; what is wrong gives null."""
        made = Problem(kind, message, *node.place)
        if made not in self.problems:
            self.problems.append(made)
        return UNKNOWN

    def at(self, node: n.Node) -> Kind:
        """Return the type of an expression."""
        look = _LOOKS.get(type(node))
        return UNKNOWN if look is None else look(self, node)

    def inner(self, node: n.Node, scope: Mapping[str, Kind]) -> Kind:
        """Return the type of an expression that sees more names."""
        self.scopes.append(scope)
        try:
            return self.at(node)
        finally:
            self.scopes.pop()

    def find(self, name: str) -> Kind | None:
        """Return the type of a name in scope."""
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return self.names.get(name)

    def in_scope(self) -> set[str]:
        """Return all names that may be read here."""
        return set(self.names).union(*self.scopes) - {"?"}

    # -- names and paths

    def name(self, node: n.Name) -> Kind:
        """Look up a name."""
        found = self.find(node.name)
        if found is not None:
            return found
        if node.local or node.in_filter or self.filters or not self.closed:
            return UNKNOWN
        if node.name in BUILTINS:
            return Kind("function")
        near = nearest(node.name, self.in_scope()) or foreign(node.name)
        return self.problem(node, f"there is no name “{node.name}”{near}", "unknown-name")

    def path(self, node: n.Path) -> Kind:
        """Look up a part of a value."""
        target = self.at(node.target)
        if target.name == "list" and target.item is not None:
            return Kind("list", self.part(node, target.item))
        return self.part(node, target)

    def part(self, node: n.Path, target: Kind) -> Kind:
        """Return the type of a named part."""
        name = node.name
        if target.name == "context" and target.fields is not None:
            found = target.fields.get(name)
            if found is not None:
                return found
            near = nearest(name, target.fields)
            return self.problem(node, f"the context has no “{name}”{near}", "unknown-property")
        parts = PARTS.get(target.name)
        if parts is None:
            return UNKNOWN
        if name not in parts:
            near = nearest(name, parts) or (f"; it has {', '.join(parts)}" if parts else "")
            return self.problem(node, f"a {target} has no “{name}”{near}", "unknown-property")
        return target.item or UNKNOWN if name in ("start", "end") else parts[name]

    def filter(self, node: n.Filter) -> Kind:
        """Look at a filter."""
        target = self.at(node.target)
        item = target.item or UNKNOWN if target.name == "list" else target
        scope = {"item": item, **(item.fields or {})}
        self.filters += 1
        found = self.inner(node.condition, scope)
        self.filters -= 1
        if found.sure and found.name not in ("boolean", "number"):
            self.problem(
                node.condition, f"a filter is a condition or a position, not a {found.name}"
            )
        if found.name == "number":
            return item
        return Kind("list", item) if found.name == "boolean" and target.sure else UNKNOWN

    # -- operators

    def negation(self, node: n.Negation) -> Kind:
        """Look at a minus."""
        found = self.at(node.operand)
        if found.sure and found.name not in ("number", *DURATIONS):
            return self.problem(node, f"cannot negate a {found.name}")
        return found if found.sure else UNKNOWN

    def arithmetic(self, node: n.Arithmetic) -> Kind:
        """Look at + - * / **."""
        left, right = self.at(node.left), self.at(node.right)
        one, two = left.name, right.name
        if not (left.sure and right.sure):
            return UNKNOWN
        found = result(node.operator, one, two)
        if found is not None:
            return Kind(found)
        # A list of one item stands for the item in some engines, so it is left alone.
        if "list" in (one, two):
            return UNKNOWN
        hint = ""
        if node.operator == "+" and "string" in (one, two):
            hint = "; write string(…) around the one that is no text"
        return self.problem(node, f"cannot {_VERBS[node.operator]} {one} and {two}{hint}")

    def comparison(self, node: n.Comparison) -> Kind:
        """Look at a comparison."""
        left, right = self.at(node.left), self.at(node.right)
        self.comparable(node, node.operator, left, right)
        return BOOLEAN

    def comparable(self, node: n.Node, operator: str, left: Kind, right: Kind) -> None:
        """Tell two types that can never be compared."""
        if not (left.sure and right.sure):
            return
        one, two = left.name, right.name
        if one != two and "list" not in (one, two):
            hint = _convert(one, two)
            self.problem(node, f"{one} and {two} cannot be compared{hint}")
        elif operator not in ("=", "!=") and one == two and one not in (*ORDERED, "list"):
            self.problem(node, f"a {one} has no order; only = and != compare it")

    def logic(self, node: n.Logic) -> Kind:
        """Look at and, or."""
        for operand in node.operands:
            found = self.at(operand)
            if found.sure and not _logical(found):
                self.problem(
                    operand, f"“{node.operator}” joins conditions, but this is a {found.name}"
                )
        return BOOLEAN

    def between(self, node: n.Between) -> Kind:
        """Look at between."""
        value = self.at(node.value)
        for end in (node.low, node.high):
            self.comparable(end, "<", value, self.at(end))
        return BOOLEAN

    def contained(self, node: n.In) -> Kind:
        """Look at in."""
        value = self.at(node.value)
        self.scopes.append({"?": value})
        for test in node.tests:
            self.test(test, value)
        self.scopes.pop()
        return BOOLEAN

    def test(self, node: n.Test, value: Kind) -> None:
        """Look at one unary test of a value of this type."""
        found = self.at(node.operand)
        if node.uses_input or not value.sure or not found.sure:
            return
        if node.operator:
            self.comparable(node, node.operator, value, found)
        elif found.name == "range" and found.item is not None:
            self.comparable(node, "<", value, found.item)
        elif found.name in ORDERED and found.name != value.name and value.name != "list":
            self.comparable(node, "=", value, found)

    # -- values

    def range(self, node: n.RangeLiteral) -> Kind:
        """Look at the two ends of a range."""
        ends = [self.at(end) for end in (node.low, node.high) if end is not None]
        if len(ends) == 2:
            self.comparable(node, "<", *ends)
        return Kind("range", common(ends))

    def items(self, node: n.ListLiteral) -> Kind:
        """Look at a list."""
        return Kind("list", common([self.at(item) for item in node.items]))

    def context(self, node: n.ContextLiteral) -> Kind:
        """Look at a context, whose later entries see the earlier ones."""
        fields: dict[str, Kind] = {}
        self.scopes.append(fields)
        for key, value in node.entries:
            fields[key] = self.at(value)
        self.scopes.pop()
        return Kind("context", None, dict(fields))

    def function(self, node: n.FunctionLiteral) -> Kind:
        """Look at a function literal."""
        scope = {
            name: UNKNOWN if wanted is None else named(wanted.name)
            for name, wanted in node.parameters
        }
        self.inner(node.body, scope)
        return Kind("function")

    # -- control

    def choice(self, node: n.If) -> Kind:
        """Look at if."""
        self.condition(node.condition, "the condition of “if”")
        return common([self.at(node.yes), self.at(node.no)])

    def condition(self, node: n.Node, what: str, scope: Mapping[str, Kind] | None = None) -> None:
        """Look at what must be true or false."""
        found = self.at(node) if scope is None else self.inner(node, scope)
        if found.sure and not _logical(found):
            self.problem(node, f"{what} must be true or false, not a {found.name}")

    def iterators(self, found: tuple[n.Iterator, ...]) -> dict[str, Kind]:
        """Return the names that iterators give, each seeing the ones before it."""
        scope: dict[str, Kind] = {}
        for one in found:
            source = self.inner(one.source, scope)
            if one.until is not None:
                self.inner(one.until, scope)
                scope[one.name] = source if source.name in ("number", "date") else UNKNOWN
            elif source.name in ("list", "range"):
                scope[one.name] = source.item or UNKNOWN
            else:
                scope[one.name] = source
        return scope

    def loop(self, node: n.For) -> Kind:
        """Look at for."""
        scope = {"partial": Kind("list"), **self.iterators(node.iterators)}
        return Kind("list", self.inner(node.body, scope))

    def quantified(self, node: n.Quantified) -> Kind:
        """Look at some and every."""
        word = "every" if node.every else "some"
        scope = self.iterators(node.iterators)
        self.condition(node.condition, f"what “{word}” asks", scope)
        return BOOLEAN

    def instance(self, node: n.InstanceOf) -> Kind:
        """Look at instance of."""
        self.at(node.value)
        return BOOLEAN

    # -- calls

    def call(self, node: n.Call) -> Kind:
        """Look at a call."""
        given = [self.at(item) for item in node.arguments]
        named = {name: self.at(item) for name, item in node.named}
        target = node.target
        if not isinstance(target, n.Name) or target.local or self.find(target.name):
            found = self.at(target)
            if found.sure and found.name != "function":
                self.problem(node, f"a {found.name} cannot be called", "function")
            return UNKNOWN
        builtin = BUILTINS.get(target.name)
        if builtin is None:
            if self.closed and not self.filters and not target.in_filter:
                near = foreign(target.name) or nearest(target.name, {*BUILTINS, *self.in_scope()})
                message = f"there is no function “{target.name}”{near}"
                self.problem(target, message, "unknown-name")
            return UNKNOWN
        fitting = [s for s in builtin.signatures if _takes(s, len(given), tuple(named))]
        if not fitting:
            return self.miscounted(node, builtin, named)
        if builtin.name not in ("is defined", "get or else"):
            self.arguments(node, builtin, fitting, given, named)
        return _returned(builtin.name, given or list(named.values()))

    def miscounted(self, node: n.Call, builtin: Builtin, named: Mapping[str, Kind]) -> Kind:
        """Tell that a function is not called so."""
        count = len(node.arguments) or len(named)
        what = "arguments named " + ", ".join(named) if named else _counted(count)
        ways = " or ".join(signatures(builtin))
        message = f"“{builtin.name}” does not take {what}; write {ways}"
        return self.problem(node, message, "function")

    def arguments(
        self,
        node: n.Call,
        builtin: Builtin,
        fitting: list[Signature],
        given: list[Kind],
        named: Mapping[str, Kind],
    ) -> None:
        """Tell an argument that no way to call the function takes."""
        nodes = [*node.arguments, *(item for _, item in node.named)]
        wrong: list[tuple[int, Parameter, Kind]] = []
        for signature in fitting:
            found = next(_unfit(signature, given, named), None)
            if found is None:
                wrong = []
                break
            wrong.append(found)
        if wrong and all(one[0] == wrong[0][0] for one in wrong):
            place, parameter, kind = wrong[0]
            wanted = " or ".join(
                dict.fromkeys(_KIND_TEXTS.get(w[1].kind, w[1].kind) for w in wrong)
            )
            message = (
                f"“{parameter.name}” of “{builtin.name}” must be a {wanted}, not a {kind.name}"
            )
            self.problem(nodes[place], message)
        elif builtin.name in _NUMERIC:
            self.numbers(builtin.name, nodes, given)
        elif builtin.name == "not" and given and given[0].sure and not _logical(given[0]):
            self.problem(nodes[0], f"“not” needs true or false, not a {given[0].name}")

    def numbers(self, name: str, nodes: list[n.Node], given: list[Kind]) -> None:
        """Tell what a sum cannot take."""
        for node, kind in zip(nodes, given, strict=False):
            inside = kind.item if kind.name == "list" and len(given) == 1 else kind
            if inside is None or not inside.sure or inside.name in ("number", "list"):
                continue
            # Durations have sums as well.
            if name in ("sum", "mean", "median", "mode") and inside.name in DURATIONS:
                continue
            self.problem(node, f"“{name}” needs numbers, not a {inside.name}")
            return


def _convert(one: str, two: str) -> str:
    pair = {one, two}
    if pair == {"number", "string"}:
        return "; write number(…) around the text, or quotes around the number"
    if pair == {"date", "string"}:
        return '; write a date as @"2026-01-31"'
    if pair == {"boolean", "string"}:
        return "; true and false stand without quotes"
    if pair == {"date", "date and time"}:
        return "; write date(…) around the date and time"
    return ""


def signatures(builtin: Builtin) -> list[str]:
    """Return the ways to call a function as texts, such as "substring(string, …)"."""
    found = []
    for one in builtin.signatures:
        parts = [p.name + ("…" if p.rest else "?" if p.optional else "") for p in one.parameters]
        found.append(f"{builtin.name}({', '.join(parts)})")
    return list(dict.fromkeys(found))


def _logical(kind: Kind) -> bool:
    """Whether a value may be a condition; a list of one is its item."""
    return kind.name in ("boolean", "list")


def _counted(count: int) -> str:
    return "no arguments" if not count else f"{count} argument{'s' if count > 1 else ''}"


def _takes(signature: Signature, count: int, names: tuple[str, ...]) -> bool:
    if not names:
        return signature.fits(count)
    own = {p.name for p in signature.parameters}
    needed = {p.name for p in signature.parameters if not p.optional}
    return needed <= set(names) <= own


def _unfit(signature: Signature, given: list[Kind], named: Mapping[str, Kind]) -> Any:
    """Yield place, parameter and type of the arguments that cannot be meant."""
    if signature.spread:
        return
    by_name = {parameter.name: parameter for parameter in signature.parameters}
    last = len(signature.parameters) - 1
    pairs = [(signature.parameters[min(i, last)], kind) for i, kind in enumerate(given)]
    pairs += [(by_name[name], kind) for name, kind in named.items() if name in by_name]
    for place, (parameter, kind) in enumerate(pairs):
        if parameter.kind in ("any", "list") or not kind.sure:
            continue
        accepted = _ACCEPTED.get(parameter.kind, frozenset({parameter.kind}))
        inside = kind.item if kind.name == "list" else kind
        if inside is not None and inside.sure and inside.name not in accepted:
            yield place, parameter, kind


def _returned(name: str, given: list[Kind]) -> Kind:
    """Return the type of what a built-in function gives."""
    found = RESULTS.get(name, UNKNOWN.name)
    if found in ("same", "item"):
        first = given[0] if given else UNKNOWN
        if found == "item" and len(given) == 1:
            return first.item or UNKNOWN if first.name == "list" else UNKNOWN
        if found == "item":
            return common(given)
        return first if first.sure else UNKNOWN
    if found == "list of it":
        first = given[0] if given else UNKNOWN
        return first if first.name == "list" else Kind("list")
    return Kind(found)


_KIND_TEXTS = {
    "integer": "number",
    "datetime": "date and time",
    "day": "date or date and time",
    "duration": DAYS,
    "months": MONTHS,
}
_LOOKS: dict[type[n.Node], Callable[[_Look, Any], Kind]] = {
    n.Literal: lambda look, node: kind_of(node.value),
    n.Name: _Look.name,
    n.Path: _Look.path,
    n.Filter: _Look.filter,
    n.Call: _Look.call,
    n.Negation: _Look.negation,
    n.Arithmetic: _Look.arithmetic,
    n.Comparison: _Look.comparison,
    n.Logic: _Look.logic,
    n.Between: _Look.between,
    n.In: _Look.contained,
    n.InstanceOf: _Look.instance,
    n.If: _Look.choice,
    n.For: _Look.loop,
    n.Quantified: _Look.quantified,
    n.FunctionLiteral: _Look.function,
    n.ListLiteral: _Look.items,
    n.ContextLiteral: _Look.context,
    n.RangeLiteral: _Look.range,
}
