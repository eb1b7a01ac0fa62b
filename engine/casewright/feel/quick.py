"""Unary tests against constants, answered without a frame or a run."""

from __future__ import annotations

import operator as op
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from . import nodes as n
from . import operators as ops
from .runtime import MISSING

# Gives True or False, or MISSING for a value of another type, which needs the whole way.
Quick = Callable[[Any], Any]
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": op.lt,
    "<=": op.le,
    ">": op.gt,
    ">=": op.ge,
}
_ORDERED = frozenset({Decimal, str})


def quick_tests(tests: tuple[n.Test, ...], negated: bool) -> Quick | None:
    """Give a quick answer to tests against constants of one type; None if they are more."""
    kinds: set[type] = set()
    equal: set[Any] = set()
    others: list[Callable[[Any], bool]] = []
    for test in tests:
        if isinstance(test.operand, n.RangeLiteral):
            made = _range(test, test.operand, kinds)
            if made is None:
                return None
            others.append(made)
            continue
        wanted = _constant(test.operand)
        kinds.add(type(wanted))
        if wanted is MISSING:
            return None
        if test.operator in ("", "="):
            equal.add(wanted)
        elif test.operator in _ORDERS and type(wanted) in _ORDERED:
            others.append(_compared(_ORDERS[test.operator], wanted))
        else:
            return None
    if len(kinds) != 1:
        return None
    return _answer(kinds.pop(), frozenset(equal), tuple(others), not negated)


def _answer(
    kind: type, equal: frozenset[Any], others: tuple[Callable[[Any], bool], ...], yes: bool
) -> Quick:
    def listed(value: Any) -> Any:
        if type(value) is not kind:
            return MISSING
        return yes if value in equal else not yes

    if not others:
        return listed
    if len(others) == 1 and not equal:
        only = others[0]

        def one(value: Any) -> Any:
            return only(value) is yes if type(value) is kind else MISSING

        return one

    def several(value: Any) -> Any:
        if type(value) is not kind:
            return MISSING
        found = value in equal or any(other(value) for other in others)
        return found is yes

    return several


def _constant(node: n.Node | None) -> Any:
    if isinstance(node, n.Literal) and type(node.value) in (Decimal, str, bool):
        return node.value
    if isinstance(node, n.Negation):
        inner = _constant(node.operand)
        if type(inner) is Decimal:
            return ops.negate(inner)
    return MISSING


def _compared(compare: Callable[[Any, Any], bool], wanted: Any) -> Callable[[Any], bool]:
    return lambda value: compare(value, wanted)


def _range(test: n.Test, node: n.RangeLiteral, kinds: set[type]) -> Callable[[Any], bool] | None:
    low, high = _constant(node.low), _constant(node.high)
    kind = type(low)
    if test.operator or node.operator or kind is not type(high) or kind not in _ORDERED:
        return None
    if low > high:
        return None
    kinds.add(kind)
    above = op.le if node.low_included else op.lt
    below = op.le if node.high_included else op.lt
    return lambda value: above(low, value) and below(value, high)
