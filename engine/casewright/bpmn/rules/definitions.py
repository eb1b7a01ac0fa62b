"""Processes and what they offer and call: interfaces, operations and their messages."""

from __future__ import annotations

from collections.abc import Iterator

from casewright import xml
from casewright.bpmn.rules.base import Found, View, rule
from casewright.xml import Element

_SERVICE = "10.3.3 Tasks: Service Task"
_SEND = "10.3.3 Tasks: Send Task"
_RECEIVE = "10.3.3 Tasks: Receive Task"
_OFFERED = "10.4.1 Data: ioBinding; 10.3.9 Callable Elements"


@rule("public-executable", "10.2.1 Types of BPMN Processes")
def public(view: View) -> Found:
    """A public process is not executed."""
    for process in view.each("process"):
        executable = xml.attr(process, "isExecutable") in ("true", "1")
        if xml.attr(process, "processType") == "Public" and executable:
            yield process, "the process is public and executable"


def parts(node: Element, name: str) -> list[Element]:
    """Return the parts of an element's ioSpecification with a name."""
    spec = xml.child(node, "bpmn:ioSpecification")
    return xml.children(spec, f"bpmn:{name}") if spec is not None else []


def structure(view: View, name: str) -> str:
    """Return what two item definitions have in common where they mean the same."""
    item = view.ref(name)
    return (xml.attr(item, "structureRef") if item is not None else "") or f"#{name}"


def same(view: View, one: str, other: str) -> bool:
    """Tell whether two references mean the same item."""
    short = (one.rpartition(":")[2], other.rpartition(":")[2])
    return short[0] == short[1] or structure(view, one) == structure(view, other)


@rule("service-input-sets", _SERVICE, "note")
def service_inputs(view: View) -> Found:
    """A service task that calls an operation has one input set."""
    yield from _sets(view, "serviceTask", "operationRef", "inputSet", least=1)


@rule("service-output-sets", _SERVICE, "note")
def service_outputs(view: View) -> Found:
    """A service task that calls an operation has at most one output set."""
    yield from _sets(view, "serviceTask", "operationRef", "outputSet")


@rule("send-input", _SEND, "note")
def send_inputs(view: View) -> Found:
    """A send task with a message has at most one input set and one data input."""
    yield from _sets(view, "sendTask", "messageRef", "inputSet")
    yield from _sets(view, "sendTask", "messageRef", "dataInput")


@rule("receive-output", _RECEIVE, "note")
def receive_outputs(view: View) -> Found:
    """A receive task with a message has at most one output set and one data output."""
    yield from _sets(view, "receiveTask", "messageRef", "outputSet")
    yield from _sets(view, "receiveTask", "messageRef", "dataOutput")


def _sets(view: View, kind: str, ref: str, part: str, *, least: int = 0) -> Found:
    for task in view.each(kind):
        if not xml.attr(task, ref):
            continue
        count = len(parts(task, part))
        # A task that says nothing of its data leaves it to the engine.
        silent = xml.child(task, "bpmn:ioSpecification") is None and not view.executable(task)
        if count > 1 or (count < least and not silent):
            yield task, f"this {kind} with {ref} has {count} of {part}"


@rule("service-item", _SERVICE, "note")
def service_items(view: View) -> Found:
    """The data of a service task is that of the messages of its operation."""
    for task in view.each("serviceTask"):
        operation = view.ref(xml.attr(task, "operationRef"))
        if operation is None:
            continue
        for part, side in (("dataInput", "inMessageRef"), ("dataOutput", "outMessageRef")):
            message = view.ref(xml.text(xml.child(operation, f"bpmn:{side}")))
            if message is None:
                continue
            data = parts(task, part)
            needed = part == "dataOutput" and xml.child(task, "bpmn:ioSpecification") is not None
            if (data or needed) and not any(_agrees(view, item, message) for item in data):
                yield task, f"the item of the {part} is not that of the message"


@rule("message-item", f"{_SEND}; Receive Task", "note")
def message_items(view: View) -> Found:
    """The data of a task that sends or receives is that of its message."""
    for kind, part in (("sendTask", "dataInput"), ("receiveTask", "dataOutput")):
        for task in view.each(kind):
            message = view.ref(xml.attr(task, "messageRef"))
            data = parts(task, part)
            if data and not any(_agrees(view, item, message) for item in data):
                yield task, f"the item of the {part} is not that of the message"


def _agrees(view: View, data: Element, message: Element | None) -> bool:
    mine = xml.attr(data, "itemSubjectRef")
    theirs = xml.attr(message, "itemRef") if message is not None else ""
    if not mine and not theirs:
        return message is not None
    return bool(mine and theirs) and same(view, mine, theirs)


def _offered(view: View) -> Iterator[tuple[Element, list[Element]]]:
    """Yield what can be called and says by which interfaces, with its bindings."""
    kinds = ("globalTask", "globalUserTask", "globalManualTask", "globalScriptTask")
    for node in view.each("process", *kinds, "globalBusinessRuleTask"):
        if xml.child(node, "bpmn:supportedInterfaceRef") is not None:
            yield node, xml.children(node, "bpmn:ioBinding")


@rule("binding-missing", _OFFERED, "note")
def bound(view: View) -> Found:
    """What is offered by an interface binds its data to the operations."""
    for node, bindings in _offered(view):
        if not bindings:
            yield node, "there is a supportedInterfaceRef and no ioBinding"


@rule("binding-wrong", _OFFERED, "note")
def bindings(view: View) -> Found:
    """A binding binds an input and an output to an operation of a supported interface."""
    for node, found in _offered(view):
        interfaces = [
            view.ref(xml.text(ref)) for ref in xml.children(node, "bpmn:supportedInterfaceRef")
        ]
        for binding in found:
            operation = view.ref(xml.attr(binding, "operationRef"))
            if operation is None or xml.parent(operation) not in interfaces:
                yield binding, "operationRef is no operation of a supported interface"
                continue
            for side, ref in (("Input", "inMessageRef"), ("Output", "outMessageRef")):
                name = xml.attr(binding, f"{side.lower()}DataRef")
                data = _bound(node, side, name)
                message = view.ref(xml.text(xml.child(operation, f"bpmn:{ref}")))
                if not data:
                    yield binding, f"“{name}” is no data {side.lower()} of this element"
                elif message is not None and not any(_agrees(view, d, message) for d in data):
                    yield binding, f"the item of “{name}” is not that of the message"


def _bound(node: Element, side: str, name: str) -> list[Element]:
    """Return the data that a name means: one, or those of a set."""
    data = {xml.attr(item, "id"): item for item in parts(node, f"data{side}")}
    for one in parts(node, f"{side.lower()}Set"):
        if name and xml.attr(one, "id") == name:
            refs = [xml.text(ref) for ref in xml.children(one, f"bpmn:data{side}Refs")]
            return [data[ref] for ref in refs if ref in data]
    return [data[name]] if name in data else []
