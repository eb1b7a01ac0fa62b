"""Checks how many tokens an activity takes and gives: startQuantity and completionQuantity."""

from __future__ import annotations

from casewright import xml
from casewright.bpmn import vocabulary as words
from casewright.bpmn.findings import Collector
from casewright.xml import Element

# More tokens than this for one activity are no plan.
MOST = 100


def check(found: Collector, node: Element) -> None:
    """Check the quantities of an activity."""
    if xml.local(node) not in words.ACTIVITIES:
        return
    for name in sorted(words.QUANTITIES):
        text = xml.attr(node, name, "1")
        if not (text.isdecimal() and len(text) <= 9 and 1 <= int(text) <= MOST):
            found.add(node, "bad-value", f"{name} is 1 to {MOST}, not “{text}”", name)
    if quantity(node, "startQuantity") > 1:
        _alone(found, node)


def quantity(node: Element, name: str) -> int:
    """Return a quantity of an activity that was checked, 1 where it says nothing else."""
    text = xml.attr(node, name, "1")
    return int(text) if text.isdecimal() and len(text) <= 9 else 1


def _alone(found: Collector, node: Element) -> None:
    """Refuse to count tokens where an activity begins without a sequence flow of its own."""
    level = xml.parent(node)
    assert level is not None
    ways = {
        "isForCompensation": xml.attr(node, "isForCompensation") == "true",
        "triggeredByEvent": xml.attr(node, "triggeredByEvent") == "true",
        "a choice by people": xml.local(level) == "adHocSubProcess" and not _led_to(level, node),
        "an event-based gateway": _behind_choice(level, node),
    }
    for way, so in ways.items():
        if so:
            found.unsupported(node, f"startQuantity with {way}", "startQuantity")


def _led_to(level: Element, node: Element) -> bool:
    flows = xml.children(level, "bpmn:sequenceFlow")
    return any(xml.attr(flow, "targetRef") == xml.attr(node, "id") for flow in flows)


def _behind_choice(level: Element, node: Element) -> bool:
    gateways = {xml.attr(one, "id") for one in xml.children(level, "bpmn:eventBasedGateway")}
    return any(
        xml.attr(flow, "targetRef") == xml.attr(node, "id")
        and xml.attr(flow, "sourceRef") in gateways
        for flow in xml.children(level, "bpmn:sequenceFlow")
    )
