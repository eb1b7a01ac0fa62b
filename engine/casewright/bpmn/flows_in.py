"""Checks the sequence flows of a level, and compiles their conditions."""

from __future__ import annotations

from collections import Counter

from casewright import xml
from casewright.bpmn import adhoc_in
from casewright.bpmn import vocabulary as words
from casewright.bpmn.expressions import Setting, setting
from casewright.bpmn.findings import Collector
from casewright.xml import Element
from casewright.xml.findings import Severity

ALWAYS = setting("=true", "the condition")


def fill_ids(root: Element) -> None:
    """Give sequence flows without an id one that follows from their place in the file."""
    taken = {xml.attr(node, "id") for node in xml.descendants(root)}
    count = 0
    for flow in xml.descendants(root, "bpmn:sequenceFlow"):
        if not xml.attr(flow, "id"):
            count += 1
            while f"flow__{count}" in taken:
                count += 1
            xml.set_attr(flow, "id", f"flow__{count}")


def flows_by_source(level: Element) -> dict[str, list[Element]]:
    """Return the sequence flows of a level by the element that they leave, in order."""
    found: dict[str, list[Element]] = {}
    for flow in xml.children(level, "bpmn:sequenceFlow"):
        found.setdefault(xml.attr(flow, "sourceRef"), []).append(flow)
    return found


def check(found: Collector, level: Element, conditions: dict[str, Setting]) -> None:
    """Check one level: ends of flows, conditions, starts, and what is not connected."""
    nodes = {
        xml.attr(node, "id"): node
        for node in xml.children(level)
        if xml.local(node) in words.FLOW_NODES
    }
    # A flow to something that is refused by name is no second mistake.
    refused = {xml.attr(node, "id") for node in xml.children(level)} - {*nodes}
    flows = xml.children(level, "bpmn:sequenceFlow")
    refused -= {"", *(xml.attr(flow, "id") for flow in flows)}
    ends = [flow for flow in flows if _ends(found, flow, nodes, refused)]
    leaving = flows_by_source(level)
    outgoing = Counter(xml.attr(flow, "sourceRef") for flow in ends)
    incoming = Counter(xml.attr(flow, "targetRef") for flow in flows)
    for flow in ends:
        source = nodes[xml.attr(flow, "sourceRef")]
        _condition(found, flow, source, outgoing, conditions)
    for name, node in nodes.items():
        _default(found, node, leaving.get(name, []))
        _connected(found, node, incoming[name], chosen=xml.local(level) == "adHocSubProcess")
        _attached(found, node, nodes)
        if xml.local(node) == "eventBasedGateway":
            _choice(found, node, nodes, leaving.get(name, []))
    if xml.local(level) == "adHocSubProcess":
        adhoc_in.check(found, level)
    else:
        _starts(found, level, nodes)


def _ends(found: Collector, flow: Element, nodes: dict[str, Element], refused: set[str]) -> bool:
    sides = {side: xml.attr(flow, side) for side in ("sourceRef", "targetRef")}
    for side, name in sides.items():
        if name not in nodes and name not in refused:
            found.add(
                flow, "dangling-flow", f"{side} “{name}” is no element of the same level", side
            )
    if not all(name in nodes for name in sides.values()):
        return False
    if xml.local(nodes[xml.attr(flow, "sourceRef")]) == "endEvent":
        found.add(flow, "flow-from-end", "a sequence flow cannot leave an end event")
        return False
    if _is_link(nodes[xml.attr(flow, "sourceRef")], "intermediateThrowEvent"):
        found.add(flow, "flow-from-link", "a link goes on at its other side, by no sequence flow")
        return False
    target = xml.local(nodes[xml.attr(flow, "targetRef")])
    if target in ("startEvent", "boundaryEvent"):
        found.add(flow, "flow-into-event", f"a sequence flow cannot lead to a {target}")
        return False
    return True


def _condition(
    found: Collector,
    flow: Element,
    source: Element,
    outgoing: Counter[str],
    conditions: dict[str, Setting],
) -> None:
    kind = xml.local(source)
    item = xml.child(flow, "bpmn:conditionExpression")
    default = xml.attr(source, "default") == xml.attr(flow, "id")
    if item is None:
        if default or outgoing[xml.attr(source, "id")] == 1:
            return
        if kind == "exclusiveGateway":
            found.add(
                flow,
                "condition-missing",
                f"a flow from a {kind} with several ways needs a condition, or to be the default",
            )
        elif kind in ("inclusiveGateway", "complexGateway"):
            # Without a condition a way is always taken; the library takes it for a default.
            conditions[xml.attr(flow, "id")] = ALWAYS
        return
    language = xml.attr(item, "language")
    if language and language not in words.FEEL_LANGUAGES:
        found.add(item, "expression-language", f"the expression language “{language}” is not FEEL")
    if default:
        found.add(flow, "default-with-condition", "the default flow has a condition too")
    if kind in ("parallelGateway", "eventBasedGateway"):
        text = f"a {kind} takes every way without asking (BPMN 2.0, 10.6): the condition is ignored"
        found.add(flow, "condition-ignored", text, "conditionExpression", "warning")
        return
    if kind in words.EVENTS:
        text = f"BPMN has no condition behind a {kind}; it is asked as behind an activity"
        found.add(flow, "condition-after-event", text, "conditionExpression", "warning")
    conditions[xml.attr(flow, "id")] = found.condition(item, xml.text(item), "the condition")


def _default(found: Collector, node: Element, own: list[Element]) -> None:
    name = xml.attr(node, "default")
    if name and name not in {xml.attr(flow, "id") for flow in own}:
        found.add(node, "dangling-default", f"the default flow “{name}” does not leave here")
    activity = xml.local(node) in words.ACTIVITIES
    conditional = any(xml.child(flow, "bpmn:conditionExpression") is not None for flow in own)
    if name and activity and not conditional:
        found.add(node, "default-alone", "a default flow needs conditional flows beside it")


def _is_link(node: Element, kind: str) -> bool:
    return xml.local(node) == kind and xml.child(node, "bpmn:linkEventDefinition") is not None


def _connected(found: Collector, node: Element, incoming: int, *, chosen: bool) -> None:
    kind = xml.local(node)
    apart = any(
        xml.attr(node, name) == "true" for name in ("triggeredByEvent", "isForCompensation")
    )
    if apart and incoming:
        found.add(node, "flow-into-handler", "a sequence flow cannot lead to this activity")
    target = _is_link(node, "intermediateCatchEvent")
    if target and incoming:
        found.add(node, "flow-into-event", "a link leads to this event, and no sequence flow")
    apart = apart or target or (chosen and kind in words.ACTIVITIES)
    if kind not in ("startEvent", "boundaryEvent") and incoming == 0 and not apart:
        severity: Severity = "warning" if kind == "endEvent" else "error"
        text = f"no sequence flow leads to this {kind}"
        found.add(node, "not-connected", text, severity=severity)


def _attached(found: Collector, node: Element, nodes: dict[str, Element]) -> None:
    if xml.local(node) != "boundaryEvent":
        return
    host = nodes.get(xml.attr(node, "attachedToRef"))
    if host is None or xml.local(host) not in words.ACTIVITIES:
        name = xml.attr(node, "attachedToRef")
        found.add(node, "dangling-boundary", f"attachedToRef “{name}” is no activity here")


def _choice(found: Collector, node: Element, nodes: dict[str, Element], own: list[Element]) -> None:
    """Check that only events that can be waited for stand behind an event-based gateway."""
    if len(own) < 2:
        found.add(node, "too-few-flows", "an event-based gateway needs at least two ways")
    for flow in own:
        target = nodes.get(xml.attr(flow, "targetRef"))
        kind = xml.local(target) if target is not None else ""
        link = target is not None and xml.child(target, "bpmn:linkEventDefinition") is not None
        if target is not None and (kind not in ("intermediateCatchEvent", "receiveTask") or link):
            text = f"behind an event-based gateway stand events that are waited for, not a {kind}"
            found.add(flow, "bad-choice", text, "targetRef")


def _starts(found: Collector, level: Element, nodes: dict[str, Element]) -> None:
    starts = [node for node in nodes.values() if xml.local(node) == "startEvent"]
    plain = [
        node
        for node in starts
        if not any(xml.local(item).endswith("EventDefinition") for item in xml.children(node))
    ]
    inner = xml.local(level) in words.LEVELS
    if not starts:
        found.add(level, "no-start", "there is no start event")
    elif xml.attr(level, "triggeredByEvent") == "true":
        if len(starts) > 1 or plain:
            found.add(level, "bad-start", "an event sub-process has one start event, with trigger")
    elif inner and (len(starts) > 1 or not plain):
        found.add(level, "bad-start", "a sub-process has exactly one start event, without trigger")
    elif len(plain) > 1:
        found.add(level, "bad-start", "a process has at most one start event without a trigger")
