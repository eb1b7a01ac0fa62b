"""Closures for calls, function literals and types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from . import nodes as n
from . import types
from .compiler import Eval, Scope, compile_node, compiles, inner
from .problems import FeelError, LimitHit
from .runtime import MISSING, Frame, Run, find
from .values import Function, type_name


def _guard(call: Eval, place: n.Place) -> Eval:
    def guarded(frame: Frame) -> Any:
        try:
            return call(frame)
        except FeelError as error:
            frame.run.problem(error.kind, error.message, place)
        except RecursionError:
            raise LimitHit("calls nested too deeply") from None
        return None

    return guarded


@compiles(n.Call)
def _call(node: n.Call, scope: Scope) -> Eval:
    target = node.target
    if isinstance(target, n.Name) and not target.local:
        builtin = scope.builtins.get(target.name)
        if builtin is not None and target.name not in scope.declared:
            return _builtin(node, builtin, scope)
    return _dynamic(node, scope)


def _builtin(node: n.Call, builtin: Any, scope: Scope) -> Eval:
    if builtin.name in _LAZY:
        special = _LAZY[builtin.name](node, scope)
        if special is not None:
            return special
    names: Sequence[str] | None = None
    nodes = node.arguments
    if node.named:
        names = tuple(name for name, _ in node.named)
        nodes = tuple(value for _, value in node.named)
    arguments = tuple(compile_node(argument, scope) for argument in nodes)
    place = node.place
    try:
        invoke: Callable[[Run, list[Any]], Any] = builtin.bind(len(arguments), names)
    except FeelError as error:
        message = error.message

        def refused(frame: Frame) -> Any:
            frame.run.problem("function", message, place)
            return None

        return refused

    def call(frame: Frame) -> Any:
        return invoke(frame.run, [argument(frame) for argument in arguments])

    return _guard(call, place)


def _dynamic(node: n.Call, scope: Scope) -> Eval:
    target = compile_node(node.target, scope)
    fallback = None
    if isinstance(node.target, n.Name):
        fallback = scope.builtins.get(node.target.name)
    names = tuple(name for name, _ in node.named)
    nodes = node.arguments or tuple(value for _, value in node.named)
    arguments = tuple(compile_node(argument, scope) for argument in nodes)

    def call(frame: Frame) -> Any:
        function = target(frame)
        if type(function) is not Function:
            if fallback is None:
                if function is None:
                    return None
                raise FeelError(f"a {type_name(function)} cannot be called", "function")
            function = fallback.value
        given = [argument(frame) for argument in arguments]
        if names:
            given = _by_name(function, names, given)
        return frame.run.call(function, given)

    return _guard(call, node.place)


def _by_name(function: Function, names: tuple[str, ...], given: list[Any]) -> list[Any]:
    if sorted(names) != sorted(function.parameters):
        raise FeelError("the names of the arguments are not those of the parameters", "function")
    by_name = dict(zip(names, given, strict=True))
    return [by_name[name] for name in function.parameters]


@compiles(n.FunctionLiteral)
def _function(node: n.FunctionLiteral, scope: Scope) -> Eval:
    body = inner(node.body, scope)
    parameters = node.parameters
    names = tuple(name for name, _ in parameters)
    declared = tuple(wanted for _, wanted in parameters)
    typed = any(wanted is not None for wanted in declared)

    def make(frame: Frame) -> Any:
        def invoke(run: Run, arguments: Sequence[Any]) -> Any:
            if typed:
                arguments = [
                    types.coerce(value, wanted, name)
                    for (name, wanted), value in zip(parameters, arguments, strict=True)
                ]
            # The run of the call, not of the making: its limits and problems count.
            return body(Frame(dict(zip(names, arguments, strict=True)), frame, run))

        return Function(names, invoke, types=declared)

    return make


@compiles(n.InstanceOf)
def _instance(node: n.InstanceOf, scope: Scope) -> Eval:
    value, wanted = compile_node(node.value, scope), node.type
    return _guard(lambda frame: types.conforms(value(frame), wanted), node.place)


# -- functions that look at what their argument is, not only at its value


def _is_defined(node: n.Call, scope: Scope) -> Eval | None:
    arguments = node.arguments or tuple(value for _, value in node.named)
    if len(arguments) != 1:
        return None
    argument = arguments[0]
    if isinstance(argument, n.Name):
        name = argument.name
        return _guard(lambda frame: find(frame, name) is not MISSING, node.place)
    if isinstance(argument, n.Path):
        key = argument.name
        target = _quiet(compile_node(argument.target, scope))

        def has(frame: Frame) -> bool:
            value = target(frame)
            return key in value if type(value) is dict else False

        return has
    value = _quiet(compile_node(argument, scope))
    return lambda frame: value(frame) is not None


def _or_else(node: n.Call, scope: Scope) -> Eval | None:
    if len(node.arguments) != 2:
        return None
    value = _quiet(compile_node(node.arguments[0], scope))
    other = compile_node(node.arguments[1], scope)

    def choose(frame: Frame) -> Any:
        found = value(frame)
        return other(frame) if found is None else found

    return choose


def _quiet(value: Eval) -> Eval:
    def quiet(frame: Frame) -> Any:
        problems = frame.run.problems
        before = len(problems)
        found = value(frame)
        del problems[before:]
        return found

    return quiet


_LAZY: dict[str, Callable[[n.Call, Scope], Eval | None]] = {
    "is defined": _is_defined,
    "get or else": _or_else,
}
