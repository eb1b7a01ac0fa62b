"""The rules of the BPMN standard, one function each; what breaks one is a finding with its code."""

from __future__ import annotations

from collections.abc import Mapping

from casewright import xml
from casewright.bpmn.rules import (
    activities,
    choreography,
    collaboration,
    data,
    definitions,
    events,
    expressions,
    flows,
    gateways,
    links,
    references,
    triggers,
)
from casewright.bpmn.rules.base import RULES, Rule, View
from casewright.xml import Element
from casewright.xml.findings import Finding

__all__ = ["RULES", "Rule", "check"]

# Importing a module registers its rules.
_MODULES = [
    *(activities, choreography, collaboration, data, definitions, events),
    *(expressions, flows, gateways, links, references, triggers),
]


def check(
    root: Element,
    file: str,
    *,
    imports: Mapping[str, Element | None] | None = None,
    notes: bool = True,
) -> list[Finding]:
    """Return what breaks a rule, in the order of the file; a node has each code once."""
    view = View(root, imports)
    found: dict[tuple[int, str, str], Finding] = {}
    for rule in RULES.values():
        if rule.level == "note" and not notes:
            continue
        for node, message in rule.look(view):
            line, element = xml.line(node), xml.attr(_owner(node), "id")
            found.setdefault(
                (line, element, rule.code),
                Finding(file, element, line, rule.code, message, rule.level),
            )
    return sorted(found.values(), key=lambda f: (f.line, f.code))


def _owner(node: Element) -> Element:
    """Return the element that people know: the nearest one with an id, an event for its trigger."""
    while (outer := xml.parent(node)) is not None:
        part = xml.local(node).endswith("EventDefinition") and xml.local(outer) != "definitions"
        if xml.attr(node, "id") and not part:
            break
        node = outer
    return node
