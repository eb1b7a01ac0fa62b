"""The registry: which operations are known, and which connector carries out which."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from casewright_connectors import notify
from casewright_connectors.contract import Connector, Context, Operation
from casewright_connectors.secrets import EnvironmentSecrets, Secrets

BUILTIN = "builtin"
OPERATIONS: tuple[Operation, ...] = (*notify.OPERATIONS,)
_FRESH = 0.8


class Tokens:
    """Access tokens shared by all calls; only one thread fetches a token at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._tokens: dict[str, tuple[str, datetime]] = {}

    def get(
        self, name: str, now: Callable[[], datetime], fetch: Callable[[], tuple[str, timedelta]]
    ) -> str:
        """Return the token, fetching it where there is none that is fresh."""
        with self._lock:
            mine = self._locks.setdefault(name, threading.Lock())
        with mine:
            found = self._tokens.get(name)
            if found is None or found[1] <= now():
                token, life = fetch()
                found = self._tokens[name] = (token, now() + life * _FRESH)
            return found[0]

    def drop(self, name: str) -> None:
        """Forget a token that the other side refused."""
        self._tokens.pop(name, None)


@dataclass(frozen=True, slots=True)
class Call:
    """The context of one call; `Context` of the contract."""

    key: str
    attempt: int
    headers: Mapping[str, str]
    clock: Callable[[], datetime] = field(repr=False)
    secrets: Secrets = field(repr=False)
    tokens: Tokens = field(repr=False)

    def now(self) -> datetime:
        """Return the present instant."""
        return self.clock()

    def secret(self, name: str) -> str:
        """Return a secret by its name."""
        return self.secrets.get(name)

    def token(self, name: str, fetch: Callable[[], tuple[str, timedelta]]) -> str:
        """Return an access token."""
        return self.tokens.get(name, self.clock, fetch)


class Registry:
    """Operations by their type, and a provider for each capability.

    A capability without a connector is carried out by the engine itself ("builtin"), so its
    provider may change while cases wait for it.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        secrets: Secrets,
        connectors: Mapping[str, Connector] | None = None,
        operations: Iterable[Operation] = OPERATIONS,
    ) -> None:
        self._clock = clock
        self._secrets = secrets
        self._tokens = Tokens()
        self._connectors = dict(connectors or {})
        self._operations = {operation.type: operation for operation in operations}

    @property
    def types(self) -> frozenset[str]:
        """The types that a diagram may name."""
        return frozenset(self._operations)

    def operation(self, type: str) -> Operation | None:
        """Return the operation of a task type, or None when there is none."""
        return self._operations.get(type)

    def connector(self, operation: Operation) -> Connector | None:
        """Return who carries out the operation; None is the engine itself."""
        return self._connectors.get(operation.capability)

    def context(self, key: str, attempt: int, headers: Mapping[str, str]) -> Context:
        """Return the context of a call."""
        return Call(key, attempt, headers, self._clock, self._secrets, self._tokens)


def from_environment(clock: Callable[[], datetime], environment: Mapping[str, str]) -> Registry:
    """Return the registry with secrets from `environment`; all capabilities are builtin yet."""
    return Registry(clock, EnvironmentSecrets(environment))
