"""Reads compensation: who undoes what, what is thrown at what, and how transactions end."""

from __future__ import annotations

from collections.abc import Iterator

from casewright import xml
from casewright.bpmn import vocabulary as words
from casewright.bpmn.findings import Collector
from casewright.bpmn.zeebe import Compensate
from casewright.xml import Element


def order(node: Element) -> Compensate:
    """Return what a compensation event throws."""
    activity = xml.attr(node, "activityRef").rpartition(":")[2]
    return Compensate(activity, xml.attr(node, "waitForCompletion", "true") == "true")


def check(found: Collector, process: Element) -> dict[str, str]:
    """Check the compensation of a process; return handlers by their boundary events."""
    links = _links(process)
    handlers: dict[str, str] = {}
    for level in _levels(process):
        nodes = {xml.attr(node, "id"): node for node in xml.children(level)}
        for name, node in nodes.items():
            if xml.local(node) == "boundaryEvent" and _has(node, "compensate"):
                handler = _handler(found, node, nodes, links.get(name, []))
                if handler:
                    handlers[name] = handler
            elif _has(node, "compensate") and xml.local(node) != "startEvent":
                _target(found, level, node)
            elif _has(node, "cancel"):
                _cancel(found, level, node, nodes)
        _alone(found, level, nodes, handlers)
    return handlers


def _levels(level: Element) -> Iterator[Element]:
    yield level
    for inner in xml.children(level):
        if xml.local(inner) in words.LEVELS:
            yield from _levels(inner)


def _has(node: Element, what: str) -> bool:
    return xml.child(node, f"bpmn:{what}EventDefinition") is not None


def _by_event(level: Element) -> bool:
    return xml.attr(level, "triggeredByEvent") == "true"


def _links(process: Element) -> dict[str, list[str]]:
    """Return the ends of all associations by their beginnings, wherever they are written."""
    found: dict[str, list[str]] = {}
    for item in xml.descendants(process, "bpmn:association"):
        source, target = xml.attr(item, "sourceRef"), xml.attr(item, "targetRef")
        found.setdefault(source, []).append(target)
    return found


def _handler(found: Collector, node: Element, nodes: dict[str, Element], targets: list[str]) -> str:
    handlers = [name for name in targets if name in nodes and _undoes(nodes[name])]
    if len(handlers) != 1:
        found.add(
            node,
            "compensation-handler",
            "a compensation boundary event needs one association, to an activity of its level "
            "with isForCompensation",
        )
        return ""
    return handlers[0]


def _undoes(node: Element) -> bool:
    return (
        xml.local(node) in words.ACTIVITIES
        and xml.attr(node, "isForCompensation") == "true"
        and not _by_event(node)
    )


def _target(found: Collector, level: Element, node: Element) -> None:
    """Check that the activity of a throw can be seen from there (BPMN 2.0, 10.5.6)."""
    item = xml.child(node, "bpmn:compensateEventDefinition")
    assert item is not None
    name = order(item).activity
    place: Element | None = level
    while name and place is not None:
        if any(
            xml.attr(other, "id") == name and xml.local(other) in words.ACTIVITIES
            for other in xml.children(place)
        ):
            return
        place = xml.parent(place) if _by_event(place) else None
    if name:
        found.add(node, "compensation-target", f"activityRef “{name}” is no activity of this scope")


def _cancel(found: Collector, level: Element, node: Element, nodes: dict[str, Element]) -> None:
    """Check that a cancel event belongs to a transaction that can be left by it."""
    if xml.local(node) == "boundaryEvent":
        host = nodes.get(xml.attr(node, "attachedToRef"))
        if host is not None and xml.local(host) != "transaction":
            found.add(node, "cancel-outside", "only a transaction has a cancel boundary event")
        return
    place: Element | None = level
    while place is not None and xml.local(place) != "transaction":
        if xml.child(place, "bpmn:startEvent") is not None and _undone(place):
            place = None
        else:
            place = xml.parent(place) if xml.local(place) in words.LEVELS else None
    if place is None:
        found.add(node, "cancel-outside", "a cancel end event needs a transaction around it")
        return
    around = xml.parent(place)
    name = xml.attr(place, "id")
    caught = around is not None and any(
        xml.attr(item, "attachedToRef") == name and _has(item, "cancel")
        for item in xml.children(around, "bpmn:boundaryEvent")
    )
    if not caught:
        message = f"the transaction “{name}” needs a cancel boundary event"
        found.add(node, "cancel-uncaught", message)


def _undone(level: Element) -> bool:
    """Tell whether a level runs only when its scope is over and undone."""
    start = xml.child(level, "bpmn:startEvent")
    return _by_event(level) and start is not None and _has(start, "compensate")


def _alone(
    found: Collector, level: Element, nodes: dict[str, Element], handlers: dict[str, str]
) -> None:
    """Check that what stands apart from the flow is used, and that nothing leaves it."""
    used = set(handlers.values())
    leaving = {xml.attr(flow, "sourceRef") for flow in xml.children(level, "bpmn:sequenceFlow")}
    undone = [node for node in nodes.values() if _undone(node)]
    for name, node in nodes.items():
        if _undoes(node) and name not in used:
            message = "no compensation boundary event leads to this activity"
            found.add(node, "compensation-handler", message)
        boundary = xml.local(node) == "boundaryEvent" and _has(node, "compensate")
        if name in leaving and (_undoes(node) or _by_event(node) or boundary):
            found.add(node, "flow-from-handler", "no sequence flow can leave here")
    if undone and xml.local(level) == "process":
        what = "a compensation start event in an event sub-process of the process"
        found.unsupported(undone[0], what)
    elif len(undone) > 1:
        found.unsupported(undone[1], "a second event sub-process for compensation")
