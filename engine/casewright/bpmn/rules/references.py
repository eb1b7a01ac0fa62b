"""References lead to something, and to the right kind of thing."""

from __future__ import annotations

from collections.abc import Mapping

from casewright import xml
from casewright.bpmn.rules import base
from casewright.bpmn.rules.base import Found, View, rule
from casewright.xml import NS, Element

_DATA = frozenset(
    {"dataInput", "dataOutput", "dataObject", "dataObjectReference", "dataStoreReference"}
    | {"property", "inputDataItem", "outputDataItem"}
)
_CALLED = frozenset(
    {"process", "globalTask", "globalUserTask", "globalManualTask", "globalScriptTask"}
    | {"globalBusinessRuleTask"}
)
_TALKS = base.ACTIVITIES | base.EVENTS | {"participant"}
_CONVERSATIONS = frozenset({"conversation", "subConversation", "callConversation"})

# By the element that refers ("*" for any) and the attribute: what may stand at the other end.
ATTRIBUTES: dict[tuple[str, str], frozenset[str]] = {
    ("sequenceFlow", "sourceRef"): base.NODES,
    ("sequenceFlow", "targetRef"): base.NODES,
    ("messageFlow", "sourceRef"): _TALKS,
    ("messageFlow", "targetRef"): _TALKS,
    ("conversationLink", "sourceRef"): _TALKS | _CONVERSATIONS,
    ("conversationLink", "targetRef"): _TALKS | _CONVERSATIONS,
    ("association", "sourceRef"): frozenset(),
    ("association", "targetRef"): frozenset(),
    ("boundaryEvent", "attachedToRef"): base.ACTIVITIES,
    ("*", "default"): frozenset({"sequenceFlow"}),
    ("*", "messageRef"): frozenset({"message"}),
    ("*", "errorRef"): frozenset({"error"}),
    ("*", "escalationRef"): frozenset({"escalation"}),
    ("*", "signalRef"): frozenset({"signal"}),
    ("*", "operationRef"): frozenset({"operation"}),
    ("participant", "processRef"): frozenset({"process"}),
    ("*", "dataObjectRef"): frozenset({"dataObject"}),
    ("*", "dataStoreRef"): frozenset({"dataStore"}),
    ("*", "itemSubjectRef"): frozenset({"itemDefinition"}),
    ("*", "itemRef"): frozenset({"itemDefinition"}),
    ("*", "categoryValueRef"): frozenset({"categoryValue"}),
    ("callActivity", "calledElement"): _CALLED,
    ("callChoreography", "calledChoreographyRef"): frozenset(
        {"choreography", "globalChoreographyTask"}
    ),
    ("callConversation", "calledCollaborationRef"): frozenset(
        {"collaboration", "globalConversation", "choreography"}
    ),
    ("*", "correlationKeyRef"): frozenset({"correlationKey"}),
    ("*", "correlationPropertyRef"): frozenset({"correlationProperty"}),
    ("compensateEventDefinition", "activityRef"): base.ACTIVITIES,
    ("*", "initiatingParticipantRef"): frozenset({"participant"}),
    ("*", "resourceParameterRef"): frozenset({"resourceParameter"}),
}
# The same for references that are written as child elements.
CHILDREN: dict[str, frozenset[str]] = {
    "flowNodeRef": base.NODES,
    "participantRef": frozenset({"participant"}),
    "messageFlowRef": frozenset({"messageFlow"}),
    "inMessageRef": frozenset({"message"}),
    "outMessageRef": frozenset({"message"}),
    "errorRef": frozenset({"error"}),
    "operationRef": frozenset({"operation"}),
    "interfaceRef": frozenset({"interface"}),
    "correlationPropertyRef": frozenset({"correlationProperty"}),
    "dataInputRefs": frozenset({"dataInput"}),
    "optionalInputRefs": frozenset({"dataInput"}),
    "whileExecutingInputRefs": frozenset({"dataInput"}),
    "dataOutputRefs": frozenset({"dataOutput"}),
    "optionalOutputRefs": frozenset({"dataOutput"}),
    "whileExecutingOutputRefs": frozenset({"dataOutput"}),
    "outputSetRefs": frozenset({"outputSet"}),
    "inputSetRefs": frozenset({"inputSet"}),
    "loopDataInputRef": _DATA,
    "loopDataOutputRef": _DATA,
    "sourceRef": _DATA,
    "targetRef": _DATA,
    "source": frozenset({"linkEventDefinition"}),
    "target": frozenset({"linkEventDefinition"}),
    "resourceRef": frozenset({"resource"}),
    "innerConversationNodeRef": _CONVERSATIONS,
}
# What may lie in another file without an import: calls and the interfaces of services.
_ELSEWHERE = frozenset({"calledElement", "operationRef", "interfaceRef"})

# Names that a relationship between files uses too.
_OF_LINKS = frozenset({"source", "target"})


def _of_link(node: Element) -> bool:
    above = xml.parent(node)
    return above is not None and xml.local(above) == "linkEventDefinition"


def _references(view: View) -> list[tuple[Element, str, str, frozenset[str]]]:
    """Return the references of the file: where, in what, to what, and what is allowed."""
    found = []
    for kind, nodes in view.all.items():
        if kind in CHILDREN:
            for node in nodes:
                if xml.text(node) and not (kind in _OF_LINKS and not _of_link(node)):
                    found.append((node, kind, xml.text(node), CHILDREN[kind]))
        for node in nodes:
            for name, value in xml.attrs(node).items():
                allowed = ATTRIBUTES.get((kind, name), ATTRIBUTES.get(("*", name)))
                if allowed is not None and value and not name.startswith("{"):
                    found.append((node, name, value, allowed))
    return found


@rule("dangling-reference", "8.2 Infrastructure: references are resolved within the model")
def dangling(view: View) -> Found:
    """A reference leads to an element of the file."""
    for node, name, value, _ in _references(view):
        if name in _ELSEWHERE or view.foreign(node, value):
            continue
        if view.ref(value) is None:
            yield node, f"{name} “{value}” leads to nothing"


@rule("reference-kind", "the class diagrams of chapters 8 to 11")
def kinds(view: View) -> Found:
    """A reference leads to the kind of element that is meant."""
    for node, name, value, allowed in _references(view):
        target = view.ref(value)
        if target is None or not allowed or view.foreign(node, value):
            continue
        if xml.local(target) not in allowed:
            yield node, f"{name} “{value}” leads to a {xml.local(target)}"


@rule("event-definition-reference", "10.5 Events: eventDefinitionRefs")
def event_definitions(view: View) -> Found:
    """An eventDefinitionRef leads to an event definition of the file."""
    for node in view.each("eventDefinitionRef"):
        target = view.ref(xml.text(node))
        if not view.foreign(node, xml.text(node)) and (
            target is None or not xml.local(target).endswith("EventDefinition")
        ):
            yield node, f"“{xml.text(node)}” is no event definition"


@rule("duplicate-id", "8.2 Infrastructure: an id is unique")
def duplicates(view: View) -> Found:
    """Each id stands once, in the file and in what it imports into the same namespace."""
    known: dict[tuple[str, str], str] = {}
    for where, root in _files(view):
        space = xml.attr(root, "targetNamespace")
        for node in xml.descendants(root):
            name = xml.attr(node, "id")
            if not name or xml.ns(node) != NS["bpmn"]:
                continue
            if (space, name) in known:
                again = "" if where == known[space, name] == "" else f" (in {where} too)"
                yield (node if where == "" else view.root), f"the id “{name}” is used twice{again}"
            known.setdefault((space, name), where)


def _files(view: View) -> list[tuple[str, Element]]:
    found = [("", view.root)]
    found += [(name, root) for name, root in (view.imports or {}).items() if root is not None]
    return found


@rule("import-missing", "8.2 Infrastructure: Import")
def imports(view: View) -> Found:
    """An imported BPMN file is there, and so is what it imports itself."""
    if view.imports is None:
        return
    for node in view.each("import"):
        if problem := _import_problem(view.imports, node, set()):
            yield node, problem


def _import_problem(files: Mapping[str, Element | None], node: Element, seen: set[str]) -> str:
    location = xml.attr(node, "location")
    if xml.attr(node, "importType") != NS["bpmn"] or "://" in location or location in seen:
        return ""
    root = files.get(location)
    if root is None:
        return f"the imported file “{location}” is not there, or is no BPMN file"
    if xml.attr(root, "targetNamespace") != xml.attr(node, "namespace"):
        return f"“{location}” has another namespace than the import says"
    inner = xml.children(root, "bpmn:import")
    return next(filter(None, (_import_problem(files, i, seen | {location}) for i in inner)), "")
