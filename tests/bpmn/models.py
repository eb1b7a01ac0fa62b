"""Small BPMN files in the zeebe vocabulary, written in Python for the tests."""

from __future__ import annotations

import re
from html import escape
from itertools import pairwise

NAMESPACES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
)
DECLARED = (
    '<message id="msg1" name="paid"><extensionElements>'
    '<zeebe:subscription correlationKey="=order"/></extensionElements></message>'
    '<message id="msg2" name="ordered"/>'
    '<error id="er1" name="E1" errorCode="E1"/><error id="er2" name="E2" errorCode="E2"/>'
    '<error id="er0" name="any"/>'
)
_FLOW = re.compile(r"(\w+)(?:\[(.*)\])?$", re.S)


def model(*parts: str, process: str = "p", extra: str = "", lanes: str = "") -> bytes:
    """Return a file with one process."""
    body = "".join(parts)
    return (
        f'<?xml version="1.0"?>\n<definitions {NAMESPACES} id="d" targetNamespace="t">'
        f'<process id="{process}" name="{process}" isExecutable="true">\n{lanes}{body}\n</process>'
        f"{extra}{DECLARED}</definitions>"
    ).encode()


def node(tag: str, id: str, inner: str = "", ext: str = "", **attributes: str) -> str:
    """Return one element; a trailing underscore in an attribute's name is dropped."""
    given = "".join(f' {key.rstrip("_")}="{escape(value)}"' for key, value in attributes.items())
    extension = f"<extensionElements>{ext}</extensionElements>" if ext else ""
    return f'<{tag} id="{id}" name="{id}"{given}>{extension}{inner}</{tag}>\n'


def start(id: str = "s", inner: str = "", ext: str = "") -> str:
    """Return a start event."""
    return node("startEvent", id, inner, ext)


def end(id: str = "e", inner: str = "", ext: str = "") -> str:
    """Return an end event."""
    return node("endEvent", id, inner, ext)


def user(id: str, ext: str = "", **attributes: str) -> str:
    """Return a user task."""
    return node("userTask", id, "", ext, **attributes)


def service(id: str, ext: str = "", type: str = "crm.save", **attributes: str) -> str:
    """Return a service task."""
    return node("serviceTask", id, "", f'<zeebe:taskDefinition type="{type}"/>{ext}', **attributes)


def script(id: str, expression: str, result: str, ext: str = "") -> str:
    """Return a script task."""
    text = escape(expression)
    return node(
        "scriptTask",
        id,
        "",
        f'<zeebe:script expression="={text}" resultVariable="{result}"/>{ext}',
    )


def rule(id: str, decision: str, result: str, more: str = "") -> str:
    """Return a business-rule task."""
    return node(
        "businessRuleTask",
        id,
        "",
        f'<zeebe:calledDecision decisionId="{decision}" resultVariable="{result}"{more}/>',
    )


def call(id: str, process: str, ext: str = "", more: str = "") -> str:
    """Return a call activity."""
    return node("callActivity", id, "", f'<zeebe:calledElement processId="{process}"{more}/>{ext}')


def xor(id: str, **attributes: str) -> str:
    """Return an exclusive gateway."""
    return node("exclusiveGateway", id, **attributes)


def both(id: str) -> str:
    """Return a parallel gateway."""
    return node("parallelGateway", id)


def some(id: str, **attributes: str) -> str:
    """Return an inclusive gateway."""
    return node("inclusiveGateway", id, **attributes)


def sub(id: str, *parts: str, ext: str = "") -> str:
    """Return an embedded sub-process."""
    return node("subProcess", id, "".join(parts), ext)


def catch(id: str, inner: str, ext: str = "") -> str:
    """Return an intermediate catch event."""
    return node("intermediateCatchEvent", id, inner, ext)


def boundary(id: str, host: str, inner: str, cancel: bool = True, ext: str = "") -> str:
    """Return a boundary event."""
    flag = "true" if cancel else "false"
    return node("boundaryEvent", id, inner, ext, attachedToRef=host, cancelActivity=flag)


def timer(text: str, kind: str = "timeDuration") -> str:
    """Return a timer event definition."""
    return (
        f'<timerEventDefinition><{kind} xsi:type="tFormalExpression">{escape(text)}</{kind}>'
        "</timerEventDefinition>"
    )


def error(ref: str = "er1") -> str:
    """Return an error event definition; "" catches all."""
    return f'<errorEventDefinition errorRef="{ref}"/>' if ref else "<errorEventDefinition/>"


def message(ref: str = "msg1") -> str:
    """Return a message event definition."""
    return f'<messageEventDefinition messageRef="{ref}"/>'


TERMINATE = "<terminateEventDefinition/>"


def io(inputs: dict[str, str] | None = None, outputs: dict[str, str] | None = None) -> str:
    """Return an ioMapping; keys are targets."""
    parts = [
        f'<zeebe:{side} source="{escape(source)}" target="{target}"/>'
        for side, mappings in (("input", inputs or {}), ("output", outputs or {}))
        for target, source in mappings.items()
    ]
    return f"<zeebe:ioMapping>{''.join(parts)}</zeebe:ioMapping>"


def flows(*specs: str) -> str:
    """Return sequence flows: "a>b>c", or "g>c[=condition]" with a condition.

    A second flow between the same two elements has `_2` behind its id.
    """
    made: dict[str, str] = {}
    for spec in specs:
        parts = spec.split(">", 1) if "[" in spec else spec.split(">")
        for source, target in pairwise(parts):
            match = _FLOW.match(target)
            assert match is not None, spec
            name, condition = match.groups()
            inner = ""
            if condition is not None:
                inner = (
                    '<conditionExpression xsi:type="tFormalExpression">'
                    f"{escape(condition)}</conditionExpression>"
                )
            flow = f"f_{source}_{name}"
            if flow in made:
                flow += "_2"
            made[flow] = (
                f'<sequenceFlow id="{flow}" sourceRef="{source}" '
                f'targetRef="{name}">{inner}</sequenceFlow>\n'
            )
    return "".join(made.values())
