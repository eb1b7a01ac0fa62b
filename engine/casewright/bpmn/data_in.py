"""Reads data: what is drawn only is silent, and a mapping that we would lose is refused.

Variables are shared by a process, so data objects, stores and properties need nothing to run.
What changes a value on its way, or its name, belongs into `zeebe:ioMapping`.
"""

from __future__ import annotations

from casewright import xml
from casewright.bpmn.findings import Collector
from casewright.xml import Element

ASSOCIATIONS = frozenset({"dataInputAssociation", "dataOutputAssociation"})


def check(found: Collector, root: Element, node: Element) -> None:
    """Refuse the data associations of an element that do more than show."""
    for item in xml.children(node):
        if xml.local(item) not in ASSOCIATIONS:
            continue
        what = xml.local(item)
        parts = {xml.local(part) for part in xml.children(item)} & {"transformation", "assignment"}
        if parts:
            name = min(parts)
            found.unsupported(item, f"{name} in a {what}; use zeebe:ioMapping", name)
            continue
        source, target = _name(root, item, "sourceRef"), _name(root, item, "targetRef")
        if source and target and source != target:
            renames = f"a {what} that renames “{source}” to “{target}”"
            found.unsupported(item, f"{renames}; use zeebe:ioMapping", what)


def drop(root: Element) -> None:
    """Take out what the library would read to no purpose: ends of data, and the drawing."""
    names = ASSOCIATIONS | {"ioSpecification", "property"}
    for name in sorted(names):
        for item in list(xml.descendants(root, f"bpmn:{name}")):
            xml.remove(item)
    for item in xml.children(root, "bpmndi:BPMNDiagram"):
        xml.remove(item)


def _name(root: Element, item: Element, side: str) -> str:
    """Return the name of what an association begins or ends at, "" for none."""
    ref = xml.child(item, f"bpmn:{side}")
    if ref is None:
        return ""
    wanted = xml.text(ref).strip()
    for other in xml.descendants(root):
        if wanted and xml.attr(other, "id") == wanted:
            # The editor's placeholder is a property, which names nothing.
            return "" if wanted.startswith("__") else xml.attr(other, "name")
    return ""
