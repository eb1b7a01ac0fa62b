"""The player behind the verbs of the public BPMN scenarios.

`adapted` adds what the zeebe vocabulary wants and the engine-neutral files do not have: the
leading "=" of expressions, task types, called elements, correlation keys, assignments. What a
file says in another vendor's words beyond that is taken out, as the scenarios do not mean it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from copy import deepcopy
from datetime import timedelta
from typing import Any, ClassVar

from bpmnconf import adapter as verbs  # type: ignore[import-not-found]
from bpmnconf import juel
from lxml import etree

from casewright.domain.errors import Refused
from casewright.testing import NoSuchTask, Player
from casewright.testing.views import python

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
OPERATION = "scripted"
# All scenarios correlate by name alone, so every subscription has one and the same key.
KEY = "all"

_EXPRESSIONS = frozenset(
    {
        "conditionExpression",
        "condition",
        "loopCardinality",
        "loopCondition",
        "completionCondition",
        "activationCondition",
    }
)
_TIMES = frozenset({"timeDuration", "timeDate", "timeCycle"})
_PEOPLE = ("assignee", "candidateUsers", "candidateGroups")
_ASSIGNMENT = re.compile(r"\s*(\w+)\s*=\s*(?!=)(.+?)\s*", re.DOTALL)


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _elements(tree: Any) -> Iterator[Any]:
    for element in tree.getroot().iter():
        if isinstance(element.tag, str) and etree.QName(element).namespace == BPMN:
            yield element


def _extension(element: Any, name: str, **attributes: str) -> None:
    box = element.find(f"{{{BPMN}}}extensionElements")
    if box is None:
        box = etree.Element(f"{{{BPMN}}}extensionElements")
        element.insert(0, box)
    etree.SubElement(box, f"{{{ZEEBE}}}{name}", attributes)


def _vendor(element: Any) -> dict[str, str]:
    """Take the attributes of another vendor off an element, and return them by local name."""
    found = {}
    for key in list(element.attrib):
        if key.startswith("{") and not key.startswith(f"{{{XSI}}}"):
            found[etree.QName(key).localname] = element.attrib.pop(key)
    box = element.find(f"{{{BPMN}}}extensionElements")
    if box is not None:
        for item in list(box):
            if isinstance(item.tag, str) and etree.QName(item).namespace != ZEEBE:
                box.remove(item)
    return found


def _text(value: str) -> str:
    inner = juel.strip(value)
    return value if inner is None else "=" + juel.to(inner, "feel", bare=True)


def _script(element: Any) -> None:
    """Turn `name = expression`, or a script that does nothing, into a FEEL script."""
    body = element.find(f"{{{BPMN}}}script")
    text = (body.text or "").strip() if body is not None else "pass"
    match = _ASSIGNMENT.fullmatch(text)
    if text in ("", "pass"):
        result, expression = "nothing", "null"
    elif match:
        result, expression = match[1], match[2].replace("'", '"')
    else:
        return
    if body is not None:
        element.remove(body)
    element.attrib.pop("scriptFormat", None)
    _extension(element, "script", expression=f"={expression}", resultVariable=result)


def _task(element: Any, kind: str, vendor: dict[str, str]) -> None:
    if kind == "serviceTask" and element.find(f".//{{{ZEEBE}}}taskDefinition") is None:
        element.attrib.pop("operationRef", None)
        _extension(element, "taskDefinition", type=OPERATION)
    elif kind == "scriptTask":
        _script(element)
    elif kind == "callActivity" and "calledElement" in element.attrib:
        called = element.attrib.pop("calledElement").rpartition(":")[2]
        _extension(element, "calledElement", processId=_text(called))
    elif kind == "userTask":
        people = {name: _text(vendor[name]) for name in _PEOPLE if name in vendor}
        if people:
            _extension(element, "assignmentDefinition", **people)


def adapted(tree: Any) -> Any:
    """Return a copy of a translated file in the zeebe vocabulary."""
    made = deepcopy(tree)
    for element in list(_elements(made)):
        kind, text = _name(element), (element.text or "").strip()
        vendor = _vendor(element)
        if kind in _EXPRESSIONS and text and not text.startswith("="):
            element.text = f"={text}"
        elif kind in _TIMES and text:
            element.text = text[1:-1] if re.fullmatch(r'"[^"]*"', text) else f"={text}"
        elif kind == "message":
            for old in element.findall(f".//{{{ZEEBE}}}subscription"):
                old.getparent().remove(old)
            _extension(element, "subscription", correlationKey=f'="{KEY}"')
        else:
            _task(element, kind, vendor)
    return made


def operations(trees: Iterable[Any]) -> set[str]:
    """Return the task types that the files name."""
    found = {
        item.get("type", "")
        for tree in trees
        for item in tree.getroot().iter(f"{{{ZEEBE}}}taskDefinition")
    }
    return {name for name in found if not name.startswith("=")} | {OPERATION}


class ADAPTER:
    """A player for one scenario; the one before it is closed."""

    dialect = "feel"
    name = "casewright"
    _open: ClassVar[Player | None] = None

    def __init__(self) -> None:
        self.player = Player()
        self._handlers: dict[str, Any] = {}

    def deploy(self, files: list[tuple[str, Any]]) -> None:
        """Deploy the files; a refusal names each problem."""
        if ADAPTER._open is not None:
            ADAPTER._open.close()
        trees = {f"{n}.bpmn": adapted(tree) for n, (_, tree) in enumerate(files)}
        known = operations(trees.values())
        self._handlers = {name: {} for name in known}
        self.player.close()
        self.player = ADAPTER._open = Player(operations=known)
        self.player.set_handlers(self._handlers)
        try:
            self.player.deploy({n: etree.tostring(tree) for n, tree in trees.items()})
        except Refused as refused:
            findings = refused.details.get("findings", [])
            told = "; ".join(f"{f.element}: {f.code}: {f.message}" for f in findings)
            raise verbs.Refused(told or str(refused)) from None

    def set_handlers(self, handlers: dict[str, Any]) -> None:
        """Script service tasks by id; all others do nothing."""
        self.player.set_handlers({**self._handlers, **handlers})

    def start(self, process_id: str, vars: dict[str, Any], key: str | None = None) -> str:
        """Start a process."""
        try:
            return self.player.start(process_id, vars, key)
        except Refused as refused:
            raise verbs.Refused(str(refused)) from None

    def active(self) -> list[str]:
        """Return the tasks that can be completed."""
        return self.player.active()

    def waiting(self) -> list[str]:
        """Return the catch events that wait."""
        return self.player.waiting()

    def complete(self, element: str, vars: dict[str, Any], nth: int = 0) -> None:
        """Complete a task."""
        try:
            self.player.complete(element, vars, nth)
        except NoSuchTask as missing:
            raise verbs.NoSuchTask(str(missing)) from None

    def throw_error(self, element: str, code: str, vars: dict[str, Any]) -> None:
        """End a task in an error."""
        try:
            self.player.throw_error(element, code, vars)
        except NoSuchTask as missing:
            raise verbs.NoSuchTask(str(missing)) from None

    def escalate(self, element: str, code: str) -> None:
        """Throw an escalation at a task."""
        try:
            self.player.escalate(element, code)
        except NoSuchTask as missing:
            raise verbs.NoSuchTask(str(missing)) from None

    def message(self, name: str, vars: dict[str, Any], correlation: dict[str, Any]) -> None:
        """Publish a message."""
        if self.player.message(name, vars, KEY)["state"] != "used":
            raise verbs.EngineError(f"nobody waits for the message {name}")

    def signal(self, name: str, vars: dict[str, Any]) -> None:
        """Broadcast a signal; that nobody waits is no error."""
        self.player.signal(name, vars)

    def set_vars(self, vars: dict[str, Any]) -> None:
        """Write variables of all running instances."""
        self.player.set_vars(vars)

    def advance(self, delta: timedelta) -> None:
        """Let time pass."""
        self.player.advance(delta)

    def ended(self) -> bool:
        """Tell whether nothing runs."""
        return self.player.ended()

    def running(self) -> int:
        """Return how many cases run."""
        return self.player.running()

    def incident(self) -> str | None:
        """Return the first incident."""
        return self.player.incident()

    def completed(self) -> Counter[str]:
        """Return how often each element completed."""
        return self.player.completed()

    def variables(self) -> dict[str, Any]:
        """Return the variables as plain Python."""
        return {name: python(value) for name, value in self.player.variables().items()}

    def assignment(self, element: str) -> dict[str, Any]:
        """Return whom a task is for."""
        return self.player.assignment(element)
