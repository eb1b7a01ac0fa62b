"""Events: what each kind may be about, and to what boundary events are attached."""

from __future__ import annotations

from collections import Counter

from casewright import xml
from casewright.bpmn.rules import base
from casewright.bpmn.rules.base import Found, View, compensates, handles_event, rule
from casewright.xml import Element

_START = "10.5.2 Start Event"
_CATCH = frozenset({"message", "timer", "conditional", "signal"})
_HANDLER = _CATCH | {"error", "escalation", "compensate"}
_END = frozenset({"message", "escalation", "error", "cancel", "compensate", "signal", "terminate"})
_THROW = frozenset({"message", "escalation", "compensate", "link", "signal"})
# What ends the activity anyway, or comes after it, cannot be beside the flow.
_ENDING = frozenset({"error", "cancel", "compensate"})


def _other(view: View, event: Element, allowed: frozenset[str]) -> str:
    """Return the first trigger of an event that is not among those allowed."""
    return next((kind for kind in view.kinds(event) if kind not in allowed), "")


@rule("start-trigger", _START)
def process_starts(view: View) -> Found:
    """A process starts by nothing, a message, a timer, a condition or a signal."""
    for event in view.each("startEvent"):
        level = xml.parent(event)
        process = level is not None and xml.local(level) == "process"
        if process and (kind := _other(view, event, _CATCH)):
            yield event, f"a process cannot start by “{kind}”"


@rule("sub-process-start-trigger", _START)
def sub_process_starts(view: View) -> Found:
    """The start event of a sub-process has no trigger."""
    for event in view.each("startEvent"):
        level = xml.parent(event)
        inner = level is not None and xml.local(level) in base.SUB_PROCESSES
        if inner and not handles_event(level) and (kind := next(iter(view.kinds(event)), "")):
            yield event, f"a sub-process starts where the flow comes, not by “{kind}”"


@rule("event-sub-process-trigger", "10.5.2 Start Event: Event Sub-Process")
def handler_starts(view: View) -> Found:
    """The start event of an event sub-process has a trigger that can be handled."""
    for event in view.each("startEvent"):
        if not handles_event(xml.parent(event)):
            continue
        about = view.kinds(event)
        beside = xml.attr(event, "isInterrupting") in ("false", "0")
        if not about:
            yield event, "the start event of an event sub-process has no trigger"
        elif kind := _other(view, event, _HANDLER - (_ENDING if beside else frozenset())):
            yield event, f"an event sub-process cannot start by “{kind}”"


@rule("end-result", "10.5.3 End Event")
def ends(view: View) -> Found:
    """An end event throws what can be thrown at an end."""
    for event in view.each("endEvent"):
        if kind := _other(view, event, _END):
            yield event, f"an end event cannot throw “{kind}”"


@rule("cancel-outside-transaction", "10.5.3 End Event: Cancel")
def cancels(view: View) -> Found:
    """Only a transaction is cancelled."""
    for event in view.each("endEvent"):
        level = xml.parent(event)
        inside = level is not None and xml.local(level) == "transaction"
        if "cancel" in view.kinds(event) and not inside:
            yield event, "a cancel end event stands outside a transaction"
    for event in view.each("boundaryEvent"):
        host = view.ref(xml.attr(event, "attachedToRef"))
        other = host is not None and xml.local(host) != "transaction"
        if "cancel" in view.kinds(event) and host is not None and other:
            yield event, f"a cancel boundary event is attached to a {xml.local(host)}"


@rule("catch-trigger", "10.5.4 Intermediate Event")
def catches(view: View) -> Found:
    """An intermediate catch event waits for a message, a timer, a condition, a link or a signal."""
    for event in view.each("intermediateCatchEvent"):
        if not view.about(event):
            yield event, "this event waits for nothing"
        elif kind := _other(view, event, _CATCH | {"link"}):
            yield event, f"an intermediate catch event cannot wait for “{kind}”"


@rule("throw-result", "10.5.4 Intermediate Event")
def throws(view: View) -> Found:
    """An intermediate throw event throws what can be thrown in the middle."""
    for event in view.each("intermediateThrowEvent", "implicitThrowEvent"):
        if kind := _other(view, event, _THROW):
            yield event, f"an intermediate throw event cannot throw “{kind}”"


@rule("boundary-trigger", "10.5.4 Intermediate Event: Boundary Event")
def boundaries(view: View) -> Found:
    """A boundary event has a trigger that can be caught there."""
    for event in view.each("boundaryEvent"):
        about = view.kinds(event)
        beside = xml.attr(event, "cancelActivity") in ("false", "0")
        allowed = _HANDLER | {"cancel"}
        if not about:
            yield event, "this boundary event has no trigger"
        elif kind := _other(view, event, allowed - (_ENDING if beside else frozenset())):
            how = "beside the flow " if beside else ""
            yield event, f"a boundary event cannot {how}catch “{kind}”"


@rule("thrown-definition-shared", "10.5.1 Throw Event: eventDefinitionRefs", "note")
def shared(view: View) -> Found:
    """What a throw event defines is used by no other event."""
    throwing = ("endEvent", "intermediateThrowEvent", "implicitThrowEvent")
    used = Counter(xml.text(node).rpartition(":")[2] for node in view.each("eventDefinitionRef"))
    for event in view.each(*throwing):
        for item in xml.children(event):
            name = xml.attr(item, "id")
            if name and xml.local(item).endswith("EventDefinition") and used[name]:
                yield event, f"another event refers to “{name}”, which is defined here"


@rule("compensation-boundary-flow", "10.7 Compensation: Boundary Event")
def compensation_flow(view: View) -> Found:
    """No sequence flow leaves a compensation boundary event."""
    for event in view.each("boundaryEvent"):
        if "compensate" in view.kinds(event) and view.out_of(event):
            yield event, "a sequence flow leaves this compensation boundary event"


@rule("compensation-handler-missing", "10.7 Compensation: Compensation Handler")
def compensation_handler(view: View) -> Found:
    """An association leads from a compensation boundary event to the activity that undoes."""
    for event in view.each("boundaryEvent"):
        if "compensate" not in view.kinds(event):
            continue
        name = xml.attr(event, "id")
        ends = [
            view.ref(xml.attr(line, "targetRef"))
            for line in view.each("association")
            if xml.attr(line, "sourceRef").rpartition(":")[2] == name
        ]
        if not ends:
            yield event, "no association leads from here to an activity that undoes"
        elif not any(end is not None and compensates(end) for end in ends):
            yield event, "the associated activity is not marked as isForCompensation"
