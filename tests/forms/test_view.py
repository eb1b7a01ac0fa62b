"""A form as a person sees it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from casewright import forms

WARSAW = ZoneInfo("Europe/Warsaw")
NOW = dt.datetime(2026, 3, 1, 12, tzinfo=WARSAW)


def view(*components: dict[str, Any], submitted: Any = None, **variables: Any) -> forms.FormView:
    filled = [{"id": f"f{index}", **item} for index, item in enumerate(components)]
    form = forms.load({"id": "form", "type": "default", "components": filled})
    return form.view(variables, now=NOW, zone=WARSAW, submitted=submitted)


def test_fields_are_prefilled_from_variables_then_defaults() -> None:
    made = view(
        {"type": "number", "key": "offer.price", "decimalDigits": 2},
        {"type": "textfield", "key": "name", "defaultValue": "Ann"},
        {"type": "datetime", "key": "day"},
        {"type": "datetime", "key": "at", "subtype": "datetime"},
        {"type": "checkbox", "key": "ok"},
        {"type": "number", "key": "none", "defaultValue": "2.5"},
        offer={"price": Decimal("12.5")},
        day="2026-01-31",
        at=dt.datetime(2026, 7, 1, 6, 15, tzinfo=dt.UTC),
        ok=True,
    )
    assert [item.text for item in made.fields] == [
        "12.50",
        "Ann",
        "2026-01-31",
        "2026-07-01T08:15",
        "true",
        "2.5",
    ]
    assert made.fields[2].value == dt.date(2026, 1, 31)
    assert all(item.visible and item.writable for item in made.fields)


def test_texts_are_computed() -> None:
    made = view(
        {"type": "text", "text": '="Margin: " + string(margin) + " %"'},
        {"type": "text", "text": "Dear {{name}}, it is {{missing.part}}."},
        {"type": "textfield", "key": "a", "label": '="Reason for " + name', "description": "Why?"},
        {"type": "html", "content": "<b>{{name}}</b>"},
        margin=Decimal("12.5"),
        name="Ann",
    )
    assert [item.text for item in made.fields] == [
        "Margin: 12.5 %",
        "Dear Ann, it is .",
        "",
        "<b>Ann</b>",
    ]
    assert made.fields[2].label == "Reason for Ann"
    assert made.fields[2].description == "Why?"


def test_conditions_and_rights() -> None:
    made = view(
        {"type": "checkbox", "key": "a"},
        {
            "type": "group",
            "conditional": {"hide": "=a"},
            "components": [{"id": "in", "type": "textfield", "key": "b"}],
        },
        {"type": "textfield", "key": "c", "readonly": "=a"},
        {"type": "textfield", "key": "d", "disabled": True},
        {"type": "expression", "key": "e", "expression": "=1 + 1"},
        a=True,
    )
    seen = {item.field.id: (item.visible, item.writable) for item in made.fields}
    assert seen == {
        "f0": (True, True),
        "f1": (False, False),
        "in": (False, False),
        "f2": (True, False),
        "f3": (True, False),
        "f4": (True, False),
    }
    assert made.fields[-1].text == "2"
    assert [item.field.depth for item in made.fields] == [0, 0, 1, 0, 0, 0]


def test_options_show_their_labels() -> None:
    values = [{"value": "a", "label": "First"}, {"value": 2, "label": "Second"}]
    made = view(
        {"type": "select", "key": "one", "values": values},
        {"type": "checklist", "key": "many", "values": values},
        one=Decimal(2),
        many=["a", Decimal(2)],
    )
    assert [item.display for item in made.fields] == ["Second", "First, Second"]
    assert made.fields[0].text == "2"
    assert [(option.text, option.label) for option in made.fields[0].options] == [
        ("a", "First"),
        ("2", "Second"),
    ]


def test_what_was_typed_is_shown_again() -> None:
    made = view(
        {"type": "number", "key": "n"},
        {"type": "checkbox", "key": "c"},
        {"type": "textfield", "key": "t", "conditional": {"hide": "=n = 5"}},
        submitted={"n": "abc", "t": "x"},
        n=Decimal(5),
        c=True,
    )
    assert [item.text for item in made.fields] == ["abc", "", "x"]
