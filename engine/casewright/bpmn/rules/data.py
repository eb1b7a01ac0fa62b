"""Data: collections, sets of inputs and outputs, associations and their types."""

from __future__ import annotations

from casewright import xml
from casewright.bpmn.rules import base
from casewright.bpmn.rules.base import Found, View, rule
from casewright.bpmn.rules.definitions import parts, same, structure
from casewright.xml import Element

_SETS = "10.4.1 Data Modeling: InputSet and OutputSet"
_ASSOCIATION = "10.4.2 Data Association"
_TRUE = ("true", "1")


def _collection(node: Element | None) -> bool:
    return node is not None and xml.attr(node, "isCollection") in _TRUE


@rule("collection-differs", "10.4.1 Data Modeling: isCollection", "note")
def collections(view: View) -> Found:
    """Data is a collection exactly where its item definition is one."""
    for node in view.each("dataObject", "dataInput", "dataOutput"):
        item = view.item(node)
        if item is not None and _collection(item) != _collection(node):
            yield node, "isCollection differs from that of the item definition"


@rule("data-reference-name", "10.4.1 Data Modeling: Data Object Reference, names", "note")
def names(view: View) -> Found:
    """A data object reference with a state is named after its object and its state."""
    for node in view.each("dataObjectReference"):
        target, state = view.ref(xml.attr(node, "dataObjectRef")), xml.child(node, "bpmn:dataState")
        name = xml.attr(node, "name")
        if target is None or state is None or not name:
            continue
        meant = f"{xml.attr(target, 'name')} [{xml.attr(state, 'name')}]"
        if name.split() != meant.split():
            yield node, f"the name is “{name}”, not “{meant}”"


@rule("data-in-no-set", _SETS, "note")
def in_sets(view: View) -> Found:
    """Each data input stands in an input set, and each data output in an output set."""
    for spec in view.each("ioSpecification"):
        for side in ("Input", "Output"):
            listed = {
                xml.text(ref).rpartition(":")[2]
                for one in xml.children(spec, f"bpmn:{side.lower()}Set")
                for ref in xml.children(one, f"bpmn:data{side}Refs")
            }
            for node in xml.children(spec, f"bpmn:data{side}"):
                if xml.attr(node, "id") not in listed:
                    yield node, f"this data {side.lower()} stands in no {side.lower()} set"
    for event in view.each(*base.EVENTS):
        for side in ("Input", "Output"):
            data = xml.children(event, f"bpmn:data{side}")
            sets = xml.children(event, f"bpmn:{side.lower()}Set")
            listed = {
                xml.text(ref) for one in sets for ref in xml.children(one, f"bpmn:data{side}Refs")
            }
            for node in data:
                if xml.attr(node, "id") not in listed:
                    yield node, f"this data {side.lower()} stands in no {side.lower()} set"


@rule("set-not-listed", _SETS, "note")
def in_set(view: View) -> Found:
    """What a set has as optional or while executing is among its data."""
    for side in ("Input", "Output"):
        for one in view.each(f"{side.lower()}Set"):
            listed = {xml.text(ref) for ref in xml.children(one, f"bpmn:data{side}Refs")}
            for kind in (f"optional{side}Refs", f"whileExecuting{side}Refs"):
                for ref in xml.children(one, f"bpmn:{kind}"):
                    if xml.text(ref) not in listed:
                        yield one, f"{kind} “{xml.text(ref)}” is not among the data of the set"


@rule("set-pair", _SETS, "note")
def pairs(view: View) -> Found:
    """Where a set refers to one of the other side, that one refers to it."""
    for kind, there, back in (
        ("inputSet", "outputSetRefs", "inputSetRefs"),
        ("outputSet", "inputSetRefs", "outputSetRefs"),
    ):
        for one in view.each(kind):
            for ref in xml.children(one, f"bpmn:{there}"):
                other = view.ref(xml.text(ref))
                names = (
                    [xml.text(item) for item in xml.children(other, f"bpmn:{back}")]
                    if (other is not None)
                    else []
                )
                if xml.attr(one, "id") not in names:
                    yield one, f"“{xml.text(ref)}” does not refer to this set"


def _subject(view: View, node: Element | None) -> str:
    """Return the item of a data element, or of what it refers to."""
    if node is None:
        return ""
    own = xml.attr(node, "itemSubjectRef")
    meant = view.ref(xml.attr(node, "dataObjectRef") or xml.attr(node, "dataStoreRef"))
    return own or (xml.attr(meant, "itemSubjectRef") if meant is not None else "")


_ASSOCIATIONS = ("dataInputAssociation", "dataOutputAssociation")


@rule("association-types", _ASSOCIATION, "note")
def association_types(view: View) -> Found:
    """A data association without a transformation joins data of the same type."""
    for node in view.each(*_ASSOCIATIONS):
        if xml.child(node, "bpmn:transformation") is not None:
            continue
        sources = xml.children(node, "bpmn:sourceRef")
        target = _subject(view, view.ref(xml.text(xml.child(node, "bpmn:targetRef"))))
        for ref in sources:
            source = _subject(view, view.ref(xml.text(ref)))
            if source and target and not same(view, source, target):
                yield node, "source and target are of different types"


@rule("association-sources", _ASSOCIATION, "note")
def association_sources(view: View) -> Found:
    """A data association without a transformation has one source."""
    for node in view.each(*_ASSOCIATIONS):
        count = len(xml.children(node, "bpmn:sourceRef"))
        plain = xml.child(node, "bpmn:transformation") is None
        assigned = xml.child(node, "bpmn:assignment") is not None
        if plain and (count > 1 or (count == 0 and not assigned)):
            yield node, f"there is no transformation and there are {count} sources"


@rule("event-data-count", "10.5.1 Events: data of events", "note")
def event_data(view: View) -> Found:
    """An event with data has as many data elements as triggers."""
    for event, data in _event_data(view):
        about = view.about(event)
        if data and len(data) != len(about):
            yield event, f"there are {len(data)} data elements and {len(about)} triggers"


def _event_data(view: View) -> list[tuple[Element, list[Element]]]:
    found = []
    for event in view.each(*base.EVENTS):
        throws = xml.local(event) in ("endEvent", "intermediateThrowEvent", "implicitThrowEvent")
        side = "dataInput" if throws else "dataOutput"
        found.append((event, xml.children(event, f"bpmn:{side}")))
    return found


# Triggers that carry data, by the reference to what says its type, and the attribute that does.
_CARRIERS = {
    "messageEventDefinition": ("messageRef", "itemRef"),
    "errorEventDefinition": ("errorRef", "structureRef"),
    "escalationEventDefinition": ("escalationRef", "structureRef"),
    "signalEventDefinition": ("signalRef", "structureRef"),
}


@rule("event-data-type", "10.5.1 Events: data of events", "note")
def event_types(view: View) -> Found:
    """The data of an event is of the type that its trigger carries."""
    for event, data in _event_data(view):
        carried = [item for item in view.about(event) if xml.local(item) in _CARRIERS]
        for one, item in zip(data, carried, strict=False):
            ref, name = _CARRIERS[xml.local(item)]
            meant = view.ref(xml.attr(item, ref))
            mine = xml.attr(one, "itemSubjectRef")
            theirs = xml.attr(meant, name) if meant is not None else ""
            if (mine or theirs) and not (mine and theirs and same(view, mine, theirs)):
                yield event, "the data is not of the type that the trigger carries"


@rule("loop-types", "10.3.8 Loop Characteristics: inputDataItem and outputDataItem", "note")
def loop_types(view: View) -> Found:
    """The item of a multi-instance activity is one of what its collection holds."""
    for loop in view.each("multiInstanceLoopCharacteristics"):
        for side in ("Input", "Output"):
            whole = view.ref(xml.text(xml.child(loop, f"bpmn:loopData{side}Ref")))
            one = xml.child(loop, f"bpmn:{side.lower()}DataItem")
            if whole is None or one is None or not view.executable(loop):
                continue
            items = _subject(view, whole), xml.attr(one, "itemSubjectRef")
            if _collection(one) or _collection(view.ref(items[1])):
                yield loop, f"{side.lower()}DataItem is a collection itself"
            elif all(items) and not same(view, *items):
                yield loop, f"{side.lower()}DataItem is of another type than the collection"


@rule("call-data-differs", "10.3.6 Call Activity: data requirements", "note")
def calls(view: View) -> Found:
    """A call activity has the data that the called process has."""
    for call in view.each("callActivity"):
        called = view.ref(xml.attr(call, "calledElement"))
        if called is None or view.foreign(call, xml.attr(call, "calledElement")):
            continue
        for side in ("Input", "Output"):
            mine, theirs = (_needs(view, node, side) for node in (call, called))
            if mine != theirs:
                yield call, f"data{side} differs from that of “{xml.attr(called, 'id')}”"


def _needs(view: View, node: Element, side: str) -> tuple[list[str], list[list[str]]]:
    """Return the types of an element's data on one side, and those of each set."""
    kinds = {
        xml.attr(item, "id"): structure(view, xml.attr(item, "itemSubjectRef"))
        for item in parts(node, f"data{side}")
    }
    sets = [
        sorted(kinds.get(xml.text(ref), "") for ref in xml.children(one, f"bpmn:data{side}Refs"))
        for one in parts(node, f"{side.lower()}Set")
    ]
    return sorted(kinds.values()), sorted(sets)
