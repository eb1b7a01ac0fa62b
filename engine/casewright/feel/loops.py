"""Closures for what goes over lists: for, some, every, filters, paths."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

from . import nodes as n
from .compiler import Eval, Scope, compile_node, compiles, inner
from .problems import FeelError
from .properties import property_of
from .runtime import MISSING, Frame, ItemFrame, Run
from .values import Range, type_name
from .wide import AnyDate, date_at, plain_type

Source = Callable[[Frame], Iterable[Any] | None]


def _price(node: n.Node) -> int:
    """Give the price of one turn of a loop: a step, and one more for every eight nodes."""
    count = 1
    stack: list[Any] = [node]
    while stack:
        at = stack.pop()
        for slot in getattr(at, "__dataclass_fields__", ()):
            value = getattr(at, slot)
            for child in value if isinstance(value, tuple) else (value,):
                if isinstance(child, tuple) and len(child) == 2:
                    child = child[1]
                if isinstance(child, n.Node):
                    count += 1
                    stack.append(child)
    return 1 + count // 8


def _mentions(node: n.Node, name: str) -> bool:
    stack: list[Any] = [node]
    while stack:
        at = stack.pop()
        if isinstance(at, n.Name) and at.name == name:
            return True
        if isinstance(at, tuple):
            stack.extend(at)
        elif isinstance(at, n.Node):
            stack.extend(getattr(at, slot) for slot in at.__dataclass_fields__)
    return False


# -- what is gone over


def span(run: Run, low: Any, high: Any) -> Iterable[Any]:
    """Go from low to high, up or down, over whole numbers or days."""
    if type(low) is Decimal and type(high) is Decimal:
        if low != low.to_integral_value() or high != high.to_integral_value():
            raise FeelError("only whole numbers can be gone through")
        run.items(min(int(abs(high - low)), run.limits.items + 1) + 1)
        return _numbers(int(low), int(high))
    if plain_type(low) is dt.date and plain_type(high) is dt.date:
        run.items(abs(high.toordinal() - low.toordinal()) + 1)
        return _days(low, high)
    raise FeelError(f"cannot go from {type_name(low)} to {type_name(high)}")


def _numbers(low: int, high: int) -> Iterator[Decimal]:
    step = 1 if high >= low else -1
    return map(Decimal, range(low, high + step, step))


def _days(low: AnyDate, high: AnyDate) -> Iterator[AnyDate]:
    first, last = low.toordinal(), high.toordinal()
    step = 1 if last >= first else -1
    return map(date_at, range(first, last + step, step))


def over_range(run: Run, bounds: Range) -> Iterable[Any]:
    """Go through a range value, leaving out ends that are not included."""
    if bounds.low is None or bounds.high is None:
        raise FeelError("a range without an end cannot be gone through")
    items = list(span(run, bounds.low, bounds.high))
    start = 0 if bounds.low_included else 1
    return items[start : len(items) - (0 if bounds.high_included else 1)]


def _source(iterator: n.Iterator, scope: Scope) -> Source:
    source, place = compile_node(iterator.source, scope), iterator.place
    until = compile_node(iterator.until, scope) if iterator.until is not None else None

    def items(frame: Frame) -> Iterable[Any] | None:
        value = source(frame)
        try:
            if until is not None:
                high = until(frame)
                if value is None or high is None:
                    return None
                return span(frame.run, value, high)
            if type(value) is list:
                return value
            if type(value) is Range:
                return over_range(frame.run, value)
        except FeelError as error:
            frame.run.problem(error.kind, error.message, place)
            return None
        return None if value is None else [value]

    return items


def _sources(iterators: tuple[n.Iterator, ...], scope: Scope) -> list[tuple[str, Source]]:
    made = []
    for iterator in iterators:
        made.append((iterator.name, _source(iterator, scope)))
        scope.frames += 1
    scope.frames -= len(iterators)
    return made


@compiles(n.For)
def _for(node: n.For, scope: Scope) -> Eval:
    scope.frames += 1
    sources = _sources(node.iterators, scope)
    body = inner(node.body, scope)
    scope.frames -= 1
    price = _price(node.body)
    partial = _mentions(node.body, "partial")

    def turn(frame: Frame, depth: int, made: list[Any]) -> bool:
        name, source = sources[depth]
        items = source(frame)
        if items is None:
            return False
        run = frame.run
        names: dict[str, Any] = {}
        own = Frame(names, frame, run)
        last = depth + 1 == len(sources)
        for item in items:
            run.tick(price)
            # A function made in the body keeps its turn's value, so each turn has its names.
            own = Frame({name: item}, frame, run)
            if not last:
                if not turn(own, depth + 1, made):
                    return False
                continue
            if partial:
                run.tick(len(made))
                own.vars["partial"] = made[:]
            made.append(body(own))
            run.items(len(made))
        return True

    def loop(frame: Frame) -> Any:
        made: list[Any] = []
        return made if turn(Frame({}, frame, frame.run), 0, made) else None

    return loop


@compiles(n.Quantified)
def _quantified(node: n.Quantified, scope: Scope) -> Eval:
    sources = _sources(node.iterators, scope)
    scope.frames += 1
    condition = inner(node.condition, scope)
    scope.frames -= 1
    price = _price(node.condition)
    decisive = not node.every

    def turn(frame: Frame, depth: int) -> bool | None:
        name, source = sources[depth]
        items = source(frame)
        if items is None:
            return None
        run = frame.run
        result: bool | None = not decisive
        for item in items:
            run.tick(price)
            own = Frame({name: item}, frame, run)
            answer = turn(own, depth + 1) if depth + 1 < len(sources) else condition(own)
            if answer is decisive:
                return decisive
            if type(answer) is not bool:
                result = None
        return result

    return lambda frame: turn(frame, 0)


# -- filters


@compiles(n.Filter)
def _filter(node: n.Filter, scope: Scope) -> Eval:
    target = compile_node(node.target, scope)
    scope.frames += 1
    condition = inner(node.condition, scope)
    scope.frames -= 1
    price, place = _price(node.condition), node.place

    def select(frame: Frame) -> Any:
        value = target(frame)
        if value is None:
            return None
        items = value if type(value) is list else [value]
        if not items:
            return None if type(_on_empty(frame, condition)) is Decimal else []
        run = frame.run
        made: list[Any] = []
        for position, item in enumerate(items):
            run.tick(price)
            answer = condition(item_frame(frame, item))
            if answer is True:
                made.append(item)
            elif position == 0 and type(answer) is Decimal:
                return pick(items, answer)
            elif answer is not None and type(answer) is not bool:
                run.problem("type", f"a filter gave a {type_name(answer)}", place)
                return None
        return made

    return select


def item_frame(frame: Frame, item: Any) -> Frame:
    """Make the frame in which a filter looks at an item."""
    own = Frame({"item": item}, frame, frame.run)
    return ItemFrame(item, own, frame.run) if type(item) is dict else own


def _on_empty(frame: Frame, condition: Eval) -> Any:
    problems = frame.run.problems
    before = len(problems)
    value = condition(ItemFrame({"item": None}, frame, frame.run))
    del problems[before:]
    return value


def pick(items: list[Any], position: Decimal) -> Any:
    """Give the item at a position from 1, or from the end with -1."""
    if position != position.to_integral_value() or abs(position) > len(items) or not position:
        return None
    index = int(position)
    return items[index - 1] if index > 0 else items[index]


# -- paths


@compiles(n.Path)
def _path(node: n.Path, scope: Scope) -> Eval:
    target, name, place = compile_node(node.target, scope), node.name, node.place

    def path(frame: Frame) -> Any:
        value = target(frame)
        if type(value) is dict:
            return value.get(name)
        if value is None:
            return None
        if type(value) is list:
            frame.run.tick(len(value))
        return step(frame, value, name, place)

    return path


def step(frame: Frame, value: Any, name: str, place: n.Place) -> Any:
    """Go from a value to a part of it."""
    kind = type(value)
    if kind is dict:
        return value.get(name)
    if kind is list:
        return [step(frame, item, name, place) for item in value]
    if value is None:
        return None
    found = property_of(value, name)
    if found is MISSING:
        frame.run.problem("type", f"a {type_name(value)} has no {name!r}", place)
        return None
    return found
