"""Read a form-js schema; what is not supported is a finding with the component's id."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import regex  # type: ignore[import-untyped]

from casewright import feel
from casewright.feel import Expression
from casewright.feel.problems import FeelError
from casewright.forms.document import NotAForm, parse
from casewright.forms.field import (
    CHOICES,
    IGNORED,
    INPUTS,
    KINDS,
    Bound,
    Field,
    Option,
    Rule,
    Text,
    Validation,
)
from casewright.forms.options import option_of
from casewright.forms.schema import FormSchema
from casewright.xml.findings import Finding, Severity

_KEY = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FORM_NAMES = _words(
    "$schema components type id schemaVersion exporter executionPlatform executionPlatformVersion "
    "versionTag generated properties"
)
_NAMES = _words(
    "type id key path label description defaultValue disabled readonly conditional layout "
    "properties appearance validate values valuesKey valuesExpression searchable text content "
    "subtype dateLabel timeLabel use24h timeInterval timeSerializingFormat disallowPassedDates "
    "decimalDigits increment serializeToString components showOutline verticalAlignment height "
    "expression computeOn action version"
)
_RULES = _words("required min max minLength maxLength pattern patternErrorMessage validationType")


class FormProblem(Exception):
    """A form that cannot be used, with what `check` finds in it."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("; ".join(finding.message for finding in findings))
        self.findings = findings


def check(data: bytes | Mapping[str, Any], file: str = "") -> list[Finding]:
    """Return everything that is wrong with a form."""
    return _Reader(file).read(data)[1]


def load(data: bytes | Mapping[str, Any], file: str = "") -> FormSchema:
    """Return the form; FormProblem if it has an error."""
    schema, findings = _Reader(file).read(data)
    errors = tuple(finding for finding in findings if finding.severity == "error")
    if schema is None or errors:
        raise FormProblem(errors)
    return schema


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.fields: list[Field] = []
        self._ids: set[str] = set()

    def problem(
        self,
        element: str,
        code: str,
        message: str,
        place: str = "",
        severity: Severity = "error",
        line: int = 0,
    ) -> None:
        self.findings.append(Finding(self.file, element, line, code, message, severity, place))

    def read(self, data: bytes | Mapping[str, Any]) -> tuple[FormSchema | None, list[Finding]]:
        """Return the schema, None if there is nothing of one, and the findings."""
        try:
            form = parse(data) if isinstance(data, bytes) else data
        except NotAForm as problem:
            self.problem("", problem.code, problem.message, line=problem.line)
            return None, self.findings
        form_id = form.get("id")
        if not isinstance(form_id, str) or not form_id:
            self.problem("", "form-no-id", "the form has no id")
            form_id = ""
        if form.get("type", "default") != "default":
            self.problem("", "form-shape", "the file is not a form of type “default”")
        self._unknown("", form, _FORM_NAMES)
        self._components(form, "", "", 0)
        self._keys()
        return FormSchema(form_id, tuple(self.fields), self.file), self.findings

    def _unknown(self, element: str, given: Mapping[str, Any], known: frozenset[str]) -> None:
        for name in given:
            if name not in known and not str(name).startswith("$"):
                message = f"the property “{name}” is not known"
                self.problem(element, "form-unknown-property", message, str(name), "warning")

    def _components(self, around: Mapping[str, Any], group: str, path: str, depth: int) -> None:
        components = around.get("components", [])
        if not isinstance(components, list):
            self.problem(group, "form-shape", "“components” is not a list")
            return
        for index, item in enumerate(components, 1):
            if isinstance(item, Mapping):
                self._component(item, group, path, depth, index)
            else:
                self.problem(group, "form-shape", f"component {index} is not an object")

    def _component(
        self, item: Mapping[str, Any], group: str, path: str, depth: int, index: int
    ) -> None:
        kind = item.get("type")
        element = item.get("id")
        if not isinstance(element, str) or not element:
            element = f"{group or 'component'}-{index}"
        if not isinstance(kind, str) or kind not in KINDS | IGNORED:
            shown = kind if isinstance(kind, str) else "?"
            self.problem(
                element, "form-unsupported", f"components of type “{shown}” are not supported"
            )
            return
        if kind in IGNORED:
            return
        if element in self._ids:
            self.problem(element, "form-duplicate-id", f"the id “{element}” is used twice")
        self._ids.add(element)
        self._unknown(element, item, _NAMES)
        self.fields.append(self._field(item, kind, element, group, path, depth))
        if kind == "group":
            inner = item.get("path") or ""
            if inner and not (isinstance(inner, str) and _KEY.fullmatch(inner)):
                self.problem(element, "form-key", "the path is not a name", "path")
                inner = ""
            self._components(item, element, f"{path}{inner}." if inner else path, depth + 1)

    def _field(
        self, item: Mapping[str, Any], kind: str, element: str, group: str, path: str, depth: int
    ) -> Field:
        label = self._text(item, "label", element)
        made = Field(
            element,
            kind,
            self._key(item, kind, element, path),
            label.source,
            label_text=label,
            description=self._text(item, "description", element),
            hide=self._hide(item, element),
            group=group,
            depth=depth,
            outline=item.get("showOutline") is True,
        )
        layout = item.get("layout")
        if isinstance(layout, Mapping):
            row = str(layout.get("row") or "")
            made = replace(made, row=row, columns=self._whole(layout, "columns", element))
        if kind in ("text", "html"):
            name = "text" if kind == "text" else "content"
            return replace(made, text=self._text(item, name, element))
        if kind == "expression":
            return replace(made, expression=self._expression(item, element))
        return self._input(made, item) if kind in INPUTS else made

    def _input(self, made: Field, item: Mapping[str, Any]) -> Field:
        element = made.id
        validate = self._mapping(item, "validate", element)
        self._unknown(element, validate, _RULES)
        appearance = self._mapping(item, "appearance", element)
        made = replace(
            made,
            required=self._required(validate, element),
            readonly=self._readonly(item, element),
            options=self._options(item, made.kind, element),
            validation=self._validation(item, validate, element),
            prefix=self._text(appearance, "prefixAdorner", element),
            suffix=self._text(appearance, "suffixAdorner", element),
            step=str(item.get("increment") or ""),
        )
        if made.kind == "datetime":
            subtype = item.get("subtype", "date")
            if subtype not in ("date", "time", "datetime"):
                self.problem(element, "form-subtype", "the subtype is not known", "subtype")
                subtype = "date"
            label = made.label or self._string(
                item, "timeLabel" if subtype == "time" else "dateLabel", element
            )
            text = made.label_text if made.label else Text.of(label)
            made = replace(made, subtype=subtype, label=label, label_text=text)
        return replace(made, default=self._default(item, made))

    # -- parts of a component

    def _key(self, item: Mapping[str, Any], kind: str, element: str, path: str) -> str:
        if kind not in INPUTS and kind != "expression":
            return ""
        key = item.get("key")
        if not isinstance(key, str) or not key:
            self.problem(element, "form-no-key", "the field has no key", "key")
            return f"{path}{element}"
        if not _KEY.fullmatch(key):
            message = "a key is a name, or names with dots between them"
            self.problem(element, "form-key", message, "key")
        return f"{path}{key}"

    def _keys(self) -> None:
        """A key may be used again only by fields that one condition or another hides."""
        seen: dict[str, Field] = {}
        for field in self.fields:
            if not field.key:
                continue
            other = seen.get(field.key)
            if other is not None:
                message = f"the key “{field.key}” is used by “{other.id}” too"
                self.problem(field.id, "form-duplicate-key", message, "key")
            seen[field.key] = field
        for key, field in seen.items():
            inside = next((k for k in seen if k.startswith(f"{key}.")), None)
            if inside is not None:
                message = f"the key “{key}” holds “{inside}”, so that it has no value of its own"
                self.problem(field.id, "form-duplicate-key", message, "key")

    def _string(self, item: Mapping[str, Any], name: str, element: str) -> str:
        found = item.get(name)
        if found is None or isinstance(found, str):
            return found or ""
        self.problem(element, "form-shape", f"“{name}” is not a text", name)
        return ""

    def _mapping(self, item: Mapping[str, Any], name: str, element: str) -> Mapping[str, Any]:
        found = item.get(name)
        if found is None or isinstance(found, Mapping):
            return found or {}
        self.problem(element, "form-shape", f"“{name}” is not an object", name)
        return {}

    def _text(self, item: Mapping[str, Any], name: str, element: str) -> Text:
        made = Text.of(self._string(item, name, element))
        if "{{#" in made.source or "{{/" in made.source:
            message = "loops and conditions of templates are not supported"
            self.problem(element, "form-unsupported", message, name)
            return Text(made.source, (made.source,))
        for expression in made.expressions:
            self._note(expression, element, name)
        return made

    def _note(self, expression: Expression, element: str, name: str) -> Expression:
        for problem in expression.problems:
            message = f"{problem.message} (line {problem.line}, column {problem.column})"
            self.problem(element, f"feel-{problem.kind}", message, name)
        if not expression.problems:
            for problem in feel.analyse(expression.text, closed=False).problems:
                message = f"{problem.message} (line {problem.line}, column {problem.column})"
                self.problem(element, f"feel-{problem.kind}", message, name, "warning")
        return expression

    def _feel(self, source: Any, element: str, name: str) -> Expression | None:
        if isinstance(source, str) and source.startswith("="):
            return self._note(feel.parse(source[1:]), element, name)
        self.problem(element, "form-expression", f"“{name}” is not FEEL after a “=”", name)
        return None

    def _hide(self, item: Mapping[str, Any], element: str) -> Rule:
        conditional = self._mapping(item, "conditional", element)
        source = conditional.get("hide")
        if source is None or source == "":
            return False
        return self._feel(source, element, "conditional.hide") or False

    def _readonly(self, item: Mapping[str, Any], element: str) -> Rule:
        source = item.get("readonly")
        if item.get("disabled") is True or source is True:
            return True
        if source is None or source is False or source == "":
            return False
        return self._feel(source, element, "readonly") or False

    def _required(self, validate: Mapping[str, Any], element: str) -> bool:
        found = validate.get("required", False)
        if not isinstance(found, bool):
            message = "“required” is true or false"
            self.problem(element, "form-shape", message, "validate.required")
        return found is True

    def _expression(self, item: Mapping[str, Any], element: str) -> Expression:
        found = self._feel(item.get("expression"), element, "expression")
        return found or feel.parse("null")

    def _validation(
        self, item: Mapping[str, Any], rules: Mapping[str, Any], element: str
    ) -> Validation:
        kind = rules.get("validationType")
        if kind not in (None, "", "custom", "email", "phone"):
            message = "this validation is not known"
            self.problem(element, "form-shape", message, "validate.validationType")
        decimals = self._whole(item, "decimalDigits", element)
        return Validation(
            self._bound(rules, "min", element),
            self._bound(rules, "max", element),
            self._whole(rules, "minLength", element),
            self._whole(rules, "maxLength", element),
            self._pattern(rules, element),
            kind if kind in ("email", "phone") else "",
            decimals,
            item.get("disallowPassedDates") is True,
        )

    def _bound(self, rules: Mapping[str, Any], name: str, element: str) -> Bound:
        found = rules.get(name)
        if found is None or found == "":
            return None
        if isinstance(found, str) and found.startswith("="):
            return self._feel(found, element, f"validate.{name}")
        return self._decimal(found, element, f"validate.{name}")

    def _decimal(self, found: Any, element: str, name: str) -> Decimal | None:
        try:
            made = Decimal(str(found)) if not isinstance(found, bool) else Decimal("NaN")
        except ArithmeticError:
            made = Decimal("NaN")
        if made.is_finite():
            return made
        self.problem(element, "form-shape", f"“{name}” is not a number", name)
        return None

    def _whole(self, rules: Mapping[str, Any], name: str, element: str) -> int | None:
        found = rules.get(name)
        if found is None or found == "":
            return None
        made = self._decimal(found, element, name)
        if made is None:
            return None
        if made != made.to_integral_value() or not 0 <= made <= 1_000_000:
            self.problem(element, "form-shape", f"“{name}” is not a whole number", name)
            return None
        return int(made)

    def _pattern(self, rules: Mapping[str, Any], element: str) -> str:
        found = rules.get("pattern")
        if found is None or found == "":
            return ""
        try:
            regex.compile(found)
        except (regex.error, TypeError, RecursionError, OverflowError):
            message = "the pattern is not a regular expression"
            self.problem(element, "form-bad-pattern", message, "validate.pattern")
            return ""
        return str(found)

    def _options(
        self, item: Mapping[str, Any], kind: str, element: str
    ) -> tuple[Option, ...] | Expression:
        if kind not in CHOICES:
            return ()
        source = item.get("valuesExpression")
        if source:
            return self._feel(source, element, "valuesExpression") or ()
        key = item.get("valuesKey")
        if key:
            return self._feel(f"={key}", element, "valuesKey") or ()
        values = item.get("values")
        if not isinstance(values, list) or not values:
            message = "the field has nothing to choose from"
            self.problem(element, "form-no-options", message, "values", "warning")
            return ()
        made = tuple(option_of(value) for value in map(self._plain, values))
        if len({option.text for option in made}) < len(made):
            self.problem(
                element, "form-duplicate-option", "two choices have the same value", "values"
            )
        return made

    def _plain(self, value: Any) -> Any:
        try:
            return feel.from_python(value)
        except FeelError:
            return None

    def _default(self, item: Mapping[str, Any], made: Field) -> Any:
        found = self._plain(item.get("defaultValue"))
        if made.kind == "checkbox":
            return found is True
        if made.kind in ("checklist", "taglist"):
            return found if isinstance(found, list) else []
        if found is None:
            return "" if made.kind in ("textfield", "textarea") else None
        if made.kind == "number":
            return self._decimal(found, made.id, "defaultValue")
        return found
