"""Reads what the items of a multi-instance activity throw when they complete.

BPMN 2.0, 10.3.8: behavior None for each item, One for the first, All for none, and Complex as
its definitions say. A boundary event of the activity can catch it.
"""

from __future__ import annotations

from casewright import xml
from casewright.bpmn import events_in
from casewright.bpmn import vocabulary as words
from casewright.bpmn.expressions import Setting
from casewright.bpmn.findings import Collector
from casewright.bpmn.zeebe import ItemEvent, Settings
from casewright.xml import Element

# By behavior, the reference that says what is thrown.
_REFERENCES = {"None": "noneBehaviorEventRef", "One": "oneBehaviorEventRef"}


def known(node: Element) -> bool:
    """Tell whether a child of the loop is read here."""
    name = xml.local(node)
    return name == "complexBehaviorDefinition" or bool(xml.attr(node, "behavior"))


def read(found: Collector, part: Element) -> tuple[ItemEvent, ...]:
    """Return what the items throw."""
    behavior = xml.attr(part, "behavior", "All")
    if behavior == "Complex":
        made = [
            event
            for node in xml.children(part, "bpmn:complexBehaviorDefinition")
            for event in _complex(found, part, node)
        ]
    elif behavior in _REFERENCES:
        made = _simple(found, part, behavior)
    else:
        made = []
        if behavior != "All":
            found.unsupported(part, f"the behavior “{behavior}”", "behavior")
    if behavior not in ("All", *_REFERENCES) and not made:
        found.add(part, "setting-missing", f"the behavior “{behavior}” says nothing to throw")
    for event in made:
        _caught(found, part, event.thrown, behavior)
    return tuple(made)


def _simple(found: Collector, part: Element, behavior: str) -> list[ItemEvent]:
    side = _REFERENCES[behavior]
    nodes = [item for item in xml.children(part) if xml.attr(item, "behavior") == side]
    if not nodes:
        found.unsupported(part, f"the behavior “{behavior}” without {side}", side)
    thrown = [events_in.implicit(found, _root(part), part, node) for node in nodes]
    return [ItemEvent(made, first=behavior == "One") for made in thrown if made is not None]


def _complex(found: Collector, part: Element, node: Element) -> list[ItemEvent]:
    condition = xml.child(node, "bpmn:condition")
    event = xml.child(node, "bpmn:event")
    if condition is None or event is None:
        found.add(node, "setting-missing", "a complexBehaviorDefinition needs condition and event")
        return []
    language = xml.attr(condition, "language")
    if language and language not in words.FEEL_LANGUAGES:
        text = f"the expression language “{language}” is not FEEL"
        found.add(condition, "expression-language", text)
    asked: Setting = found.condition(condition, xml.text(condition), "condition")
    nodes = [item for item in xml.children(event) if xml.local(item).endswith("EventDefinition")]
    thrown = [events_in.implicit(found, _root(part), part, item) for item in nodes]
    return [ItemEvent(made, asked) for made in thrown if made is not None]


def _caught(found: Collector, part: Element, thrown: Settings, behavior: str) -> None:
    """Refuse an interrupting catcher at the same activity.

    It would end the activity with the item that throws first. Where such files come from, all
    items are meant to run all the same; `completionCondition` says the other clearly.
    """
    activity = xml.parent(part)
    level = xml.parent(activity) if activity is not None else None
    if activity is None or level is None:
        return
    for event in xml.children(level, "bpmn:boundaryEvent"):
        here = xml.attr(event, "attachedToRef") == xml.attr(activity, "id")
        if not here or xml.attr(event, "cancelActivity", "true") != "true":
            continue
        if any(_catches(thrown, _root(part), node) for node in xml.children(event)):
            text = f"an interrupting boundary event for the event of the behavior “{behavior}”"
            found.unsupported(event, f"{text}; use completionCondition to end early", "behavior")


def _catches(thrown: Settings, root: Element, node: Element) -> bool:
    """Tell whether a definition catches what is thrown, as far as the file says."""
    kind = xml.local(node).removesuffix("EventDefinition")
    ref = xml.attr(node, f"{kind}Ref").rpartition(":")[2]
    declared = next(
        (one for one in xml.children(root, f"bpmn:{kind}") if xml.attr(one, "id") == ref), None
    )
    if kind == "signal" and thrown.signal is not None and declared is not None:
        name = xml.attr(declared, "name")
        return name == thrown.signal.text or name.startswith("=") or thrown.signal.dynamic
    if kind == "escalation" and thrown.escalation is not None:
        return declared is None or xml.attr(declared, "escalationCode") == thrown.escalation.code
    return False


def _root(node: Element) -> Element:
    while (outer := xml.parent(node)) is not None:
        node = outer
    return node
