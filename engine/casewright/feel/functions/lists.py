"""Functions on lists, and sort."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from .. import operators as ops
from ..problems import FeelError, LimitHit
from ..runtime import Run
from ..values import DECIMAL, Function, YearsMonths, type_name
from ..wide import plain_type
from .registry import builtin


@builtin("list contains(list: list, element: any)", run=True)
def list_contains(run: Run, items: list[Any], element: Any) -> bool:
    """Tell whether a list has an element."""
    return any(ops.equals(item, element, run) is True for item in items)


@builtin("count(list: list)")
def count(items: list[Any]) -> Decimal:
    """Count the items."""
    return Decimal(len(items))


def _numbers(items: list[Any]) -> list[Decimal]:
    for item in items:
        if type(item) is not Decimal:
            raise FeelError(f"a list of numbers has a {type_name(item)} in it")
    return items


def _extreme(items: list[Any], wanted: int) -> Any:
    if not items:
        return None
    best = items[0]
    for item in items:
        found = ops.order(item, best)
        if found is None:
            return None
        if found == wanted:
            best = item
    return best


@builtin("min(*list)")
def minimum(items: list[Any]) -> Any:
    """Give the smallest item."""
    return _extreme(items, -1)


@builtin("max(*list)")
def maximum(items: list[Any]) -> Any:
    """Give the largest item."""
    return _extreme(items, 1)


@builtin("sum(*list)")
def total(items: list[Any]) -> Any:
    """Add the items up; numbers, or durations of one kind."""
    if not items:
        return None
    made = items[0]
    if plain_type(made) not in (Decimal, dt.timedelta, YearsMonths):
        raise FeelError(f"cannot add up a {type_name(made)}")
    for item in items[1:]:
        if plain_type(item) is not plain_type(made):
            raise FeelError(f"cannot add a {type_name(item)} to a {type_name(made)}")
        made = ops.add(made, item)
    return made


@builtin("mean(*list)")
def mean(items: list[Any]) -> Any:
    """Give the mean."""
    made = total(items)
    return None if made is None else ops.divide(made, Decimal(len(items)))


@builtin("product(*list)")
def product(items: list[Any]) -> Decimal | None:
    """Multiply the items."""
    if not items:
        return None
    made = Decimal(1)
    for item in _numbers(items):
        made = ops.multiply_numbers(made, item)
    return made


@builtin("median(*list)")
def median(items: list[Any]) -> Decimal | None:
    """Give the middle item, or the mean of the two middle ones."""
    if not items:
        return None
    ordered = sorted(_numbers(items))
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return DECIMAL.divide(DECIMAL.add(ordered[middle - 1], ordered[middle]), Decimal(2))


@builtin("stddev(*list)")
def standard_deviation(items: list[Any]) -> Decimal | None:
    """Give the standard deviation of a sample."""
    if len(items) < 2:
        return None
    middle = DECIMAL.divide(total(_numbers(items)), Decimal(len(items)))
    squares = Decimal(0)
    for item in items:
        apart = DECIMAL.subtract(item, middle)
        squares = DECIMAL.add(squares, DECIMAL.multiply(apart, apart))
    return DECIMAL.sqrt(DECIMAL.divide(squares, Decimal(len(items) - 1)))


@builtin("mode(*list)")
def mode(items: list[Any]) -> list[Decimal]:
    """Give the most frequent numbers, in ascending order."""
    counts: dict[Decimal, int] = {}
    for item in _numbers(items):
        counts[item] = counts.get(item, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(number for number, times in counts.items() if times == most)


@builtin("all(*list)", "and(*list)")
def all_true(items: list[Any]) -> bool | None:
    """Tell whether all items are true; null if undecided."""
    return _decide(items, False)


@builtin("any(*list)", "or(*list)")
def any_true(items: list[Any]) -> bool | None:
    """Tell whether an item is true; null if undecided."""
    return _decide(items, True)


def _decide(items: list[Any], decisive: bool) -> bool | None:
    if any(item is decisive for item in items):
        return decisive
    return not decisive if all(type(item) is bool for item in items) else None


def _from(items: list[Any], start: int) -> int:
    if start == 0 or abs(start) > len(items):
        raise FeelError("the position is out of range", "function")
    return start - 1 if start > 0 else len(items) + start


@builtin("sublist(list: list, start position: integer, length: integer?)")
def sublist(items: list[Any], start: int, length: int | None = None) -> list[Any]:
    """Cut a part out of a list."""
    begin = _from(items, start)
    if length is None:
        return items[begin:]
    if length < 0 or begin + length > len(items):
        raise FeelError("the length is out of range", "function")
    return items[begin : begin + length]


@builtin("append(list: list, items: any...)")
def append(items: list[Any], *more: Any) -> list[Any]:
    """Add items at the end."""
    return [*items, *more]


@builtin("concatenate(lists: list...)", run=True)
def concatenate(run: Run, *lists: list[Any]) -> list[Any]:
    """Put lists one after the other."""
    run.items(sum(map(len, lists)))
    return [item for items in lists for item in items]


@builtin("union(lists: list...)", run=True)
def union(run: Run, *lists: list[Any]) -> list[Any]:
    """Put lists together without doubles."""
    return distinct_values(run, concatenate(run, *lists))


@builtin("insert before(list: list, position: integer, newItem: any)")
def insert_before(items: list[Any], position: int, item: Any) -> list[Any]:
    """Insert an item before a position."""
    begin = _from(items, position)
    return [*items[:begin], item, *items[begin:]]


@builtin("remove(list: list, position: integer)")
def remove(items: list[Any], position: int) -> list[Any]:
    """Take the item at a position out."""
    begin = _from(items, position)
    return items[:begin] + items[begin + 1 :]


@builtin("list replace(list: list, position: integer, newItem: any)")
def replace_at(items: list[Any], position: int, item: Any) -> list[Any]:
    """Put another item at a position."""
    begin = _from(items, position)
    return [*items[:begin], item, *items[begin + 1 :]]


@builtin("list replace(list: list, match: function, newItem: any)", run=True)
def replace_where(run: Run, items: list[Any], match: Function, new: Any) -> list[Any]:
    """Put another item where the function says so."""
    made: list[Any] = []
    for item in items:
        found = run.call(match, (item, new))
        if type(found) is not bool:
            raise FeelError("the match function gave no true or false")
        made.append(new if found else item)
    return made


@builtin("reverse(list: list)")
def reverse(items: list[Any]) -> list[Any]:
    """Turn a list round."""
    return items[::-1]


@builtin("index of(list: list, match: any)", run=True)
def index_of(run: Run, items: list[Any], match: Any) -> list[Decimal]:
    """Give the positions of the items that equal the match."""
    return [
        Decimal(position)
        for position, item in enumerate(items, 1)
        if ops.equals(item, match, run) is True
    ]


@builtin("distinct values(list: list)", run=True)
def distinct_values(run: Run, items: list[Any]) -> list[Any]:
    """Take doubles out, keeping the first."""
    seen: set[Any] = set()
    odd: list[Any] = []
    made: list[Any] = []
    for item in items:
        if type(item) in (str, Decimal, bool, type(None)):
            # True and 1 are equal to Python, so the type belongs to the key.
            key = (type(item), item)
            if key not in seen:
                seen.add(key)
                made.append(item)
        elif not list_contains(run, odd, item):
            run.tick(len(odd))
            odd.append(item)
            made.append(item)
    return made


@builtin("duplicate values(list: list)", run=True)
def duplicate_values(run: Run, items: list[Any]) -> list[Any]:
    """Give the values that stand in the list more than once."""
    run.tick(len(items))
    once: list[Any] = []
    made: list[Any] = []
    for item in items:
        run.tick(len(once))
        if not list_contains(run, once, item):
            once.append(item)
        elif not list_contains(run, made, item):
            made.append(item)
    return made


@builtin("flatten(list: list)", run=True)
def flatten(run: Run, items: list[Any]) -> list[Any]:
    """Take the items out of lists within the list."""
    made: list[Any] = []
    _flatten(run, items, made, 0)
    return made


def _flatten(run: Run, items: list[Any], made: list[Any], depth: int) -> None:
    if depth > run.limits.depth:
        raise LimitHit("a list is nested too deeply")
    run.tick(len(items))
    for item in items:
        if type(item) is list:
            _flatten(run, item, made, depth + 1)
        else:
            made.append(item)
    run.items(len(made))


@builtin("partition(list: list, size: integer)")
def partition(items: list[Any], size: int) -> list[list[Any]]:
    """Cut a list into parts of a size."""
    if size < 1:
        raise FeelError("the size is at least 1", "function")
    return [items[start : start + size] for start in range(0, len(items), size)]


@builtin("sort(list: list, precedes: function?)", run=True)
def sort(run: Run, items: list[Any], precedes: Function | None = None) -> list[Any]:
    """Sort by a function that tells whether the first comes before the second."""

    def compare(one: Any, two: Any) -> int:
        if precedes is None:
            run.tick(1)
            found = ops.order(one, two)
            if found is None:
                raise FeelError("a null has no order")
            return found
        before = run.call(precedes, (one, two))
        if before is True:
            return -1
        # Asking the other way round keeps equal items in their order.
        return 1 if run.call(precedes, (two, one)) is True else 0

    return sorted(items, key=cmp_to_key(compare))
