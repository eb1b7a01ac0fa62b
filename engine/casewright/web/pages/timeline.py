"""What happened in a case, in plain words, from the events of its journal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from casewright import bpmn
from casewright.domain.clock import instant
from casewright.store.queries.cases import TimelineEntry
from casewright.web.pages import elements, show
from casewright.web.pages.names import Names

# How an entry looks: the mark beside it.
DONE, OPEN, WAIT, BAD, RULE, NOTE, END = "done", "open", "wait", "bad", "rule", "note", "end"

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of the history; `detail` is for those who want to know more."""

    at: datetime
    mark: str
    text: str
    detail: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class Telling:
    """What is known when an event is put into words."""

    who: str
    names: Names
    zone: tzinfo
    definition: bpmn.Definition | None

    def element(self, event: Event) -> str:
        """Return the quoted name of the event's element."""
        key = str(event.get("element", ""))
        found = elements.name(self.definition, key)
        return f"“{found}”" if elements.named(self.definition, key) else found


Told = tuple[str, str, str]


def _started(event: Event, t: Telling) -> Told:
    if event.get("parent"):
        return OPEN, "This part began.", ""
    return OPEN, f"{t.who} started the case.", _names_of(event.get("variables"))


def _cancelled(event: Event, t: Telling) -> Told:
    reason = str(event.get("reason", ""))
    return BAD, f"{t.who} ended the case early.", f"Reason: {reason}" if reason else ""


def _task(event: Event, t: Telling) -> Told:
    offered = t.names.offered(event.get("users", ()), event.get("groups", ()))
    whom = t.names.person(event.get("assignee")) or offered or "the operators"
    due = event.get("due")
    until = f"Due {show.moment(instant(due), t.zone)}." if isinstance(due, int) else ""
    name = event.get("name") or elements.name(t.definition, str(event.get("element", "")))
    return OPEN, f"“{name}” went to {whom}.", until


def _assigned(event: Event, t: Telling) -> Told:
    whom = t.names.person(event.get("assignee"))
    if not whom:
        return NOTE, f"{t.who} gave a task back to everyone it is offered to.", ""
    return NOTE, f"{t.who} handed a task to {whom}.", ""


def _decided(event: Event, t: Telling) -> Told:
    trace = event.get("trace") or {}
    name = show.readable(str(trace.get("name") or event.get("decision")))
    rules = [rule for rule in trace.get("rules") or () if rule.get("index")]
    output = show.value(trace.get("output", event.get("output")), t.zone)
    if len(rules) == 1 and rules[0].get("annotation"):
        number, remark = rules[0]["index"], rules[0]["annotation"]
        return RULE, f"“{name}”, rule {number}: {remark}.", f"Result: {output}"
    numbers = ", ".join(str(rule["index"]) for rule in rules)
    return RULE, f"“{name}” decided: {output}.", f"By rule {numbers}." if numbers else ""


def _failed(event: Event, t: Telling) -> Told:
    after = event.get("next_at")
    again = f" Next try {show.moment(instant(after), t.zone)}." if isinstance(after, int) else ""
    return BAD, f"Attempt {event.get('attempt', 1)} failed.{again}", str(event.get("message", ""))


def _timer(event: Event, t: Telling) -> Told:
    due = event.get("due")
    until = show.moment(instant(due), t.zone) if isinstance(due, int) else "its time"
    return WAIT, f"{_capital(t.element(event))} waits until {until}.", ""


def _incident(event: Event, t: Telling) -> Told:
    return BAD, f"The case stopped at {t.element(event)}.", str(event.get("message", ""))


def _changed(event: Event, t: Telling) -> Told:
    return NOTE, f"{t.who} changed values.", _names_of(event.get("values"))


def _note(event: Event, t: Telling) -> Told:
    author = t.names.person(event.get("author")) or t.who
    return NOTE, f"Note by {author}: {event.get('text', '')}", ""


def _caught(event: Event, t: Telling) -> Told:
    what = f"{event.get('code', '')} {event.get('message', '')}".strip()
    return WAIT, f"{_capital(t.element(event))} ended in another way.", what


def _subscription(event: Event, t: Telling) -> Told:
    what = "a signal" if event.get("kind") == "signal" else "a message"
    return WAIT, f"{_capital(t.element(event))} waits for {what}.", ""


def _signal(event: Event, t: Telling) -> Told:
    return DONE, f"{_capital(t.element(event))} told all who wait for “{event.get('name')}”.", ""


def _message(event: Event, t: Telling) -> Told:
    key = f"Key: {event.get('key')}" if event.get("key") else ""
    return DONE, f"{_capital(t.element(event))} sent the message “{event.get('name')}”.", key


def _escalation(event: Event, t: Telling) -> Told:
    taken = "" if event.get("catcher") else "Nobody takes it."
    return WAIT, f"{_capital(t.element(event))} escalated “{event.get('code')}”.", taken


def _end(event: Event, t: Telling) -> Told:
    return END, f"The case reached {t.element(event)}.", ""


def _say(mark: str, words: str) -> Callable[[Event, Telling], Told]:
    def told(event: Event, t: Telling) -> Told:
        text = words.replace("{who}", t.who).replace("{element}", t.element(event))
        return mark, _capital(text), ""

    return told


_WORDS: dict[str, Callable[[Event, Telling], Told]] = {
    "InstanceStarted": _started,
    "InstanceCompleted": _say(END, "The case is complete."),
    "InstanceCancelled": _cancelled,
    "TaskCreated": _task,
    "TaskCompleted": _say(DONE, "{who} completed {element}."),
    "TaskCancelled": _say(WAIT, "{element} is no longer needed."),
    "TaskAssigned": _assigned,
    "JobCreated": _say(WAIT, "{element} was handed over to be carried out."),
    "JobCompleted": _say(DONE, "{element} was carried out."),
    "JobFailed": _failed,
    "JobRetried": _say(NOTE, "{who} sent a failed step on again."),
    "TimerScheduled": _timer,
    "TimerFired": _say(DONE, "The time of {element} came."),
    "SubscriptionOpened": _subscription,
    "SignalThrown": _signal,
    "MessageThrown": _message,
    "EscalationThrown": _escalation,
    "CallStarted": _say(OPEN, "{element} began as a part of its own."),
    "CallEnded": _say(DONE, "{element} is complete."),
    "DecisionEvaluated": _decided,
    "ErrorCaught": _caught,
    "IncidentRaised": _incident,
    "IncidentResolved": _say(DONE, "{element} goes on."),
    "NoteAdded": _note,
}


def told(
    entries: Iterable[TimelineEntry],
    names: Names,
    zone: tzinfo,
    definitions: Mapping[str, bpmn.Definition],
    parts: Mapping[str, str],
) -> tuple[Happened, ...]:
    """Return the history, the latest first; `parts` names the called instances."""
    found: list[Happened] = []
    for entry in entries:
        definition = definitions.get(entry.instance)
        t = Telling(names.you(entry.effective), names, zone, definition)
        part = parts.get(entry.instance, "")
        if entry.events is None:
            found.append(Happened(entry.at, NOTE, "Something that was erased since.", part=part))
            continue
        for event in entry.events:
            line = _line(event, t, entry.command)
            if line is not None:
                found.append(Happened(entry.at, *line, part))
    return tuple(reversed(found))


def _line(event: Event, t: Telling, command: str) -> Told | None:
    kind = str(event.get("type", ""))
    if kind == "VariablesChanged":
        return _changed(event, t) if command == "SetVariables" else None
    if kind == "ElementCompleted":
        element = str(event.get("element", ""))
        is_end = elements.kind(t.definition, element) == "endEvent"
        return _end(event, t) if is_end and elements.named(t.definition, element) else None
    words = _WORDS.get(kind)
    return words(event, t) if words is not None else None


def _names_of(values: Any) -> str:
    found = values if isinstance(values, Mapping) else {}
    names = sorted(show.readable(str(name)).lower() for name in found)
    return f"With {', '.join(names)}." if names else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
