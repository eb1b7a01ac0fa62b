"""The ten conditions and the table that the FEEL benchmarks run."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

CONTEXT: dict[str, Any] = {
    "margin": 10,
    "minimum": 15,
    "kind": "court",
    "a": 50,
    "b": 30,
    "c": "y",
    "x": 11,
    "d": "2026-01-31",
    "items": [{"amount": 50}, {"amount": 150}],
    "limit": 200,
    "amount": 50,
    "name": "Anna",
    "status": "waiting",
}
CONDITIONS: dict[str, Any] = {
    'margin < minimum and kind in ("court", "tax")': True,
    'a + b * 2 > 100 and not(c = "x")': True,
    'if x > 10 then "high" else "low"': "high",
    'date(d) + duration("P10D") < date("2026-12-31")': True,
    "some i in items satisfies i.amount > 100": True,
    "sum(items.amount) >= limit": True,
    "count(items[amount > 10]) > 0": True,
    "amount between 10 and 100": True,
    'upper case(name) = "ANNA"': True,
    'status = "open" or status = "waiting"': True,
}
# The same condition as a peer writes it, where it has no other way.
DIALECTS: dict[str, dict[str, str]] = {
    "bkflow-feel": {
        'margin < minimum and kind in ("court", "tax")': (
            'margin < minimum and kind in ["court", "tax"]'
        ),
    },
}
COLUMNS = [
    ("a", "string"),
    ("b", "number"),
    ("c", "number"),
    ("d", "string"),
    ("e", "boolean"),
    ("f", "number"),
]
HITS_LAST: dict[str, dict[str, Any]] = {
    "first": {"a": "k49", "b": 60, "c": 5, "d": "z", "e": True, "f": 3},
    "last": {"a": "k", "b": 60, "c": 5, "d": "z", "e": True, "f": 495},
}


def _cells(rule: int, decides: str) -> list[str]:
    if decides == "first":
        return [f'"k{rule}"', f">= {rule}", "[0..1000]", '"x","y","z"', "true", ">= 0"]
    return [
        '"a","k"',
        ">= 0",
        "[0..1000]",
        '"x","y","z"',
        "true",
        f"[{rule * 10}..{rule * 10 + 10})",
    ]


def table(decides: str) -> bytes:
    """Return a table of 50 rules and 6 inputs, told apart by the first or the last column."""
    inputs = "".join(
        f'<input id="in-{name}"><inputExpression typeRef="{kind}"><text>{name}</text>'
        "</inputExpression></input>"
        for name, kind in COLUMNS
    )
    rules = ""
    for rule in range(50):
        cells = "".join(
            f"<inputEntry><text>{escape(cell)}</text></inputEntry>"
            for cell in _cells(rule, decides)
        )
        result = f"<outputEntry><text>{rule}</text></outputEntry>"
        rules += f'<rule id="r{rule}">{cells}{result}</rule>'
    data = "".join(
        f'<inputData id="d-{name}" name="{name}"><variable name="{name}" typeRef="{kind}"/>'
        "</inputData>"
        for name, kind in COLUMNS
    )
    needed = "".join(
        f'<informationRequirement><requiredInput href="#d-{name}"/></informationRequirement>'
        for name, _ in COLUMNS
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="m" name="m" '
        f'namespace="bench">{data}<decision id="t" name="t"><variable name="t" typeRef="number"/>'
        f'{needed}<decisionTable hitPolicy="UNIQUE">{inputs}<output name="t" typeRef="number"/>'
        f"{rules}</decisionTable></decision></definitions>"
    ).encode()
