"""Reads an element's extension elements into `Settings`; what is unknown is a finding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from casewright import xml
from casewright.bpmn import vocabulary as words
from casewright.bpmn import zeebe
from casewright.bpmn.expressions import Setting
from casewright.bpmn.findings import Collector
from casewright.xml import NS, Element

Reader = Callable[[Collector, Element], dict[str, Any]]
BINDINGS = {"latest", "deployment"}
# More attempts than this are no plan; a value from FEEL is held to it too.
MOST_RETRIES = 100


def read(found: Collector, node: Element) -> zeebe.Settings:
    """Return the settings of one element."""
    kind = xml.local(node)
    values: dict[str, Any] = {}
    people: dict[str, Any] = {}
    extension = xml.child(node, "bpmn:extensionElements")
    for item in xml.children(extension) if extension is not None else ():
        name = xml.local(item)
        if xml.ns(item) != NS["zeebe"]:
            found.unsupported(item, f"the extension “{name}” of another vocabulary", name)
        elif name not in words.EXTENSIONS.get(kind, frozenset()):
            found.unsupported(item, f"zeebe:{name} on {kind}", f"zeebe:{name}")
        elif name in _PEOPLE:
            people.update(_PEOPLE[name](found, item))
        elif name in _READERS:
            values.update(_READERS[name](found, item))
    if people:
        values["people"] = zeebe.People(**people)
    _check_properties(found, node, values.get("properties", {}))
    _check_direction(found, node, values)
    return zeebe.Settings(**values)


def attributes(found: Collector, node: Element, known: set[str]) -> None:
    """Refuse attributes of a zeebe element that nobody runs."""
    for name in xml.attrs(node):
        if name not in known:
            found.unsupported(
                node,
                f"the attribute “{name}” of zeebe:{xml.local(node)}",
                f"zeebe:{xml.local(node)}",
            )


def _required(found: Collector, node: Element, name: str) -> str:
    value = xml.attr(node, name).strip()
    if not value:
        found.add(
            node,
            "setting-missing",
            f"zeebe:{xml.local(node)} needs “{name}”",
            f"zeebe:{xml.local(node)}/{name}",
        )
    return value


def _optional(found: Collector, node: Element, name: str) -> Setting | None:
    value = xml.attr(node, name).strip()
    return found.text(node, value, f"zeebe:{xml.local(node)}/{name}") if value else None


def _binding(found: Collector, node: Element) -> dict[str, str]:
    binding = xml.attr(node, "bindingType", "latest")
    if binding not in BINDINGS:
        found.unsupported(node, f"the bindingType “{binding}”", "bindingType")
    elif xml.attr(node, "versionTag"):
        found.unsupported(node, f"a versionTag with the bindingType “{binding}”", "versionTag")
    return {"binding": binding, "version_tag": ""}


def _flag(found: Collector, node: Element, name: str) -> bool:
    value = xml.attr(node, name, "true")
    if value not in ("true", "false"):
        found.add(node, "bad-value", f"{name} is true or false, not “{value}”", name)
    return value == "true"


def _assignments(found: Collector, node: Element, side: str) -> tuple[zeebe.Assignment, ...]:
    made = []
    for item in xml.children(node, f"zeebe:{side}"):
        attributes(found, item, {"source", "target"})
        target = xml.attr(item, "target").strip()
        parts = tuple(target.split("."))
        if not all(part.isidentifier() for part in parts):
            found.add(item, "bad-target", f"“{target}” is no variable name", f"zeebe:{side}/target")
        source = xml.attr(item, "source")
        made.append(zeebe.Assignment(parts, found.text(item, source, f"{side} “{target}”")))
    return tuple(made)


def _io_mapping(found: Collector, node: Element) -> dict[str, Any]:
    for item in xml.children(node):
        if xml.local(item) not in ("input", "output"):
            found.unsupported(item, f"zeebe:{xml.local(item)}", "zeebe:ioMapping")
    return {
        "inputs": _assignments(found, node, "input"),
        "outputs": _assignments(found, node, "output"),
    }


def _task_definition(found: Collector, node: Element) -> dict[str, Any]:
    attributes(found, node, {"type", "retries"})
    kind = found.text(node, _required(found, node, "type"), "zeebe:taskDefinition/type")
    retries = _optional(found, node, "retries")
    if retries is not None and not retries.dynamic and not _up_to(MOST_RETRIES, retries.text):
        text = f"retries is 0 to {MOST_RETRIES}, not “{retries.text}”"
        found.add(node, "bad-value", text, "retries")
        retries = None
    return {"task": zeebe.Task(kind, retries)}


def _up_to(most: int, text: str) -> bool:
    # Measured before it is read: Python refuses to read thousands of digits.
    return text.isdecimal() and len(text) <= 9 and int(text) <= most


def _task_headers(found: Collector, node: Element) -> dict[str, Any]:
    headers = {}
    for item in xml.children(node):
        attributes(found, item, {"key", "value"})
        headers[_required(found, item, "key")] = xml.attr(item, "value")
    return {"headers": headers}


def _properties(found: Collector, node: Element) -> dict[str, Any]:
    values = {}
    for item in xml.children(node):
        attributes(found, item, {"name", "value"})
        name = xml.attr(item, "name")
        if name.startswith("casewright:"):
            values[name] = found.text(item, xml.attr(item, "value"), name)
    return {"properties": values}


def _check_properties(found: Collector, node: Element, values: dict[str, Setting]) -> None:
    kind = xml.local(node)
    for name, value in values.items():
        if kind not in words.PROPERTIES.get(name, frozenset()):
            found.unsupported(node, f"the property “{name}” on {kind}", name)
        elif value.text not in words.PROPERTY_VALUES.get(name, {value.text}):
            known = ", ".join(sorted(words.PROPERTY_VALUES[name]))
            found.unsupported(node, f"“{value.text}” for “{name}”: it is one of {known}", name)


def _check_direction(found: Collector, node: Element, values: dict[str, Any]) -> None:
    only = words.ONE_WAY.get(xml.local(node))
    refused = {"output": "inputs", "input": "outputs"}.get(only or "")
    if refused and values.get(refused):
        found.unsupported(node, f"{refused[:-1]} mappings on {xml.local(node)}", "zeebe:ioMapping")


def _script(found: Collector, node: Element) -> dict[str, Any]:
    attributes(found, node, {"expression", "resultVariable"})
    text = _required(found, node, "expression")
    expression = found.feel(node, text, "zeebe:script/expression") if text else None
    result = _required(found, node, "resultVariable")
    if expression is None:
        return {}
    return {"script": zeebe.Script(expression, result)}


def _called_decision(found: Collector, node: Element) -> dict[str, Any]:
    attributes(found, node, {"decisionId", "resultVariable", "bindingType", "versionTag"})
    name = found.text(node, _required(found, node, "decisionId"), "zeebe:calledDecision/decisionId")
    result = _required(found, node, "resultVariable")
    return {"decision": zeebe.Decision(name, result, **_binding(found, node))}


def _called_element(found: Collector, node: Element) -> dict[str, Any]:
    known = {"processId", "bindingType", "versionTag"}
    known |= {"propagateAllChildVariables", "propagateAllParentVariables"}
    attributes(found, node, known)
    name = found.text(node, _required(found, node, "processId"), "zeebe:calledElement/processId")
    return {
        "call": zeebe.Call(
            name,
            **_binding(found, node),
            all_in=_flag(found, node, "propagateAllParentVariables"),
            all_out=_flag(found, node, "propagateAllChildVariables"),
        )
    }


def _ad_hoc(found: Collector, node: Element) -> dict[str, Any]:
    attributes(found, node, {"activeElementsCollection"})
    text = xml.attr(node, "activeElementsCollection").strip()
    place = "zeebe:adHoc/activeElementsCollection"
    return {"adhoc": zeebe.AdHoc(first=found.feel(node, text, place) if text else None)}


def _form(found: Collector, node: Element) -> dict[str, Any]:
    attributes(found, node, {"formId", "bindingType", "versionTag"})
    return {"form": zeebe.Form(_required(found, node, "formId"), **_binding(found, node))}


def _assignment(found: Collector, node: Element) -> dict[str, Any]:
    attributes(found, node, {"assignee", "candidateUsers", "candidateGroups"})
    return {
        "assignee": _optional(found, node, "assignee"),
        "users": _optional(found, node, "candidateUsers"),
        "groups": _optional(found, node, "candidateGroups"),
    }


def _schedule(found: Collector, node: Element) -> dict[str, Any]:
    attributes(found, node, {"dueDate", "followUpDate"})
    return {
        "due": _optional(found, node, "dueDate"),
        "follow_up": _optional(found, node, "followUpDate"),
    }


def _priority(found: Collector, node: Element) -> dict[str, Any]:
    attributes(found, node, {"priority"})
    item = _optional(found, node, "priority")
    if item is not None and not item.dynamic and not _up_to(100, item.text):
        found.add(node, "bad-value", f"priority is 0 to 100, not “{item.text}”", "priority")
        item = None
    return {"priority": item}


def _nothing(found: Collector, node: Element) -> dict[str, Any]:
    attributes(found, node, {"value"} if xml.local(node) == "versionTag" else set())
    return {}


_READERS: dict[str, Reader] = {
    "ioMapping": _io_mapping,
    "taskDefinition": _task_definition,
    "taskHeaders": _task_headers,
    "properties": _properties,
    "script": _script,
    "calledDecision": _called_decision,
    "calledElement": _called_element,
    "adHoc": _ad_hoc,
    "formDefinition": _form,
    "userTask": _nothing,
    "versionTag": _nothing,
}
_PEOPLE: dict[str, Reader] = {
    "assignmentDefinition": _assignment,
    "taskSchedule": _schedule,
    "priorityDefinition": _priority,
}
