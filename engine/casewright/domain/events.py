"""What happened: the events that a step or a command gives, and the journal keeps.

Values inside events are JSON-able, as `feel.codec.to_json` writes them; instants are
microseconds UTC. A token is named by its id within its instance.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """The base of all events."""

    def to_json(self) -> dict[str, Any]:
        """Return the event as a JSON-able dict; values equal to their default are left out."""
        data: dict[str, Any] = {"type": type(self).__name__}
        for name, default in _names(type(self)):
            value = getattr(self, name)
            if value != default:
                data[name] = list(value) if type(value) is tuple else value
        return data


_NAMES: dict[type[Event], tuple[tuple[str, Any], ...]] = {}


def _names(cls: type[Event]) -> tuple[tuple[str, Any], ...]:
    found = _NAMES.get(cls)
    if found is None:
        found = _NAMES[cls] = tuple((spec.name, spec.default) for spec in fields(cls))
    return found


@dataclass(frozen=True, slots=True)
class InstanceStarted(Event):
    """An instance began; `variables` are those it was started with."""

    process: str
    business_key: str = ""
    variables: dict[str, Any] = field(default_factory=dict)
    parent: str | None = None
    parent_token: str | None = None


@dataclass(frozen=True, slots=True)
class InstanceCompleted(Event):
    """The last token of an instance ended."""


@dataclass(frozen=True, slots=True)
class InstanceCancelled(Event):
    """A person, or the calling instance, ended the instance early."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class ElementCompleted(Event):
    """An element ran to its end; `token` is given where the element waited."""

    element: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class ElementCancelled(Event):
    """An element was interrupted while it waited."""

    element: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class VariablesChanged(Event):
    """Variables were written in the scope `scope` ("" is the root)."""

    scope: str
    values: dict[str, Any]
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskCreated(Event):
    """A user task is open; `due` and `follow_up` in microseconds."""

    token: str
    element: str
    name: str = ""
    form: str = ""
    assignee: str = ""
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    due: int | None = None
    follow_up: int | None = None
    priority: int = 50
    lane: str = ""
    settings: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class TaskCompleted(Event):
    """A user task was done; `outcome` is what was submitted."""

    token: str
    element: str


@dataclass(frozen=True, slots=True)
class TaskCancelled(Event):
    """A user task was withdrawn."""

    token: str
    element: str


@dataclass(frozen=True, slots=True)
class TaskAssigned(Event):
    """Somebody with the right to do so gave the task to a person ("" takes it back)."""

    token: str
    assignee: str


@dataclass(frozen=True, slots=True)
class JobCreated(Event):
    """A service task waits for work outside the process."""

    token: str
    element: str
    operation: str
    input: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] | None = None
    retries: int | None = None
    order_key: str = ""


@dataclass(frozen=True, slots=True)
class JobCompleted(Event):
    """The work of a service task is done."""

    token: str
    element: str


@dataclass(frozen=True, slots=True)
class JobFailed(Event):
    """An attempt failed; `next_at` is None when no further attempt is planned."""

    token: str
    attempt: int
    outcome: str
    message: str
    next_at: int | None = None


@dataclass(frozen=True, slots=True)
class JobRetried(Event):
    """A person sent a failed job on again; `generation` rises when its input was edited."""

    token: str
    generation: int = 0


@dataclass(frozen=True, slots=True)
class JobCancelled(Event):
    """A service task was interrupted; a late result is refused."""

    token: str
    element: str


@dataclass(frozen=True, slots=True)
class TimerScheduled(Event):
    """A timer is set to `due` (microseconds)."""

    token: str
    element: str
    due: int


@dataclass(frozen=True, slots=True)
class TimerFired(Event):
    """A timer reached its time and moved its token."""

    token: str
    element: str


@dataclass(frozen=True, slots=True)
class TimerCancelled(Event):
    """A timer is no longer needed."""

    token: str
    element: str


@dataclass(frozen=True, slots=True)
class SubscriptionOpened(Event):
    """The instance waits for the message `name` with the correlation key `key`.

    Its `kind` is "message", or "signal", which has no key.
    """

    token: str
    element: str
    name: str
    key: str = ""
    kind: str = "message"


@dataclass(frozen=True, slots=True)
class SubscriptionClosed(Event):
    """The wait for a message or signal is over."""

    token: str
    element: str


@dataclass(frozen=True, slots=True)
class SignalThrown(Event):
    """The process told everybody who waits for the signal `name`."""

    element: str
    name: str
    variables: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MessageThrown(Event):
    """The process sent the message `name` to whoever waits for it with the key `key`."""

    element: str
    name: str
    key: str = ""
    variables: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EscalationThrown(Event):
    """An escalation was thrown at `element`; `catcher` is empty where nobody took it."""

    element: str
    code: str
    catcher: str = ""


@dataclass(frozen=True, slots=True)
class CallStarted(Event):
    """A call activity runs as the instance `child`."""

    token: str
    element: str
    process: str
    child: str


@dataclass(frozen=True, slots=True)
class CallEnded(Event):
    """The called instance `child` ended and its results are in."""

    token: str
    element: str
    child: str


@dataclass(frozen=True, slots=True)
class DecisionEvaluated(Event):
    """A business-rule task decided; `trace` tells which rules hit, and why."""

    token: str
    element: str
    decision: str
    version: int
    output: Any
    trace: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ErrorCaught(Event):
    """A BPMN error thrown at `element` was caught by the boundary event `catcher`."""

    element: str
    code: str
    catcher: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class IncidentRaised(Event):
    """The process cannot go on at `element` until a person mends it.

    `details` names the expression and the types of what it saw, never values.
    """

    token: str
    element: str
    code: str
    message: str
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IncidentResolved(Event):
    """The incident on the token is over: retried with success, or its token is gone."""

    token: str
    element: str


@dataclass(frozen=True, slots=True)
class NoteAdded(Event):
    """A note was put on the case."""

    text: str
    author: str = ""
    job: str = ""


EVENTS: dict[str, type[Event]] = {cls.__name__: cls for cls in Event.__subclasses__()}


def from_json(data: dict[str, Any]) -> Event:
    """Return the event that `Event.to_json` wrote; an unknown type raises KeyError."""
    cls = EVENTS[data["type"]]
    values = {key: value for key, value in data.items() if key != "type"}
    for spec in fields(cls):
        if isinstance(values.get(spec.name), list) and str(spec.type).startswith("tuple"):
            values[spec.name] = tuple(values[spec.name])
    return cls(**values)
