"""The processes that come with Casewright have nothing to warn of."""

from __future__ import annotations

import pytest

from casewright import bpmn, dmn, forms
from parts import ROOT

FILES = sorted(
    path
    for folder in ("processes", "forms")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".bpmn", ".dmn", ".form") and path.is_file()
)


@pytest.mark.parametrize("suffix", [".bpmn", ".dmn", ".form"])
def test_the_check_has_no_false_alarm(suffix: str) -> None:
    for path in FILES:
        if path.suffix != suffix:
            continue
        content = path.read_bytes()
        if suffix == ".bpmn":
            found = bpmn.compile(content, path.name).findings
        elif suffix == ".dmn":
            found = dmn.load([(path.name, content)]).problems
        else:
            found = tuple(forms.check(content, path.name))
        assert [str(one) for one in found] == [], path.name


def test_there_are_some() -> None:
    assert {path.suffix for path in FILES} == {".bpmn", ".dmn", ".form"}
