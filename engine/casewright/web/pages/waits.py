"""What a case waits for, in words for the page and as marks for the diagram."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from casewright import bpmn
from casewright.domain.clock import instant
from casewright.store.queries.cases import CaseRow, TimelineEntry
from casewright.store.queries.incidents import IncidentView
from casewright.store.queries.tasks import TaskRow
from casewright.web.pages import elements, show
from casewright.web.pages.names import Names


@dataclass(frozen=True, slots=True)
class Wait:
    """One open token: where it is, what it waits for, and where that can be worked on."""

    element: str
    name: str
    kind: str
    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Around:
    """What a wait may be about."""

    tasks: Mapping[str, TaskRow]
    incidents: Mapping[str, IncidentView]
    children: Mapping[str, CaseRow]
    offered: Mapping[str, str]
    names: Names
    zone: tzinfo


def around(
    instance: str,
    tasks: Iterable[TaskRow],
    incidents: Iterable[IncidentView],
    children: Iterable[CaseRow],
    entries: Iterable[TimelineEntry],
    names: Names,
    zone: tzinfo,
) -> Around:
    """Return what belongs to the tokens of one instance."""
    return Around(
        {t.token: t for t in tasks if t.instance == instance and t.state == "open"},
        {i.token: i for i in incidents if i.instance == instance and i.state == "open"},
        {c.parent_token or "": c for c in children if c.parent == instance},
        {
            str(event.get("token")): names.offered(event.get("users", ()), event.get("groups", ()))
            for entry in entries
            if entry.instance == instance
            for event in entry.events or ()
            if event.get("type") == "TaskCreated"
        },
        names,
        zone,
    )


def waits(
    definition: bpmn.Definition, snapshot: Mapping[str, Any], around: Around
) -> tuple[Wait, ...]:
    """Return what each open token waits for."""
    if "tokens" not in snapshot:
        return ()
    kinds = bpmn.waiting_for(definition, snapshot)
    found = []
    for token in bpmn.tokens(snapshot):
        kind = kinds.get(token.id, "")
        text, href = _words(kind, token, around)
        name = elements.name(definition, token.element)
        found.append(Wait(token.element, name, kind, text, href))
    return tuple(found)


def _words(kind: str, token: bpmn.TokenView, around: Around) -> tuple[str, str]:
    incident = around.incidents.get(token.id)
    task = around.tasks.get(token.id)
    child = around.children.get(token.id)
    if kind == "incident":
        what = incident.message if incident else "it needs help"
        return f"stopped: {what}", f"/incidents/{incident.id}" if incident else ""
    if kind == "task" and task is not None:
        holder = around.names.person(task.assignee)
        whom = holder or around.offered.get(token.id) or "somebody to take it"
        return f"waits for {whom}", f"/tasks/{task.id}"
    if kind == "call" and child is not None:
        return f"waits for “{child.process_name}”", f"/cases/{child.id}"
    if kind == "timer" and token.due is not None:
        return f"waits until {show.moment(instant(token.due), around.zone)}", ""
    return _PLAIN.get(kind, "waits for the other paths"), ""


_PLAIN = {
    "task": "waits for somebody",
    "job": "waits for another system",
    "call": "waits for a called process",
    "timer": "waits for its time",
    "message": "waits for a message",
    "signal": "waits for a signal",
    "condition": "waits until its condition holds",
    "choice": "waits for somebody to choose what is done next",
    "event": "waits for one of its events, or for all of them",
    "continue": "goes on in a moment",
}


def marks(found: Iterable[Wait], entries: Iterable[TimelineEntry], instance: str) -> dict[str, Any]:
    """Return the state of one instance as the diagram paints it."""
    waiting = list(found)
    counted = Counter(wait.element for wait in waiting if wait.kind != "incident")
    texts: dict[str, str] = {}
    for wait in waiting:
        texts.setdefault(wait.element, wait.text)
    completed: dict[str, None] = {}
    for entry in entries:
        if entry.instance == instance:
            for event in entry.events or ():
                if event.get("type") == "ElementCompleted":
                    completed[str(event.get("element", ""))] = None
    return {
        "active": [
            {"element": element, "count": count, "text": texts[element]}
            for element, count in counted.items()
        ],
        "completed": [element for element in completed if element not in texts],
        "incidents": [
            {"element": wait.element, "text": wait.text, "href": wait.href}
            for wait in waiting
            if wait.kind == "incident"
        ],
        "flows": [],
    }
