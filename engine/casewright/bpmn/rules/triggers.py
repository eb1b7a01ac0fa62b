"""What an event that is executed has to say about its trigger."""

from __future__ import annotations

from collections.abc import Iterator

from casewright import xml
from casewright.bpmn.rules.base import Found, View, rule
from casewright.xml import Element

_THROWING = ("endEvent", "intermediateThrowEvent", "implicitThrowEvent")


def _about(view: View, name: str, *kinds: str) -> Iterator[tuple[Element, Element]]:
    """Yield the events of executable processes with their definitions of one trigger."""
    for event in view.each(*kinds):
        for item in view.about(event):
            if xml.local(item) == f"{name}EventDefinition" and view.executable(event):
                yield event, item


_ALL = (*_THROWING, "startEvent", "intermediateCatchEvent", "boundaryEvent")


@rule("escalation-without-code", "10.5.5 Escalation Event Definition")
def escalations(view: View) -> Found:
    """An escalation that is thrown has a code."""
    for event, item in _about(view, "escalation", *_THROWING):
        escalation = view.ref(xml.attr(item, "escalationRef"))
        if escalation is None or not xml.attr(escalation, "escalationCode"):
            yield event, "this event throws an escalation without an escalationCode"


@rule("error-without-code", "10.5.5 Error Event Definition")
def errors(view: View) -> Found:
    """An error that is thrown has a code."""
    for event, item in _about(view, "error", *_THROWING):
        error = view.ref(xml.attr(item, "errorRef"))
        if error is None or not xml.attr(error, "errorCode"):
            yield event, "this event throws an error without an errorCode"


@rule("message-missing", "10.5.5 Message Event Definition")
def messages(view: View) -> Found:
    """A message event that is executed names its message."""
    for event, item in _about(view, "message", *_ALL):
        if not xml.attr(item, "messageRef"):
            yield event, "this event names no message"


@rule("operation-missing", "10.5.5 Message Event Definition: operationRef", "note")
def operations(view: View) -> Found:
    """A message event that is executed names the operation of an interface."""
    for event, item in _about(view, "message", *_ALL):
        if xml.child(item, "bpmn:operationRef") is None and not xml.attr(item, "operationRef"):
            yield event, "this event names no operation"


@rule("condition-missing", "10.5.5 Conditional Event Definition")
def conditions(view: View) -> Found:
    """A conditional event that is executed has a condition."""
    for event, item in _about(view, "conditional", *_ALL):
        if not xml.text(xml.child(item, "bpmn:condition")):
            yield event, "this event has no condition"


@rule("timer-several", "10.5.5 Timer Event Definition: attributes are mutually exclusive")
def timers(view: View) -> Found:
    """A timer that is executed has one of date, duration and cycle."""
    names = ("timeDate", "timeDuration", "timeCycle")
    for event, item in _about(view, "timer", *_ALL):
        count = sum(xml.child(item, f"bpmn:{name}") is not None for name in names)
        if count > 1:
            yield event, f"this event has {count} of timeDate, timeDuration and timeCycle"
