"""Relations between points and ranges (Allen's), and range()."""

from __future__ import annotations

from typing import Any

from .. import nodes as n
from .. import operators as ops
from ..parser import parse
from ..problems import FeelError
from ..runtime import Run
from ..temporal import parse_date, parse_datetime, parse_duration, parse_time
from ..values import Range
from .registry import builtin

_READERS = {
    "date": parse_date,
    "time": parse_time,
    "date and time": parse_datetime,
    "duration": parse_duration,
}


def _ends(value: Any) -> tuple[Any, bool, Any, bool]:
    """Give both ends; a point is a range that starts and ends there."""
    if type(value) is Range:
        return value.low, value.low_included, value.high, value.high_included
    return value, True, value, True


def _order(one: Any, two: Any) -> int:
    found = ops.order(one, two)
    if found is None:
        raise FeelError("a range has no end here")
    return found


@builtin(
    "before(point1: any, point2: any)",
    "before(point: any, range: any)",
    "before(range: any, point: any)",
    "before(range1: any, range2: any)",
)
def before(one: Any, two: Any) -> bool | None:
    """Tell whether the first ends before the second starts."""
    if one is None or two is None:
        return None
    _, _, end, end_in = _ends(one)
    start, start_in, _, _ = _ends(two)
    found = _order(end, start)
    return found < 0 or (found == 0 and not (end_in and start_in))


@builtin(
    "after(point1: any, point2: any)",
    "after(point: any, range: any)",
    "after(range: any, point: any)",
    "after(range1: any, range2: any)",
)
def after(one: Any, two: Any) -> bool | None:
    """Tell whether the first starts after the second ends."""
    return before(two, one)


@builtin("meets(range1: range, range2: range)")
def meets(one: Range, two: Range) -> bool:
    """Tell whether the first ends where the second starts."""
    return one.high_included and two.low_included and _order(one.high, two.low) == 0


@builtin("met by(range1: range, range2: range)")
def met_by(one: Range, two: Range) -> bool:
    """Tell whether the first starts where the second ends."""
    return meets(two, one)


def _starts_first(one: Range, two: Range) -> bool:
    found = _order(one.low, two.low)
    return found < 0 or (found == 0 and one.low_included and not two.low_included)


def _ends_last(one: Range, two: Range) -> bool:
    found = _order(one.high, two.high)
    return found > 0 or (found == 0 and one.high_included and not two.high_included)


@builtin("overlaps(range1: range, range2: range)")
def overlaps(one: Range, two: Range) -> bool:
    """Tell whether two ranges have a point in common."""
    return not before(one, two) and not before(two, one)


@builtin("overlaps before(range1: range, range2: range)")
def overlaps_before(one: Range, two: Range) -> bool:
    """Tell whether the first starts earlier and ends within the second."""
    return _starts_first(one, two) and overlaps(one, two) and not _ends_last(one, two)


@builtin("overlaps after(range1: range, range2: range)")
def overlaps_after(one: Range, two: Range) -> bool:
    """Tell whether the first starts within the second and ends later."""
    return overlaps_before(two, one)


@builtin("finishes(point: any, range: range)", "finishes(range1: any, range2: range)")
def finishes(one: Any, two: Range) -> bool | None:
    """Tell whether the first ends where the second ends, and starts within it."""
    if one is None:
        return None
    low, _, high, high_in = _ends(one)
    if type(one) is not Range:
        return two.high_included and _order(high, two.high) == 0
    assert low is not None
    return (
        _order(high, two.high) == 0 and high_in == two.high_included and not _starts_first(one, two)
    )


@builtin("finished by(range: range, point: any)", "finished by(range1: range, range2: any)")
def finished_by(one: Range, two: Any) -> bool | None:
    """Tell whether the second ends where the first ends, and starts within it."""
    return finishes(two, one)


@builtin("includes(range: range, point: any)", "includes(range1: range, range2: any)")
def includes(one: Range, two: Any) -> bool | None:
    """Tell whether the second lies within the first."""
    if type(two) is not Range:
        return ops.within(two, one)
    return not _starts_first(two, one) and not _ends_last(two, one)


@builtin("during(point: any, range: range)", "during(range1: any, range2: range)")
def during(one: Any, two: Range) -> bool | None:
    """Tell whether the first lies within the second."""
    return includes(two, one)


@builtin("starts(point: any, range: range)", "starts(range1: any, range2: range)")
def starts(one: Any, two: Range) -> bool | None:
    """Tell whether the first starts where the second starts, and ends within it."""
    if one is None:
        return None
    low, low_in, _, _ = _ends(one)
    if type(one) is not Range:
        return two.low_included and _order(low, two.low) == 0
    return _order(low, two.low) == 0 and low_in == two.low_included and not _ends_last(one, two)


@builtin("started by(range: range, point: any)", "started by(range1: range, range2: any)")
def started_by(one: Range, two: Any) -> bool | None:
    """Tell whether the second starts where the first starts, and ends within it."""
    return starts(two, one)


@builtin("coincides(point1: any, point2: any)", "coincides(range1: any, range2: any)")
def coincides(one: Any, two: Any) -> bool | None:
    """Tell whether two points, or two ranges, are the same."""
    if one is None or two is None:
        return None
    return ops.equals(one, two)


@builtin("range(from: string)", run=True)
def range_from(run: Run, text: str) -> Range:
    """Read a range literal whose ends are literals."""
    run.tick(100)
    tree = parse(text, (), _READERS).tree if len(text) <= 1_000 else None
    if not isinstance(tree, n.RangeLiteral) or tree.operator:
        raise FeelError("not a range", "function")
    assert tree.low is not None
    assert tree.high is not None
    made = ops.make_range(_end(tree.low), _end(tree.high), tree.low_included, tree.high_included)
    if made is None:
        raise FeelError("a range has two ends", "function")
    return made


def _end(node: n.Node) -> Any:
    if isinstance(node, n.Literal) and type(node.value) is not FeelError:
        return node.value
    if isinstance(node, n.Negation):
        return ops.negate(_end(node.operand))
    if isinstance(node, n.Call) and isinstance(node.target, n.Name) and len(node.arguments) == 1:
        reader = _READERS.get(node.target.name)
        argument = node.arguments[0]
        if reader and isinstance(argument, n.Literal) and type(argument.value) is str:
            return reader(argument.value)
    raise FeelError("the ends of the range are literals", "function")
