"""Variables: a chain of scopes, from a token's own names out to the instance's.

A write goes to the nearest scope that declares the name, else to the root. Only input
mappings, items and payloads declare. Values are kept as the snapshot has them and decoded
when first read, so that a step costs what it touches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import orjson

from casewright.bpmn.incidents import Incident
from casewright.domain.events import Event, VariablesChanged
from casewright.feel import codec, type_name
from casewright.feel.problems import FeelError
from casewright.feel.values import from_python

# One value in bytes, all of an instance, and what one list or context holds; larger things
# are documents, and the variable holds the reference.
LIMIT = 1_048_576
TOTAL = 4 * LIMIT
ITEMS = 10_000
_DEEPEST = 200


class TooLarge(Exception):
    """A JSON value is larger than a variable may be."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def size(data: Any) -> int:
    """Return how many bytes a JSON value has, about; TooLarge if no variable may hold it."""
    if isinstance(data, str):
        # Not one byte a character, and not measured where it cannot matter.
        found = len(data) if len(data) * 4 <= LIMIT else len(data.encode(errors="replace"))
    elif isinstance(data, (list, dict)):
        _count(data, _DEEPEST)
        found = len(orjson.dumps(data))
    else:
        return 8
    if found > LIMIT:
        raise TooLarge(f"larger than {LIMIT} bytes")
    return found


def _count(data: Any, depth: int) -> None:
    if len(data) > ITEMS:
        raise TooLarge(f"a collection of more than {ITEMS} items")
    if not depth:
        raise TooLarge(f"nested deeper than {_DEEPEST} levels")
    for item in data if isinstance(data, list) else data.values():
        if isinstance(item, (list, dict)):
            _count(item, depth - 1)


class Room:
    """What is left of the bytes that the variables of an instance may have.

    All are measured when a step first writes; from there on it counts what is added, and
    measures again only when that could be too much.
    """

    def __init__(self, measure: Callable[[], int]) -> None:
        self._measure = measure
        self._used = -1

    def clear(self) -> None:
        """Measure again at the next write: a new step begins."""
        self._used = -1

    def take(self, added: int, replaced: Any) -> bool:
        """Count a write; return False if there is no room for it."""
        if self._used < 0:
            self._used = self._measure()
        if self._used + added > TOTAL:
            self._used = self._measure()
            if self._used + added - _held(replaced) > TOTAL:
                return False
        self._used += added
        return True

    def fits(self, added: int, replaced: Iterable[Any]) -> bool:
        """Tell whether there is room for values from outside, before they are written."""
        return added <= TOTAL and (
            self._measure() + added - sum(_held(value) for value in replaced) <= TOTAL
        )


def _held(data: Any) -> int:
    return len(orjson.dumps(data)) if data is not None else 0


class ChangeLog:
    """Collects what was really changed, scope by scope, until it is told as events."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self._changes: dict[str, dict[str, Any]] = {}
        # Names changed since conditions were last looked at.
        self.fresh: set[str] = set()

    def note(self, scope: str, name: str, value: Any) -> None:
        """Remember that `name` now has this JSON value in `scope`."""
        self.fresh.add(name)
        self._changes.setdefault(scope, {})[name] = value

    def take(self) -> list[Event]:
        """Return the changes since the last call as events."""
        if not self._changes:
            return []
        events: list[Event] = [
            VariablesChanged(scope=scope, values=values) for scope, values in self._changes.items()
        ]
        self._changes = {}
        return events


class Scope(Mapping[str, Any]):
    """The names declared here, and behind them those of the outer scopes."""

    __slots__ = ("_decoded", "id", "log", "outer", "raw")

    def __init__(
        self,
        id: str,
        outer: Scope | None,
        log: ChangeLog,
        raw: Mapping[str, Any] | None = None,
    ) -> None:
        self.id = id
        self.outer = outer
        self.log = log
        self.raw: dict[str, Any] = dict(raw) if raw else {}
        self._decoded: dict[str, Any] = {}

    def _owner(self, name: str) -> Scope | None:
        scope: Scope | None = self
        while scope is not None and name not in scope.raw:
            scope = scope.outer
        return scope

    @property
    def root(self) -> Scope:
        """The scope of the instance."""
        scope = self
        while scope.outer is not None:
            scope = scope.outer
        return scope

    def __getitem__(self, name: str) -> Any:
        owner = self._owner(name)
        if owner is None:
            raise KeyError(name)
        if name not in owner._decoded:
            owner._decoded[name] = codec.from_json(owner.raw[name])
        return owner._decoded[name]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._owner(name) is not None

    def __iter__(self) -> Iterator[str]:
        seen: set[str] = set()
        scope: Scope | None = self
        while scope is not None:
            yield from (name for name in scope.raw if name not in seen)
            seen.update(scope.raw)
            scope = scope.outer

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def own(self) -> dict[str, Any]:
        """Return the names declared here, with their values."""
        return {name: self[name] for name in self.raw}

    def pick(self, names: Iterable[str]) -> dict[str, Any]:
        """Return those of `names` that are visible from here, with their values."""
        return {name: self[name] for name in names if name in self}

    def declare(self, name: str, value: Any) -> None:
        """Put a name of its own into this scope."""
        self._store(name, value)

    def write(self, name: str, value: Any) -> None:
        """Write to the nearest scope that declares `name`, else to the root."""
        owner = self._owner(name)
        (owner if owner is not None else self.root)._store(name, value)

    def update(self, values: Mapping[str, Any], *, measured: bool = False) -> None:
        """Write several variables, each where it belongs; `measured` ones have their room."""
        for name, value in values.items():
            owner = self._owner(name)
            (owner if owner is not None else self.root)._store(name, value, measured=measured)

    def held(self, names: Iterable[str]) -> list[Any]:
        """Return the JSON values that writes of these names would replace."""
        owners = {name: self._owner(name) for name in names}
        return [owner.raw[name] for name, owner in owners.items() if owner is not None]

    def _store(self, name: str, value: Any, *, measured: bool = False) -> None:
        value, data, added = storable(name, value)
        if name in self.raw and _same(self.raw[name], data):
            return
        if not measured and not self.log.room.take(added, self.raw.get(name)):
            message = f"with “{name}” all variables together are larger than {TOTAL} bytes"
            raise Incident("value-too-large", message, variable=name)
        self.raw[name] = data
        self._decoded[name] = value
        self.log.note(self.id, name, data)


def storable(name: str, value: Any) -> tuple[Any, Any, int]:
    """Return a value as FEEL and as JSON, and its bytes; an incident if none may hold it."""
    try:
        value = from_python(value)
        data = codec.to_json(value)
    except FeelError:
        kind = type_name(value)
        raise Incident(
            "value-not-storable",
            f"a {kind} cannot be kept in “{name}”",
            variable=name,
            type=kind,
        ) from None
    try:
        return value, data, size(data)
    except TooLarge as problem:
        message = f"the value of “{name}” is {problem.what}"
        raise Incident("value-too-large", message, variable=name) from None


def _same(left: Any, right: Any) -> bool:
    # Compared as JSON text where they are nested: 1 == True in Python, but not in FEEL.
    if type(left) is not type(right):
        return False
    if isinstance(left, (list, dict)):
        return orjson.dumps(left) == orjson.dumps(right)
    return bool(left == right)


def put(target: tuple[str, ...], value: Any, old: Any) -> Any:
    """Return the value of the variable `target[0]` once `value` is put at the dotted target.

    Contexts on the way are copied, or made where there are none.
    """
    if len(target) == 1:
        return value
    context = dict(old) if isinstance(old, dict) else {}
    context[target[1]] = put(target[1:], value, context.get(target[1]))
    return context
