"""Gateways: their direction, their flows, and what stands behind an event-based one."""

from __future__ import annotations

from casewright import xml
from casewright.bpmn.rules import base
from casewright.bpmn.rules.base import Found, View, rule

_DIRECTION = "10.6 Gateways: gatewayDirection"
_EVENT_BASED = "10.6.6 Event-Based Gateway"
_WAITED_FOR = frozenset({"message", "signal", "timer", "conditional"})


@rule("direction-converging", _DIRECTION)
def converging(view: View) -> Found:
    """A converging gateway has at most one way out."""
    yield from _direction(view, "Converging")


@rule("direction-diverging", _DIRECTION)
def diverging(view: View) -> Found:
    """A diverging gateway has at most one way in."""
    yield from _direction(view, "Diverging")


@rule("direction-mixed", _DIRECTION)
def mixed(view: View) -> Found:
    """A mixed gateway has several ways in and several ways out."""
    yield from _direction(view, "Mixed")


def _direction(view: View, direction: str) -> Found:
    for node in view.each(*base.GATEWAYS):
        if xml.attr(node, "gatewayDirection") != direction:
            continue
        into, out = len(view.into(node)), len(view.out_of(node))
        wrong = {
            "Converging": out > 1,
            "Diverging": into > 1,
            "Mixed": into < 2 or out < 2,
        }
        if wrong[direction]:
            yield node, f"a gateway that is {direction.lower()} has {into} ways in and {out} out"


@rule("gateway-alone", "10.6 Gateways: several ways in or several ways out")
def useless(view: View) -> Found:
    """A gateway has several ways in or several ways out."""
    for node in view.each(*base.GATEWAYS):
        if len(view.into(node)) < 2 and len(view.out_of(node)) < 2:
            yield node, "this gateway has neither several ways in nor several ways out"


@rule("event-gateway-ways", _EVENT_BASED)
def ways(view: View) -> Found:
    """An event-based gateway has at least two ways out."""
    for node in view.each("eventBasedGateway"):
        if len(view.out_of(node)) < 2:
            yield node, f"{len(view.out_of(node))} ways leave this event-based gateway"


@rule("event-gateway-condition", _EVENT_BASED)
def conditions(view: View) -> Found:
    """The ways out of an event-based gateway have no conditions."""
    for node in view.each("eventBasedGateway"):
        for flow in view.out_of(node):
            if xml.child(flow, "bpmn:conditionExpression") is not None:
                yield flow, "a flow out of an event-based gateway has a condition"


@rule("event-gateway-target", _EVENT_BASED)
def targets(view: View) -> Found:
    """Behind an event-based gateway stand receive tasks and events that are waited for."""
    for node in view.each("eventBasedGateway"):
        for flow in view.out_of(node):
            target = view.ref(xml.attr(flow, "targetRef"))
            if target is None or xml.local(target) == "receiveTask":
                continue
            about = view.kinds(target)
            catches = xml.local(target) == "intermediateCatchEvent" and about
            if not catches or not set(about) <= _WAITED_FOR:
                yield flow, f"a {xml.local(target)} stands behind an event-based gateway"


@rule("event-gateway-mixture", _EVENT_BASED)
def mixture(view: View) -> Found:
    """Receive tasks and message events do not stand behind the same event-based gateway."""
    for node in view.each("eventBasedGateway"):
        behind = [view.ref(xml.attr(flow, "targetRef")) for flow in view.out_of(node)]
        found = [target for target in behind if target is not None]
        receives = any(xml.local(target) == "receiveTask" for target in found)
        if receives and any("message" in view.kinds(target) for target in found):
            yield node, "receive tasks and message events stand behind this gateway"


@rule("event-gateway-boundary", _EVENT_BASED)
def boundaries(view: View) -> Found:
    """A receive task behind an event-based gateway has no boundary events."""
    for node in view.each("eventBasedGateway"):
        for flow in view.out_of(node):
            name = xml.attr(flow, "targetRef")
            target = view.ref(name)
            if target is not None and xml.local(target) == "receiveTask" and view.attached[name]:
                yield target, "this receive task behind an event-based gateway has boundary events"


@rule("event-gateway-shared-target", _EVENT_BASED)
def shared(view: View) -> Found:
    """Only the event-based gateway leads to what stands behind it."""
    for node in view.each("eventBasedGateway"):
        for flow in view.out_of(node):
            target = view.ref(xml.attr(flow, "targetRef"))
            if target is not None and len(view.into(target)) > 1:
                yield target, "another flow leads to what stands behind an event-based gateway"


@rule("event-gateway-instantiates", _EVENT_BASED)
def instantiates(view: View) -> Found:
    """No sequence flow leads to an event-based gateway that starts the process."""
    for node in view.each("eventBasedGateway"):
        if xml.attr(node, "instantiate") in ("true", "1") and view.into(node):
            yield node, "this gateway starts the process, and a sequence flow leads to it"
