"""A form as its template draws it: groups and rows nested, each input with its state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from casewright.forms import FieldView, FormView
from casewright.web.pages import show
from casewright.web.pages.prose import Block, blocks, words

_INPUT_TYPES = {"date": "date", "time": "time", "datetime": "datetime-local"}
# A list this short is quicker to choose from when all of it is seen.
_SEARCHED = 7

MESSAGES = {
    "form-required": "Please fill in this field.",
    "form-number": "This is not a number. Write it like 1234.50.",
    "form-ambiguous": "Is this a thousand, or a decimal? Write 1234 or 1.234.",
    "form-text": "This text holds characters that cannot be kept.",
    "form-date": "This is not a date. Write it like 2026-03-31.",
    "form-time": "This is not a time. Write it like 14:30.",
    "form-option": "Please choose one of the options.",
    "form-email": "This is not an e-mail address.",
    "form-phone": "This is not a telephone number.",
    "form-pattern": "This does not have the form that is asked for.",
    "form-past": "This day is over. Choose today or later.",
    "unknown-field": "This field is not part of the form.",
    "required": "Please fill in this field.",
    "login": "Use small letters, digits, dots and dashes, without spaces.",
    "email": "This is not an e-mail address.",
    "choice": "Please choose one of the options.",
    "group": "Give a name without commas, up to 100 characters.",
    "mismatch": "The two passwords are not the same.",
    "wrong-password": "This is not your present password.",
    "range": "This is outside of what is allowed.",
    "feel": "This is not a value. Write a text in quotes, or a number, a date, true or false.",
}


def message(code: str, params: Mapping[str, Any]) -> str:
    """Return what is wrong with a field in words."""
    low, high = params.get("min"), params.get("max")
    if code == "form-number" and params.get("ambiguous"):
        return MESSAGES["form-ambiguous"]
    if code == "form-min":
        return f"This must be {_plain(low)} or more."
    if code == "form-max":
        return f"This must be {_plain(high)} or less."
    if code == "form-decimals":
        count = params.get("digits", 0)
        places = "places" if count != 1 else "place"
        return f"Use at most {count} decimal {places}." if count else "Use a whole number."
    if code == "form-length":
        if low is not None:
            return f"This must have at least {low} characters."
        return f"This can have at most {high} characters."
    return MESSAGES.get(code, "This value cannot be used.")


def _plain(value: Any) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a field, and whether it is chosen."""

    text: str
    label: str
    chosen: bool
    id: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A part of a form: an input, something shown, or a group or row of parts."""

    kind: str
    id: str = ""
    name: str = ""
    label: str = ""
    description: str = ""
    text: str = ""
    display: str = ""
    required: bool = False
    writable: bool = False
    error: str = ""
    input_type: str = "text"
    decimal: bool = False
    max_length: int | None = None
    prefix: str = ""
    suffix: str = ""
    choices: tuple[Choice, ...] = ()
    outline: bool = False
    blocks: tuple[Block, ...] = ()
    parts: tuple[Drawn, ...] = ()

    @property
    def described_by(self) -> str:
        """The ids of the texts that belong to the input."""
        ids = [f"{self.id}-help"] if self.description else []
        return " ".join(ids + ([f"{self.id}-error"] if self.error else []))


@dataclass(frozen=True, slots=True)
class Drawing:
    """A whole form; `errors` links each message to its field."""

    parts: tuple[Drawn, ...] = ()
    errors: tuple[tuple[str, str, str], ...] = ()
    writable: bool = False


def draw(view: FormView, problems: Mapping[str, Any] | None = None) -> Drawing:
    """Return the form to draw; `problems` are the refusal's fields by key."""
    told = {
        key: message(str(found.get("code", "")), found.get("params", {}))
        for key, found in (problems or {}).items()
    }
    items = [_one(item, told) for item in view.fields if item.visible]
    shown = [item.field for item in view.fields if item.visible]
    parts = _nested(list(zip(shown, items, strict=True)), "")
    return Drawing(parts, _summary(items, told), any(item.writable for item in items))


def _one(item: FieldView, told: Mapping[str, str]) -> Drawn:
    field = item.field
    name = f"field-{field.id}"
    chosen = item.value if isinstance(item.value, list) else [item.value]
    kind = field.kind
    if kind == "select" and item.writable and 0 < len(item.options) < _SEARCHED // 2 + 1:
        kind = "radio"
    return Drawn(
        kind,
        name,
        field.key,
        item.label,
        item.description,
        item.text,
        _figure(item) if kind == "number" else item.display,
        field.required,
        item.writable,
        told.get(field.key, "") if field.key else "",
        _INPUT_TYPES.get(field.subtype, "text") if field.kind == "datetime" else "text",
        field.kind == "number",
        field.validation.max_length,
        item.prefix,
        item.suffix,
        tuple(
            Choice(option.text, option.label, _among(option.value, chosen), f"{name}-{index}")
            for index, option in enumerate(item.options)
        ),
        field.outline,
        _prose(kind, item.text),
    )


def _figure(item: FieldView) -> str:
    if not isinstance(item.value, Decimal):
        return item.display
    wanted = item.field.validation.decimals or 0
    exponent = item.value.normalize().as_tuple().exponent
    has = -exponent if isinstance(exponent, int) else 0
    return show.number(item.value, max(wanted, has, 0))


def _prose(kind: str, text: str) -> tuple[Block, ...]:
    if kind not in ("text", "html"):
        return ()
    return blocks(words(text) if kind == "html" else text)


def _among(value: Any, chosen: Iterable[Any]) -> bool:
    return any(type(one) is type(value) and bool(one == value) for one in chosen)


def _nested(items: Sequence[tuple[Any, Drawn]], group: str) -> tuple[Drawn, ...]:
    parts: list[Drawn] = []
    row: list[Drawn] = []
    before = ""
    for source, item in items:
        if source.group != group:
            continue
        if item.kind == "group":
            inner = _nested(items, source.id)
            item = Drawn("group", item.id, label=item.label, outline=item.outline, parts=inner)
        if row and (source.row != before or not source.row):
            parts.append(_row(row))
            row = []
        before = source.row
        row.append(item)
    if row:
        parts.append(_row(row))
    return tuple(parts)


def _row(items: list[Drawn]) -> Drawn:
    return items[0] if len(items) == 1 else Drawn("row", parts=tuple(items))


def _summary(items: Sequence[Drawn], told: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    places = {item.name: item for item in items if item.name}
    found = []
    for key, text in told.items():
        item = places.get(key)
        if item is None:
            found.append(("", key, text))
        else:
            anchor = item.choices[0].id if item.kind in ("radio", "checklist") else item.id
            found.append((anchor, item.label or key, text))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Problems:
    """What is wrong with a plain form of ours, by field."""

    texts: Mapping[str, str] = field(default_factory=dict)
    whole: str = ""

    def of(self, name: str) -> str:
        """Return the message of a field, "" when it is fine."""
        return self.texts.get(name, "")


def problems_of(fields: Mapping[str, Any]) -> Problems:
    """Return the messages for the fields of a refusal."""
    return Problems(
        {key: message(str(found["code"]), found.get("params", {})) for key, found in fields.items()}
    )
