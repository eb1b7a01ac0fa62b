"""Reads what an event waits for or throws."""

from __future__ import annotations

from dataclasses import replace

from casewright import xml
from casewright.bpmn import compensation_in, timers
from casewright.bpmn import vocabulary as words
from casewright.bpmn.expressions import Setting
from casewright.bpmn.findings import Collector
from casewright.bpmn.zeebe import Escalation, Message, Settings, Timer
from casewright.domain import cycles
from casewright.xml import Element

# Elements that throw; the last one by the behaviour of its items.
_THROWS = frozenset(
    {"endEvent", "intermediateThrowEvent", "sendTask", "multiInstanceLoopCharacteristics"}
)
_READERS = {
    "messageEventDefinition": "message",
    "signalEventDefinition": "signal",
    "escalationEventDefinition": "escalation",
    "conditionalEventDefinition": "condition",
    "timerEventDefinition": "timer",
}


def read(found: Collector, root: Element, node: Element, made: Settings) -> Settings:
    """Return the settings with the event's timer or message; check its definition."""
    kind = xml.local(node)
    definitions = [i for i in xml.children(node) if xml.local(i).endswith("EventDefinition")]
    name = xml.local(definitions[0]) if definitions else ""
    if xml.attr(node, "isInterrupting", "true") != "true":
        _beside(found, node, name)
    if len(definitions) > 1:
        return _several(found, root, node, definitions, made)
    if xml.attr(node, "parallelMultiple", "false") != "false":
        found.unsupported(node, f"parallelMultiple with one definition on {kind}")
    if name not in words.EVENT_DEFINITIONS[_place(node)]:
        found.unsupported(node, f"{name or 'no event definition'} on {kind}", name)
    elif name in _READERS:
        return _one(found, root, node, definitions[0], made)
    elif name == "linkEventDefinition":
        _link(found, node, definitions[0])
    elif name == "errorEventDefinition":
        _error(found, root, node, definitions[0])
    elif name == "compensateEventDefinition" and kind in ("endEvent", "intermediateThrowEvent"):
        return replace(made, compensate=compensation_in.order(definitions[0]))
    return made


def _one(
    found: Collector, root: Element, event: Element, node: Element, made: Settings
) -> Settings:
    """Return the settings with what one definition says."""
    side = _READERS[xml.local(node)]
    if side == "message":
        return replace(made, message=_message(found, root, event, node))
    if side == "signal":
        return replace(made, signal=_signal(found, root, event, node))
    if side == "escalation":
        return replace(made, escalation=_escalation(found, root, event, node))
    if side == "condition":
        return replace(made, condition=_condition(found, node))
    return replace(made, timer=_timer(found, node))


def _several(
    found: Collector, root: Element, node: Element, definitions: list[Element], made: Settings
) -> Settings:
    """Return the settings of an event with several definitions (BPMN 2.0, 10.5.6)."""
    place = _place(node)
    allowed = words.SEVERAL & words.EVENT_DEFINITIONS[place]
    if place not in ("endEvent", "intermediateThrowEvent"):
        # Nobody waits for an escalation beside something else: it is thrown at one handler.
        allowed -= {"escalationEventDefinition"}
    refused = [name for item in definitions if (name := xml.local(item)) not in allowed]
    for name in dict.fromkeys(refused):
        found.unsupported(node, f"{name} beside other definitions on {xml.local(node)}", name)
    parallel = xml.attr(node, "parallelMultiple", "false") == "true"
    if parallel and place in ("startEvent", *_THROWS):
        found.unsupported(node, f"parallelMultiple on {xml.local(node)}", "parallelMultiple")
    if refused:
        return made
    parts = tuple(_one(found, root, node, item, Settings()) for item in definitions)
    clocks = [part.timer for part in parts if part.timer is not None]
    if place == "startEvent" and len(clocks) > 1:
        found.unsupported(node, "more than one timer on startEvent")
    if parallel and any(timer.kind == "cycle" for timer in clocks):
        found.unsupported(node, "a cycle among events that all have to come", "timeCycle")
    return replace(made, parts=parts, all_parts=parallel)


def implicit(found: Collector, root: Element, loop: Element, node: Element) -> Settings | None:
    """Return what an item of a repeated activity throws by a definition; None if it cannot."""
    name = xml.local(node)
    if name not in words.SEVERAL & words.EVENT_DEFINITIONS["intermediateThrowEvent"]:
        found.unsupported(loop, f"{name} as the event of a behavior", name)
        return None
    return _one(found, root, loop, node, Settings())


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
    names = {"timeDuration": "duration", "timeDate": "date", "timeCycle": "cycle"}
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
    if not item.dynamic and kind == "cycle":
        try:
            cycles.read(text)
        except ValueError as problem:
            found.add(part, "bad-time", str(problem), xml.local(part))
            return None
    elif not item.dynamic and timers.read(kind, text) is None:
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
    throws = xml.local(event) in _THROWS
    subscription = xml.path(message, "bpmn:extensionElements", "zeebe:subscription")
    key = xml.attr(subscription, "correlationKey") if subscription is not None else ""
    if not key and not start and not throws:
        found.add(message, "setting-missing", "a message to wait for needs a correlationKey")
        return None
    if start and name.startswith("="):
        found.unsupported(node, "an expression as the name of a start message", "messageRef")
    return Message(
        found.text(message, name, "the message's name"),
        found.feel(message, key, "correlationKey") if key else None,
    )


def task_message(found: Collector, root: Element, node: Element) -> Message | None:
    """Return the message of a send or receive task, None where it names none."""
    return _message(found, root, node, node) if xml.attr(node, "messageRef") else None


def _signal(found: Collector, root: Element, event: Element, node: Element) -> Setting | None:
    ref = xml.attr(node, "signalRef").rpartition(":")[2]
    signal = _declared(root, "signal", ref)
    name = xml.attr(signal, "name") if signal is not None else ""
    if signal is None or not name:
        found.add(node, "signal-missing", f"signalRef “{ref}” names no signal with a name")
        return None
    if _place(event) == "startEvent" and name.startswith("="):
        found.unsupported(node, "an expression as the name of a start signal", "signalRef")
    return found.text(signal, name, "the signal's name")


def _escalation(
    found: Collector, root: Element, event: Element, node: Element
) -> Escalation | None:
    ref = xml.attr(node, "escalationRef").rpartition(":")[2]
    throws = xml.local(event) in _THROWS
    if not ref and not throws:
        return Escalation()
    declared = _declared(root, "escalation", ref)
    code = xml.attr(declared, "escalationCode") if declared is not None else ""
    if code.startswith("="):
        found.unsupported(node, "an expression as an escalation code", "escalationCode")
    if declared is None or (throws and not code):
        text = f"escalationRef “{ref}” names no escalation" + (" with a code" if throws else "")
        found.add(node, "escalation-missing", text, "escalationRef")
        return None
    return Escalation(code)


def _condition(found: Collector, node: Element) -> Setting | None:
    item = xml.child(node, "bpmn:condition")
    if item is None or not xml.text(item).strip():
        found.add(node, "condition-missing", "a conditional event needs a condition", "condition")
        return None
    language = xml.attr(item, "language")
    if language and language not in words.FEEL_LANGUAGES:
        found.add(item, "expression-language", f"the expression language “{language}” is not FEEL")
    return found.condition(item, xml.text(item), "the condition")


def _link(found: Collector, event: Element, node: Element) -> None:
    """Check that a link has a name and its other side is in the same level."""
    name, level = xml.attr(node, "name"), xml.parent(event)
    assert level is not None
    catches = xml.local(event) == "intermediateCatchEvent"
    other = "intermediateThrowEvent" if catches else "intermediateCatchEvent"
    sides = [side for side in links(level, other) if side[0] == name]
    if not name or not sides:
        found.add(node, "link-missing", f"no {other} of this level has the link “{name}”", "name")
    elif not catches and len(sides) > 1:
        found.add(node, "link-twice", f"several {other}s have the link “{name}”", "name")


def links(level: Element, kind: str) -> list[tuple[str, Element]]:
    """Return the links of a level: name and event, for one side."""
    return [
        (xml.attr(item, "name"), event)
        for event in xml.children(level, f"bpmn:{kind}")
        for item in xml.children(event, "bpmn:linkEventDefinition")
    ]


def _error(found: Collector, root: Element, event: Element, node: Element) -> None:
    ref = xml.attr(node, "errorRef").rpartition(":")[2]
    if xml.attr(event, "cancelActivity", "true") != "true":
        found.add(event, "error-interrupts", "an error boundary event always interrupts")
    if not ref and _place(event) in ("boundaryEvent", "eventSubProcess"):
        return
    declared = _declared(root, "error", ref)
    if declared is None and ref:
        text = f"errorRef “{ref}” names no error of the file: taken as the code itself"
        found.add(node, "error-undeclared", text, "errorRef", "warning")
        declared = xml.subelement(root, "bpmn:error", {"id": ref, "errorCode": ref})
    if declared is None:
        found.add(node, "error-missing", "an error to throw needs an errorRef", "errorRef")
        return
    code = xml.attr(declared, "errorCode")
    if code.startswith("="):
        found.unsupported(node, "an expression as an error code", "errorCode")
    if not code and xml.local(event) == "endEvent":
        found.add(node, "error-missing", "an error to throw needs an errorCode", "errorCode")


def _declared(root: Element, kind: str, ref: str) -> Element | None:
    for item in xml.children(root, f"bpmn:{kind}"):
        if ref and xml.attr(item, "id") == ref:
            return item
    return None
