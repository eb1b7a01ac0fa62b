"""The page on FEEL lists what there is."""

from __future__ import annotations

import pathlib
import re

from casewright.feel.functions import BUILTINS

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "reference" / "feel.md"


def test_every_function_is_listed() -> None:
    part = PAGE.read_text(encoding="utf-8").split("## Functions")[1].split("## Where")[0]
    listed = set(re.findall(r"`([a-z0-9 ]+)`", part)) - {"s", "m", "i", "x", "q"}
    assert listed == set(BUILTINS)
