"""Turns the syntax tree into closures over frames: names, operators and literals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from . import nodes as n
from . import operators as ops
from .problems import FeelError
from .runtime import MISSING, Frame, in_item
from .values import Range, type_name

Eval = Callable[[Frame], Any]


@dataclass
class Scope:
    """What the compiler knows at a place: declared names, built-ins, frames around."""

    declared: frozenset[str] = frozenset()
    builtins: dict[str, Any] = field(default_factory=dict)
    frames: int = 0


_COMPILERS: dict[type[n.Node], Callable[[Any, Scope], Eval]] = {}


def compiles(kind: type[n.Node]) -> Callable[[Any], Any]:
    """Register the function that compiles one kind of node."""

    def register(function: Any) -> Any:
        _COMPILERS[kind] = function
        return function

    return register


def compile_node(node: n.Node, scope: Scope) -> Eval:
    """Compile a node."""
    return _COMPILERS[type(node)](node, scope)


def inner(node: n.Node, scope: Scope) -> Eval:
    """Compile a node that is evaluated in a frame of its own."""
    scope.frames += 1
    try:
        return compile_node(node, scope)
    finally:
        scope.frames -= 1


@compiles(n.Literal)
def _literal(node: n.Literal, scope: Scope) -> Eval:
    value, place = node.value, node.place
    if type(value) is not FeelError:
        return lambda frame: value
    kind, message = value.kind, value.message

    def unreadable(frame: Frame) -> Any:
        frame.run.problem(kind, message, place)
        return None

    return unreadable


@compiles(n.Name)
def _name(node: n.Name, scope: Scope) -> Eval:
    name, place, in_filter = node.name, node.place, node.in_filter
    builtin = scope.builtins.get(name)

    def missing(frame: Frame) -> Any:
        if builtin is not None:
            return builtin.value
        if not (in_filter and in_item(frame)):
            frame.run.problem("unknown-name", f"unknown name {name!r}", place)
        return None

    def root(frame: Frame) -> Any:
        value = frame.vars.get(name, MISSING)
        if value is MISSING:
            value = _load(frame, name, place, frame)
        return missing(frame) if value is MISSING else value

    def local(frame: Frame) -> Any:
        at = frame
        while True:
            value = at.vars.get(name, MISSING)
            if value is not MISSING:
                return value
            if at.parent is None:
                break
            at = at.parent
        value = _load(frame, name, place, at)
        return missing(frame) if value is MISSING else value

    return local if scope.frames else root


def _load(frame: Frame, name: str, place: n.Place, outermost: Frame) -> Any:
    # A function sees the context where it was made; problems go to who calls it.
    try:
        return outermost.run.load(name)
    except FeelError as error:
        frame.run.problem(error.kind, f"{name}: {error.message}", place)
        return None


@compiles(n.Negation)
def _negation(node: n.Negation, scope: Scope) -> Eval:
    if isinstance(node.operand, n.Literal) and type(node.operand.value) is Decimal:
        value = ops.negate(node.operand.value)
        return lambda frame: value
    operand, place = compile_node(node.operand, scope), node.place

    def negation(frame: Frame) -> Any:
        try:
            return ops.negate(operand(frame))
        except FeelError as error:
            frame.run.problem(error.kind, error.message, place)
            return None

    return negation


@compiles(n.Arithmetic)
def _arithmetic(node: n.Arithmetic, scope: Scope) -> Eval:
    # A long chain is a deep tree to the left; it is evaluated in a loop, not by recursion.
    steps: list[tuple[Any, Eval, n.Place]] = []
    at: n.Node = node
    while isinstance(at, n.Arithmetic):
        operation = ops.ARITHMETIC[at.operator]
        steps.append((operation, compile_node(at.right, scope), at.place))
        at = at.left
    first = compile_node(at, scope)
    if len(steps) == 1:
        return _single(node.operator, first, steps[0])
    steps.reverse()

    def chain(frame: Frame) -> Any:
        value = first(frame)
        for operation, right, place in steps:
            value = _apply(frame, operation, value, right(frame), place)
        return value

    return chain


def _apply(frame: Frame, operation: Any, left: Any, right: Any, place: n.Place) -> Any:
    try:
        value = operation(left, right)
    except FeelError as error:
        frame.run.problem(error.kind, error.message, place)
        return None
    if type(value) is str:
        frame.run.text(len(value))
    return value


def _single(operator: str, left: Eval, step: tuple[Any, Eval, n.Place]) -> Eval:
    operation, right, place = step
    fast = ops.NUMBERS.get(operator)
    if fast is None:
        return lambda frame: _apply(frame, operation, left(frame), right(frame), place)

    def single(frame: Frame) -> Any:
        one = left(frame)
        two = right(frame)
        if type(one) is Decimal and type(two) is Decimal:
            try:
                return fast(one, two)
            except ArithmeticError:
                pass
        return _apply(frame, operation, one, two, place)

    return single


@compiles(n.Comparison)
def _comparison(node: n.Comparison, scope: Scope) -> Eval:
    left, right = compile_node(node.left, scope), compile_node(node.right, scope)
    operator, place = node.operator, node.place
    if operator in ("=", "!="):
        return _equality(operator == "=", left, right)
    operation = ops.COMPARISONS[operator]

    def comparison(frame: Frame) -> Any:
        one = left(frame)
        two = right(frame)
        try:
            return operation(one, two)
        except FeelError as error:
            frame.run.problem(error.kind, error.message, place)
            return None

    return comparison


def _equality(positive: bool, left: Eval, right: Eval) -> Eval:
    def equality(frame: Frame) -> Any:
        found = ops.equals(left(frame), right(frame), frame.run)
        return found if positive or found is None else not found

    return equality


@compiles(n.Logic)
def _logic(node: n.Logic, scope: Scope) -> Eval:
    operands = tuple(compile_node(operand, scope) for operand in node.operands)
    decisive = node.operator == "or"

    def logic(frame: Frame) -> Any:
        result: bool | None = not decisive
        for operand in operands:
            value = operand(frame)
            if value is decisive:
                return decisive
            if type(value) is not bool:
                result = None
        return result

    return logic


@compiles(n.If)
def _if(node: n.If, scope: Scope) -> Eval:
    condition = compile_node(node.condition, scope)
    yes, no = compile_node(node.yes, scope), compile_node(node.no, scope)
    place = node.place

    def choose(frame: Frame) -> Any:
        answer = condition(frame)
        if answer is True:
            return yes(frame)
        if answer is not False and answer is not None:
            # By the specification it is as false; an analyst is told all the same.
            frame.run.problem("type", f"a condition gave a {type_name(answer)}", place)
        return no(frame)

    return choose


@compiles(n.Between)
def _between(node: n.Between, scope: Scope) -> Eval:
    value, place = compile_node(node.value, scope), node.place
    low, high = compile_node(node.low, scope), compile_node(node.high, scope)

    def between(frame: Frame) -> Any:
        given = value(frame)
        try:
            one = ops.at_least(given, low(frame))
            two = ops.at_most(given, high(frame))
        except FeelError as error:
            frame.run.problem(error.kind, error.message, place)
            return None
        if one is False or two is False:
            return False
        return None if one is None or two is None else True

    return between


@compiles(n.ListLiteral)
def _list(node: n.ListLiteral, scope: Scope) -> Eval:
    items = tuple(compile_node(item, scope) for item in node.items)
    count = len(items)

    def make(frame: Frame) -> Any:
        frame.run.items(count)
        return [item(frame) for item in items]

    return make


@compiles(n.ContextLiteral)
def _context(node: n.ContextLiteral, scope: Scope) -> Eval:
    entries = tuple((key, inner(value, scope)) for key, value in node.entries)
    place = node.place
    twice = len({key for key, _ in entries}) < len(entries)

    def make(frame: Frame) -> Any:
        if twice:
            frame.run.problem("context", "a key stands twice in a context", place)
            return None
        made: dict[str, Any] = {}
        own = Frame(made, frame, frame.run)
        for key, value in entries:
            made[key] = value(own)
        return made

    return make


@compiles(n.RangeLiteral)
def _range(node: n.RangeLiteral, scope: Scope) -> Eval:
    low = compile_node(node.low, scope) if node.low is not None else None
    high = compile_node(node.high, scope) if node.high is not None else None
    low_included, high_included, place = node.low_included, node.high_included, node.place

    def one_sided(frame: Frame) -> Any:
        end = (low or high)(frame)  # type: ignore[misc]
        if end is None:
            return None
        if low is not None and high is not None:
            return Range(end, end, True, True)
        if low is not None:
            return Range(end, None, low_included, False)
        return Range(None, end, False, high_included)

    def make(frame: Frame) -> Any:
        try:
            return ops.make_range(
                low(frame),  # type: ignore[misc]
                high(frame),  # type: ignore[misc]
                low_included,
                high_included,
            )
        except FeelError as error:
            frame.run.problem(error.kind, error.message, place)
            return None

    return one_sided if node.operator else make


def compile_test(test: n.Test, scope: Scope) -> Callable[[Frame, Any], bool | None]:
    """Compile a unary test; it is given the frame and the tested value."""
    operand, operator, place = inner(test.operand, scope), test.operator, test.place
    condition = isinstance(
        test.operand,
        n.Comparison | n.Logic | n.Between | n.In | n.InstanceOf | n.Quantified | n.Call,
    )

    def found(frame: Frame, value: Any) -> bool | None:
        wanted = operand(frame)
        if operator in ("=", "!="):
            same = ops.equals(value, wanted, frame.run)
            return same if operator == "=" or same is None else not same
        if operator:
            answer: bool | None = ops.COMPARISONS[operator](value, wanted)
            return answer
        if test.uses_input and (wanted is None or type(wanted) is bool):
            return wanted
        if type(wanted) is bool and condition and type(value) is not bool:
            return wanted
        return ops.matches(value, wanted, frame.run)

    def guarded(frame: Frame, value: Any) -> bool | None:
        try:
            return found(frame, value)
        except FeelError as error:
            frame.run.problem(error.kind, error.message, place)
            return None

    return guarded


def any_test(
    tests: tuple[Callable[[Frame, Any], bool | None], ...], frame: Frame, value: Any
) -> bool | None:
    """True when one test holds; None when none does and one is undecided."""
    result: bool | None = False
    for test in tests:
        answer = test(frame, value)
        if answer is True:
            return True
        if answer is None:
            result = None
    return result


@compiles(n.In)
def _in(node: n.In, scope: Scope) -> Eval:
    value = compile_node(node.value, scope)
    tests = tuple(compile_test(test, scope) for test in node.tests)

    def contained(frame: Frame) -> Any:
        given = value(frame)
        return any_test(tests, Frame({"?": given}, frame, frame.run), given)

    return contained
