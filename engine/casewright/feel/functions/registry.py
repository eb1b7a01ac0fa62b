"""How built-in functions are declared, found and given their arguments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from ..problems import FeelError
from ..runtime import Run
from ..values import Function, Range, YearsMonths, type_name
from ..wide import WideDate, WideDateTime, WideDuration, WideTime

_Call = TypeVar("_Call", bound=Callable[..., Any])
BUILTINS: dict[str, Builtin] = {}
Invoke = Callable[[Run, list[Any]], Any]

_KINDS: dict[str, tuple[type, ...]] = {
    "number": (Decimal,),
    "integer": (Decimal,),
    "string": (str,),
    "boolean": (bool,),
    "list": (list,),
    "context": (dict,),
    "range": (Range,),
    "function": (Function,),
    "date": (dt.date, WideDate),
    "time": (dt.time, WideTime),
    "datetime": (dt.datetime, WideDateTime),
    "day": (dt.date, dt.datetime, WideDate, WideDateTime),
    "duration": (dt.timedelta, WideDuration),
    "months": (YearsMonths,),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: optional with "?", null allowed with "??", the rest of the arguments "..."."""

    name: str
    kind: str
    optional: bool = False
    rest: bool = False
    nullable: bool = False

    def accepts(self, value: Any) -> bool:
        """Tell whether a value fits as it is."""
        return value is None or self.kind == "any" or type(value) in _KINDS[self.kind]

    def could_take(self, value: Any) -> bool:
        """Tell whether a value fits, or would fit after an implicit conversion."""
        if self.kind == "list" or self.accepts(value):
            return True
        return type(value) is list and len(value) == 1 and self.accepts(value[0])

    def take(self, value: Any) -> Any:
        """Fit an argument: a list of one is its item, a value is a list of one."""
        kind = self.kind
        if kind == "any":
            return value
        wanted = _KINDS[kind]
        if type(value) in wanted:
            return int(value) if kind == "integer" else value
        if kind == "list":
            return [value]
        if type(value) is list and len(value) == 1 and type(value[0]) in wanted:
            return self.take(value[0])
        raise FeelError(f"{self.name} must be a {kind}, not {type_name(value)}", "type")


class Signature:
    """One way to call a function."""

    __slots__ = ("call", "highest", "lowest", "parameters", "rest", "spread", "uses_run")

    def __init__(self, text: str, call: Callable[..., Any], uses_run: bool) -> None:
        inside = text[text.index("(") + 1 : text.rindex(")")]
        self.parameters = tuple(_parameter(part) for part in inside.split(",") if part.strip())
        # "*list" takes one list, or the items as separate arguments.
        self.spread = bool(self.parameters) and self.parameters[0].name.startswith("*")
        if self.spread:
            self.parameters = (Parameter(self.parameters[0].name[1:], "list"),)
        self.rest = bool(self.parameters) and self.parameters[-1].rest
        self.lowest = sum(not p.optional and not p.rest for p in self.parameters)
        self.highest = 10**9 if self.rest or self.spread else len(self.parameters)
        self.call = call
        self.uses_run = uses_run

    def fits(self, count: int) -> bool:
        """Tell whether so many arguments may be given."""
        return self.lowest <= count <= self.highest and not (self.spread and count == 0)

    def accepts(self, arguments: list[Any]) -> bool:
        """Tell whether the arguments fit as they are."""
        return self.spread or all(map(Parameter.accepts, self.parameters, arguments))

    def invoke(self, run: Run, arguments: list[Any]) -> Any:
        """Fit the arguments and call; a null where none is allowed gives null."""
        taken: list[Any] = []
        steps = 1
        if self.spread and len(arguments) > 1:
            arguments = [arguments]
        parameters = self.parameters
        last = len(parameters) - 1
        for index, value in enumerate(arguments):
            parameter = parameters[index if index < last else last]
            if value is None:
                if parameter.nullable:
                    taken.append(None)
                    continue
                if parameter.kind != "any":
                    return None
            kind = type(value)
            if kind is list or kind is dict:
                steps += len(value)
            elif kind is str:
                steps += len(value) >> 6
            taken.append(parameter.take(value))
        run.tick(steps)
        try:
            made = self.call(run, *taken) if self.uses_run else self.call(*taken)
        except ArithmeticError:
            raise FeelError("no such number, or it is too large", "number") from None
        kind = type(made)
        if kind is list:
            run.items(len(made))
            run.tick(len(made))
        elif kind is str:
            run.text(len(made))
        return made


def _parameter(text: str) -> Parameter:
    name, _, kind = text.strip().partition(":")
    kind = kind.strip()
    optional = kind.endswith("?")
    rest = kind.endswith("...")
    nullable = kind.endswith("??")
    return Parameter(name.strip(), kind.rstrip("?.") or "any", optional, rest, nullable)


class Builtin:
    """A built-in function with its signatures."""

    __slots__ = ("name", "signatures", "value")

    def __init__(self, name: str, signatures: tuple[Signature, ...]) -> None:
        self.name = name
        self.signatures = signatures
        first = tuple(parameter.name for parameter in signatures[0].parameters)
        self.value = Function(first, self._invoke, name, variadic=True)

    def _invoke(self, run: Run, arguments: Sequence[Any]) -> Any:
        return self.bind(len(arguments), None)(run, list(arguments))

    def bind(self, count: int, names: Sequence[str] | None) -> Invoke:
        """Choose the signature for so many arguments, or for these names."""
        if names is not None:
            return self._by_name(names)
        fitting = [signature for signature in self.signatures if signature.fits(count)]
        if len(fitting) == 1:
            return fitting[0].invoke
        if fitting:
            return _by_type(fitting)
        raise FeelError(f"{self.name} does not take {count} arguments", "function")

    def _by_name(self, names: Sequence[str]) -> Invoke:
        given = set(names)
        for signature in self.signatures:
            own = [parameter.name for parameter in signature.parameters]
            needed = {p.name for p in signature.parameters if not p.optional}
            if needed <= given <= set(own) and len(given) == len(names):
                return _reordered(signature, own, list(names))
        listed = ", ".join(names)
        raise FeelError(f"{self.name} has no parameters named {listed}", "function")


def _by_type(signatures: list[Signature]) -> Invoke:
    def invoke(run: Run, arguments: list[Any]) -> Any:
        for signature in signatures:
            if signature.accepts(arguments):
                return signature.invoke(run, arguments)
        for signature in signatures:
            if all(map(Parameter.could_take, signature.parameters, arguments)):
                return signature.invoke(run, arguments)
        return signatures[0].invoke(run, arguments)

    return invoke


def _reordered(signature: Signature, own: list[str], names: list[str]) -> Invoke:
    places = [names.index(name) for name in own if name in names]

    def invoke(run: Run, arguments: list[Any]) -> Any:
        return signature.invoke(run, [arguments[place] for place in places])

    return invoke


def builtin(*signatures: str, run: bool = False) -> Callable[[_Call], _Call]:
    """Declare a built-in function by its signatures, such as "substring(string: string, …)"."""

    def register(function: _Call) -> _Call:
        name = signatures[0][: signatures[0].index("(")]
        made = tuple(Signature(text, function, run) for text in signatures)
        known = BUILTINS.get(name)
        # A further declaration of a name is a further way to call it.
        BUILTINS[name] = Builtin(name, (*known.signatures, *made) if known else made)
        return function

    return register
