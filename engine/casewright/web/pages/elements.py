"""Elements of a process by the names people know; one without a name is called by its kind."""

from __future__ import annotations

from casewright import bpmn

_KINDS = {
    "startEvent": "the start",
    "endEvent": "the end",
    "boundaryEvent": "an event",
    "intermediateCatchEvent": "a wait",
    "intermediateThrowEvent": "an event",
    "exclusiveGateway": "a fork in the way",
    "parallelGateway": "a split or join",
    "inclusiveGateway": "a fork in the way",
    "eventBasedGateway": "a wait",
    "userTask": "a task",
    "manualTask": "a task",
    "serviceTask": "an automatic step",
    "scriptTask": "a computation",
    "businessRuleTask": "a rule",
    "callActivity": "a called process",
    "subProcess": "a part of the process",
    "adHocSubProcess": "a part in free order",
}


def name(definition: bpmn.Definition | None, element: str) -> str:
    """Return what an element is called."""
    found = definition.elements.get(element) if definition is not None else None
    if found is None:
        return "a step"
    return found.name.strip() if found.name and found.name.strip() else kind_name(found.kind)


def kind(definition: bpmn.Definition | None, element: str) -> str:
    """Return the kind of an element as BPMN names it, "" when it is not known."""
    found = definition.elements.get(element) if definition is not None else None
    return found.kind if found is not None else ""


def kind_name(kind: str) -> str:
    """Return what elements of a kind are called when they have no name."""
    return _KINDS.get(kind, "a step")


def named(definition: bpmn.Definition | None, element: str) -> bool:
    """Tell whether the analyst gave the element a name."""
    found = definition.elements.get(element) if definition is not None else None
    return found is not None and bool(found.name and found.name.strip())
