"""What can happen to an instance: the changes that `step` takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Start:
    """Begin the instance; `element` names a message start event, None the none start event."""

    variables: Mapping[str, Any] = field(default_factory=dict)
    element: str | None = None


@dataclass(frozen=True, slots=True)
class CompleteTask:
    """A person completed a user task with these variables."""

    token: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CompleteJob:
    """The work of a service task is done, with these results."""

    token: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ThrowError:
    """A task or a job ended in the BPMN error `code`."""

    token: str
    code: str
    message: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FireTimer:
    """The time of a timer has come."""

    token: str


@dataclass(frozen=True, slots=True)
class ReceiveMessage:
    """The message for which the token waits is here."""

    token: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Signalled:
    """A signal was broadcast; every token that waits for it goes on."""

    name: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Escalated:
    """An escalation reached the token: from a called instance, or from a person's task."""

    token: str
    code: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choose:
    """A person chose what begins next in an ad-hoc sub-process."""

    token: str
    elements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finish:
    """A person said that an ad-hoc sub-process is finished."""

    token: str


@dataclass(frozen=True, slots=True)
class Continue:
    """Go on where the budget of the last step was spent."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """End the instance early."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """Write the edited variables, then run the element of the token again."""

    token: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SetVariables:
    """Write variables as seen from a scope ("" is the root)."""

    values: Mapping[str, Any]
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a request; `problem` says why there is none, and becomes an incident."""

    request: str
    value: Any = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers to all requests of one step: a step for each would cost the square."""

    answers: tuple[Answered, ...]


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The called instance ended; `variables` are its root variables."""

    token: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CallFailed:
    """The called instance ended in a BPMN error that it did not catch."""

    token: str
    code: str
    message: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)


Change = (
    Start
    | CompleteTask
    | CompleteJob
    | ThrowError
    | FireTimer
    | ReceiveMessage
    | Signalled
    | Escalated
    | Choose
    | Finish
    | Continue
    | Cancel
    | Retry
    | SetVariables
    | Answered
    | Answers
    | CallEnded
    | CallFailed
)
