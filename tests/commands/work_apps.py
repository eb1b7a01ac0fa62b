"""Processes with jobs, timers and messages, for the tests of what happens by itself."""

from __future__ import annotations

from commands import apps

_NS = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
)


def service(
    key: str,
    type: str = "test.do",
    inputs: dict[str, str] | None = None,
    retries: int = 0,
    order: str = "",
) -> str:
    """Return a service task; `order` is the FEEL text of its order key."""
    mapping = "".join(
        f'<zeebe:input source="{source}" target="{target}"/>'
        for target, source in (inputs or {}).items()
    )
    tries = f' retries="{retries}"' if retries else ""
    ext = f'<zeebe:taskDefinition type="{type}"{tries}/>'
    ext += f"<zeebe:ioMapping>{mapping}</zeebe:ioMapping>" if mapping else ""
    if order:
        ext += (
            f'<zeebe:properties><zeebe:property name="casewright:orderBy" value="{order}"/>'
            "</zeebe:properties>"
        )
    return f'<serviceTask id="{key}"><extensionElements>{ext}</extensionElements></serviceTask>'


def error_boundary(key: str, host: str, code: str) -> str:
    """Return a boundary event that catches the error `code`, declared as `err`."""
    return (
        f'<boundaryEvent id="{key}" attachedToRef="{host}">'
        '<errorEventDefinition errorRef="err"/></boundaryEvent>'
    )


def timer(key: str, duration: str, host: str = "") -> str:
    """Return a timer: an intermediate event, or at the boundary of `host`."""
    inner = (
        '<timerEventDefinition><timeDuration xsi:type="tFormalExpression">'
        f"{duration}</timeDuration></timerEventDefinition>"
    )
    if host:
        return f'<boundaryEvent id="{key}" attachedToRef="{host}">{inner}</boundaryEvent>'
    return f'<intermediateCatchEvent id="{key}">{inner}</intermediateCatchEvent>'


def catch(key: str) -> str:
    """Return an event that waits for the message "paid"."""
    return (
        f'<intermediateCatchEvent id="{key}"><messageEventDefinition messageRef="paid"/>'
        "</intermediateCatchEvent>"
    )


def message_start(key: str = "s") -> str:
    """Return a start by the message "ordered"."""
    return f'<startEvent id="{key}"><messageEventDefinition messageRef="ordered"/></startEvent>'


def script(key: str, expression: str, result: str) -> str:
    """Return a script task."""
    return (
        f'<scriptTask id="{key}"><extensionElements>'
        f'<zeebe:script expression="={expression}" resultVariable="{result}"/>'
        "</extensionElements></scriptTask>"
    )


def process(*parts: str, key: str = "p") -> bytes:
    """Return a file with one process, the messages "paid" and "ordered", the error E1."""
    return (
        f'<?xml version="1.0"?><definitions {_NS} id="d" targetNamespace="t">'
        f'<process id="{key}" isExecutable="true">{"".join(parts)}</process>'
        '<message id="paid" name="paid"><extensionElements>'
        '<zeebe:subscription correlationKey="=order"/></extensionElements></message>'
        '<message id="ordered" name="ordered"/><error id="err" errorCode="E1"/></definitions>'
    ).encode()


def line(*parts: tuple[str, str], key: str = "p", start: str = '<startEvent id="s"/>') -> bytes:
    """Return a process that runs through `parts`, (id, xml) each, between start and end."""
    ids = [name for name, _ in parts]
    return process(
        start,
        *(xml for _, xml in parts),
        '<endEvent id="e"/>',
        apps.flow("s", *ids, "e"),
        key=key,
    )
