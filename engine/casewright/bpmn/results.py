"""What a step is given beside the change, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from casewright.bpmn.definition import DecisionRef
from casewright.domain.events import Event

if TYPE_CHECKING:
    from casewright import dmn


@dataclass(frozen=True, slots=True)
class StepLimits:
    """The budget of one step; what is left goes on with `Continue`."""

    element_runs: int = 5000
    cpu_seconds: float = 0.25


@dataclass(frozen=True, slots=True)
class BoundDecision:
    """The decision that a business-rule task means, in the version that binds here."""

    model: dmn.Model
    decision: str
    version: int = 0


def no_decisions(ref: DecisionRef) -> BoundDecision | None:
    """Return None: this context knows no decisions."""
    return None


@dataclass(frozen=True, slots=True)
class StepContext:
    """The surroundings of a step; the step reads neither clock nor store itself.

    `parent` and `parent_token` are given for a called instance: an error that nobody
    catches in it then ends it and is handed to the caller, see `StepResult.error`.
    """

    now: datetime
    zone: tzinfo
    instance: str = ""
    decisions: Callable[[DecisionRef], BoundDecision | None] = no_decisions
    limits: StepLimits = StepLimits()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    business_key: str = ""
    parent: str | None = None
    parent_token: str | None = None


@dataclass(frozen=True, slots=True)
class CallStart:
    """Start the called process; answer with the id of the new instance."""

    id: str
    token: str
    process: str
    binding: str
    variables: dict[str, Any]
    version_tag: str = ""


Request = CallStart


@dataclass(frozen=True, slots=True)
class UncaughtError:
    """The BPMN error that ended a called instance, for `CallFailed` in its caller."""

    code: str
    message: str
    variables: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StepResult:
    """The new snapshot, what happened, what is asked, and whether more is to run.

    `escalations` are codes and variables that a called instance did not catch itself.
    """

    snapshot: dict[str, Any]
    events: tuple[Event, ...] = ()
    requests: tuple[Request, ...] = ()
    more: bool = False
    done: bool = False
    error: UncaughtError | None = None
    escalations: tuple[tuple[str, dict[str, Any]], ...] = ()
