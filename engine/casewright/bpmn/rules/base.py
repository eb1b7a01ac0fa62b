"""What a rule of the standard sees of a file, and how a rule is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from casewright import xml
from casewright.xml import NS, Element

TASKS = frozenset(
    {"task", "userTask", "manualTask", "scriptTask", "serviceTask", "sendTask", "receiveTask"}
    | {"businessRuleTask"}
)
SUB_PROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES = TASKS | SUB_PROCESSES | {"callActivity"}
GATEWAYS = frozenset(
    {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "complexGateway"}
    | {"eventBasedGateway"}
)
INTERMEDIATE = frozenset({"intermediateCatchEvent", "intermediateThrowEvent"})
EVENTS = INTERMEDIATE | {"startEvent", "endEvent", "boundaryEvent", "implicitThrowEvent"}
CHOREOGRAPHY = frozenset({"choreographyTask", "subChoreography", "callChoreography"})
NODES = ACTIVITIES | GATEWAYS | EVENTS | CHOREOGRAPHY
LEVELS = SUB_PROCESSES | {"process"}

Found = Iterator[tuple[Element, str]]
# A "note" concerns the exchange of files only: it is told when asked for, and changes no run.
Level = Literal["warning", "note"]


class View:
    """A file with the look-ups that rules need, made once."""

    def __init__(self, root: Element, imports: Mapping[str, Element | None] | None = None) -> None:
        self.root = root
        # Files by the location that an import names, None for one that is not there; no mapping
        # at all when nobody looked.
        self.imports = imports
        self.all: dict[str, list[Element]] = defaultdict(list)
        self.ids: dict[str, Element] = {}
        self.outgoing: dict[str, list[Element]] = defaultdict(list)
        self.incoming: dict[str, list[Element]] = defaultdict(list)
        self.attached: dict[str, list[Element]] = defaultdict(list)
        for node in xml.descendants(root):
            if xml.ns(node) != NS["bpmn"]:
                continue
            self.all[xml.local(node)].append(node)
            self.ids.setdefault(xml.attr(node, "id"), node)
        self.ids.pop("", None)
        for flow in self.all["sequenceFlow"]:
            self.outgoing[xml.attr(flow, "sourceRef")].append(flow)
            self.incoming[xml.attr(flow, "targetRef")].append(flow)
        for event in self.all["boundaryEvent"]:
            self.attached[xml.attr(event, "attachedToRef")].append(event)

    def each(self, *names: str) -> Iterator[Element]:
        """Yield the elements with one of the names."""
        for name in sorted(names):
            yield from self.all.get(name, ())

    def ref(self, name: str) -> Element | None:
        """Return the element that a reference means, whatever its prefix."""
        found = self.ids.get(name)
        return found if found is not None else self.ids.get(name.rpartition(":")[2])

    def foreign(self, node: Element, name: str) -> bool:
        """Tell whether a reference leads to another file's namespace."""
        prefix, colon, _ = name.rpartition(":")
        target = xml.attr(self.root, "targetNamespace")
        return bool(colon) and xml.prefixes(node).get(prefix) not in (None, target)

    def into(self, node: Element) -> list[Element]:
        """Return the sequence flows that lead to a node."""
        return self.incoming.get(xml.attr(node, "id"), [])

    def out_of(self, node: Element) -> list[Element]:
        """Return the sequence flows that leave a node."""
        return self.outgoing.get(xml.attr(node, "id"), [])

    def about(self, event: Element) -> list[Element]:
        """Return the definitions of an event, its own and those it refers to."""
        found = []
        for item in xml.children(event):
            name = xml.local(item)
            if name.endswith("EventDefinition"):
                found.append(item)
            elif name == "eventDefinitionRef":
                definition = self.ref(xml.text(item))
                found += [definition] if definition is not None else []
        return found

    def kinds(self, event: Element) -> list[str]:
        """Return what an event is about: "message", "timer" and so on."""
        return [xml.local(item).removesuffix("EventDefinition") for item in self.about(event)]

    def executable(self, node: Element) -> bool:
        """Tell whether a node belongs to an executable process, or to no process beside one."""
        process = above(node, "process")
        if process is not None:
            return xml.attr(process, "isExecutable") in ("true", "1")
        return any(xml.attr(p, "isExecutable") in ("true", "1") for p in self.all["process"])

    def item(self, node: Element | None, name: str = "itemSubjectRef") -> Element | None:
        """Return the item definition of a data element or message."""
        return self.ref(xml.attr(node, name)) if node is not None else None


def above(node: Element, *names: str) -> Element | None:
    """Return the nearest element around `node`, or itself, with one of the names."""
    here: Element | None = node
    while here is not None and xml.local(here) not in names:
        here = xml.parent(here)
    return here


def handles_event(node: Element | None) -> bool:
    """Tell whether a level is an event sub-process."""
    return node is not None and xml.attr(node, "triggeredByEvent") in ("true", "1")


def compensates(node: Element) -> bool:
    """Tell whether an activity is a compensation handler."""
    return xml.attr(node, "isForCompensation") in ("true", "1")


def nodes_of(level: Element) -> list[Element]:
    """Return the flow nodes directly on a level."""
    return [node for node in xml.children(level) if xml.local(node) in NODES]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the standard: its code, where it is written, and the function that looks."""

    code: str
    source: str
    look: Callable[[View], Found]
    level: Level = "warning"

    @property
    def text(self) -> str:
        """The rule in one line."""
        return (self.look.__doc__ or "").partition("\n")[0]


RULES: dict[str, Rule] = {}


def rule(
    code: str, source: str, level: Level = "warning"
) -> Callable[[Callable[[View], Found]], Callable[[View], Found]]:
    """Register a rule under its stable code."""

    def register(look: Callable[[View], Found]) -> Callable[[View], Found]:
        RULES[code] = Rule(code, f"BPMN 2.0.2, {source}", look, level)
        return look

    return register
