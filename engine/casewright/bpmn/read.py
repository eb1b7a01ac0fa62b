"""Reads a BPMN file: what is in it, and everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from casewright import xml
from casewright.bpmn import (
    adhoc_in,
    compensation_in,
    data_in,
    events_in,
    flows_in,
    gateways_in,
    loops_in,
    people_in,
    quantities_in,
    references_in,
    settings,
)
from casewright.bpmn import vocabulary as words
from casewright.bpmn.expressions import Setting
from casewright.bpmn.findings import Collector
from casewright.bpmn.zeebe import Settings
from casewright.xml import NS, Element

_ID = re.compile(r"[^\W\d][\w.-]*")
# Endings of the ids that the desugaring gives.
GENERATED = (
    *("__choice", "__node", "__flow", "__undo", "__item"),
    *("__wait", "__count", "__copies", "__after"),
)


@dataclass
class Model:
    """A file as read: its tree, the compiled settings, and the findings."""

    root: Element
    found: Collector
    processes: list[Element] = field(default_factory=list)
    settings: dict[str, Settings] = field(default_factory=dict)
    conditions: dict[str, Setting] = field(default_factory=dict)
    # Nodes that the desugaring named or added, with the element that they stand for.
    origins: dict[str, str] = field(default_factory=dict)
    added: set[str] = field(default_factory=set)
    # Compensation boundary events and the activities that undo.
    handlers: dict[str, str] = field(default_factory=dict)
    # Nodes that the desugaring added to count tokens: how many have to come, and how many leave.
    counts: dict[str, int] = field(default_factory=dict)
    copies: dict[str, int] = field(default_factory=dict)


def read(root: Element, file: str) -> Model:
    """Check the file and compile its settings."""
    model = Model(root, Collector(file))
    found = model.found
    if xml.local(root) != "definitions" or xml.ns(root) != NS["bpmn"]:
        found.add(root, "not-bpmn", "the file is no BPMN 2.0 file")
        return model
    _languages(found, root)
    flows_in.fill_ids(root)
    references_in.resolve(found, root)
    _duplicates(found, root)
    for node in xml.children(root):
        _root_element(model, node)
    if not model.processes and not found.findings:
        found.add(root, "no-process", "the file has no executable process")
    for process in model.processes:
        _level(model, process)
        model.handlers.update(compensation_in.check(found, process))
    return model


def flow_nodes(level: Element) -> Iterator[Element]:
    """Yield the elements of a level that can hold a token, in document order."""
    return (node for node in xml.children(level) if xml.local(node) in words.FLOW_NODES)


def levels(process: Element) -> Iterator[Element]:
    """Yield the process and its sub-processes, outer ones first."""
    yield process
    for inner in xml.children(process):
        if xml.local(inner) in words.LEVELS:
            yield from levels(inner)


def _languages(found: Collector, root: Element) -> None:
    language = xml.attr(root, "expressionLanguage")
    if language and language not in words.FEEL_LANGUAGES | {words.DEFAULT_LANGUAGE}:
        found.add(root, "expression-language", f"the expression language “{language}” is not FEEL")


def _duplicates(found: Collector, root: Element) -> None:
    seen: set[str] = set()
    for node in xml.descendants(root):
        name = xml.attr(node, "id")
        if not name or xml.ns(node) != NS["bpmn"]:
            continue
        if name in seen:
            found.add(node, "duplicate-id", f"the id “{name}” is used twice")
        seen.add(name)


def _root_element(model: Model, node: Element) -> None:
    name, found = xml.local(node), model.found
    if name == "process":
        if xml.attr(node, "isExecutable", "true") in ("true", "1"):
            if not xml.attr(node, "id"):
                found.add(node, "id-missing", "this process has no id")
            model.processes.append(node)
            model.settings[xml.attr(node, "id")] = settings.read(found, node)
        return
    if name in ("message", "error", "signal", "escalation") and not xml.attr(node, "id"):
        found.add(node, "id-missing", f"this {name} has no id")
    if name == "message":
        _extensions_of_message(found, node)
    elif xml.ns(node) == NS["bpmn"] and name in ("import", "itemDefinition", "dataStore"):
        # Types and stores are told to people; what would use them is refused where it stands.
        return
    elif name not in words.ROOT and xml.ns(node) == NS["bpmn"]:
        if name in ("signal", "escalation", "interface", "resource", "extension"):
            return
        if name not in words.SILENT:
            found.unsupported(node, name)


def _extensions_of_message(found: Collector, node: Element) -> None:
    extension = xml.child(node, "bpmn:extensionElements")
    for item in xml.children(extension) if extension is not None else ():
        if xml.local(item) != "subscription" or xml.ns(item) != NS["zeebe"]:
            found.unsupported(item, f"the extension “{xml.local(item)}” on message")
        else:
            settings.attributes(found, item, {"correlationKey"})


def _level(model: Model, level: Element) -> None:
    found = model.found
    attributes(found, level)
    for node in xml.children(level):
        name = xml.local(node)
        if xml.ns(node) != NS["bpmn"]:
            found.unsupported(node, f"the element “{name}” of another vocabulary")
        elif name == "sequenceFlow":
            attributes(found, node)
            settings.read(found, node)
        elif name in words.FLOW_NODES:
            _flow_node(model, node)
        elif name == "completionCondition" and xml.local(level) == "adHocSubProcess":
            continue
        elif name not in words.SILENT | words.LOOPS:
            found.unsupported(node, name)
    flows_in.check(model.found, level, model.conditions)
    for inner in xml.children(level):
        if xml.local(inner) in words.LEVELS:
            _level(model, inner)


def _flow_node(model: Model, node: Element) -> None:
    found, kind = model.found, xml.local(node)
    name = xml.attr(node, "id")
    if not name:
        found.add(node, "id-missing", f"this {kind} has no id")
    elif not _ID.fullmatch(name) or name.endswith(GENERATED):
        found.add(node, "bad-id", f"“{name}” is no id: letters, digits, “_”, “-” and “.”")
    if kind not in words.LEVELS:
        attributes(found, node)
        _parts(found, node)
    made = settings.read(found, node)
    if kind in words.EVENTS:
        made = events_in.read(found, model.root, node, made)
    elif kind in words.ACTIVITIES:
        made = loops_in.read(found, node, made)
        if kind == "adHocSubProcess":
            made = adhoc_in.read(found, node, made)
        elif kind in ("sendTask", "receiveTask"):
            made = replace(made, message=events_in.task_message(found, model.root, node))
    elif kind == "complexGateway":
        made = gateways_in.read(found, node, made)
    if kind == "userTask":
        made = people_in.read(found, node, made)
    quantities_in.check(found, node)
    data_in.check(found, model.root, node)
    _needs(found, node, made)
    model.settings[xml.attr(node, "id")] = made


def _parts(found: Collector, node: Element) -> None:
    """Refuse children of an element that change how it runs."""
    kind = xml.local(node)
    allowed = words.SILENT | (words.LOOPS if kind in words.ACTIVITIES else frozenset())
    if kind == "complexGateway":
        allowed |= {"activationCondition"}
    elif kind == "userTask":
        allowed |= people_in.ROLES
    for item in xml.children(node):
        name = xml.local(item)
        if name in allowed or name.endswith("EventDefinition"):
            continue
        what = f"{name} on {xml.local(node)}" if xml.ns(item) == NS["bpmn"] else f"“{name}”"
        found.unsupported(item, what, name)


def _needs(found: Collector, node: Element, made: Settings) -> None:
    needed = {
        "serviceTask": (made.task, "zeebe:taskDefinition"),
        "scriptTask": (made.script, "zeebe:script"),
        "businessRuleTask": (made.decision, "zeebe:calledDecision"),
        "callActivity": (made.call, "zeebe:calledElement"),
        "receiveTask": (made.message, "messageRef"),
        "sendTask": (made.task or made.message, "zeebe:taskDefinition or messageRef"),
    }
    value, what = needed.get(xml.local(node), (True, ""))
    if value is None:
        found.add(node, "setting-missing", f"a {xml.local(node)} needs {what}", what)


def attributes(found: Collector, node: Element) -> None:
    """Refuse attributes that nobody runs."""
    kind = xml.local(node)
    known = words.ATTRIBUTES.get(kind, frozenset()) | {"id", "name"}
    for name, value in xml.attrs(node).items():
        space, _, short = name.rpartition("}")
        if space:
            editor = space[1:] == NS["zeebe"] and short in words.EDITOR_ATTRIBUTES
            if not editor and space[1:] != NS["xsi"]:
                found.unsupported(node, f"the attribute “{short}” of another vocabulary", short)
            continue
        if name in known:
            continue
        allowed = words.NEUTRAL.get(name, frozenset())
        if allowed is not None and value not in allowed:
            found.unsupported(node, f"{name}=“{value}” on {kind}", name)
