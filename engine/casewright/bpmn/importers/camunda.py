"""The vocabulary of Camunda 7, attribute by attribute, in ours."""

from __future__ import annotations

from casewright import xml
from casewright.bpmn.importers import juel, python
from casewright.bpmn.importers.work import Untranslated, Work
from casewright.xml import Element

# What changes nothing here, and why.
_DROPPED = {
    **dict.fromkeys(
        ("asyncBefore", "asyncAfter", "exclusive"),
        "each step is a transaction, and what waits outside is done apart from it",
    ),
    "jobPriority": "jobs have no priority",
    "historyTimeToLive": "how long cases are kept is the app's `retention`",
    "isStartableInTasklist": "who may start a process follows from the app's roles",
    "diagramRelationId": "it belongs to an editor",
    "modelerTemplate": "it belongs to an editor",
    "modelerTemplateVersion": "it belongs to an editor",
}
_EVENTS = ("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent")


def convert(work: Work) -> None:
    """Translate a file in its place."""
    for node in list(xml.descendants(work.root)):
        for name, why in _DROPPED.items():
            if xml.attr(node, f"camunda:{name}"):
                xml.remove_attr(node, f"camunda:{name}")
                work.dropped(node, f"camunda:{name}", why)
    for process in work.each("process"):
        _version(work, process)
    for task in work.each("userTask"):
        _user_task(work, task)
    for task in work.each("serviceTask", "sendTask", "businessRuleTask"):
        _external(work, task)
    for task in work.each("businessRuleTask"):
        _decision(work, task)
    for task in work.each("scriptTask"):
        _script(work, task)
    for call in work.each("callActivity"):
        _call(work, call)
    for loop in work.each("multiInstanceLoopCharacteristics"):
        _loop(work, loop)
    _mappings(work)
    _texts(work)


def _take(work: Work, node: Element, name: str) -> str:
    """Return an attribute's text in our language and take it away; "" where it is not sure."""
    value = xml.attr(node, f"camunda:{name}")
    if not value:
        return ""
    made = work.text(node, value, juel.text, f"camunda:{name}")
    if made is not None:
        xml.remove_attr(node, f"camunda:{name}")
    return made or ""


def _version(work: Work, process: Element) -> None:
    value = xml.attr(process, "camunda:versionTag")
    if value:
        work.put(process, "versionTag", {"value": value})
        xml.remove_attr(process, "camunda:versionTag")


def _user_task(work: Work, task: Element) -> None:
    work.put(task, "userTask", {})
    for name, attributes in (
        ("assignmentDefinition", ("assignee", "candidateUsers", "candidateGroups")),
        ("taskSchedule", ("dueDate", "followUpDate")),
        ("priorityDefinition", ("priority",)),
    ):
        values = {key: value for key in attributes if (value := _take(work, task, key))}
        if values:
            work.put(task, name, values)
    form, binding = xml.attr(task, "camunda:formRef"), xml.attr(task, "camunda:formRefBinding")
    if form and binding in ("", "latest", "deployment") and "${" not in form:
        work.put(task, "formDefinition", {"formId": form, "bindingType": binding})
        for key in ("formRef", "formRefBinding"):
            xml.remove_attr(task, f"camunda:{key}")


def _external(work: Work, task: Element) -> None:
    """Take an external task's topic for the operation of a connector."""
    topic = xml.attr(task, "camunda:topic")
    if xml.attr(task, "camunda:type") != "external" or not topic:
        return
    if xml.local(task) == "businessRuleTask":
        work.left(task, f"camunda:topic “{topic}”", "a business rule task asks a decision here")
        return
    made = _take(work, task, "topic")
    if made:
        work.put(task, "taskDefinition", {"type": made})
        xml.remove_attr(task, "camunda:type")


def _decision(work: Work, task: Element) -> None:
    name, result = (xml.attr(task, f"camunda:{n}") for n in ("decisionRef", "resultVariable"))
    binding = xml.attr(task, "camunda:decisionRefBinding")
    shape = xml.attr(task, "camunda:mapDecisionResult", "resultList")
    if not name:
        return
    if shape not in ("singleEntry", "collectEntries"):
        work.left(task, f"camunda:decisionRef “{name}”", f"a {shape} has another shape here")
    elif binding not in ("", "latest", "deployment"):
        work.left(task, f"camunda:decisionRef “{name}”", f"the binding “{binding}” is not run")
    elif not result:
        work.left(task, f"camunda:decisionRef “{name}”", "no resultVariable is named")
    elif made := _take(work, task, "decisionRef"):
        values = {"decisionId": made, "resultVariable": result, "bindingType": binding}
        work.put(task, "calledDecision", values)
        for key in ("resultVariable", "decisionRefBinding", "mapDecisionResult"):
            xml.remove_attr(task, f"camunda:{key}")


def _script(work: Work, task: Element) -> None:
    script = xml.child(task, "bpmn:script")
    language, result = xml.attr(task, "scriptFormat"), xml.attr(task, "camunda:resultVariable")
    if script is None or xml.text(script).startswith("="):
        return
    what = f"script in {language or 'no language'}"
    translate = {
        "feel": lambda text: f"= {text}",
        "juel": juel.expression,
        "python": python.expression,
    }.get(language.lower())
    if translate is None or not result:
        why = "no resultVariable is named" if translate else "its language is not FEEL"
        work.left(task, f"the {what}", why)
        return
    made = work.text(task, xml.text(script), translate, what)
    if made is not None:
        work.put(task, "script", {"expression": made, "resultVariable": result})
        xml.remove(script)
        xml.remove_attr(task, "scriptFormat")
        xml.remove_attr(task, "camunda:resultVariable")


def _call(work: Work, call: Element) -> None:
    value, binding = xml.attr(call, "calledElement"), xml.attr(call, "camunda:calledElementBinding")
    if not value:
        return
    if binding not in ("", "latest", "deployment"):
        work.left(call, "camunda:calledElementBinding", f"the binding “{binding}” is not run")
        return
    made = work.text(call, value, juel.text, "calledElement")
    if made is None:
        return
    every = {"in": "false", "out": "false"}
    for side in ("in", "out"):
        for item in work.items(call, f"camunda:{side}"):
            if xml.attr(item, "variables") == "all" and not xml.attr(item, "local"):
                every[side] = "true"
                xml.remove(item)
            elif set(xml.attrs(item)) <= {"source", "target", "sourceExpression"}:
                _pass(work, call, item, {"in": "input", "out": "output"}[side])
            else:
                names = ", ".join(sorted(xml.attrs(item)))
                work.left(item, f"camunda:{side} with {names}", "it has no counterpart")
    values = {"processId": made, "bindingType": binding}
    values["propagateAllParentVariables"] = every["in"]
    values["propagateAllChildVariables"] = every["out"]
    work.put(call, "calledElement", values)
    xml.remove_attr(call, "calledElement")
    xml.remove_attr(call, "camunda:calledElementBinding")


def _pass(work: Work, call: Element, item: Element, side: str) -> None:
    source, target = xml.attr(item, "source"), xml.attr(item, "target")
    text = xml.attr(item, "sourceExpression") or f"${{{source}}}"
    made = work.text(item, text, juel.expression, f"camunda:{xml.local(item)}")
    if made is not None:
        work.map(call, side, made, target)
        xml.remove(item)


def _loop(work: Work, loop: Element) -> None:
    collection, element = (
        xml.attr(loop, f"camunda:{name}") for name in ("collection", "elementVariable")
    )
    if collection:
        text = collection if "{" in collection else f"${{{collection}}}"
        made = work.text(loop, text, juel.expression, "camunda:collection")
        if made is not None:
            values = {"inputCollection": made, "inputElement": element}
            work.put(loop, "loopCharacteristics", values)
            for name in ("collection", "elementVariable"):
                xml.remove_attr(loop, f"camunda:{name}")


def _mappings(work: Work) -> None:
    """Translate `camunda:inputOutput`; parameters that are scripts, lists and maps are left."""
    for whole in list(xml.descendants(work.root, "camunda:inputOutput")):
        extension = xml.parent(whole)
        node = xml.parent(extension) if extension is not None else None
        for item in xml.children(whole):
            side = {"inputParameter": "input", "outputParameter": "output"}.get(xml.local(item))
            name = xml.attr(item, "name")
            if side is None or node is None or xml.children(item):
                work.left(item, f"camunda:{xml.local(item)} “{name}”", "it is no plain value")
                continue
            made = work.text(item, xml.text(item), _value, f"camunda:{xml.local(item)} “{name}”")
            if made is not None:
                work.map(node, side, made, name)
                xml.remove(item)
        if not xml.children(whole):
            xml.remove(whole)


def _value(text: str) -> str:
    if not text.strip():
        raise Untranslated("it is empty")
    return juel.text(text)


def _texts(work: Work) -> None:
    """Translate the expressions that BPMN itself has a place for."""
    for node in work.each("conditionExpression", "completionCondition", "loopCondition"):
        _rewrite(work, node)
    for node in work.each("conditionalEventDefinition"):
        _rewrite(work, xml.child(node, "bpmn:condition"))
    for node in work.each("loopCardinality", "timeDate", "timeDuration", "timeCycle"):
        if "{" in xml.text(node):
            _rewrite(work, node)
        elif xml.local(node) == "loopCardinality" and xml.text(node).isdecimal():
            xml.set_text(node, f"= {xml.text(node)}")
    for node in work.each("message", "signal"):
        name = xml.attr(node, "name")
        if "${" in name or "#{" in name:
            made = work.text(node, name, juel.text, "name")
            if made is not None:
                xml.set_attr(node, "name", made)


def _rewrite(work: Work, node: Element | None) -> None:
    language = xml.attr(node, "language").lower() if node is not None else ""
    if node is None or language in ("", "juel"):
        work.rewrite(node, juel.expression)
    elif language == "python":
        work.rewrite(node, python.expression)
    elif language != "feel":
        work.left(node, f"{xml.local(node)} in {language}", "its language is not FEEL")
