"""The settings of the zeebe vocabulary, as frozen dataclasses an element can run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from casewright.bpmn.expressions import Setting


@dataclass(frozen=True, slots=True)
class Assignment:
    """One input or output mapping; a dotted target makes contexts."""

    target: tuple[str, ...]
    source: Setting


@dataclass(frozen=True, slots=True)
class Task:
    """A service task's operation, and how often it is tried."""

    type: Setting
    retries: Setting | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """A FEEL script and the variable for its result."""

    expression: Setting
    result: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision of a business-rule task and the variable for its result."""

    id: Setting
    result: str
    binding: str = "latest"
    version_tag: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """The process that a call activity calls, and what goes in and out by itself."""

    process: Setting
    binding: str = "latest"
    version_tag: str = ""
    all_in: bool = True
    all_out: bool = True


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a user task or a start event."""

    id: str
    binding: str = "latest"
    version_tag: str = ""


@dataclass(frozen=True, slots=True)
class People:
    """Who a user task is for, and when."""

    assignee: Setting | None = None
    users: Setting | None = None
    groups: Setting | None = None
    due: Setting | None = None
    follow_up: Setting | None = None
    priority: Setting | None = None


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer's kind ("duration", "date" or "cycle") and its text."""

    kind: str
    value: Setting


@dataclass(frozen=True, slots=True)
class Message:
    """A message's name, and the correlation key by which it finds its instance."""

    name: Setting
    key: Setting | None = None


@dataclass(frozen=True, slots=True)
class Escalation:
    """An escalation's code; "" catches all."""

    code: str = ""


@dataclass(frozen=True, slots=True)
class Compensate:
    """What a compensation event undoes, "" for all, and whether it waits until that is done."""

    activity: str = ""
    wait: bool = True


@dataclass(frozen=True, slots=True)
class AdHoc:
    """How an ad-hoc sub-process is run: `first` is what begins at entry, `condition` ends it."""

    sequential: bool = False
    condition: Setting | None = None
    cancel: bool = True
    first: Setting | None = None


@dataclass(frozen=True, slots=True)
class ItemEvent:
    """What an item throws when it completes: under a condition, or only the first of all."""

    thrown: Settings
    condition: Setting | None = None
    first: bool = False


@dataclass(frozen=True, slots=True)
class Loop:
    """How an activity is repeated: "parallel", "sequential" or "standard".

    `condition` ends a multi-instance activity, and keeps a standard loop going; `events` are
    what its items throw.
    """

    kind: str
    cardinality: Setting | None = None
    collection: Setting | None = None
    element: str = ""
    output: str = ""
    output_element: Setting | None = None
    condition: Setting | None = None
    test_before: bool = False
    maximum: int | None = None
    events: tuple[ItemEvent, ...] = ()

    @property
    def sequential(self) -> bool:
        """Whether one item comes after the other."""
        return self.kind != "parallel"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an element's extension says; None and empty where it says nothing."""

    inputs: tuple[Assignment, ...] = ()
    outputs: tuple[Assignment, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, Setting] = field(default_factory=dict)
    task: Task | None = None
    script: Script | None = None
    decision: Decision | None = None
    call: Call | None = None
    form: Form | None = None
    people: People = People()
    timer: Timer | None = None
    message: Message | None = None
    signal: Setting | None = None
    escalation: Escalation | None = None
    condition: Setting | None = None
    loop: Loop | None = None
    adhoc: AdHoc | None = None
    activation: Setting | None = None
    compensate: Compensate | None = None
    # Of an event with several definitions: what each says, and whether all have to come.
    parts: tuple[Settings, ...] = ()
    all_parts: bool = False


NOTHING = Settings()
