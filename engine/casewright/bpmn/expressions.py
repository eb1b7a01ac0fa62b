"""Settings that are literal text, or FEEL behind a leading "="; and how a failure shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from casewright import feel
from casewright.bpmn.incidents import Incident
from casewright.bpmn.scopes import Scope
from casewright.feel.values import from_python

# A mapping or a script does not pass null for these: the model cannot have meant it.
HARD = frozenset({"limit", "unknown-name", "not-allowed", "syntax", "internal"})

# Inside a command: less time than elsewhere, yet enough on a machine that is busy.
LIMITS = feel.Limits(seconds=1.0)
# A name, an id or a key: what an index of the store takes.
LONGEST = 300


@dataclass(frozen=True, slots=True)
class Setting:
    """A text of the model, compiled once; `place` says in which setting it stands."""

    text: str
    place: str
    expression: Any = None

    @property
    def dynamic(self) -> bool:
        """Whether the text is FEEL."""
        return self.expression is not None


def setting(text: str, place: str) -> Setting:
    """Return the compiled setting; FEEL is what starts with "="."""
    if text.startswith("="):
        return Setting(text, place, feel.parse(text[1:].strip()))
    return Setting(text, place)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an expression may see beside the variables."""

    now: datetime
    zone: tzinfo
    names: Mapping[str, Any]

    def evaluate(self, item: Setting, scope: Scope, *, clock: bool = True) -> tuple[Any, Any]:
        """Return value and problems; names of the surroundings hide variables."""
        if item.expression is None:
            return item.text, ()
        reads = item.expression.reads
        context = scope.pick(reads)
        for name in reads:
            if name in self.names:
                context[name] = from_python(self.names[name])
        now = self.now if clock else None
        value, problems = item.expression.evaluate(context, now, self.zone, LIMITS)
        return value, problems

    def failure(
        self, code: str, message: str, item: Setting, scope: Scope, value: Any, problems: Any
    ) -> Incident:
        """Return the incident: it names the expression and the types of what it saw."""
        details: dict[str, Any] = {"expression": item.text, "place": item.place}
        if item.expression is not None:
            seen = scope.pick(item.expression.reads)
            details["types"] = {
                name: feel.type_name(seen[name]) if name in seen else "missing"
                for name in sorted(item.expression.reads)
                if name not in self.names
            }
        details["result"] = feel.type_name(value)
        if problems:
            details["problems"] = [
                {"kind": p.kind, "message": p.message, "line": p.line, "column": p.column}
                for p in problems
            ]
        return Incident(code, message, **details)

    def lenient(self, item: Setting, scope: Scope) -> Any:
        """Evaluate a mapping or a script: null passes, unless a problem is a hard one."""
        value, problems = self.evaluate(item, scope)
        if value is None and any(problem.kind in HARD for problem in problems):
            raise self.failure(
                "expression-failed", f"{item.place} has no value", item, scope, value, problems
            )
        return value

    def condition(self, item: Setting, scope: Scope) -> bool:
        """Evaluate a condition, which must be true or false and may not ask for the time."""
        value, problems = self.evaluate(item, scope, clock=False)
        if value is True or value is False:
            return bool(value)
        raise self.failure(
            "condition-not-boolean",
            f"{item.place} is neither true nor false",
            item,
            scope,
            value,
            problems,
        )

    def strict(self, item: Setting, scope: Scope, kinds: tuple[type, ...], wanted: str) -> Any:
        """Evaluate a setting that must have a value of one of `kinds`."""
        value, problems = self.evaluate(item, scope)
        if isinstance(value, kinds) and not (value is True or value is False):
            return value
        raise self.unfit(item, scope, value, wanted, problems)

    def count(self, item: Setting, scope: Scope, most: int) -> int:
        """Evaluate a setting that must be a whole number from 0 to `most`."""
        wanted = f"a whole number from 0 to {most}"
        value, problems = self.evaluate(item, scope)
        if isinstance(value, str) and value.isdecimal() and len(value) < 10:
            value = Decimal(value)
        if isinstance(value, Decimal) and 0 <= value <= most and value == int(value):
            return int(value)
        raise self.unfit(item, scope, value, wanted, problems)

    def unfit(
        self, item: Setting, scope: Scope, value: Any, wanted: str, problems: Any = ()
    ) -> Incident:
        """Return the incident of a setting whose value is not what is wanted."""
        message = f"{item.place} is not {wanted}"
        return self.failure("expression-failed", message, item, scope, value, problems)

    def _names(self, item: Setting, scope: Scope, names: Iterable[str]) -> tuple[str, ...]:
        """Return the names if a table takes them all, and a person can read them."""
        found = tuple(names)
        for name in found:
            if len(name) > LONGEST or not name.isprintable():
                wanted = f"printable and at most {LONGEST} characters long"
                raise self.unfit(item, scope, name, wanted)
        return found

    def text(self, item: Setting, scope: Scope) -> str:
        """Evaluate a setting that must be a short text: a name or an id."""
        value = self.strict(item, scope, (str,), "a text")
        return self._names(item, scope, (value,))[0]

    def key(self, item: Setting, scope: Scope) -> str:
        """Evaluate a correlation or order key: a text, or a number as text."""
        value = self.strict(item, scope, (str, Decimal), "a text or a number")
        return self._names(item, scope, (str(value),))[0]

    def texts(self, item: Setting, scope: Scope) -> tuple[str, ...]:
        """Evaluate a setting that is a list of texts; literal text is split at commas."""
        if not item.dynamic:
            parts = item.text.split(",")
            return self._names(item, scope, (part.strip() for part in parts if part.strip()))
        value = self.strict(item, scope, (str, list), "a text or a list of texts")
        parts = value if isinstance(value, list) else value.split(",")
        if not all(isinstance(part, str) for part in parts):
            raise self.unfit(item, scope, value, "a list of texts only")
        return self._names(item, scope, (part.strip() for part in parts if part.strip()))
