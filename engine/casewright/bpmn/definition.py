"""A process as it was compiled: frozen, and shared between threads and instances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from casewright.xml.findings import Finding

if TYPE_CHECKING:
    from casewright.bpmn.program import Program

DESUGAR_VERSION = 1


@dataclass(frozen=True, slots=True)
class Element:
    """A BPMN element that can hold a token.

    `parent` is the sub-process around it; `event` is what an event is about: "timer",
    "message", "error", "terminate", "compensation", "cancel", "multiple" and so on, or "".
    """

    id: str
    kind: str
    name: str = ""
    lane: str = ""
    parent: str = ""
    event: str = ""


@dataclass(frozen=True, slots=True)
class StartRef:
    """The none start event, with the form that starts the process."""

    element: str
    form: str | None = None


@dataclass(frozen=True, slots=True)
class MessageStart:
    """A message start event."""

    element: str
    name: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class SignalStart:
    """A signal start event."""

    element: str
    name: str


@dataclass(frozen=True, slots=True)
class TimerStart:
    """A timer start event; `kind` is "date", "duration" or "cycle", `text` ISO, cron or FEEL.

    `catch_up` says what becomes of turns that were missed: "once", "each" or "skip".
    """

    element: str
    kind: str
    text: str
    catch_up: str = "once"


@dataclass(frozen=True, slots=True)
class CallRef:
    """A call activity; `process` is an id, or FEEL with a leading "="."""

    element: str
    process: str
    binding: str = "latest"
    version_tag: str = ""


@dataclass(frozen=True, slots=True)
class DecisionRef:
    """A business-rule task's decision; the id may be FEEL with a leading "="."""

    element: str
    decision_id: str
    binding: str = "latest"
    version_tag: str = ""


@dataclass(frozen=True, slots=True)
class FormRef:
    """A form that an element shows."""

    element: str
    form_id: str
    binding: str = "latest"
    version_tag: str = ""


@dataclass(frozen=True, slots=True)
class OperationRef:
    """The connector operation of a service task; `type` may be FEEL with a leading "="."""

    element: str
    type: str


@dataclass(frozen=True, slots=True)
class AdHocRef:
    """An ad-hoc sub-process: what can be chosen in it, and whether a condition ends it."""

    element: str
    choices: tuple[str, ...]
    sequential: bool = False
    condition: bool = False


@dataclass(frozen=True, slots=True)
class Definition:
    """One executable process of a file."""

    process_id: str
    name: str
    file: str
    elements: Mapping[str, Element]
    program: Program = field(repr=False, compare=False)
    executable: bool = True
    version_tag: str = ""
    none_start: StartRef | None = None
    message_starts: tuple[MessageStart, ...] = ()
    signal_starts: tuple[SignalStart, ...] = ()
    timer_starts: tuple[TimerStart, ...] = ()
    calls: tuple[CallRef, ...] = ()
    decisions: tuple[DecisionRef, ...] = ()
    forms: tuple[FormRef, ...] = ()
    operations: tuple[OperationRef, ...] = ()
    adhocs: tuple[AdHocRef, ...] = ()
    lanes: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    desugar_version: int = DESUGAR_VERSION


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a file gave: its processes, and everything found on the way."""

    definitions: tuple[Definition, ...]
    findings: tuple[Finding, ...]

    @property
    def deployable(self) -> bool:
        """Whether no finding is an error."""
        return all(finding.severity != "error" for finding in self.findings)
