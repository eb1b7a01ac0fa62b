"""Which elements of a graph need themselves; without recursion, so that no depth is too great."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def cyclic(needs: Mapping[T, Iterable[T]]) -> frozenset[T]:
    """Return the elements on a cycle: those of a strongly connected part, or with a loop."""
    found: set[T] = set()
    order: dict[T, int] = {}
    lowest: dict[T, int] = {}
    waiting: list[T] = []
    held: set[T] = set()
    for start in needs:
        if start in order:
            continue
        _enter(start, order, lowest, waiting, held)
        path = [(start, iter(needs[start]))]
        while path:
            key, rest = path[-1]
            target = next((item for item in rest if item in needs), None)
            if target is None:
                path.pop()
                if path:
                    above = path[-1][0]
                    lowest[above] = min(lowest[above], lowest[key])
                if lowest[key] == order[key]:
                    part = _part(key, waiting, held)
                    if len(part) > 1 or key in needs[key]:
                        found |= part
            elif target not in order:
                _enter(target, order, lowest, waiting, held)
                path.append((target, iter(needs[target])))
            elif target in held:
                lowest[key] = min(lowest[key], order[target])
    return frozenset(found)


def depths(needs: Mapping[T, Iterable[T]], cut: frozenset[T]) -> dict[T, int]:
    """Return how many elements each one needs below it in a row; those on a cycle are cut off."""
    found: dict[T, int] = dict.fromkeys(cut, 1)
    for start in needs:
        path = [start]
        while path:
            key = path[-1]
            below = [item for item in needs[key] if item in needs]
            missing = [item for item in below if item not in found]
            if key not in found and missing:
                path.extend(missing)
                continue
            path.pop()
            if key not in found:
                found[key] = 1 + max((found[item] for item in below), default=0)
    return found


def _enter(
    key: T, order: dict[T, int], lowest: dict[T, int], waiting: list[T], held: set[T]
) -> None:
    order[key] = lowest[key] = len(order)
    waiting.append(key)
    held.add(key)


def _part(key: T, waiting: list[T], held: set[T]) -> set[T]:
    part: set[T] = set()
    while key not in part:
        part.add(waiting.pop())
    held -= part
    return part
