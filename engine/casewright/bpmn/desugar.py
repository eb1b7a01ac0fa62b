"""Rewrites what is drawn in short into what SpiffWorkflow's parser builds.

Whatever is added is named after the element it came from, so that a snapshot written with
one version of this module is read with the same version; see `DESUGAR_VERSION`.
"""

from __future__ import annotations

from collections import Counter

from casewright import xml
from casewright.bpmn import vocabulary as words
from casewright.bpmn.events_in import links
from casewright.bpmn.flows_in import ALWAYS, flows_by_source
from casewright.bpmn.quantities_in import quantity
from casewright.bpmn.read import Model, levels
from casewright.xml import Element

# Names that the library gives to specs of its own.
RESERVED = ("Start", "End", "Root")


def desugar(model: Model) -> None:
    """Rewrite the tree of a checked model in place."""
    for process in model.processes:
        for level in levels(process):
            _reserved_names(model, level)
            _links(level)
            _quantities(model, level)
            _conditional_flows(model, level)
            _second_flows(model, level)


def _reserved_names(model: Model, level: Element) -> None:
    """Rename elements whose id the library uses for its own nodes."""
    names = {}
    for node in xml.children(level):
        name = xml.attr(node, "id")
        if xml.local(node) in words.FLOW_NODES and (name in RESERVED or name.endswith(".EndJoin")):
            names[name] = f"{name}__node"
            xml.set_attr(node, "id", names[name])
            model.origins[names[name]] = name
    if not names:
        return
    for node in xml.children(level):
        for side in ("sourceRef", "targetRef", "attachedToRef"):
            if xml.attr(node, side) in names:
                xml.set_attr(node, side, names[xml.attr(node, side)])
    for lane in xml.descendants(model.root, "bpmn:flowNodeRef"):
        if xml.text(lane) in names:
            xml.set_text(lane, names[xml.text(lane)])


def _links(level: Element) -> None:
    """Draw the flow that a link leaves out."""
    targets = {name: xml.attr(node, "id") for name, node in links(level, "intermediateCatchEvent")}
    for name, node in links(level, "intermediateThrowEvent"):
        _connect(level, xml.attr(node, "id"), targets[name])


def _quantities(model: Model, level: Element) -> None:
    """Put a node before an activity that takes several tokens, and behind one that gives more."""
    activities = [node for node in xml.children(level) if xml.local(node) in words.ACTIVITIES]
    for node in activities:
        name = xml.attr(node, "id")
        wanted, given = quantity(node, "startQuantity"), quantity(node, "completionQuantity")
        if wanted > 1:
            count = _node(model, level, "parallelGateway", name, "__count")
            model.counts[count] = wanted
            for flow in xml.children(level, "bpmn:sequenceFlow"):
                if xml.attr(flow, "targetRef") == name:
                    xml.set_attr(flow, "targetRef", count)
            _connect(level, count, name)
        flows = flows_by_source(level).get(name, []) if given > 1 else []
        if flows:
            copies = _node(model, level, "intermediateThrowEvent", name, "__copies")
            model.copies[copies] = given
            after = _node(model, level, "intermediateThrowEvent", name, "__after")
            default = xml.attr(node, "default")
            if default:
                xml.set_attr(_find(level, after), "default", default)
                xml.remove_attr(node, "default")
            for flow in flows:
                xml.set_attr(flow, "sourceRef", after)
            _connect(level, name, copies)
            _connect(level, copies, after)


def _node(model: Model, level: Element, kind: str, name: str, ending: str) -> str:
    made = f"{name}{ending}"
    xml.subelement(level, f"bpmn:{kind}", {"id": made})
    model.origins[made] = model.origins.get(name, name)
    model.added.add(made)
    return made


def _find(level: Element, name: str) -> Element:
    return next(node for node in xml.children(level) if xml.attr(node, "id") == name)


def _conditional_flows(model: Model, level: Element) -> None:
    """Put an inclusive gateway behind an activity that has conditional flows."""
    leaving = flows_by_source(level)
    for node in xml.children(level):
        if xml.local(node) not in words.ACTIVITIES | words.EVENTS:
            continue
        name = xml.attr(node, "id")
        flows = leaving.get(name, [])
        if not any(xml.attr(flow, "id") in model.conditions for flow in flows):
            continue
        gateway = f"{name}__choice"
        made = xml.subelement(level, "bpmn:inclusiveGateway", {"id": gateway})
        default = xml.attr(node, "default")
        if default:
            xml.set_attr(made, "default", default)
            xml.remove_attr(node, "default")
        for flow in flows:
            xml.set_attr(flow, "sourceRef", gateway)
            flow_id = xml.attr(flow, "id")
            if flow_id != default:
                # A flow without a condition is always taken, not only if nothing else is.
                model.conditions.setdefault(flow_id, ALWAYS)
        _connect(level, name, gateway)
        model.origins[gateway] = model.origins.get(name, name)
        model.added.add(gateway)


def _second_flows(model: Model, level: Element) -> None:
    """Put a node on every further flow from the same element into the same join.

    The spec graph knows elements, not flows, and arrivals are counted per flow.
    """
    incoming = Counter(
        xml.attr(flow, "targetRef") for flow in xml.children(level, "bpmn:sequenceFlow")
    )
    joins = {
        xml.attr(node, "id")
        for node in xml.children(level)
        if xml.local(node) in ("parallelGateway", "inclusiveGateway", "complexGateway")
        and incoming[xml.attr(node, "id")] > 1
    }
    seen: set[tuple[str, str]] = set()
    for flow in xml.children(level, "bpmn:sequenceFlow"):
        source, target = xml.attr(flow, "sourceRef"), xml.attr(flow, "targetRef")
        if target not in joins or (source, target) not in seen:
            seen.add((source, target))
            continue
        node = f"{xml.attr(flow, 'id')}__node"
        xml.subelement(level, "bpmn:intermediateThrowEvent", {"id": node})
        xml.set_attr(flow, "targetRef", node)
        _connect(level, node, target)
        model.origins[node] = model.origins.get(target, target)
        model.added.add(node)


def _connect(level: Element, source: str, target: str) -> None:
    attributes = {"id": f"{source}__flow", "sourceRef": source, "targetRef": target}
    xml.subelement(level, "bpmn:sequenceFlow", attributes)
