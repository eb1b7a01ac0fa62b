"""Every error code has an HTTP status, a page text and a row in the docs."""

from __future__ import annotations

import ast

import pytest

from casewright.domain.errors import CODES, ErrorCode
from parts import ROOT
from rules import calls, modules


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.code)
def test_error_code_is_complete(code: ErrorCode) -> None:
    assert 400 <= code.status < 600
    assert code.text.endswith((".", "}"))
    assert f"`{code.code}`" in (ROOT / "docs/reference/errors.md").read_text("utf-8")


def test_codes_that_are_raised_are_known() -> None:
    used = {
        node.args[0].value
        for module in modules()
        for node, name in calls(module.tree)
        if name.split(".")[-1] == "Refused" and node.args and isinstance(node.args[0], ast.Constant)
    }
    assert used <= set(CODES)
