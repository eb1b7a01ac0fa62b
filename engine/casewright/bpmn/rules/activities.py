"""Activities: quantities, loops, calls, event sub-processes and ad-hoc sub-processes."""

from __future__ import annotations

from casewright import xml
from casewright.bpmn.rules import base
from casewright.bpmn.rules.base import Found, View, handles_event, rule
from casewright.xml import Element

_QUANTITIES = "10.3 Activities: startQuantity and completionQuantity are at least 1"
_EVENT_SUB_PROCESS = "10.3.5 Event Sub-Process"
_AD_HOC = "10.3.5 Ad-Hoc Sub-Process"


@rule("quantity-below-one", _QUANTITIES)
def quantities(view: View) -> Found:
    """A quantity of tokens is a whole number, at least 1."""
    for node in view.each(*base.ACTIVITIES):
        for name in ("startQuantity", "completionQuantity"):
            value = xml.attr(node, name, "1").strip()
            if not value.isdecimal() or int(value) < 1:
                yield node, f"{name} is “{value}”"


@rule("instantiating-receive-incoming", "10.3.3 Tasks: Receive Task, instantiate")
def instantiating_receive(view: View) -> Found:
    """No sequence flow leads to a receive task that starts the process."""
    for node in view.each("receiveTask"):
        if xml.attr(node, "instantiate") in ("true", "1") and view.into(node):
            yield node, "this receive task starts the process, and a sequence flow leads to it"


@rule("script-without-format", "10.3.3 Tasks: Script Task, scriptFormat")
def scripts(view: View) -> Found:
    """A script says which language it is in."""
    for node in view.each("scriptTask"):
        if xml.child(node, "bpmn:script") is not None and not xml.attr(node, "scriptFormat"):
            yield node, "there is a script and no scriptFormat"


@rule("event-sub-process-flow", _EVENT_SUB_PROCESS)
def event_sub_process_flows(view: View) -> Found:
    """No sequence flow leads to an event sub-process or leaves it."""
    for node in view.each(*base.SUB_PROCESSES):
        if handles_event(node) and (view.into(node) or view.out_of(node)):
            yield node, "a sequence flow is connected to this event sub-process"


@rule("event-sub-process-start", _EVENT_SUB_PROCESS)
def event_sub_process_start(view: View) -> Found:
    """An event sub-process has exactly one start event."""
    for node in view.each(*base.SUB_PROCESSES):
        count = len(xml.children(node, "bpmn:startEvent"))
        if handles_event(node) and count != 1:
            yield node, f"this event sub-process has {count} start events, not one"


@rule("ad-hoc-empty", _AD_HOC)
def ad_hoc_empty(view: View) -> Found:
    """An ad-hoc sub-process has at least one activity."""
    for node in view.each("adHocSubProcess"):
        if not any(xml.local(item) in base.ACTIVITIES for item in xml.children(node)):
            yield node, "there is no activity in this ad-hoc sub-process"


@rule("ad-hoc-content", _AD_HOC)
def ad_hoc_content(view: View) -> Found:
    """An ad-hoc sub-process has no start and end events, conversations and choreographies."""
    refused = base.CHOREOGRAPHY | {"startEvent", "endEvent", "conversation", "subConversation"}
    refused |= {"callConversation", "conversationLink"}
    for node in view.each("adHocSubProcess"):
        for item in xml.children(node):
            if xml.local(item) in refused:
                yield item, f"a {xml.local(item)} stands in an ad-hoc sub-process"


@rule("sub-process-data-set", "10.3.1 Activities: ioSpecification; Sub-Processes have none", "note")
def sub_process_data(view: View) -> Found:
    """A sub-process has no data sets of its own."""
    for node in view.each(*base.SUB_PROCESSES):
        if xml.child(node, "bpmn:ioSpecification") is not None:
            yield node, "this sub-process has an ioSpecification"


@rule("loop-without-count", "10.3.8 Loop Characteristics: Multi-Instance")
def multi_instance(view: View) -> Found:
    """A multi-instance activity that is executed has a cardinality or a collection."""
    for loop in view.each("multiInstanceLoopCharacteristics"):
        counted = ("loopCardinality", "loopDataInputRef")
        said = any(xml.child(loop, f"bpmn:{name}") is not None for name in counted)
        if view.executable(loop) and not said and not _own_loop(loop):
            yield loop, "there is neither a loopCardinality nor a loopDataInputRef"


def _own_loop(loop: Element) -> bool:
    """Tell whether the vocabulary of this engine says what is counted."""
    return (
        any(xml.local(item) == "loopCharacteristics" for item in xml.children(extension))
        if (extension := xml.child(loop, "bpmn:extensionElements")) is not None
        else False
    )


@rule("loop-input-unknown", "10.3.8 Loop Characteristics: loopDataInputRef", "note")
def loop_input(view: View) -> Found:
    """The collection of a multi-instance task is a data input of that task."""
    for loop in view.each("multiInstanceLoopCharacteristics"):
        task, ref = xml.parent(loop), xml.child(loop, "bpmn:loopDataInputRef")
        if task is None or ref is None or not view.executable(loop):
            continue
        if xml.local(task) in base.SUB_PROCESSES:
            continue
        spec = xml.child(task, "bpmn:ioSpecification")
        inputs = xml.children(spec, "bpmn:dataInput") if spec is not None else []
        if view.ref(xml.text(ref)) not in inputs:
            yield loop, f"loopDataInputRef “{xml.text(ref)}” is no data input of the task"


@rule("called-without-none-start", "10.5.2 Start Event: a process that is called")
def called(view: View) -> Found:
    """A process that is called has a start event without a trigger."""
    roots = [view.root, *(root for root in (view.imports or {}).values() if root is not None)]
    processes = {
        (xml.attr(root, "targetNamespace"), xml.attr(process, "id")): process
        for root in roots
        for process in xml.children(root, "bpmn:process")
    }
    for call in view.each("callActivity"):
        prefix, _, name = xml.attr(call, "calledElement").rpartition(":")
        own = xml.attr(view.root, "targetNamespace")
        space = xml.prefixes(call).get(prefix, own) if prefix else own
        process = processes.get((space, name))
        if process is not None and not _none_start(process):
            yield call, f"the process “{name}” has no start event without a trigger"


def _none_start(process: Element) -> bool:
    starts = xml.children(process, "bpmn:startEvent")
    # Without start events, what no flow leads to begins (10.5.2).
    return not starts or any(
        not any("ventDefinition" in xml.local(item) for item in xml.children(start))
        for start in starts
    )
