"""A DMN file as read: frozen, with the place of everything, and nothing evaluated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal as OneOf
from typing import TypeAlias

HitPolicy = OneOf["UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER"]
Aggregation = OneOf["", "SUM", "MIN", "MAX", "COUNT"]
Key: TypeAlias = tuple[str, str]  # namespace of the file, id of the element


@dataclass(frozen=True, slots=True)
class At:
    """Where something stands; `name` is that of the decision or other node around it."""

    file: str
    element: str
    line: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Literal:
    """A FEEL text."""

    at: At
    text: str
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class InputClause:
    """A column of conditions."""

    at: At
    label: str
    expression: Literal
    values: str


@dataclass(frozen=True, slots=True)
class OutputClause:
    """A column of results; `values` also gives their priority, highest first."""

    at: At
    name: str
    label: str
    type_ref: str
    values: str
    default: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A row, numbered from 1 as the editors show it."""

    at: At
    index: int
    inputs: tuple[str, ...]
    outputs: tuple[Literal, ...]
    annotation: str


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table."""

    at: At
    hit_policy: HitPolicy
    aggregation: Aggregation
    inputs: tuple[InputClause, ...]
    outputs: tuple[OutputClause, ...]
    rules: tuple[Rule, ...]
    label: str = ""
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A name with a type: of a function, a context entry or a relation's column."""

    name: str
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """Boxed context: later entries see earlier ones; with a result, that is the value."""

    at: At
    entries: tuple[tuple[Parameter, Boxed], ...]
    result: Boxed | None
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """Boxed list."""

    at: At
    items: tuple[Boxed, ...]
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """Boxed relation: a list of contexts with the same names."""

    at: At
    columns: tuple[Parameter, ...]
    rows: tuple[tuple[Boxed, ...], ...]
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class Invocation:
    """Boxed invocation of a function by named parameters."""

    at: At
    callee: Boxed
    bindings: tuple[tuple[str, Boxed], ...]
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class FunctionDefinition:
    """Boxed function; only of kind FEEL."""

    at: At
    parameters: tuple[Parameter, ...]
    body: Boxed
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class Conditional:
    """Boxed if, then, else."""

    at: At
    condition: Boxed
    then: Boxed
    otherwise: Boxed
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """Boxed filter: `match` sees `item` and the item's own names."""

    at: At
    source: Boxed
    match: Boxed
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class Loop:
    """Boxed for, some and every over one variable."""

    at: At
    kind: OneOf["for", "some", "every"]
    variable: str
    source: Boxed
    body: Boxed
    type_ref: str = ""


Boxed: TypeAlias = (
    Literal
    | Table
    | Context
    | Items
    | Relation
    | Invocation
    | FunctionDefinition
    | Conditional
    | Filter
    | Loop
)


@dataclass(frozen=True, slots=True)
class Item:
    """An item definition: a named type, or a component of one."""

    at: At
    name: str
    type_ref: str = ""
    collection: bool = False
    allowed: str = ""
    constraint: str = ""
    components: tuple[Item, ...] = ()
    function: bool = False
    returns: str = ""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a decision or a knowledge model needs of another element."""

    kind: str  # input, decision or knowledge
    target: Key


@dataclass(frozen=True, slots=True)
class InputData:
    """A value that is handed in."""

    at: At
    key: Key
    name: str
    type_ref: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision of the graph."""

    at: At
    key: Key
    name: str
    type_ref: str
    requirements: tuple[Requirement, ...]
    expression: Boxed | None
    question: str = ""
    allowed_answers: str = ""

    @property
    def id(self) -> str:
        """The element's id in its file."""
        return self.key[1]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A business knowledge model: a function by name."""

    at: At
    key: Key
    name: str
    type_ref: str
    requirements: tuple[Requirement, ...]
    function: FunctionDefinition | None


@dataclass(frozen=True, slots=True)
class Service:
    """A decision service: part of the graph, called like a function."""

    at: At
    key: Key
    name: str
    type_ref: str
    outputs: tuple[Key, ...]
    input_decisions: tuple[Key, ...]
    input_data: tuple[Key, ...]


Node: TypeAlias = InputData | Decision | Knowledge | Service


@dataclass(frozen=True, slots=True)
class Definitions:
    """One DMN file."""

    file: str
    namespace: str
    name: str
    imports: dict[str, str] = field(default_factory=dict)  # namespace -> name in this file
    imported_at: dict[str, At] = field(default_factory=dict)  # by namespace
    items: tuple[Item, ...] = ()
    inputs: tuple[InputData, ...] = ()
    decisions: tuple[Decision, ...] = ()
    knowledge: tuple[Knowledge, ...] = ()
    services: tuple[Service, ...] = ()

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Everything that has a name in the graph."""
        return (*self.inputs, *self.decisions, *self.knowledge, *self.services)
