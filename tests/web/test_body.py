"""The JSON reader: exact, strict, and never in trouble."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright.domain.errors import Refused
from casewright.web.body import DEEPEST, LARGEST, check_content_type, dumps, loads


def nested(depth: int) -> bytes:
    return b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


def answered(body: bytes) -> int:
    """Return the status that the API gives for a body, 200 for one that is read."""
    try:
        loads(body)
    except Refused as refused:
        return refused.status
    return 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"a": NaN}', "bad-json"),
        (b'{"a": Infinity}', "bad-json"),
        (b'{"a": -Infinity}', "bad-json"),
        (b'{"a": 1e999}', "bad-json"),
        (b'{"a": 1e-999}', "bad-json"),
        (b'{"a": 1e99999999999999999999}', "bad-json"),
        (b'{"a": ' + b"9" * 5000 + b"}", "bad-json"),
        (b'{"a": 0.' + b"1" * 35 + b"}", "bad-json"),
        (b'{"a": 1, "a": 1}', "bad-json"),
        (b'{"a": {"b": 1, "b": 2}}', "bad-json"),
        (b'{"a": "\\ud800"}', "bad-json"),
        (b'{"\\udfff": 1}', "bad-json"),
        (b'{"a": "\\u0000"}', "bad-json"),
        (b'{"a": "\x00"}', "bad-json"),
        (b'{"a": "\n"}', "bad-json"),
        (b"[1]", "bad-json"),
        (b"1", "bad-json"),
        (b"null", "bad-json"),
        (b"", "bad-json"),
        (b'{"a": 1,}', "bad-json"),
        (b'{"a": 1} // why', "bad-json"),
        (b'{"a": 1} {}', "bad-json"),
        (b"{'a': 1}", "bad-json"),
        (b'{"a": 01}', "bad-json"),
        (b'{"a": +1}', "bad-json"),
        (b'{"a": "\xff"}', "bad-json"),
        ('{"a": 1}'.encode("utf-16"), "bad-json"),
        (b'\xef\xbb\xbf{"a": 1}', "bad-json"),
        (nested(DEEPEST + 1), "json-too-deep"),
        (nested(900), "json-too-deep"),
        (nested(100_000), "json-too-deep"),
        (b'{"a":' * 100_000, "json-too-deep"),
        (b'{"a": "' + b"x" * LARGEST + b'"}', "json-too-large"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_json_leaves_open_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(Refused) as problem:
        loads(body)
    assert problem.value.code == code


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": 9007199254740993}', 9007199254740993),
        (b'{"a": 0.1}', Decimal("0.1")),
        (b'{"a": 12.30}', Decimal("12.30")),
        (b'{"a": -0.0}', Decimal("-0.0")),
        (b'{"a": 12345678901234567890123}', Decimal("12345678901234567890123")),
        (b'{"a": "\\ud83d\\ude00"}', "\U0001f600"),
        (b'{"a": "[[[[{{{{\\"]"}', '[[[[{{{{"]'),
        (b' \r\n{"a": true}\t', True),
    ],
)
def test_values_are_exact(body: bytes, value: Any) -> None:
    assert loads(body) == {"a": value}
    assert loads(dumps({"a": value})) == {"a": value}
    assert str(loads(body)["a"]) == str(value)


def test_the_deepest_allowed_is_read() -> None:
    assert loads(nested(DEEPEST))["a"] is not None


values = st.recursive(
    st.none()
    | st.booleans()
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
    | st.integers(-(10**33), 10**33)
    | st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-1e9, max_value=1e9),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="ascii")), inner),
    max_leaves=20,
)


def _exact(value: Any) -> Any:
    """Return a value with whole numbers too long for the writer as Decimal."""
    if isinstance(value, bool) or value is None or isinstance(value, (str, Decimal)):
        return value
    if isinstance(value, int):
        return Decimal(value) if abs(value) >= 2**63 else value
    if isinstance(value, list):
        return [_exact(item) for item in value]
    return {key.replace("\x00", ""): _exact(item) for key, item in value.items()}


@given(values)
def test_what_is_written_is_read_again(value: Any) -> None:
    assert loads(dumps({"a": _exact(value)})) == {"a": _exact(value)}


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace")))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    assert 200 <= answered(body) < 500


@given(values, st.integers(0, 300), st.sampled_from(list('{}[],:"\\0x1eE+-. ')))
def test_a_broken_body_is_read_or_refused(value: Any, at: int, char: str) -> None:
    text = json.dumps({"a": _exact(value)}, default=str)
    broken = text[: at % len(text)] + char + text[at % len(text) + 1 :]
    assert 200 <= answered(broken.encode("utf-8", "surrogatepass")) < 500


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-16",
    ],
)
def test_a_body_says_what_it_is(value: str | None) -> None:
    with pytest.raises(Refused, match="wrong-content-type"):
        check_content_type(value)


@pytest.mark.parametrize("value", ["application/json", "Application/JSON; charset=UTF-8"])
def test_json_in_utf_8_is_taken(value: str) -> None:
    check_content_type(value)
