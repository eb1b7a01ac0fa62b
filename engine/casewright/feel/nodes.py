"""The syntax tree of FEEL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Place = tuple[int, int]


# Not frozen, though nothing changes one: making a frozen one takes three times as long.
@dataclass(slots=True)
class Node:
    """A part of an expression, with the line and column where it stands."""

    place: Place


@dataclass(slots=True)
class Literal(Node):
    """A value that stands in the text."""

    value: Any


@dataclass(slots=True)
class Name(Node):
    """A name of the context, of a local variable or of a built-in function."""

    name: str
    local: bool = False
    in_filter: bool = False


@dataclass(slots=True)
class Path(Node):
    """target.name"""

    target: Node
    name: str


@dataclass(slots=True)
class Filter(Node):
    """target[condition]"""

    target: Node
    condition: Node


@dataclass(slots=True)
class Call(Node):
    """A call with its arguments by place or by name."""

    target: Node
    arguments: tuple[Node, ...]
    named: tuple[tuple[str, Node], ...] = ()


@dataclass(slots=True)
class Negation(Node):
    """-operand"""

    operand: Node


@dataclass(slots=True)
class Arithmetic(Node):
    """left operator right, for + - * / **."""

    operator: str
    left: Node
    right: Node


@dataclass(slots=True)
class Comparison(Node):
    """left operator right, for = != < <= > >=."""

    operator: str
    left: Node
    right: Node


@dataclass(slots=True)
class Logic(Node):
    """Several operands joined by "and" or by "or"."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(slots=True)
class Between(Node):
    """value between low and high"""

    value: Node
    low: Node
    high: Node


@dataclass(slots=True)
class Test(Node):
    """One unary test: an operator with its operand, or an expression (operator "")."""

    operator: str
    operand: Node
    uses_input: bool = False


@dataclass(slots=True)
class In(Node):
    """value in (tests)"""

    value: Node
    tests: tuple[Test, ...]


@dataclass(slots=True)
class TypeName(Node):
    """A type: its name, and the types or named types it is made of."""

    name: str
    parts: tuple[TypeName, ...] = ()
    fields: tuple[tuple[str, TypeName], ...] = ()


@dataclass(slots=True)
class InstanceOf(Node):
    """value instance of type"""

    value: Node
    type: TypeName


@dataclass(slots=True)
class If(Node):
    """if condition then yes else no"""

    condition: Node
    yes: Node
    no: Node


@dataclass(slots=True)
class Iterator(Node):
    """name in source, or name in source..until"""

    name: str
    source: Node
    until: Node | None = None


@dataclass(slots=True)
class For(Node):
    """for iterators return body"""

    iterators: tuple[Iterator, ...]
    body: Node


@dataclass(slots=True)
class Quantified(Node):
    """some or every iterators satisfies condition"""

    every: bool
    iterators: tuple[Iterator, ...]
    condition: Node


@dataclass(slots=True)
class FunctionLiteral(Node):
    """function(parameters) body; an external one has its body refused."""

    parameters: tuple[tuple[str, TypeName | None], ...]
    body: Node
    external: bool = False


@dataclass(slots=True)
class ListLiteral(Node):
    """[items]"""

    items: tuple[Node, ...]


@dataclass(slots=True)
class ContextLiteral(Node):
    """{key: value}"""

    entries: tuple[tuple[str, Node], ...]


@dataclass(slots=True)
class RangeLiteral(Node):
    """[low..high], or one end alone as in (> low)."""

    low: Node | None
    high: Node | None
    low_included: bool
    high_included: bool
    operator: str = ""
