"""Processes with signals, thrown messages, escalations and timer starts."""

from __future__ import annotations

from html import escape

from commands import apps
from commands import work_apps as w

ROOT = (
    '<signal id="storm" name="storm"/><message id="ping" name="ping"><extensionElements>'
    '<zeebe:subscription correlationKey="=order"/></extensionElements></message>'
    '<escalation id="late" name="late" escalationCode="LATE"/></definitions>'
)


def file(content: bytes) -> bytes:
    """Return a file with the signal "storm", the message "ping" and the escalation "LATE"."""
    return content.replace(b"</definitions>", ROOT.encode())


def event(kind: str, key: str, what: str, extra: str = "") -> str:
    """Return an event of `kind` about the signal, message or escalation `what`."""
    name = {"storm": "signal", "ping": "message", "late": "escalation"}[what]
    return f'<{kind} id="{key}">{extra}<{name}EventDefinition {name}Ref="{what}"/></{kind}>'


def inputs(**values: str) -> str:
    """Return extension elements that give an event what it carries."""
    mapped = "".join(
        f'<zeebe:input source="={escape(text)}" target="{name}"/>' for name, text in values.items()
    )
    return f"<extensionElements><zeebe:ioMapping>{mapped}</zeebe:ioMapping></extensionElements>"


def waiting(key: str = "p") -> bytes:
    """Return a process that waits for the signal."""
    catch = event("intermediateCatchEvent", "wait", "storm")
    return file(w.line(("wait", catch), key=key))


def throwing(what: str = "storm", key: str = "thrower", **values: str) -> bytes:
    """Return a process that throws at once, then waits for a person."""
    throw = event("intermediateThrowEvent", "throw", what, inputs(**values) if values else "")
    return file(w.line(("throw", throw), ("check", apps.task("check")), key=key))


def started_by(what: str, key: str = "started") -> bytes:
    """Return a process that the signal or message starts, and which waits for a person."""
    start = event("startEvent", "s", what)
    return file(w.line(("check", apps.task("check")), key=key, start=start))


def timed(element: str, text: str, catch_up: str = "", key: str = "timed") -> bytes:
    """Return a process that starts by the clock and ends at once."""
    kept = (
        '<extensionElements><zeebe:properties><zeebe:property name="casewright:catchUp" '
        f'value="{catch_up}"/></zeebe:properties></extensionElements>'
        if catch_up
        else ""
    )
    start = (
        f'<startEvent id="s">{kept}<timerEventDefinition><{element} '
        f'xsi:type="tFormalExpression">{text}</{element}></timerEventDefinition></startEvent>'
    )
    return w.line(("set", w.script("set", "1", "x")), key=key, start=start)
