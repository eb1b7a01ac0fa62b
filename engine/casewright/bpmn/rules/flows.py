"""Sequence flows: between which elements, and which elements need them."""

from __future__ import annotations

from collections.abc import Iterator

from casewright import xml
from casewright.bpmn.rules import base
from casewright.bpmn.rules.base import Found, View, compensates, handles_event, rule
from casewright.xml import Element

_FLOW = "8.4 Common Elements: Sequence Flow"
_LINKS = ("link",)


@rule("flow-crosses-border", _FLOW)
def crosses(view: View) -> Found:
    """A sequence flow stays inside its process or sub-process."""
    for flow in view.each("sequenceFlow"):
        for side in ("sourceRef", "targetRef"):
            node = view.ref(xml.attr(flow, side))
            if node is None or xml.local(node) not in base.NODES:
                continue
            if xml.parent(node) is not xml.parent(flow):
                yield flow, f"{side} “{xml.attr(flow, side)}” lies on another level"


@rule("flow-not-listed", "8.4 Common Elements: FlowNode incoming and outgoing", "note")
def listed(view: View) -> Found:
    """What a node lists as incoming and outgoing are the flows that lead to it and leave it."""
    for node in view.each(*base.NODES):
        for part, flows in (("incoming", view.into(node)), ("outgoing", view.out_of(node))):
            listed = {xml.text(i).rpartition(":")[2] for i in xml.children(node, f"bpmn:{part}")}
            real = {xml.attr(flow, "id") for flow in flows}
            wrong = listed - real
            if wrong:
                yield node, f"{part} lists “{min(wrong)}”, which is none of its flows"
            elif real - listed and (listed or _lists(node)):
                yield node, f"{part} does not list “{min(real - listed)}”"


def _lists(node: Element) -> bool:
    """Tell whether the nodes beside this one list their flows."""
    level = xml.parent(node)
    return level is not None and any(
        xml.local(item) in ("incoming", "outgoing")
        for other in xml.children(level)
        for item in xml.children(other)
    )


@rule("flow-from-end-event", "10.5 Events: End Event")
def ends(view: View) -> Found:
    """No sequence flow leaves an end event."""
    for node in view.each("endEvent"):
        if view.out_of(node):
            yield node, "a sequence flow leaves this end event"


@rule("flow-into-start-event", "10.5 Events: Start Event")
def starts(view: View) -> Found:
    """No sequence flow leads to a start event or a boundary event."""
    for node in view.each("startEvent", "boundaryEvent"):
        if view.into(node):
            yield node, f"a sequence flow leads to this {xml.local(node)}"


@rule("flow-missing-in", "10.5 Events: End Event, Intermediate Event")
def without_incoming(view: View) -> Found:
    """On a level with a start event, a sequence flow leads to every other node."""
    for node in view.each(*base.NODES):
        kind = xml.local(node)
        if kind in ("startEvent", "boundaryEvent") or view.into(node) or _apart(view, node):
            continue
        link = kind == "intermediateCatchEvent" and view.kinds(node) == ["link"]
        needed = kind in base.INTERMEDIATE | {"endEvent"} or _has(node, "startEvent")
        if needed and not link and not _instantiates(node):
            yield node, f"no sequence flow leads to this {kind}"


@rule("flow-missing-out", "10.5 Events: Start Event, Intermediate Event")
def without_outgoing(view: View) -> Found:
    """On a level with an end event, a sequence flow leaves every other node."""
    for node in view.each(*base.NODES):
        kind = xml.local(node)
        if kind in ("endEvent", "implicitThrowEvent") or view.out_of(node) or _apart(view, node):
            continue
        about = view.kinds(node) if kind in base.EVENTS else []
        link = kind == "intermediateThrowEvent" and about == ["link"]
        if link or (kind == "boundaryEvent" and "compensate" in about):
            continue
        needed = kind in base.INTERMEDIATE | {"startEvent", "boundaryEvent"}
        if needed or _has(node, "endEvent"):
            yield node, f"no sequence flow leaves this {kind}"


def _has(node: Element, kind: str) -> bool:
    level = xml.parent(node)
    return level is not None and any(True for _ in xml.children(level, f"bpmn:{kind}"))


def _apart(view: View, node: Element) -> bool:
    level = xml.parent(node)
    free = level is not None and xml.local(level) == "adHocSubProcess"
    about = view.kinds(node) if xml.local(node) == "boundaryEvent" else []
    return handles_event(node) or compensates(node) or free or "compensate" in about


def _instantiates(node: Element) -> bool:
    return xml.attr(node, "instantiate") in ("true", "1")


@rule("start-without-end", "10.5 Events: a level has both or neither")
def both(view: View) -> Found:
    """A level with a start event has an end event, and one with an end event a start event."""
    for level in view.each(*base.LEVELS - {"adHocSubProcess"}):
        nodes = xml.children(level)
        has = {xml.local(node) for node in nodes}
        instantiates = any(_instantiates(node) for node in nodes)
        if "startEvent" in has and "endEvent" not in has:
            yield level, "there is a start event and no end event"
        elif "endEvent" in has and "startEvent" not in has and not instantiates:
            yield level, "there is an end event and no start event"


@rule("condition-on-only-flow", _FLOW)
def alone(view: View) -> Found:
    """An activity with a conditional flow has another flow beside it."""
    for flow in _conditional(view):
        source = view.ref(xml.attr(flow, "sourceRef"))
        activity = source is not None and xml.local(source) in base.ACTIVITIES
        if source is not None and activity and len(view.out_of(source)) < 2:
            yield flow, "the only flow out of an activity has a condition"


@rule("condition-source", _FLOW)
def sources(view: View) -> Found:
    """A conditional flow leaves an activity, or an exclusive, inclusive or complex gateway."""
    allowed = base.ACTIVITIES | {"exclusiveGateway", "inclusiveGateway", "complexGateway"}
    for flow in _conditional(view):
        source = view.ref(xml.attr(flow, "sourceRef"))
        if source is not None and xml.local(source) in base.NODES - allowed:
            yield flow, f"a flow out of a {xml.local(source)} has a condition"


def _conditional(view: View) -> Iterator[Element]:
    return (
        flow
        for flow in view.each("sequenceFlow")
        if xml.child(flow, "bpmn:conditionExpression") is not None
    )


@rule("default-not-own", "8.4 Common Elements: Sequence Flow, default")
def defaults(view: View) -> Found:
    """A default flow leaves its own node."""
    for node in view.each(*base.ACTIVITIES | base.GATEWAYS):
        flow = view.ref(xml.attr(node, "default"))
        if flow is not None and flow not in view.out_of(node):
            yield node, f"the default flow “{xml.attr(node, 'default')}” does not leave here"


@rule("default-with-condition", "8.4 Common Elements: Sequence Flow, default", "note")
def default_conditions(view: View) -> Found:
    """A default flow has no condition."""
    for node in view.each(*base.ACTIVITIES | base.GATEWAYS):
        flow = view.ref(xml.attr(node, "default"))
        if flow is not None and xml.child(flow, "bpmn:conditionExpression") is not None:
            yield flow, "the default flow has a condition"


@rule("flow-not-immediate", _FLOW)
def immediate(view: View) -> Found:
    """In an executable process no flow is marked as not immediate."""
    for flow in view.each("sequenceFlow"):
        if xml.attr(flow, "isImmediate") in ("false", "0") and view.executable(flow):
            yield flow, "isImmediate is false in an executable process"
