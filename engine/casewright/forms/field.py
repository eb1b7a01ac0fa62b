"""A component of a form as read: frozen, its FEEL parsed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from casewright import feel
from casewright.feel import Expression
from casewright.forms.context import Seen

# Kinds that hold a value under a key, and those that only show something.
SINGLE = frozenset({"textfield", "textarea", "number", "datetime", "checkbox", "select", "radio"})
MULTIPLE = frozenset({"checklist", "taglist"})
INPUTS = SINGLE | MULTIPLE
CHOICES = frozenset({"select", "radio", "checklist", "taglist"})
SHOWN = frozenset({"text", "html", "separator", "spacer", "group"})
KINDS = INPUTS | SHOWN | {"expression"}
IGNORED = frozenset({"button"})

_PART = re.compile(r"\{\{(.*?)\}\}", re.S)

Rule: TypeAlias = bool | Expression
Bound: TypeAlias = Decimal | Expression | None


def holds(rule: Rule, seen: Seen) -> bool:
    """Return whether a rule is true; null and a failing expression are false."""
    if isinstance(rule, bool):
        return rule
    return seen.evaluate(rule) is True


@dataclass(frozen=True, slots=True)
class Text:
    """A text as people read it: literal, FEEL after a leading "=", or with {{FEEL}} parts."""

    source: str
    parts: tuple[str | Expression, ...] = ()

    @classmethod
    def of(cls, source: str) -> Text:
        """Compile a text."""
        if source.startswith("="):
            return cls(source, (feel.parse(source[1:]),))
        pieces = _PART.split(source)
        if len(pieces) == 1:
            return cls(source, (source,) if source else ())
        parts = (
            feel.parse(piece.strip()) if index % 2 else piece for index, piece in enumerate(pieces)
        )
        return cls(source, tuple(part for part in parts if part != ""))

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The FEEL in it."""
        return tuple(part for part in self.parts if isinstance(part, Expression))

    def shown(self, seen: Seen) -> str:
        """Return the text for what is seen; a part that is null is empty."""
        return "".join(
            part if isinstance(part, str) else seen.text(seen.evaluate(part)) for part in self.parts
        )

    def __str__(self) -> str:
        return self.source


@dataclass(frozen=True, slots=True)
class Option:
    """A choice: `text` is what a page sends for `value`."""

    value: Any
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Validation:
    """What a value must be."""

    min: Bound = None
    max: Bound = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str = ""
    kind: str = ""  # "", "email" or "phone"
    decimals: int | None = None
    not_past: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One component; `key` is its dotted place among the variables, "" if it has no value."""

    id: str
    kind: str
    key: str
    label: str
    required: bool = False
    readonly: Rule = False
    hide: Rule = False
    default: Any = None
    options: tuple[Option, ...] | Expression = ()
    expression: Expression | None = None
    subtype: str = ""  # of datetime: date, time or datetime
    validation: Validation = Validation()
    label_text: Text = Text("")
    description: Text = Text("")
    text: Text = Text("")
    prefix: Text = Text("")
    suffix: Text = Text("")
    group: str = ""  # id of the group around it
    depth: int = 0
    step: str = ""
    row: str = ""
    columns: int | None = None
    outline: bool = False

    @property
    def input(self) -> bool:
        """Whether a person can give it a value at all."""
        return self.kind in INPUTS
