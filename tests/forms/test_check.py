"""What is wrong with a form is found, with the component's id."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright import forms


def found(*components: Any) -> list[tuple[str, str]]:
    form = {"id": "form", "type": "default", "components": list(components)}
    return [(item.element, item.code) for item in forms.check(json.dumps(form).encode(), "a.form")]


@pytest.mark.parametrize(
    ("component", "code"),
    [
        ({"type": "iframe"}, "form-unsupported"),
        ({"type": "dynamiclist"}, "form-unsupported"),
        ({}, "form-unsupported"),
        ({"type": "number"}, "form-no-key"),
        ({"type": "number", "key": "1a"}, "form-key"),
        ({"type": "number", "key": "a", "label": 5}, "form-shape"),
        ({"type": "number", "key": "a", "validate": []}, "form-shape"),
        ({"type": "number", "key": "a", "validate": {"min": "x"}}, "form-shape"),
        ({"type": "number", "key": "a", "validate": {"min": "=("}}, "feel-syntax"),
        ({"type": "number", "key": "a", "decimalDigits": 1.5}, "form-shape"),
        ({"type": "number", "key": "a", "layout": {"columns": "x"}}, "form-shape"),
        ({"type": "number", "key": "a", "conditional": {"hide": "x > 1"}}, "form-expression"),
        ({"type": "number", "key": "a", "conditional": {"hide": "=x >"}}, "feel-syntax"),
        ({"type": "number", "key": "a", "colour": "red"}, "form-unknown-property"),
        ({"type": "textfield", "key": "a", "validate": {"pattern": "("}}, "form-bad-pattern"),
        ({"type": "textfield", "key": "a", "validate": {"required": "yes"}}, "form-shape"),
        ({"type": "select", "key": "a"}, "form-no-options"),
        ({"type": "select", "key": "a", "values": [1, "1"]}, "form-duplicate-option"),
        ({"type": "select", "key": "a", "valuesExpression": "x"}, "form-expression"),
        ({"type": "datetime", "key": "a", "subtype": "week"}, "form-subtype"),
        ({"type": "expression", "key": "a"}, "form-expression"),
        ({"type": "text", "text": "=1 +"}, "feel-syntax"),
        ({"type": "text", "text": "{{#loop x}}a{{/loop}}"}, "form-unsupported"),
        ({"type": "group", "path": "a b", "components": []}, "form-key"),
        ({"type": "group", "components": {}}, "form-shape"),
    ],
)
def test_findings(component: dict[str, Any], code: str) -> None:
    assert found({"id": "c", **component}) == [("c", code)]


def test_ids_and_keys_are_used_once() -> None:
    one = {"id": "a", "type": "textfield", "key": "k"}
    assert found(one, {**one, "key": "l"}) == [("a", "form-duplicate-id")]
    assert found(one, {**one, "id": "b"}) == [("b", "form-duplicate-key")]
    assert found(one, {**one, "id": "b", "key": "k.l"}) == [("a", "form-duplicate-key")]
    assert found(one, 5) == [("", "form-shape")]


def test_buttons_are_left_out() -> None:
    assert found({"id": "b", "type": "button", "label": "Send"}) == []


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"", "json-syntax", 1),
        (b'{\n"a": ,}', "json-syntax", 2),
        (b"\xff", "json-syntax", 0),
        (b"[]", "form-shape", 0),
        (b'{"a": NaN}', "json-number", 0),
        (b'{"a": 1, "a": 2}', "json-duplicate", 0),
        (b'{"a": ' * 65 + b"1" + b"}" * 65, "json-depth", 0),
        (b"[" * 100_000, "json-depth", 0),
        (b" " * 1024 * 1025, "form-size", 0),
    ],
)
def test_files_that_are_no_form(data: bytes, code: str, line: int) -> None:
    (finding,) = forms.check(data, "a.form")
    assert (finding.file, finding.code, finding.line) == ("a.form", code, line)
    with pytest.raises(forms.FormProblem) as caught:
        forms.load(data, "a.form")
    assert caught.value.findings == (finding,)


def test_a_form_needs_an_id() -> None:
    assert [item.code for item in forms.check(b'{"components": []}')] == ["form-no-id"]


def test_warnings_do_not_stop_a_form() -> None:
    form = {"id": "f", "components": [{"id": "s", "type": "select", "key": "s", "x": 1}]}
    assert {item.severity for item in forms.check(form)} == {"warning"}
    assert forms.load(form).keys == ("s",)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "id", "key", "components", "validate", "values", "layout"]),
            inner | st.sampled_from(["select", "group", "number", "datetime", "=x", "=("]),
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_any_json_can_be_checked(data: Any) -> None:
    forms.check(json.dumps({"id": "f", "components": [data]}).encode())


@pytest.mark.parametrize(
    ("component", "code"),
    [
        ({"type": "number", "key": "a", "conditional": {"hide": '="x" > 5'}}, "feel-type"),
        ({"type": "number", "key": "a", "validate": {"min": '=1 + "b"'}}, "feel-type"),
        ({"type": "text", "text": "=upper case(5)"}, "feel-type"),
        ({"type": "text", "text": "Hello {{upper case(5)}}"}, "feel-type"),
        ({"type": "text", "text": '=@"2026-01-31".hour'}, "feel-unknown-property"),
        ({"type": "text", "text": "=substring(name)"}, "feel-function"),
        ({"type": "text", "text": "=substring(name, 1) + elsewhere"}, ""),
        ({"type": "number", "key": "a", "conditional": {"hide": "=b > 5 and c = null"}}, ""),
    ],
)
def test_what_can_give_nothing_but_null_is_a_warning(component: dict[str, Any], code: str) -> None:
    form = {"id": "form", "type": "default", "components": [{"id": "c", **component}]}
    problems = forms.check(json.dumps(form).encode(), "a.form")
    assert [(one.severity, one.element, one.code) for one in problems] == (
        [("warning", "c", code)] if code else []
    )
    assert forms.load(json.dumps(form).encode(), "a.form").id == "form"
