"""SpiffWorkflow's parser, made to build our specs.

Nodes are made first and connected afterwards, in the document order of the flows: the
library follows the flows in recursion and tests conditions in the order of the drawing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from SpiffWorkflow.bpmn.parser import BpmnParser, event_parsers
from SpiffWorkflow.bpmn.parser.event_parsers import EndEventParser, EventDefinitionParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.task_parsers import ConditionalGatewayParser, GatewayParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition

from casewright import xml
from casewright.bpmn import (
    activities,
    adhoc,
    adhoc_in,
    compensation_nodes,
    event_subprocesses,
    events,
    gateways,
    loops,
    messages,
    quantities,
)
from casewright.bpmn import vocabulary as words
from casewright.bpmn.expressions import Setting
from casewright.bpmn.graph import Graph
from casewright.bpmn.program import Program
from casewright.bpmn.read import Model
from casewright.bpmn.zeebe import NOTHING


class ChoiceParser(ConditionalGatewayParser):
    """A gateway whose flows carry compiled conditions."""

    def parse_condition(self, sequence_flow: Any) -> Setting | None:
        """Return the condition as `read` compiled it."""
        model: Model = self.process_parser.parser.model
        return model.conditions.get(sequence_flow.get("id"))


class EndParser(EndEventParser):
    """An end event with nothing behind it: a level ends when nothing in it is open."""

    def get_event_definition(self, xpaths: list[str]) -> Any:
        """Return the definition; the library leaves signals out at end events."""
        return super().get_event_definition([*xpaths, event_parsers.SIGNAL_EVENT_XPATH])

    def create_task(self) -> Any:
        """Return the spec."""
        task = super().create_task()
        task.outputs = []
        self.spec.end.inputs = []
        return task


class PlainEventParser(TaskParser):
    """An event or a task whose definition the library need not know."""

    def create_task(self) -> Any:
        """Return the spec."""
        return self.spec_class(
            self.spec, self.bpmn_id, event_definition=NoneEventDefinition(), **self.bpmn_attributes
        )


class ScriptParser(TaskParser):
    """A script or rule task; what it runs is among its settings."""

    def create_task(self) -> Any:
        """Return the spec."""
        return self.spec_class(self.spec, self.bpmn_id, script="", **self.bpmn_attributes)


class CallParser(TaskParser):
    """A call activity; the called process is another instance, not a spec of ours."""

    def create_task(self) -> Any:
        """Return the spec."""
        return self.spec_class(self.spec, self.bpmn_id, subworkflow_spec="", **self.bpmn_attributes)


class CompensationParser(TaskParser):
    """An event of compensation, which the library's event parsers do not know."""

    def create_task(self) -> Any:
        """Return the spec."""
        return self.spec_class(
            self.spec,
            self.bpmn_id,
            event_definition=compensation_nodes.CompensateEventDefinition(),
            **self.bpmn_attributes,
        )


class BoundaryCompensationParser(TaskParser):
    """A compensation boundary event."""

    def create_task(self) -> Any:
        """Return the spec; it cancels nothing, since its activity is over."""
        return self.spec_class(
            self.spec,
            self.bpmn_id,
            event_definition=compensation_nodes.CompensateEventDefinition(),
            cancel_activity=False,
            **self.bpmn_attributes,
        )


class EventStartParser(EventDefinitionParser):
    """The start event of an event sub-process, which may have more triggers than others."""

    def create_task(self) -> Any:
        """Return the spec."""
        paths = [
            *(event_parsers.MESSAGE_EVENT_XPATH, event_parsers.TIMER_EVENT_XPATH),
            *(event_parsers.ERROR_EVENT_XPATH, event_parsers.ESCALATION_EVENT_XPATH),
            *(event_parsers.SIGNAL_EVENT_XPATH, event_parsers.CONDITIONAL_EVENT_XPATH),
        ]
        definition = self.get_event_definition(paths)
        if self.xpath("./bpmn:compensateEventDefinition"):
            definition = compensation_nodes.CompensateEventDefinition()
        return self._create_task(definition)


class InnerStartParser(EventStartParser):
    """The same start event where it runs, inside the event sub-process."""

    def create_task(self) -> Any:
        """Return the spec."""
        task = super().create_task()
        self.spec.start.connect(task)
        return task


def wait_for_each(level: Any, event: Any) -> None:
    """Make a node that waits for each definition of an event that has several."""
    names = []
    for number, part in enumerate(event.settings.parts, 1):
        name = f"{event.name}__{number}__wait"
        wait = events.Wait(level, name, event_definition=NoneEventDefinition())
        wait.origin, wait.settings, wait.event = event.origin, part, event
        wait.flows = {}
        names.append(name)
    event.waits_by = tuple(names)


class SubProcessParser(TaskParser):
    """An embedded sub-process."""

    def create_task(self) -> Any:
        """Return the spec; the level inside is parsed with it."""
        parser = self.process_parser.parser
        parser.create_parser(self.node, filename=self.filename, lane=self.lane)
        parser.process_parsers[self.bpmn_id].parent = self.process_parser
        by_event = self.node.get("triggeredByEvent") == "true"
        spec_class = event_subprocesses.EventSubProcess if by_event else self.spec_class
        made = spec_class(
            self.spec, self.bpmn_id, subworkflow_spec=self.bpmn_id, **self.bpmn_attributes
        )
        if by_event:
            self._start(made)
        return made

    def _start(self, made: Any) -> None:
        """Put the start event that waits before an event sub-process into the scope around."""
        (start,) = xml.children(self.node, "bpmn:startEvent")
        made.compensates = xml.child(start, "bpmn:compensateEventDefinition") is not None
        if made.compensates:
            return
        parser = EventStartParser(
            self.process_parser, event_subprocesses.EventStart, start, self.nsmap, lane=self.lane
        )
        waits = parser.create_task()
        model: Model = self.process_parser.parser.model
        waits.origin = model.origins.get(waits.name, waits.name)
        waits.settings = model.settings.get(waits.origin, NOTHING)
        waits.interrupting = xml.attr(start, "isInterrupting", "true") == "true"
        waits.flows = {}
        wait_for_each(self.spec, waits)
        waits.connect(made)


class AdHocParser(SubProcessParser):
    """An ad-hoc sub-process."""

    def create_task(self) -> Any:
        """Return the spec, which knows what can be chosen in it."""
        made = super().create_task()
        origins = self.process_parser.parser.model.origins
        made.choices = {origins.get(name, name): name for name in adhoc_in.choices(self.node)}
        return made


class LevelParser(ProcessParser):
    """Parses a process or a sub-process."""

    def add_tasks(self) -> None:
        """Make the specs of all nodes, then connect them."""
        self.made: dict[str, Any] = {}
        for node in xml.children(self.node):
            if xml.local(node) in words.FLOW_NODES:
                self.parse_node(node)
        for flow in xml.children(self.node, "bpmn:sequenceFlow"):
            self._connect(flow)
        for made in self.made.values():
            if isinstance(made.task, events.BoundaryEvent):
                host = self.spec.task_specs[made.node.get("attachedToRef")]
                host.boundaries = (*host.boundaries, made.task.name)
            elif isinstance(made.task, compensation_nodes.CompensationBoundary):
                self._compensation(made)
        if xml.local(self.node) == "adHocSubProcess":
            self._chosen()

    def _compensation(self, made: Any) -> None:
        """Connect a compensation boundary event to the activity that undoes."""
        model: Model = self.parser.model
        self._item(self.spec.task_specs[made.node.get("attachedToRef")]).undone_by = made.task.name
        handler = self.made[model.handlers[made.task.name]].task
        handler.for_compensation = self._item(handler).for_compensation = True
        made.task.connect(handler)

    def _chosen(self) -> None:
        """Let activities count as chosen; those that can be, any number of times."""
        for made in self.made.values():
            if isinstance(made.task, activities.Activity):
                made.task.chosen = not (made.task.for_compensation or _by_event(made.task))
        for name in adhoc_in.choices(self.node):
            self.made[name].task.repeats = True

    def _item(self, task: Any) -> Any:
        """Return the activity itself, for which a body may stand."""
        return self.spec.task_specs[task.item] if getattr(task, "item", "") else task

    def parse_node(self, node: Any) -> Any:
        """Make the spec of one node; flows are followed later."""
        parser_class, spec_class = self._special(node) or self.parser._get_parser_class(node.tag)
        model: Model = self.parser.model
        known = model.settings.get(model.origins.get(node.get("id"), node.get("id")), NOTHING)
        if known.loop and node.get("id") not in model.added:
            spec_class = loops.item_class(spec_class)
        made = parser_class(self, spec_class, node, self.nsmap, lane=self.lane)
        made.task = made.create_task()
        name = node.get("id")
        made.task.origin = model.origins.get(name, name)
        made.task.generated = name in model.added
        made.task.settings = model.settings.get(made.task.origin, NOTHING)
        if made.task.generated:
            made.task.settings = NOTHING
        if name in model.counts:
            made.task.wanted = model.counts[name]
        elif name in model.copies:
            made.task.copies = model.copies[name]
        if made.task.settings.loop is not None:
            self._repeat(made)
        if isinstance(made.task, events.Catching):
            wait_for_each(self.spec, made.task)
        made.task.flows = {}
        self.made[name] = made
        return made.task

    def _repeat(self, made: Any) -> None:
        """Let a body stand in the flow for an activity that is repeated."""
        item, specs = made.task, self.spec.task_specs
        name = item.name
        del specs[name]
        item.name = f"{name}__item"
        specs[item.name] = item
        item.flows = {}
        kind = loops.StandardLoop if item.loop.kind == "standard" else loops.MultiInstance
        body = kind(self.spec, name, **made.bpmn_attributes)
        body.origin, body.item = item.origin, item.name
        body.settings = replace(NOTHING, loop=item.loop)
        made.task = body

    def _special(self, node: Any) -> Any:
        """Return the classes of an event that is told from others by what is in it or around."""
        if xml.local(node) == "startEvent" and self.node.get("triggeredByEvent") == "true":
            return InnerStartParser, event_subprocesses.InnerStart
        model: Model = self.parser.model
        if node.get("id") in model.counts:
            return GatewayParser, quantities.Count
        if node.get("id") in model.copies:
            return PlainEventParser, quantities.Copies
        for item in xml.children(node):
            found = _SPECIAL.get((xml.local(node), xml.local(item)))
            if found is not None:
                return found
        return None

    def _connect(self, flow: Any) -> None:
        source, target = self.made[flow.get("sourceRef")], self.made[flow.get("targetRef")].task
        outgoing = self.get_outgoing_sequence_flows(flow.get("sourceRef"))
        default = source.node.get("default") == flow.get("id")
        if isinstance(source, ChoiceParser) and len(outgoing) == 1:
            default = default or source.parse_condition(flow) is None
        source.connect_outgoing(target, flow, default)
        if isinstance(target, gateways.Join):
            target.flows[source.task.name] = flow.get("id")
            target.counts_arrivals = target.gathers or len(target.flows) > 1


def _by_event(task: Any) -> bool:
    return bool(getattr(task, "by_event", False))


_SPECIAL = {
    ("boundaryEvent", "compensateEventDefinition"): (
        BoundaryCompensationParser,
        compensation_nodes.CompensationBoundary,
    ),
    ("intermediateThrowEvent", "compensateEventDefinition"): (
        CompensationParser,
        compensation_nodes.CompensateThrow,
    ),
    ("endEvent", "compensateEventDefinition"): (
        CompensationParser,
        compensation_nodes.CompensateEnd,
    ),
    ("intermediateThrowEvent", "linkEventDefinition"): (PlainEventParser, events.LinkEvent),
    ("intermediateCatchEvent", "linkEventDefinition"): (PlainEventParser, events.LinkTarget),
    ("endEvent", "cancelEventDefinition"): (EndParser, compensation_nodes.CancelEnd),
}


class Parser(BpmnParser):
    """Parses a model that was read, checked and desugared before."""

    OVERRIDE_PARSER_CLASSES = {  # noqa: RUF012 - the library's own way
        full_tag("startEvent"): (
            BpmnParser.PARSER_CLASSES[full_tag("startEvent")][0],
            events.StartEvent,
        ),
        full_tag("endEvent"): (EndParser, events.EndEvent),
        full_tag("intermediateCatchEvent"): (
            BpmnParser.PARSER_CLASSES[full_tag("intermediateCatchEvent")][0],
            events.CatchEvent,
        ),
        full_tag("intermediateThrowEvent"): (
            BpmnParser.PARSER_CLASSES[full_tag("intermediateThrowEvent")][0],
            events.ThrowEvent,
        ),
        full_tag("boundaryEvent"): (
            BpmnParser.PARSER_CLASSES[full_tag("boundaryEvent")][0],
            events.BoundaryEvent,
        ),
        full_tag("exclusiveGateway"): (ChoiceParser, gateways.ExclusiveGateway),
        full_tag("inclusiveGateway"): (ChoiceParser, gateways.InclusiveGateway),
        full_tag("complexGateway"): (ChoiceParser, gateways.ComplexGateway),
        full_tag("parallelGateway"): (GatewayParser, gateways.ParallelGateway),
        full_tag("task"): (TaskParser, activities.NoneTask),
        full_tag("manualTask"): (TaskParser, activities.ManualTask),
        full_tag("userTask"): (TaskParser, activities.UserTask),
        full_tag("serviceTask"): (TaskParser, activities.ServiceTask),
        full_tag("scriptTask"): (ScriptParser, activities.ScriptTask),
        full_tag("businessRuleTask"): (ScriptParser, activities.RuleTask),
        full_tag("sendTask"): (PlainEventParser, messages.SendTask),
        full_tag("receiveTask"): (PlainEventParser, messages.ReceiveTask),
        full_tag("eventBasedGateway"): (
            BpmnParser.PARSER_CLASSES[full_tag("eventBasedGateway")][0],
            gateways.EventGateway,
        ),
        full_tag("callActivity"): (CallParser, activities.CallActivity),
        full_tag("subProcess"): (SubProcessParser, activities.SubProcess),
        full_tag("transaction"): (SubProcessParser, activities.Transaction),
        full_tag("adHocSubProcess"): (AdHocParser, adhoc.AdHoc),
    }
    PROCESS_PARSER_CLASS = LevelParser

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model
        self.add_bpmn_xml(model.root, model.found.file)

    def _add_data_stores(self, bpmn: Any) -> None:
        """Do nothing: a data store is a drawing to us."""

    def _add_collaborations(self, bpmn: Any) -> None:
        """Do nothing: each pool is a process of its own."""

    def _add_correlations(self, bpmn: Any) -> None:
        """Do nothing: correlation keys are zeebe subscriptions."""

    def _add_processes(self, bpmn: Any, filename: str | None = None) -> None:
        for process in self.model.processes:
            self.create_parser(process, filename)

    def program(self, process_id: str) -> Program:
        """Return the spec graphs of one process."""
        spec = self.get_spec(process_id)
        inner = self._inner(spec)
        compensation_nodes.prepare(spec, inner)
        graphs = {level.name: Graph(level) for level in (spec, *inner.values())}
        return Program(spec, inner, graphs)

    def _inner(self, spec: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for task in spec.task_specs.values():
            if isinstance(task, activities.SubProcess):
                level = self.get_spec(task.spec)
                found[task.spec] = level
                found.update(self._inner(level))
        return found
