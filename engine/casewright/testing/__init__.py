"""The in-process player: the real system on a clock that the test moves, and scenarios on it."""

from casewright.testing.connectors import UnknownHandler
from casewright.testing.person import Person
from casewright.testing.player import Player
from casewright.testing.problems import NoSuchTask

__all__ = ["NoSuchTask", "Person", "Player", "UnknownHandler"]
