"""Puts what a file says in one place and refers to from others where it is meant.

Event definitions may stand beside the processes (BPMN 2.0, 10.5.5), and a task may name its
message by an operation of an interface (10.3.3).
"""

from __future__ import annotations

from casewright import xml
from casewright.bpmn.findings import Collector
from casewright.xml import Element


def resolve(found: Collector, root: Element) -> None:
    """Rewrite the tree; a reference that leads nowhere is a finding."""
    shared = {
        xml.attr(node, "id"): node
        for node in xml.children(root)
        if xml.local(node).endswith("EventDefinition")
    }
    for node in list(xml.descendants(root, "bpmn:eventDefinitionRef")):
        name = xml.text(node).strip().rpartition(":")[2]
        if name not in shared:
            text = f"eventDefinitionRef “{name}” names no event definition of the file"
            found.add(node, "dangling-reference", text, "eventDefinitionRef")
            continue
        event = xml.parent(node)
        made = xml.replace(node, shared[name])
        # The id belongs to the shared one.
        xml.remove_attr(made, "id")
        if event is not None and xml.attr(event, "id"):
            xml.set_attr(made, "id", f"{xml.attr(event, 'id')}__{name}")
    _behaviors(found, root, shared)
    for node in shared.values():
        xml.remove(node)
    _operations(root)


def _behaviors(found: Collector, root: Element, shared: dict[str, Element]) -> None:
    """Put what the items of a repeated activity throw inside it."""
    for loop in xml.descendants(root, "bpmn:multiInstanceLoopCharacteristics"):
        for side in ("noneBehaviorEventRef", "oneBehaviorEventRef"):
            name = xml.attr(loop, side).rpartition(":")[2]
            if name in shared:
                made = xml.replace(xml.subelement(loop, "bpmn:event", {}), shared[name])
                xml.remove_attr(made, "id")
                xml.set_attr(made, "behavior", side)
            elif name:
                text = f"{side} “{name}” names no event definition of the file"
                found.add(loop, "dangling-reference", text, side)
            if name:
                xml.remove_attr(loop, side)


def _operations(root: Element) -> None:
    messages = {
        xml.attr(operation, "id"): xml.text(message).strip()
        for operation in xml.descendants(root, "bpmn:operation")
        for message in xml.children(operation, "bpmn:inMessageRef")
    }
    for kind in ("sendTask", "receiveTask"):
        for task in xml.descendants(root, f"bpmn:{kind}"):
            name = xml.attr(task, "operationRef").rpartition(":")[2]
            if name in messages:
                xml.remove_attr(task, "operationRef")
                if not xml.attr(task, "messageRef"):
                    xml.set_attr(task, "messageRef", messages[name])
