"""What the page on decisions says is so."""

from __future__ import annotations

import doctest
import pathlib
import re

import pytest

from casewright import feel
from dmn.dmn_files import decision, load, table

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "reference" / "dmn.md"
CODE = pathlib.Path(__file__).parents[2] / "engine" / "casewright" / "dmn"
_XML = re.compile(r"^```xml\n<!-- (\S+)(?: ([^\n]*))? -->\n(.*?)^```", re.S | re.M)


def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def rows(title: str) -> list[list[str]]:
    """Return the cells of the table whose header begins so."""
    lines = page().split(f"\n| {title} |")[1].splitlines()[2:]
    body = lines[: next(i for i, line in enumerate([*lines, ""]) if not line.startswith("|"))]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in body]


def test_the_examples_in_python_run(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, _rest, body in _XML.findall(page()):
        if name.endswith(".dmn"):
            (tmp_path / name).write_text(body, encoding="utf-8")
    blocks = re.findall(r"^```pycon\n(.*?)^```", page(), re.S | re.M)
    session = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "dmn.md", None, 0)
    told: list[str] = []
    runner = doctest.DocTestRunner(verbose=False)
    assert runner.run(session, out=told.append).failed == 0, "".join(told)


@pytest.mark.parametrize(
    ("wanted", "body"), [(rest, body) for name, rest, body in _XML.findall(page()) if rest]
)
def test_boxed_expressions_give_what_is_told(wanted: str, body: str) -> None:
    model = load(decision(body))
    assert model.problems == ()
    assert feel.feel_text(model.decision("Result", {}).value) == wanted


def test_every_boxed_expression_has_an_example() -> None:
    bodies = "".join(body for _name, _rest, body in _XML.findall(page()))
    for kind in (
        *("literalExpression", "context", "list", "relation", "invocation", "functionDefinition"),
        *("conditional", "filter", "for", "some", "every", "decisionTable"),
    ):
        assert f"<{kind}" in bodies, kind


@pytest.mark.parametrize("row", rows("Policy"), ids=lambda row: row[0])
def test_hit_policies_give_what_is_told(row: list[str]) -> None:
    name = row[0]
    policy, _, aggregation = name.partition(" ") if name.startswith("COLLECT") else (name, "", "")
    rules = [cells[1:] for cells in rows("Rule")]
    extra = f'aggregation="{aggregation}"' if aggregation else ""
    body = table([("amount", "number")], ["points"], rules, policy, extra, {"=points": "5, 10"})
    model = load(decision(body))
    for amount, wanted in zip((75, 20, 160), row[1:], strict=True):
        found = model.decision("Result", {"amount": amount})
        if wanted == "failed":
            assert (found.value, found.failed) == (None, True)
        else:
            assert (feel.feel_text(found.value), found.failed) == (wanted, False)


def test_every_code_is_told() -> None:
    codes = {"dmn-unique", "dmn-any"}
    for path in CODE.glob("*.py"):
        codes |= set(re.findall(r'"(dmn-[a-z-]+)"', path.read_text(encoding="utf-8")))
    assert codes == set(re.findall(r"`(dmn-[a-z-]+)`", page()))
