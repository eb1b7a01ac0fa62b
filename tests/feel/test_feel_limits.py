"""Nothing an analyst writes may hang, eat memory, or reach Python."""

from __future__ import annotations

import pathlib
import time
import tracemalloc

import pytest
import yaml

from casewright import feel

BIG = ", ".join(
    f"{name}: {' + '.join([before] * 8)}" for before, name in zip("stuvw", "tuvwx", strict=True)
)
BIG = '{s: "aaaaaaaaaaaaaaaa", ' + BIG + ", "
NESTED = "{a: for i in 1..100 return i, b: for i in 1..100 return a, c: for i in 1..100 return b, "
NESTED += "d: for i in 1..100 return c, "

STOPPED = [
    "for i in 1..1000000000 return i",
    "for i in 1..10**30 return i",
    "for i in [1..10**9] return i",
    'for i in @"0001-01-01"..@"9999-12-31" return i',
    "for i in 1..10000, j in 1..10000 return 1",
    "some i in 1..10000, j in 1..10000 satisfies i + j < 0",
    "10 ** (10 ** 7)",
    "exp(99999999999)",
    "{f: function(n) f(n + 1), g: f(1)}.g",
    "{f: function(n) if n = 0 then 1 else f(n - 1) + f(n - 1), g: f(60)}.g",
    "for i in 1..10000 return partial",
    "for i in 1..10000 return [partial[-1]]",
    NESTED + "e: d}",
    NESTED + "e: string(d)}",
    NESTED + "e: flatten(d)}",
    NESTED + "e: for i in 1..100 return d, f: for i in 1..100 return e, g: f = f}",
    BIG + "y: x + x + x}",
    BIG + 'y: split(x, "")}',
    BIG + "y: for i in 1..10000 return x + string(i)}",
    BIG + "y: for i in 1..10000 return upper case(x)}",
    BIG + 'y: for i in 1..10000 return contains(x, "b")}',
    BIG + 'y: replace(x, "a", x)}',
    "{a: for i in 1..10000 return i, b: for i in a return count(a[item > 1])}",
    "{a: for i in 1..10000 return [i], b: distinct values(a)}",
    "(" * 5000,
    "-" * 5000 + "1",
    "a" + ".b" * 3000,
    "f" + "()" * 3000,
    "not(" * 5000,
    '"' + "a" * 2_000_000 + '"',
]


@pytest.mark.parametrize("text", STOPPED, ids=range(len(STOPPED)))
def test_limits_stop_it(text: str) -> None:
    started = time.monotonic()
    tracemalloc.start()
    try:
        value, problems = feel.evaluate(text, {"a": {}})
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.monotonic() - started < 10
    assert peak < 256 * 2**20
    assert {problem.kind for problem in problems} & {"limit", "number"}
    assert value is None or type(value) is dict


@pytest.mark.parametrize(
    "piece", ["/*", '\\"', '"\\', "`", "a ", "//", "f(", "{a:", "1..", "[1", "- "]
)
def test_parsing_takes_no_more_than_its_share(piece: str) -> None:
    started = time.monotonic()
    feel.parse(piece * (200_000 // len(piece)))
    assert time.monotonic() - started < 5


def test_a_pattern_has_the_time_of_the_evaluation() -> None:
    text = f'matches("{"a" * 100}!", "^(a|aa)+$")'
    started = time.monotonic()
    _, problems = feel.parse(text).evaluate({}, limits=feel.Limits(seconds=0.05))
    assert time.monotonic() - started < 1
    assert [problem.kind for problem in problems] == ["limit"]


def test_limits_are_those_handed_in() -> None:
    few = feel.Limits(steps=10, items=3, text=5, depth=2)
    for text in ("[1, 2, 3, 4]", '"abc" + "def"', "for i in 1..4 return i"):
        assert feel.parse(text).evaluate({}, limits=few)[1][-1].kind == "limit"
    assert feel.parse("[1, 2, 3]").evaluate({}, limits=few)[1] == ()


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ('"abcdef"', 6),
        ("[1, 2, 3]", 24),
        ('["abc", "de"]', 21),
        ('{key: "abc"}', 14),
        ('[{key: "abc"}, [true]]', 38),
        ("for i in 1..10 return a", 10 * (8 + 16 + 6)),
    ],
)
def test_a_result_has_a_limit_of_its_own(text: str, weight: int) -> None:
    expression = feel.parse(text)
    given = {"a": ["abc", "def"]}
    enough, few = feel.Limits(result=weight), feel.Limits(result=weight - 1)
    assert expression.evaluate(given, limits=enough)[1] == ()
    value, problems = expression.evaluate(given, limits=few)
    assert value is None
    assert [(found.kind, found.message) for found in problems] == [
        ("limit", "the result is too large")
    ]
    # Only what comes out is weighed: on the way, the limits of texts and lists hold.
    assert feel.parse(f"count([{text}])").evaluate(given, limits=few)[0] == 1


def test_a_result_of_one_mebibyte_passes_by_default() -> None:
    assert feel.Limits().result == 2**20
    assert feel.evaluate("a", {"a": "x" * 2**20})[1] == ()
    assert feel.evaluate("a", {"a": "x" * (2**20 + 1)})[1][0].kind == "limit"
    assert feel.evaluate("[a]", {"a": "x" * (2**20 - 8)})[1] == ()
    assert feel.evaluate("[a]", {"a": "x" * 2**20})[1][0].kind == "limit"


def test_a_list_as_long_as_allowed_passes() -> None:
    items = [{"price": index, "open": True, "kind": "a"} for index in range(10_000)]
    text = 'sum(for i in items[price > 10 and open and kind = "a"] return i.price * 2)'
    value, problems = feel.evaluate(text, {"items": items})
    assert problems == ()
    assert value == sum(i * 2 for i in range(11, 10_000))


@pytest.mark.parametrize("depth", [50, 99])
def test_sound_nesting_passes(depth: int) -> None:
    assert feel.evaluate("[" * depth + "]" * depth, {})[1] == ()
    assert feel.evaluate("1" + " + 1" * 5000, {})[0] == 5001
    assert (
        feel.evaluate("{f: function(n) if n = 0 then 0 else 1 + f(n - 1), g: f(60)}.g", {})[0] == 60
    )


@pytest.mark.parametrize(
    "text",
    [
        "a.__class__",
        '"x".__class__',
        "(1).real",
        "[1].append",
        "count.__globals__",
        "(function(x) x).invoke",
        '@"2026-01-01".replace',
        "a.keys",
        "a.items()",
        '"{0.__class__}".format(a)',
        "__import__",
        "sum.name",
    ],
)
def test_python_is_out_of_reach(text: str) -> None:
    value, _ = feel.evaluate(text, {"a": {"b": 1}})
    assert value is None or value == [None]


def test_the_collected_attacks_do_nothing() -> None:
    path = pathlib.Path(__file__).parents[3] / "shared" / "security" / "expressions.yaml"
    if not path.exists():
        pytest.skip("the collection of attacks is not beside this checkout")
    for attack in yaml.safe_load(path.read_text(encoding="utf-8")):
        value, problems = feel.evaluate(attack["text"], {})
        assert type(value) in (type(None), bool) or feel.type_name(value) == "number"
        assert all(problem.kind != "internal" for problem in problems)
