"""Ours beside feelin, the JavaScript engine of the editor's family; differences are explained."""

from __future__ import annotations

import pytest

from feel.differential.report import COUNT, SEED, Outcome, compare
from parts import requires

pytestmark = requires("feelin")


def check(outcome: Outcome) -> None:
    assert not outcome.unexplained, "\n".join(outcome.unexplained[:20])


def test_a_thousand_expressions_agree_or_are_explained() -> None:
    check(compare(7, 1_000))


@pytest.mark.slow
def test_all_functions_and_rules_agree_or_are_explained() -> None:
    outcome = compare(SEED, COUNT)
    check(outcome)
    assert {name: n for name, n in outcome.functions.items() if n < 50} == {}
    assert {name: n for name, n in outcome.rules.items() if n < 50} == {}
    assert len(outcome.functions) >= 86
    assert len(outcome.rules) >= 45


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_other_seeds_need_no_other_explanation(seed: int) -> None:
    outcome = compare(seed, 20_000)
    assert len(outcome.unexplained) <= 5, "\n".join(outcome.unexplained[:20])
