"""A submission becomes typed values or field errors, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright import forms

WARSAW = ZoneInfo("Europe/Warsaw")
NOW = dt.datetime(2026, 3, 1, 12, tzinfo=WARSAW)


def schema(*components: dict[str, Any]) -> forms.FormSchema:
    filled = [{"id": f"f{index}", **item} for index, item in enumerate(components)]
    return forms.load({"id": "form", "type": "default", "components": filled})


def submit(
    form: forms.FormSchema, sent: Mapping[str, Any], variables: Mapping[str, Any] | None = None
) -> forms.Submission:
    return form.submit(sent, variables or {}, now=NOW, zone=WARSAW)


def errors(result: forms.Submission) -> dict[str, str]:
    return {key: error.code for key, error in result.errors.items()}


NUMBER = {
    "type": "number",
    "key": "price",
    "decimalDigits": 2,
    "validate": {"required": True, "min": 0, "max": 100000},
}


@pytest.mark.parametrize(
    ("sent", "value"),
    [
        ("1 234,56", "1234.56"),
        ("1\u00a0234,56", "1234.56"),
        ("1234.56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("12,5", "12.5"),
        ("0,125000".replace("125000", "120000"), "0.12"),
        (" 7 ", "7"),
        (7, "7"),
        (Decimal("7.10"), "7.10"),
        (0.1, "0.1"),
        (["3"], "3"),
    ],
)
def test_numbers_are_read_as_people_write_them(sent: Any, value: str) -> None:
    result = submit(schema(NUMBER), {"price": sent})
    assert result.ok, result
    assert result.values == {"price": Decimal(value)}


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("", "form-required"),
        ("  ", "form-required"),
        (None, "form-required"),
        ("abc", "form-number"),
        ("1e5", "form-number"),
        ("NaN", "form-number"),
        ("1,234", "form-number"),
        ("1.2.3", "form-number"),
        ("1,2,3", "form-number"),
        ("12 34", "form-number"),
        ("\u0663", "form-number"),
        (True, "form-number"),
        ({"a": 1}, "form-number"),
        (float("inf"), "form-number"),
        ("9" * 35, "form-number"),
        ("1.234", "form-decimals"),
        ("-0.01", "form-min"),
        ("\u22121", "form-min"),
        ("100000.01", "form-max"),
    ],
)
def test_wrong_numbers_have_a_code(sent: Any, code: str) -> None:
    result = submit(schema(NUMBER), {"price": sent})
    assert errors(result) == {"price": code}
    assert result.values == {}


def test_limits_may_be_feel_and_come_back_as_parameters() -> None:
    form = schema({"type": "number", "key": "n", "validate": {"min": "=low", "max": "=low + 1"}})
    result = submit(form, {"n": "9"}, {"low": Decimal(3)})
    assert result.errors["n"] == forms.FieldError("form-max", params={"max": Decimal(4)})
    assert submit(form, {"n": "9"}).ok


def test_a_missing_required_field_is_an_error_even_when_a_value_is_known() -> None:
    form = schema(NUMBER, {"type": "number", "key": "optional"})
    known = {"price": Decimal(5), "optional": Decimal(6)}
    result = submit(form, {}, known)
    assert errors(result) == {"price": "form-required"}
    result = submit(form, {"price": "1"}, known)
    assert result.values == {"price": Decimal(1)}
    assert submit(form, {"price": "1"}).values == {"price": Decimal(1), "optional": None}


def test_extra_fields_are_named_and_never_taken() -> None:
    form = schema(
        {"type": "textfield", "key": "a.b"},
        {"type": "textfield", "key": "r", "readonly": True},
    )
    result = submit(form, {"a.b": "x", "r": "evil", "c": "1", "a": {"z": 1}}, {"r": "kept"})
    assert result.values == {"a": {"b": "x"}}
    assert sorted(result.extra) == ["a.z", "c"]
    assert not result.ok


def test_dotted_keys_are_written_beside_what_is_there() -> None:
    form = schema(
        {
            "type": "group",
            "path": "offer",
            "components": [
                {"type": "number", "key": "price"},
                {"type": "number", "key": "cost.net"},
            ],
        }
    )
    variables = {"offer": {"price": Decimal(1), "name": "x", "cost": {"tax": Decimal(3)}}}
    expected = {
        "offer": {
            "price": Decimal(5),
            "name": "x",
            "cost": {"tax": Decimal(3), "net": Decimal(4)},
        }
    }
    assert submit(form, {"offer.price": "5", "offer.cost.net": "4"}, variables).values == expected
    nested = {"offer": {"price": 5, "cost": {"net": 4}}}
    assert submit(form, nested, variables).values == expected
    assert variables["offer"]["price"] == Decimal(1)


CHOICE = {"values": [{"value": "a", "label": "First"}, {"value": 2, "label": "Second"}]}


@pytest.mark.parametrize("kind", ["select", "radio"])
def test_one_of_the_options(kind: str) -> None:
    form = schema({"type": kind, "key": "c", "validate": {"required": True}, **CHOICE})
    assert submit(form, {"c": "a"}).values == {"c": "a"}
    assert submit(form, {"c": "2"}).values == {"c": Decimal(2)}
    assert submit(form, {"c": 2}).values == {"c": Decimal(2)}
    for wrong in ("b", "First", True, {"a": 1}, ["a", "b"], float("nan")):
        assert errors(submit(form, {"c": wrong})) == {"c": "form-option"}
    assert errors(submit(form, {"c": ""})) == {"c": "form-required"}


@pytest.mark.parametrize("kind", ["checklist", "taglist"])
def test_several_of_the_options(kind: str) -> None:
    form = schema({"type": kind, "key": "c", "validate": {"required": True}, **CHOICE})
    assert submit(form, {"c": ["2", "a", "a"]}).values == {"c": ["a", Decimal(2)]}
    assert submit(form, {"c": "a"}).values == {"c": ["a"]}
    assert errors(submit(form, {"c": ["a", "x"]})) == {"c": "form-option"}
    assert errors(submit(form, {"c": []})) == {"c": "form-required"}


def test_options_from_variables() -> None:
    form = schema(
        {"type": "select", "key": "a", "valuesKey": "people"},
        {"type": "select", "key": "b", "valuesExpression": '=people[item != "eve"]'},
    )
    variables = {"people": ["ann", "eve"]}
    assert submit(form, {"a": "eve", "b": "ann"}, variables).ok
    assert errors(submit(form, {"a": "bob", "b": "eve"}, variables)) == {
        "a": "form-option",
        "b": "form-option",
    }
    assert errors(submit(form, {"a": "ann"}, {"people": "no list"})) == {"a": "form-option"}


def test_check_boxes() -> None:
    form = schema(
        {"type": "checkbox", "key": "a"},
        {"type": "checkbox", "key": "b", "validate": {"required": True}},
    )
    assert submit(form, {"a": "on", "b": True}).values == {"a": True, "b": True}
    assert submit(form, {"b": "true"}, {"a": True}).values == {"a": False, "b": True}
    assert errors(submit(form, {"a": "x", "b": False})) == {
        "a": "form-option",
        "b": "form-required",
    }


def test_dates_and_times() -> None:
    form = schema(
        {"type": "datetime", "key": "d", "subtype": "date"},
        {"type": "datetime", "key": "t", "subtype": "time"},
        {"type": "datetime", "key": "m", "subtype": "datetime"},
    )
    result = submit(form, {"d": "31.1.2026", "t": "9:30", "m": "2026-07-01T08:15"})
    assert result.values == {
        "d": dt.date(2026, 1, 31),
        "t": dt.time(9, 30),
        "m": dt.datetime(2026, 7, 1, 8, 15, tzinfo=WARSAW),
    }
    result = submit(form, {"d": "2026-02-30", "t": "25:00", "m": "2026-07-01"})
    assert errors(result) == {"d": "form-date", "t": "form-time", "m": "form-time"}


def test_passed_dates_can_be_refused() -> None:
    form = schema({"type": "datetime", "key": "d", "subtype": "date", "disallowPassedDates": True})
    assert submit(form, {"d": "2026-03-01"}).ok
    assert errors(submit(form, {"d": "2026-02-28"})) == {"d": "form-past"}


@pytest.mark.parametrize(
    ("rules", "sent", "code"),
    [
        ({"minLength": 3}, "ab", "form-length"),
        ({"maxLength": 3}, "abcd", "form-length"),
        ({"pattern": "^[0-9]{2}-[0-9]{3}$"}, "00-00", "form-pattern"),
        ({"pattern": "^(a+)+$"}, "a" * 60 + "!", "form-pattern"),
        ({"validationType": "email"}, "a@b", "form-email"),
        ({"validationType": "phone"}, "call me", "form-phone"),
        ({"required": True}, " \n", "form-required"),
        ({}, "a\x00b", "form-text"),
        ({}, "\ud800", "form-text"),
        ({}, ["a", "b"], "form-text"),
        ({}, 5, "form-text"),
        ({}, "a" * 1_000_001, "form-length"),
    ],
)
def test_texts(rules: dict[str, Any], sent: Any, code: str) -> None:
    form = schema({"type": "textarea", "key": "t", "validate": rules})
    assert errors(submit(form, {"t": sent})) == {"t": code}


def test_right_texts() -> None:
    rules = {"minLength": 1, "maxLength": 30, "pattern": "@", "validationType": "email"}
    form = schema(
        {"type": "textarea", "key": "t", "validate": rules}, {"type": "textfield", "key": "u"}
    )
    result = submit(form, {"t": "ann@example.com", "u": "a\r\nb"})
    assert result.values == {"t": "ann@example.com", "u": "a\nb"}


HIDING = (
    {"type": "checkbox", "key": "company"},
    {
        "type": "group",
        "conditional": {"hide": "=company != true"},
        "components": [
            {"id": "tax", "type": "textfield", "key": "tax", "validate": {"required": True}}
        ],
    },
    {"type": "textfield", "key": "why", "conditional": {"hide": '=tax != "none"'}},
)


def test_hidden_fields_are_neither_wanted_nor_written() -> None:
    form = schema(*HIDING)
    assert submit(form, {"tax": "none", "why": "x"}).values == {"company": False}
    shown = submit(form, {"company": "on", "tax": "none", "why": "x"})
    assert shown.values == {"company": True, "tax": "none", "why": "x"}
    assert errors(submit(form, {"company": "on", "tax": ""})) == {"tax": "form-required"}


def test_a_rule_that_fails_is_false() -> None:
    form = schema(
        {"type": "textfield", "key": "a", "conditional": {"hide": "=nothing.there + 1"}},
        {"type": "textfield", "key": "b", "readonly": "=1 + true"},
    )
    assert submit(form, {"a": "x", "b": "y"}).values == {"a": "x", "b": "y"}


def test_a_read_only_rule_sees_what_is_sent() -> None:
    form = schema(
        {"type": "checkbox", "key": "locked"},
        {"type": "textfield", "key": "a", "readonly": "=locked"},
    )
    assert submit(form, {"locked": "on", "a": "x"}, {"a": "kept"}).values == {"locked": True}
    assert submit(form, {"a": "x"}).values == {"locked": False, "a": "x"}


def test_computed_fields_are_computed_here_and_never_taken() -> None:
    form = schema(
        {"type": "number", "key": "price"},
        {"type": "number", "key": "cost"},
        {
            "type": "expression",
            "key": "margin",
            "expression": "=(price - cost) / price * 100",
        },
        {"type": "expression", "key": "low", "expression": "=margin < 20"},
    )
    result = submit(form, {"price": "200", "cost": "150", "margin": "99", "low": "false"})
    assert result.values == {
        "price": Decimal(200),
        "cost": Decimal(150),
        "margin": Decimal(25),
        "low": False,
    }


def test_a_rule_that_hides_itself_ends() -> None:
    form = schema({"type": "checkbox", "key": "a", "conditional": {"hide": "=a"}})
    assert submit(form, {"a": "on"}).errors == {}


EVERYTHING = schema(
    NUMBER,
    *HIDING,
    {"type": "select", "key": "choice", **CHOICE},
    {"type": "taglist", "key": "tags", **CHOICE},
    {"type": "datetime", "key": "when", "subtype": "datetime"},
    {"type": "datetime", "key": "day", "disallowPassedDates": True},
    {"type": "datetime", "key": "clock", "subtype": "time"},
    {"type": "textfield", "key": "x.y", "validate": {"pattern": "^a", "validationType": "email"}},
    {"type": "expression", "key": "sum", "expression": "=price + x.y"},
)
KEYS = st.sampled_from([*EVERYTHING.keys, "x", "other", "x.z", ""]) | st.text(max_size=5)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
SENT = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)
)


@given(st.dictionaries(KEYS, SENT, max_size=8), st.dictionaries(KEYS, SENT, max_size=4))
def test_anything_can_be_sent(sent: dict[str, Any], variables: dict[str, Any]) -> None:
    result = submit(EVERYTHING, sent, variables)
    roots = {key.partition(".")[0] for key in EVERYTHING.keys}
    assert result.values.keys() <= roots
    assert result.errors.keys() <= set(EVERYTHING.keys)
    EVERYTHING.view(variables, now=NOW, zone=WARSAW, submitted=sent)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=0, max_value=99999))
def test_every_number_that_is_shown_is_read_back(value: Decimal) -> None:
    form = schema(NUMBER)
    shown = form.view({"price": value}).fields[0].text
    assert submit(form, {"price": shown}).values == {"price": value}
