"""A form ready for use: viewed with a case's variables, submitted into typed values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from casewright.forms import convert
from casewright.forms.context import MISSING, Seen, at_path, placed
from casewright.forms.field import MULTIPLE, Field, Option, holds
from casewright.forms.options import choices_of
from casewright.forms.validate import FieldError, verify

_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field as it stands now; `text` fills an input, `display` is for reading."""

    field: Field
    value: Any
    text: str
    visible: bool
    writable: bool
    options: tuple[Option, ...]
    label: str
    description: str
    display: str
    prefix: str
    suffix: str


@dataclass(frozen=True, slots=True)
class FormView:
    """All components in document order; a group stands before what is in it."""

    fields: list[FieldView]


@dataclass(frozen=True, slots=True)
class Submission:
    """What came of a submission; `values` is only to be used when there are no errors."""

    values: dict[str, Any]
    errors: dict[str, FieldError] = field(default_factory=dict)
    extra: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether everything was right."""
        return not self.errors and not self.extra


@dataclass(frozen=True, slots=True)
class FormSchema:
    """A form; immutable, so it is shared between threads."""

    id: str
    fields: tuple[Field, ...]
    file: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The dotted keys that hold values, each once."""
        return tuple(dict.fromkeys(item.key for item in self.fields if item.key))

    def view(
        self,
        variables: Mapping[str, Any],
        now: dt.datetime | None = None,
        zone: dt.tzinfo | None = None,
        submitted: Mapping[str, Any] | None = None,
    ) -> FormView:
        """Return the form as a person sees it; with `submitted`, what was typed is kept."""
        seen = Seen(variables, now, zone)
        held: dict[str, Any] = {}
        typed: dict[str, str] = {}
        for item in self.fields:
            if not item.input:
                continue
            held[item.key] = self._start(item, variables, zone)
            if submitted is not None:
                self._typed(item, submitted, seen, held, typed)
        seen = self._computed(seen.over(held), held)
        hidden = self._hidden(seen)
        return FormView([self._one(item, seen, held, typed, hidden) for item in self.fields])

    def _start(self, item: Field, variables: Mapping[str, Any], zone: dt.tzinfo | None) -> Any:
        stored = at_path(variables, item.key)
        return item.default if stored is MISSING else convert.prefilled(item, stored, zone)

    def _typed(
        self,
        item: Field,
        submitted: Mapping[str, Any],
        seen: Seen,
        held: dict[str, Any],
        typed: dict[str, str],
    ) -> None:
        given = at_path(submitted, item.key)
        if given is MISSING:
            if item.kind in MULTIPLE or item.kind == "checkbox":
                held[item.key] = [] if item.kind in MULTIPLE else False
            return
        try:
            held[item.key] = convert.value(item, given, choices_of(item, seen), seen.zone)
        except convert.Unfit:
            typed[item.key] = given if isinstance(given, str) else ""

    def _one(
        self,
        item: Field,
        seen: Seen,
        held: Mapping[str, Any],
        typed: Mapping[str, str],
        hidden: frozenset[str],
    ) -> FieldView:
        options = choices_of(item, seen)
        value: Any = None
        if item.key:
            found = at_path(seen.names, item.key)
            value = held.get(item.key, None if found is MISSING else found)
        shown = item.text.shown(seen) if item.kind in ("text", "html") else ""
        text = shown or typed.get(item.key) or convert.written(item, value, seen.zone)
        if item.kind == "checkbox":
            text = "true" if value is True else ""
        visible = item.id not in hidden
        return FieldView(
            item,
            value,
            text,
            visible,
            visible and item.input and not holds(item.readonly, seen),
            options,
            item.label_text.shown(seen),
            item.description.shown(seen),
            shown or _display(item, value, options, seen),
            item.prefix.shown(seen),
            item.suffix.shown(seen),
        )

    def submit(
        self,
        submitted: Mapping[str, Any],
        variables: Mapping[str, Any],
        now: dt.datetime | None = None,
        zone: dt.tzinfo | None = None,
    ) -> Submission:
        """Check and type what was sent; never raises for what is in it.

        Only visible, writable fields are taken. Values come back by root variable, what
        stands beside a dotted key in its variable being kept.
        """
        base = Seen(variables, now, zone)
        given: dict[str, Any] = {}
        errors: dict[str, FieldError] = {}
        for item in self.fields:
            if item.input:
                self._take(item, submitted, base, given, errors)
        taken, seen = self._settle(base, given)
        found: dict[str, FieldError] = {}
        for item in taken:
            error = errors.get(item.key)
            if error is None:
                error = self._verify(item, given, submitted, seen)
            if error is not None:
                found[item.key] = error
        values: dict[str, Any] = {}
        right = [item.key for item in taken if item.key in given and item.key not in found]
        kept = {key: given[key] for key in right}
        for key, value in (kept | self._written_expressions(seen)).items():
            root = key.partition(".")[0]
            around = values if root in values else {root: variables.get(root)}
            values[root] = placed(around, key, value)[root]
        return Submission(values, found, self._extra(submitted))

    def _take(
        self,
        item: Field,
        submitted: Mapping[str, Any],
        seen: Seen,
        given: dict[str, Any],
        errors: dict[str, FieldError],
    ) -> None:
        sent = at_path(submitted, item.key)
        if sent is MISSING:
            unsent = item.kind not in MULTIPLE and item.kind != "checkbox"
            if unsent and at_path(seen.names, item.key) is not MISSING:
                return
            sent = None
        try:
            given[item.key] = convert.value(item, sent, choices_of(item, seen), seen.zone)
        except convert.Unfit as unfit:
            errors[item.key] = FieldError(unfit.code, params=unfit.params)

    def _settle(self, base: Seen, given: Mapping[str, Any]) -> tuple[list[Field], Seen]:
        """Return the fields that count and what the rules see, once both agree.

        A hidden field's value must not decide over another field, so that what is hidden is
        taken away and the rules are asked again; a rule that hides itself ends the rounds.
        """
        seen = self._computed(base.over(given), {})
        inputs = [item for item in self.fields if item.input]
        taken = inputs
        for _round in range(_ROUNDS):
            hidden = self._hidden(seen)
            before = taken
            taken = [
                item for item in inputs if item.id not in hidden and not holds(item.readonly, seen)
            ]
            kept = {item.key: given[item.key] for item in taken if item.key in given}
            seen = self._computed(base.over(kept), {})
            if taken == before:
                break
        return taken, seen

    def _hidden(self, seen: Seen) -> frozenset[str]:
        """Return the ids of hidden components, those in a hidden group included."""
        hidden: set[str] = set()
        for item in self.fields:
            if item.group in hidden or holds(item.hide, seen):
                hidden.add(item.id)
        return frozenset(hidden)

    def _computed(self, seen: Seen, held: dict[str, Any]) -> Seen:
        """Add the values of expression fields, each seeing those before it."""
        for item in self.fields:
            if item.expression is not None:
                held[item.key] = seen.evaluate(item.expression)
                seen = seen.over({item.key: held[item.key]})
        return seen

    def _written_expressions(self, seen: Seen) -> dict[str, Any]:
        hidden = self._hidden(seen)
        return {
            item.key: at_path(seen.names, item.key)
            for item in self.fields
            if item.expression is not None and item.id not in hidden
        }

    def _verify(
        self, item: Field, given: Mapping[str, Any], submitted: Mapping[str, Any], seen: Seen
    ) -> FieldError | None:
        if item.required and at_path(submitted, item.key) is MISSING:
            return FieldError("form-required")
        return verify(item, given[item.key], seen) if item.key in given else None

    def _extra(self, submitted: Mapping[str, Any]) -> list[str]:
        keys = frozenset(self.keys)
        found: list[str] = []

        def look(data: Mapping[str, Any], prefix: str) -> None:
            for name, value in data.items():
                key = f"{prefix}{name}"
                if key in keys:
                    continue
                inner = any(known.startswith(f"{key}.") for known in keys)
                if inner and isinstance(value, Mapping):
                    look(value, f"{key}.")
                else:
                    found.append(key)

        look(submitted, "")
        return found


def _display(item: Field, value: Any, options: tuple[Option, ...], seen: Seen) -> str:
    if item.kind in MULTIPLE or isinstance(value, list):
        values = value if isinstance(value, list) else []
        return ", ".join(_label(one, options, item, seen) for one in values)
    return _label(value, options, item, seen)


def _label(value: Any, options: tuple[Option, ...], item: Field, seen: Seen) -> str:
    for option in options:
        if type(option.value) is type(value) and option.value == value:
            return option.label
    return convert.written(item, value, seen.zone)
