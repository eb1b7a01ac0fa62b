"""Type references of a model, and whether a value is of a type."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Final

from casewright import feel
from casewright.dmn import model as m
from casewright.dmn.cycles import cyclic
from casewright.feel import Function, Range, UnaryTests, YearsMonths
from casewright.feel.temporal import at_midnight
from casewright.feel.wide import plain_type

MISMATCH: Final = object()
_BASE: dict[str, type] = {
    "number": Decimal,
    "integer": Decimal,
    "long": Decimal,
    "double": Decimal,
    "decimal": Decimal,
    "string": str,
    "boolean": bool,
    "date": dt.date,
    "time": dt.time,
    "date and time": dt.datetime,
    "dateTime": dt.datetime,
    "days and time duration": dt.timedelta,
    "dayTimeDuration": dt.timedelta,
    "years and months duration": YearsMonths,
    "yearMonthDuration": YearsMonths,
    "list": list,
    "context": dict,
    "function": Function,
    "range": Range,
}
_DEEPEST = 50
_WHOLE = frozenset({"integer", "long"})


class Type:
    """A type: of Python class, of a list's elements, of a context's fields, with constraints."""

    __slots__ = ("allowed", "element", "fields", "kind", "name", "returns", "sub")

    def __init__(self, name: str) -> None:
        self.name = name
        self.kind: type | None = None
        self.element: Type | None = None
        self.fields: dict[str, Type] | None = None
        self.sub: Type | None = None
        self.returns: Type | None = None
        self.allowed: tuple[UnaryTests, ...] = ()

    @property
    def any(self) -> bool:
        """Whether every value is of this type."""
        return not (self.kind or self.element or self.fields or self.sub or self.allowed)

    def conform(self, value: Any) -> Any:
        """Return the value as one of this type, or MISMATCH; null is of every type."""
        if value is None:
            return None
        if type(value) is self.kind and not self.allowed and self.name not in _WHOLE:
            return value
        found = self._fit(value)
        if found is MISMATCH and self._is_list():
            found = self._fit([value])
        elif found is MISMATCH and type(value) is list and len(value) == 1:
            found = self._fit(value[0])
        return found

    def base(self) -> type | None:
        """Return the Python class of simple values, None for any or for other types."""
        return self.kind if self.kind is not None or self.sub is None else self.sub.base()

    def whole(self) -> bool:
        """Return whether only whole numbers are of this type."""
        return self.name in _WHOLE or (self.sub is not None and self.sub.whole())

    def tests(self) -> tuple[UnaryTests, ...]:
        """Return the constraints on simple values."""
        return self.allowed + (() if self.sub is None else self.sub.tests())

    def components(self) -> dict[str, Type] | None:
        """Return the types of a context's fields."""
        return self.fields if self.fields is not None or self.sub is None else self.sub.components()

    def _is_list(self) -> bool:
        below = self.sub is not None and self.sub._is_list()
        return below or self.element is not None or self.kind is list

    def _fit(self, value: Any) -> Any:
        if self.sub is not None:
            value = self.sub.conform(value)
            if value is MISMATCH:
                return MISMATCH
        if self.element is not None:
            value = self._fit_items(value)
        elif self.fields is not None:
            value = self._fit_fields(value)
        elif self.kind is not None:
            value = self._fit_kind(value)
        if value is not MISMATCH and not self.permits(value):
            return MISMATCH
        return value

    def permits(self, value: Any) -> bool:
        """Whether the value passes the constraints; the base type is not looked at."""
        return not self.allowed or all(
            test.evaluate(value, {"item": value})[0] is True for test in self.allowed
        )

    def _fit_kind(self, value: Any) -> Any:
        kind: Any = type(value)
        if kind is self.kind:
            whole = self.name not in _WHOLE or value == value.to_integral_value()
            return value if whole else MISMATCH
        kind = plain_type(value)
        if kind is self.kind:
            return value
        if self.kind is dt.datetime and kind is dt.date:
            return at_midnight(value, dt.UTC)
        return MISMATCH

    def _fit_items(self, value: Any) -> Any:
        assert self.element is not None
        if type(value) is not list:
            return MISMATCH
        made = [self.element.conform(item) for item in value]
        return MISMATCH if any(item is MISMATCH for item in made) else made

    def _fit_fields(self, value: Any) -> Any:
        assert self.fields is not None
        if type(value) is not dict:
            return MISMATCH
        made = dict(value)
        for name, wanted in self.fields.items():
            made[name] = wanted.conform(value[name]) if name in value else MISMATCH
            if made[name] is MISMATCH:
                return MISMATCH
        return made


ANY: Final = Type("Any")


class Types:
    """The types of all files of a model, by name; unknown references are collected."""

    def __init__(self, files: tuple[m.Definitions, ...]) -> None:
        self._items = {
            (file.namespace, item.name): (file, item) for file in files for item in file.items
        }
        self._imports = {file.namespace: file.imports for file in files}
        self._made: dict[tuple[str, str], Type] = {}
        self.unknown: set[tuple[m.At, str]] = set()
        self.bad: list[tuple[m.At, feel.Problem]] = []
        self.problems: dict[tuple[m.At, str, str], None] = {}
        self._depth = 0

    def of(self, ref: str, namespace: str, at: m.At) -> Type:
        """Return the type that `ref` names in the file of `namespace`."""
        ref = " ".join(ref.split())
        if not ref:
            return ANY
        if self._depth > _DEEPEST:
            message = f"the type “{ref[:60]}” is reached through more than {_DEEPEST} others"
            self.problems[at, "dmn-limit", message] = None
            return ANY
        self._depth += 1
        found = self._find(ref, namespace, at)
        self._depth -= 1
        return found

    def _find(self, ref: str, namespace: str, at: m.At) -> Type:
        item = self._items.get((namespace, ref))
        if item is not None:
            return self._named(item[0].namespace, item[1])
        for other, prefix in self._imports.get(namespace, {}).items():
            item = self._items.get((other, ref.removeprefix(f"{prefix}.")))
            if item is not None and (ref.startswith(f"{prefix}.") or not prefix):
                return self._named(other, item[1])
        return self._built_in(ref, namespace, at)

    def cut_circles(self) -> None:
        """Make types that are defined by themselves any type, each a problem."""
        made = self._made
        circles = cyclic({found: [found.sub] if found.sub else [] for found in made.values()})
        for key, found in made.items():
            if found in circles:
                found.sub = None
                message = f"the type “{found.name}” is defined by itself"
                self.problems[self._items[key][1].at, "dmn-type-cycle", message] = None

    def _built_in(self, ref: str, namespace: str, at: m.At) -> Type:
        name = ref.rpartition(":")[2]
        if name.lower() in ("any", "undefined"):
            return ANY
        if name != ref and (namespace, name) in self._items:
            return self._named(namespace, self._items[(namespace, name)][1])
        made = Type(name)
        if name.startswith("list<") and name.endswith(">"):
            made.element = self.of(name[5:-1], namespace, at)
            return made
        made.kind = _BASE.get(name.partition("<")[0])
        if made.kind is None:
            self.unknown.add((at, ref))
            return ANY
        return made

    def _named(self, namespace: str, item: m.Item) -> Type:
        key = (namespace, item.name)
        found = self._made.get(key)
        if found is None:
            # Known before it is filled, so that a type may contain itself.
            found = self._made[key] = Type(item.name)
            self._fill(found, namespace, item)
        return found

    def _fill(self, made: Type, namespace: str, item: m.Item) -> None:
        allowed = self._tests(item.allowed, item.at)
        constraint = self._tests(item.constraint, item.at)
        target = made
        if item.collection:
            target = made.element = Type(item.name)
        if item.components:
            target.fields = {}
            for part in item.components:
                inner = Type(part.name)
                self._fill(inner, namespace, part)
                target.fields[part.name] = inner
        elif item.function:
            target.kind = Function
            target.returns = self.of(item.returns, namespace, item.at)
        elif item.type_ref and item.type_ref != item.name:
            target.sub = self.of(item.type_ref, namespace, item.at)
        target.allowed = allowed
        made.allowed += constraint

    def _tests(self, text: str, at: m.At) -> tuple[UnaryTests, ...]:
        if not text:
            return ()
        tests = feel.unary(text, frozenset({"item"}))
        self.bad.extend((at, problem) for problem in tests.problems)
        return (tests,)
