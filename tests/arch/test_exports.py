"""What is public is named in `__all__`, exists, and is in the docs."""

from __future__ import annotations

import importlib
import importlib.util

import pytest

from parts import ROOT

PUBLIC = [
    "casewright.feel",
    "casewright.dmn",
    "casewright.testing",
    "casewright_connectors.contract",
]


@pytest.mark.parametrize("name", PUBLIC)
def test_public_names_exist_and_are_documented(name: str) -> None:
    if importlib.util.find_spec(name) is None:
        return
    module = importlib.import_module(name)
    documented = (ROOT / "docs/reference/python.md").read_text("utf-8")
    for member in getattr(module, "__all__", ()):
        assert hasattr(module, member), member
        assert f"`{name}.{member}`" in documented
