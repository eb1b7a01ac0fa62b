"""Small expressions of every kind, with their values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from casewright import feel

D = Decimal


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", D(7)),
        ("-3 ** 2", D(9)),
        ("3 ** 4 ** 5", D(3486784401)),
        ("a.b + 1", D(3)),
        ('if a.b > 1 then "yes" else "no"', "yes"),
        ("[1, 2, 3][item > 1]", [D(2), D(3)]),
        ("[1, 2, 3][-1]", D(3)),
        ("for i in 3..1 return i", [D(3), D(2), D(1)]),
        (
            "for i in 0..4 return if i = 0 then 1 else i * partial[-1]",
            [D(n) for n in (1, 1, 2, 6, 24)],
        ),
        ("some x in [1, 2] satisfies x > 1", True),
        ("every x in [1, 2] satisfies x > 1", False),
        ("{a: 1, b: a + 1}", {"a": D(1), "b": D(2)}),
        ("5 in [1..5[", False),
        ("5 in (> 3)", True),
        ("1 between 0 and 2 and true", True),
        ("first name", "Ada"),
        ("`first name`", "Ada"),
        ('{last name: "L"}.last name', "L"),
        ('substring(string: "abc", start position: 2)', "bc"),
        ("{f: function(n) if n <= 1 then 1 else n * f(n - 1), r: f(5)}.r", D(120)),
        ("[{x: 1}, {x: 2}][x > 1].x", [D(2)]),
        ("sort([3, 1, 2], function(a, b) a < b)", [D(1), D(2), D(3)]),
        ('"\\u0041\\n"', "A\n"),
        ("1 // one\n + /* two */ 2", D(3)),
    ],
)
def test_values(text: str, value: Any) -> None:
    expression = feel.parse(text, frozenset({"first name"}))
    assert expression.evaluate({"a": {"b": 2}, "first name": "Ada"}) == (value, ())
