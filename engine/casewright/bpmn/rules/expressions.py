"""Expressions: formal where they are executed, and never empty where they are formal."""

from __future__ import annotations

from casewright import xml
from casewright.bpmn.rules.base import Found, View, rule
from casewright.xml import Element

# Where an expression may stand that the XML can hold in words too.
_EXPRESSIONS = (
    *("completionCondition", "conditionExpression", "activationCondition", "loopCardinality"),
    *("loopCondition", "timeDate", "timeDuration", "timeCycle", "from", "to", "condition"),
)
# Expressions that are formal by the schema, whatever xsi:type says.
_FORMAL = ("dataPath", "messagePath", "transformation")


def _formal(node: Element) -> bool:
    return xml.attr(node, "xsi:type").rpartition(":")[2] == "tFormalExpression"


@rule("expression-informal", "8.4.6 Expressions: natural language is not executed", "note")
def informal(view: View) -> Found:
    """An expression that is executed is marked as formal."""
    for node in view.each(*_EXPRESSIONS):
        above = xml.parent(node)
        complex_behavior = above is not None and xml.local(above) == "complexBehaviorDefinition"
        if not complex_behavior and view.executable(node) and not _formal(node):
            yield node, f"{xml.local(node)} is not marked as tFormalExpression"


@rule("expression-empty", "8.4.6 Expressions: Formal Expression, body")
def empty(view: View) -> Found:
    """A formal expression has a text."""
    for node in view.each(*_EXPRESSIONS, *_FORMAL):
        above = xml.parent(node)
        complex_behavior = above is not None and xml.local(above) == "complexBehaviorDefinition"
        formal = _formal(node) or complex_behavior or xml.local(node) in _FORMAL
        if formal and not xml.text(node):
            yield node, f"{xml.local(node)} is empty"
