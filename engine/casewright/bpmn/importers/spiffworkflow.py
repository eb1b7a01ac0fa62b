"""The vocabulary of SpiffWorkflow, element by element, in ours."""

from __future__ import annotations

from casewright import xml
from casewright.bpmn.importers import python
from casewright.bpmn.importers.work import Untranslated, Work
from casewright.xml import Element

_DROPPED = {
    "unitTests": "scenarios beside the process take their place",
    "category": "it belongs to an editor",
}


def convert(work: Work) -> None:
    """Translate a file in its place."""
    for name, why in _DROPPED.items():
        for item in list(xml.descendants(work.root, f"spiffworkflow:{name}")):
            work.dropped(item, f"spiffworkflow:{name}", why)
            xml.remove(item)
    for task in work.each("userTask"):
        work.put(task, "userTask", {})
    for task in work.each("scriptTask"):
        _script(work, task)
    for task in work.each("serviceTask", "sendTask"):
        _operator(work, task)
    for task in work.each("businessRuleTask"):
        _decision(work, task)
    for call in work.each("callActivity"):
        _call(work, call)
    conditions = ("conditionExpression", "completionCondition", "loopCondition", "loopCardinality")
    for node in work.each(*conditions):
        work.rewrite(node, python.expression)
    for node in work.each("conditionalEventDefinition"):
        work.rewrite(xml.child(node, "bpmn:condition"), python.expression)
    for node in work.each("timeDate", "timeDuration", "timeCycle"):
        work.rewrite(node, python.time)


def _script(work: Work, task: Element) -> None:
    script = xml.child(task, "bpmn:script")
    if script is None or not xml.text(script):
        return
    try:
        name, made = python.assignment(xml.text(script))
    except Untranslated as problem:
        work.left(script, "the script", str(problem))
        return
    work.put(task, "script", {"expression": made, "resultVariable": name})
    xml.remove(script)
    xml.remove_attr(task, "scriptFormat")


def _operator(work: Work, task: Element) -> None:
    """Take a service task's operator for the operation of a connector, with its parameters."""
    for item in work.items(task, "spiffworkflow:serviceTaskOperator"):
        result = xml.attr(item, "resultVariable")
        if result:
            work.left(item, f"resultVariable “{result}”", "a connector says where its answer goes")
        work.put(task, "taskDefinition", {"type": xml.attr(item, "id")})
        parts = list(xml.descendants(item, "spiffworkflow:parameter"))
        for part in parts:
            name = xml.attr(part, "id")
            made = work.text(
                part, xml.attr(part, "value"), python.expression, f"the parameter “{name}”"
            )
            if made is not None:
                work.map(task, "input", made, name)
                xml.remove(part)
        remaining = any(True for _ in xml.descendants(item, "spiffworkflow:parameter"))
        if not remaining and not result:
            xml.remove(item)


def _decision(work: Work, task: Element) -> None:
    for item in work.items(task, "spiffworkflow:calledDecisionId"):
        text = "it names no variable for the result, which is merged into the data"
        work.left(item, f"the decision “{xml.text(item)}”", text)


def _call(work: Work, call: Element) -> None:
    name = xml.attr(call, "calledElement")
    if name and not name.startswith("="):
        everything = {"propagateAllParentVariables": "true", "propagateAllChildVariables": "true"}
        work.put(call, "calledElement", {"processId": name, **everything})
        xml.remove_attr(call, "calledElement")
