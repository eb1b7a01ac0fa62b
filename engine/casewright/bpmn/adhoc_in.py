"""Reads ad-hoc sub-processes: in which order, what begins first, and when they are over."""

from __future__ import annotations

from dataclasses import replace

from casewright import xml
from casewright.bpmn import vocabulary as words
from casewright.bpmn.expressions import Setting
from casewright.bpmn.findings import Collector
from casewright.bpmn.zeebe import AdHoc, Settings
from casewright.xml import Element


def choices(level: Element) -> tuple[str, ...]:
    """Return the ids of the activities that can be chosen: those to which no flow leads."""
    reached = {xml.attr(flow, "targetRef") for flow in xml.children(level, "bpmn:sequenceFlow")}
    return tuple(
        xml.attr(node, "id")
        for node in xml.children(level)
        if xml.local(node) in words.ACTIVITIES
        and xml.attr(node, "id") not in reached
        and xml.attr(node, "triggeredByEvent") != "true"
        and xml.attr(node, "isForCompensation") != "true"
    )


def read(found: Collector, node: Element, made: Settings) -> Settings:
    """Return the settings of an ad-hoc sub-process; check them."""
    first = made.adhoc.first if made.adhoc is not None else None
    sequential = _one_of(found, node, "ordering", ("Parallel", "Sequential")) == "Sequential"
    cancel = _one_of(found, node, "cancelRemainingInstances", ("true", "false")) == "true"
    if sequential and first is not None:
        found.unsupported(node, "activeElementsCollection in sequential order", "ordering")
    return replace(made, adhoc=AdHoc(sequential, _condition(found, node), cancel, first))


def _one_of(found: Collector, node: Element, name: str, known: tuple[str, str]) -> str:
    value = xml.attr(node, name, known[0])
    if value not in known:
        found.add(node, "bad-value", f"{name} is {' or '.join(known)}, not “{value}”", name)
    return value


def _condition(found: Collector, node: Element) -> Setting | None:
    item = xml.child(node, "bpmn:completionCondition")
    if item is None or not xml.text(item).strip():
        return None
    language = xml.attr(item, "language")
    if language and language not in words.FEEL_LANGUAGES:
        found.add(item, "expression-language", f"the expression language “{language}” is not FEEL")
    return found.condition(item, xml.text(item), "completionCondition")


def check(found: Collector, level: Element) -> None:
    """Check what stands inside: something to choose, and no start or end event."""
    for node in xml.children(level):
        if xml.local(node) in ("startEvent", "endEvent"):
            text = f"an ad-hoc sub-process has no {xml.local(node)} (BPMN 2.0, 10.2.5)"
            found.add(node, "adhoc-event", text)
    if not choices(level):
        text = "an ad-hoc sub-process needs an activity to which no sequence flow leads"
        found.add(level, "nothing-to-choose", text)
