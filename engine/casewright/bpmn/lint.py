"""What people should know of a BPMN file beside what refuses it: how it is read, and the rules.

The compiler says what does not run. Here stands what an analyst's file leaves out, what it holds
that is not deployed, and which rules of the standard it breaks; none of it refuses a file.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Mapping

from casewright import xml
from casewright.bpmn import rules
from casewright.bpmn import vocabulary as words
from casewright.bpmn.findings import Collector, owner
from casewright.xml import NS, Element
from casewright.xml.findings import Finding

# The compiler's word for what a rule finds too.
_SAME: dict[str, frozenset[str]] = {
    "ad-hoc-empty": frozenset({"nothing-to-choose"}),
    "boundary-trigger": frozenset({"bad-event", "error-interrupts", "bpmn-unsupported"}),
    "cancel-outside-transaction": frozenset({"cancel-outside"}),
    "catch-trigger": frozenset({"bpmn-unsupported"}),
    "compensation-handler-missing": frozenset({"compensation-handler"}),
    "condition-source": frozenset({"condition-after-event", "condition-ignored"}),
    "dangling-reference": frozenset(
        {"dangling-flow", "dangling-default", "dangling-boundary", "dangling-reference"}
        | {"message-missing", "signal-missing", "error-missing", "escalation-missing"}
    ),
    "default-not-own": frozenset({"dangling-default"}),
    "default-with-condition": frozenset({"default-with-condition"}),
    "duplicate-id": frozenset({"duplicate-id"}),
    "end-result": frozenset({"bpmn-unsupported"}),
    "error-without-code": frozenset({"error-missing"}),
    "escalation-without-code": frozenset({"escalation-missing"}),
    "event-definition-reference": frozenset({"dangling-reference"}),
    "event-gateway-condition": frozenset({"condition-ignored"}),
    "event-gateway-target": frozenset({"bad-choice"}),
    "event-gateway-ways": frozenset({"too-few-flows"}),
    "event-sub-process-flow": frozenset({"flow-into-handler", "flow-from-handler"}),
    "event-sub-process-start": frozenset({"bad-start", "no-start"}),
    "event-sub-process-trigger": frozenset({"bad-start", "error-interrupts", "bpmn-unsupported"}),
    "flow-crosses-border": frozenset({"dangling-flow"}),
    "flow-from-end-event": frozenset({"flow-from-end"}),
    "flow-into-start-event": frozenset({"flow-into-event"}),
    "flow-missing-in": frozenset({"not-connected"}),
    "link-flow": frozenset({"flow-from-link", "flow-into-event"}),
    "message-missing": frozenset({"message-missing"}),
    "reference-kind": frozenset({"dangling-flow", "bad-target", "bpmn-unsupported"}),
    "start-trigger": frozenset({"bpmn-unsupported"}),
    "sub-process-start-trigger": frozenset({"bad-start", "bpmn-unsupported"}),
    "throw-result": frozenset({"bpmn-unsupported"}),
}
# How many elements a finding lists.
_NAMES = 10


def lint(
    data: bytes,
    file: str,
    *,
    files: Mapping[str, bytes] | None = None,
    known: Collection[Finding] = (),
    notes: bool = False,
) -> list[Finding]:
    """Return warnings and notes; a file that is no BPMN has none.

    `files` holds the others by their paths, for imports; `known` is what the compiler found,
    which is not said twice; `notes` asks for rules that concern the exchange of files only.
    """
    try:
        root = xml.parse(data, file)
    except xml.XmlProblem:
        return []
    if xml.local(root) != "definitions" or xml.ns(root) != NS["bpmn"]:
        return []
    found = Collector(file)
    _processes(found, root)
    _drawing(found, root)
    imports: dict[str, Element | None] = {}
    if files is not None:
        _load(files, posixpath.dirname(file), root, imports)
    broken = rules.check(root, file, imports=None if files is None else imports, notes=notes)
    # The compiler may say of a trigger what a rule says of its event.
    events = {
        xml.attr(node, "id"): owner(xml.parent(node))
        for node in xml.descendants(root)
        if xml.local(node).endswith("EventDefinition")
    }
    said = {(events.get(f.element) or f.element, f.code) for f in known}
    return found.findings + [
        finding
        for finding in broken
        if not any((finding.element, code) in said for code in _SAME.get(finding.code, ()))
    ]


def _processes(found: Collector, root: Element) -> None:
    """Tell which processes of the file are not deployed, and what nobody said of others."""
    for process in xml.children(root, "bpmn:process"):
        said = xml.attr(process, "isExecutable")
        if not said:
            text = "isExecutable is not said; the process is taken for executable"
            found.add(process, "executable-missing", text, severity="note")
        elif said not in ("true", "1"):
            pool = _pool(root, xml.attr(process, "id"))
            where = f" of the pool “{pool}”" if pool else ""
            text = f"this process{where} is not executable: it is shown and not deployed"
            found.add(process, "not-deployed", text, severity="note")
        flows = [f for f in xml.descendants(process, "bpmn:sequenceFlow") if not xml.attr(f, "id")]
        if flows:
            text = f"{len(flows)} sequence flows have no id; they are numbered by their place"
            found.add(process, "flow-without-id", text, severity="note")
    for participant in xml.descendants(root, "bpmn:participant"):
        if not xml.attr(participant, "processRef"):
            name = xml.attr(participant, "name")
            text = f"the pool “{name}” holds no process: it is shown and not deployed"
            found.add(participant, "not-deployed", text, severity="note")


def _pool(root: Element, process: str) -> str:
    for participant in xml.descendants(root, "bpmn:participant"):
        if xml.attr(participant, "processRef").rpartition(":")[2] == process:
            return xml.attr(participant, "name") or xml.attr(participant, "id")
    return ""


def _drawing(found: Collector, root: Element) -> None:
    """Tell which processes run without a picture, or with one that lacks elements."""
    drawn = {
        xml.attr(shape, "bpmnElement").rpartition(":")[2]
        for shape in xml.descendants(root)
        if xml.local(shape) == "BPMNShape"
    }
    for process in xml.children(root, "bpmn:process"):
        nodes = [
            xml.attr(node, "id")
            for node in xml.descendants(process)
            if xml.local(node) in words.FLOW_NODES and xml.ns(node) == NS["bpmn"]
        ]
        missing = [name for name in nodes if name not in drawn]
        if xml.attr(process, "isExecutable") in ("false", "0") or not missing:
            continue
        if missing == nodes:
            text = "there is no diagram of this process: it runs, and its picture is empty"
            found.add(process, "no-diagram", text, severity="note")
        else:
            names = ", ".join(missing[:_NAMES]) + (" and more" if len(missing) > _NAMES else "")
            text = f"not drawn, so that no picture shows them: {names}"
            found.add(process, "not-drawn", text, severity="note")


def _load(
    files: Mapping[str, bytes], folder: str, root: Element, imports: dict[str, Element | None]
) -> None:
    for node in xml.children(root, "bpmn:import"):
        location = xml.attr(node, "location")
        if xml.attr(node, "importType") != NS["bpmn"] or "://" in location or location in imports:
            continue
        path = posixpath.normpath(posixpath.join(folder, location))
        try:
            imports[location] = target = xml.parse(files[path], path)
        except (KeyError, xml.XmlProblem):
            imports[location] = None
            continue
        _load(files, posixpath.dirname(path), target, imports)
