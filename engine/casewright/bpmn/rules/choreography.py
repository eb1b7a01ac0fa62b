"""Choreographies and conversations, and where they may not stand."""

from __future__ import annotations

from casewright import xml
from casewright.bpmn.rules import base
from casewright.bpmn.rules.base import Found, View, rule

_GLOBAL = frozenset(
    {"conversation", "subConversation", "callConversation", "conversationNode"}
    | {"participantAssociation", "messageFlowAssociation", "conversationAssociation"}
    | {"association", "group", "textAnnotation"}
)


@rule("choreography-in-process", "10.3.5 Sub-Process; 11 Choreography")
def in_process(view: View) -> Found:
    """There are no choreography activities in a process or sub-process."""
    for node in view.each(*base.CHOREOGRAPHY):
        level = xml.parent(node)
        if level is not None and xml.local(level) in base.LEVELS:
            yield node, f"a {xml.local(node)} stands in a {xml.local(level)}"


@rule("choreography-reference", "9 Collaboration: choreographyRef", "note")
def references(view: View) -> Found:
    """A choreography or global conversation refers to no choreography."""
    for node in view.each("choreography", "globalConversation", "globalChoreographyTask"):
        for ref in xml.children(node, "bpmn:choreographyRef"):
            yield ref, f"a {xml.local(node)} refers to the choreography “{xml.text(ref)}”"


@rule("global-conversation-content", "9.5.5 Global Conversation", "note")
def global_conversations(view: View) -> Found:
    """A global conversation has participants and message flows only."""
    for node in view.each("globalConversation"):
        for item in xml.children(node):
            if xml.local(item) in _GLOBAL:
                yield node, f"a {xml.local(item)} stands in a global conversation"


@rule("closed-differs", "9 Collaboration: isClosed", "note")
def closed(view: View) -> Found:
    """A collaboration is closed exactly where the choreography that it refers to is."""
    for node in view.each("collaboration"):
        for ref in xml.children(node, "bpmn:choreographyRef"):
            other = view.ref(xml.text(ref))
            if other is None:
                continue
            mine, theirs = (xml.attr(n, "isClosed") in ("true", "1") for n in (node, other))
            if mine != theirs:
                yield node, f"isClosed differs from that of “{xml.text(ref)}”"
