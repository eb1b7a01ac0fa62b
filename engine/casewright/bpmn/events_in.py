"""Reads what an event waits for or throws."""

from __future__ import annotations

from dataclasses import replace

from casewright import xml
from casewright.bpmn import compensation_in, timers
from casewright.bpmn import vocabulary as words
from casewright.bpmn.findings import Collector
from casewright.bpmn.zeebe import Message, Settings, Timer
from casewright.xml import Element


def read(found: Collector, root: Element, node: Element, made: Settings) -> Settings:
    """Return the settings with the event's timer or message; check its definition."""
    kind = xml.local(node)
    definitions = [i for i in xml.children(node) if xml.local(i).endswith("EventDefinition")]
    name = xml.local(definitions[0]) if definitions else ""
    if xml.attr(node, "isInterrupting", "true") != "true":
        _beside(found, node, name)
    if len(definitions) > 1:
        found.unsupported(node, "more than one event definition")
    elif name not in words.EVENT_DEFINITIONS[_place(node)]:
        found.unsupported(node, f"{name or 'no event definition'} on {kind}", name)
    elif name == "timerEventDefinition":
        return replace(made, timer=_timer(found, definitions[0]))
    elif name == "messageEventDefinition":
        return replace(made, message=_message(found, root, node, definitions[0]))
    elif name == "errorEventDefinition":
        _error(found, root, node, definitions[0])
    elif name == "compensateEventDefinition" and kind in ("endEvent", "intermediateThrowEvent"):
        return replace(made, compensate=compensation_in.order(definitions[0]))
    return made


def _beside(found: Collector, node: Element, name: str) -> None:
    """Check a start event that does not interrupt."""
    if _place(node) != "eventSubProcess":
        found.unsupported(node, "isInterrupting=“false” outside an event sub-process")
    elif name in ("errorEventDefinition", "compensateEventDefinition"):
        found.add(node, "error-interrupts", "errors and compensation always interrupt")


def _place(node: Element) -> str:
    level = xml.parent(node)
    inside = level is not None and xml.attr(level, "triggeredByEvent") == "true"
    return "eventSubProcess" if inside and xml.local(node) == "startEvent" else xml.local(node)


def _timer(found: Collector, node: Element) -> Timer | None:
    parts = [item for item in xml.children(node) if xml.local(item).startswith("time")]
    names = {"timeDuration": "duration", "timeDate": "date"}
    if len(parts) != 1:
        found.add(node, "timer-missing", "a timer needs exactly one time")
        return None
    part = parts[0]
    if xml.local(part) not in names:
        found.unsupported(node, xml.local(part), xml.local(part))
        return None
    language = xml.attr(part, "language")
    if language and language not in words.FEEL_LANGUAGES:
        found.add(part, "expression-language", f"the expression language “{language}” is not FEEL")
    kind, text = names[xml.local(part)], xml.text(part)
    item = found.text(part, text, xml.local(part))
    if not item.dynamic and timers.read(kind, text) is None:
        found.add(part, "bad-time", f"“{text}” is no ISO 8601 {kind}", xml.local(part))
        return None
    return Timer(kind, item)


def _message(found: Collector, root: Element, event: Element, node: Element) -> Message | None:
    ref = xml.attr(node, "messageRef").rpartition(":")[2]
    message = _declared(root, "message", ref)
    name = xml.attr(message, "name") if message is not None else ""
    if message is None or not name:
        found.add(node, "message-missing", f"messageRef “{ref}” names no message with a name")
        return None
    start = _place(event) == "startEvent"
    subscription = xml.path(message, "bpmn:extensionElements", "zeebe:subscription")
    key = xml.attr(subscription, "correlationKey") if subscription is not None else ""
    if not key and not start:
        found.add(message, "setting-missing", "a message to wait for needs a correlationKey")
        return None
    if start and name.startswith("="):
        found.unsupported(node, "an expression as the name of a start message", "messageRef")
    return Message(
        found.text(message, name, "the message's name"),
        found.feel(message, key, "correlationKey") if key else None,
    )


def _error(found: Collector, root: Element, event: Element, node: Element) -> None:
    ref = xml.attr(node, "errorRef").rpartition(":")[2]
    if xml.attr(event, "cancelActivity", "true") != "true":
        found.add(event, "error-interrupts", "an error boundary event always interrupts")
    if not ref and _place(event) in ("boundaryEvent", "eventSubProcess"):
        return
    declared = _declared(root, "error", ref)
    if declared is None:
        found.add(node, "error-missing", f"errorRef “{ref}” names no error", "errorRef")
        return
    code = xml.attr(declared, "errorCode")
    if code.startswith("="):
        found.unsupported(node, "an expression as an error code", "errorCode")
    if not code and xml.local(event) == "endEvent":
        found.add(node, "error-missing", "an error to throw needs an errorCode", "errorCode")
    if xml.attr(event, "cancelActivity", "true") != "true":
        found.add(event, "error-interrupts", "an error boundary event always interrupts")


def _declared(root: Element, kind: str, ref: str) -> Element | None:
    for item in xml.children(root, f"bpmn:{kind}"):
        if ref and xml.attr(item, "id") == ref:
            return item
    return None
