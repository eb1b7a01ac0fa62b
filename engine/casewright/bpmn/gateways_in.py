"""Reads when a complex gateway passes."""

from __future__ import annotations

from dataclasses import replace

from casewright import xml
from casewright.bpmn.findings import Collector
from casewright.bpmn.zeebe import Settings
from casewright.xml import Element


def read(found: Collector, node: Element, made: Settings) -> Settings:
    """Return the settings with the activation condition of a complex gateway."""
    item = xml.child(node, "bpmn:activationCondition")
    if item is None:
        return made
    text = xml.text(item)
    if "waitingForStart" in text:
        found.unsupported(node, "waitingForStart", "activationCondition")
    return replace(made, activation=found.condition(item, text, "activationCondition"))
