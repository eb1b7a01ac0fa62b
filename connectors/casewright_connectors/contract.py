"""The contract between the engine and a connector: operations, calls and their outcomes.

A connector carries out operations; the engine calls it from a worker thread, with no database
transaction open, and may call it again with the same key when it does not know how a call
ended. A connector returns `Result`, or raises one of the four failures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict

__all__ = [
    "Business",
    "CannotTell",
    "Connector",
    "Context",
    "Failure",
    "Found",
    "Model",
    "NotFound",
    "Operation",
    "Outcome",
    "Permanent",
    "Result",
    "Transient",
    "Unknown",
]


class Model(BaseModel):
    """The base of input and output models: strict about names, unchangeable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class Operation:
    """Something that a service task can ask for.

    `name` is capability and verb, as "notify.note". Templates, docs and fakes are made from
    the two models, so every field of theirs has a description. A change of the models that
    old diagrams cannot live with is a new `version`.
    """

    name: str
    title: str
    input: type[Model]
    output: type[Model]
    version: int = 1
    description: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """What a diagram writes as task type: the name, with ":2" and so on behind it."""
        return self.name if self.version == 1 else f"{self.name}:{self.version}"

    @property
    def capability(self) -> str:
        """The group of operations that one provider carries out together."""
        return self.name.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Result:
    """The other side did it; `values` are fields of the operation's output model."""

    values: Mapping[str, Any] = field(default_factory=dict)


class Failure(Exception):
    """The base of what can go wrong; `message` is for people and holds no secret."""

    kind: ClassVar[str] = ""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Business(Failure):
    """The other side said no for a reason of the business: a BPMN error with `code`."""

    kind = "business"

    def __init__(
        self, code: str, message: str = "", variables: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.variables: Mapping[str, Any] = variables or {}


class Transient(Failure):
    """It had no effect, and may go well later.

    `answered` is False where the other side could not be reached at all: such a try does not
    count. `retry_after` is the other side's own wish.
    """

    kind = "transient"

    def __init__(
        self, message: str, retry_after: timedelta | None = None, answered: bool = True
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.answered = answered


class Permanent(Failure):
    """It had no effect and will have none until a person changes something."""

    kind = "permanent"


class Unknown(Failure):
    """The request was sent, and whether it had an effect is not known."""

    kind = "unknown"


Outcome = Result | Business | Transient | Permanent | Unknown


@dataclass(frozen=True, slots=True)
class NotFound:
    """The other side has nothing under this key: the call had no effect."""


@dataclass(frozen=True, slots=True)
class CannotTell:
    """The other side cannot be asked, or did not answer."""

    reason: str = ""


Found = Result | NotFound | CannotTell


class Context(Protocol):
    """What a connector is lent for one call."""

    @property
    def key(self) -> str:
        """The idempotency key: the same on every attempt of this call."""
        ...

    @property
    def attempt(self) -> int:
        """The number of the attempt, from 1."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """The task headers of the diagram."""
        ...

    def now(self) -> datetime:
        """The present instant, by the clock of the whole system."""
        ...

    def secret(self, name: str) -> str:
        """A secret by its name; `Permanent` when it is not set."""
        ...

    def token(self, name: str, fetch: Callable[[], tuple[str, timedelta]]) -> str:
        """An access token, fetched once for all calls and again at 80 % of its life."""
        ...


class Connector(Protocol):
    """Carries out operations in another system.

    `keyed` says that the other side applies a key once however often it is sent, so that a
    call may be repeated without asking.
    """

    @property
    def keyed(self) -> bool:
        """Whether the other side itself honours the key."""
        ...

    def execute(self, operation: Operation, input: Model, ctx: Context) -> Result:
        """Carry out one operation; raises a `Failure`."""
        ...

    def look_up(self, operation: Operation, key: str, ctx: Context) -> Found:
        """Tell what became of an earlier call with `key`."""
        ...
