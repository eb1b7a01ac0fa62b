"""Pools and the messages between them."""

from __future__ import annotations

from casewright import xml
from casewright.bpmn.rules.base import Found, View, above, rule
from casewright.xml import Element

_MESSAGE_FLOW = "9.3 Message Flow"


@rule("multiplicity-negative", "9.2.1 Participants: Participant Multiplicity", "note")
def minimum(view: View) -> Found:
    """The least number of participants is not negative."""
    for node in view.each("participantMultiplicity"):
        if (least := _number(node, "minimum", 0)) is None or least < 0:
            yield node, f"minimum is “{xml.attr(node, 'minimum')}”"


@rule("multiplicity-maximum", "9.2.1 Participants: Participant Multiplicity", "note")
def maximum(view: View) -> Found:
    """The largest number of participants is at least 1, and not below the least."""
    for node in view.each("participantMultiplicity"):
        least, most = _number(node, "minimum", 0), _number(node, "maximum", 1)
        if most is None or most < 1 or (least is not None and most < least):
            yield node, f"maximum is {most}, minimum {least}"


def _number(node: Element, name: str, default: int) -> int | None:
    try:
        return int(xml.attr(node, name, str(default)))
    except ValueError:
        return None


@rule("message-flow-in-pool", _MESSAGE_FLOW)
def between_pools(view: View) -> Found:
    """A message flow leads from one pool to another."""
    pools = {
        xml.attr(participant, "processRef").rpartition(":")[2]: participant
        for participant in view.each("participant")
    }
    for flow in view.each("messageFlow"):
        ends = [view.ref(xml.attr(flow, side)) for side in ("sourceRef", "targetRef")]
        if None in ends:
            continue
        one, other = (_pool(end, pools) for end in ends if end is not None)
        if one is not None and one is other:
            yield flow, "the message flow stays inside its pool"


def _pool(end: Element, pools: dict[str, Element]) -> Element | None:
    """Return the pool of an end, or its process where nobody drew a pool."""
    if xml.local(end) == "participant":
        return end
    process = above(end, "process", "choreography", "subChoreography")
    return pools.get(xml.attr(process, "id"), process) if process is not None else None


@rule("message-flow-source", _MESSAGE_FLOW)
def sources(view: View) -> Found:
    """No message flow leaves an event that catches."""
    catching = ("startEvent", "intermediateCatchEvent", "boundaryEvent", "receiveTask")
    for flow in view.each("messageFlow"):
        end = view.ref(xml.attr(flow, "sourceRef"))
        if end is not None and xml.local(end) in catching:
            yield flow, f"a message flow leaves a {xml.local(end)}"


@rule("message-flow-target", _MESSAGE_FLOW)
def targets(view: View) -> Found:
    """No message flow leads to an event that throws."""
    throwing = ("endEvent", "intermediateThrowEvent", "sendTask")
    for flow in view.each("messageFlow"):
        end = view.ref(xml.attr(flow, "targetRef"))
        if end is not None and xml.local(end) in throwing:
            yield flow, f"a message flow leads to a {xml.local(end)}"


@rule("message-flow-without-trigger", "10.5 Events: Start Event, End Event", "note")
def triggers(view: View) -> Found:
    """An event with a message flow has a message definition."""
    sides = (("targetRef", "startEvent"), ("sourceRef", "endEvent"))
    for flow in view.each("messageFlow"):
        for side, kind in sides:
            end = view.ref(xml.attr(flow, side))
            if end is not None and xml.local(end) == kind and "message" not in view.kinds(end):
                yield end, f"a message flow is connected to this {kind}, which has no message"
