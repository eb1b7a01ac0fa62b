"""The in-process player: the real system on a clock that the test moves, and scenarios on it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from casewright.testing.connectors import UnknownHandler
    from casewright.testing.person import Person
    from casewright.testing.player import Player
    from casewright.testing.problems import NoSuchTask

__all__ = ["NoSuchTask", "Person", "Player", "UnknownHandler"]

_HOMES = {
    "NoSuchTask": "problems",
    "Person": "person",
    "Player": "player",
    "UnknownHandler": "connectors",
}


def __getattr__(name: str) -> Any:
    # Late: pytest imports the plugin beside this, in every run of anybody's tests.
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"casewright.testing.{_HOMES[name]}"), name)
