"""From a file to definitions: read, check, desugar, parse."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.event_definitions.conditional import ConditionalEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import (
    ErrorEventDefinition,
    EscalationEventDefinition,
    SignalEventDefinition,
)
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.multiple import MultipleEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import (
    CancelEventDefinition,
    TerminateEventDefinition,
)
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition

from casewright import xml
from casewright.bpmn import data_in
from casewright.bpmn.adhoc import AdHoc
from casewright.bpmn.compensation_nodes import CompensateEventDefinition
from casewright.bpmn.definition import (
    AdHocRef,
    CallRef,
    Compiled,
    DecisionRef,
    Definition,
    Element,
    FormRef,
    MessageStart,
    OperationRef,
    SignalStart,
    StartRef,
    TimerStart,
)
from casewright.bpmn.desugar import desugar
from casewright.bpmn.parse import Parser
from casewright.bpmn.program import Program
from casewright.bpmn.read import Model, levels, read
from casewright.xml.findings import Finding


def compile(data: bytes, file: str) -> Compiled:
    """Return the executable processes of a file and what was found; never raises on input."""
    try:
        root = xml.parse(data, file)
    except xml.XmlProblem as problem:
        finding = Finding(file, "", problem.line, problem.code, problem.message)
        return Compiled((), (finding,))
    model = read(root, file)
    if any(finding.severity == "error" for finding in model.found.findings):
        return Compiled((), tuple(model.found.findings))
    data_in.drop(root)
    desugar(model)
    try:
        parser = Parser(model)
        definitions = tuple(_definition(model, parser, node) for node in model.processes)
    except ValidationException as problem:
        model.found.add(root, "bpmn-invalid", str(problem))
        return Compiled((), tuple(model.found.findings))
    return Compiled(definitions, tuple(model.found.findings))


def _definition(model: Model, parser: Parser, process: Any) -> Definition:
    program = parser.program(xml.attr(process, "id"))
    specs = [
        (spec, model.origins.get(parent, parent))
        for level, parent in _levels(program)
        for spec in level.task_specs.values()
        if getattr(spec, "kind", "") and not spec.generated
    ]
    elements = {
        spec.origin: Element(
            spec.origin, spec.kind, spec.bpmn_name or "", spec.lane or "", parent, _event(spec)
        )
        for spec, parent in specs
    }
    tag = xml.path(process, "bpmn:extensionElements", "zeebe:versionTag")
    return Definition(
        process_id=xml.attr(process, "id"),
        name=xml.attr(process, "name"),
        file=model.found.file,
        elements=elements,
        program=program,
        version_tag=xml.attr(tag, "value") if tag is not None else "",
        lanes=tuple(
            dict.fromkeys(
                xml.attr(lane, "name") or xml.attr(lane, "id")
                for level in levels(process)
                for lane in xml.descendants(level, "bpmn:lane")
            )
        ),
        groups=_groups([spec for spec, _ in specs]),
        adhocs=_adhocs([spec for spec, _ in specs]),
        **_starts(program.spec),
        **_references([spec for spec, _ in specs]),
    )


def _event(spec: Any) -> str:
    definition = getattr(spec, "event_definition", None)
    return next((word for kind, word in _EVENTS if isinstance(definition, kind)), "")


_EVENTS = (
    (TimerEventDefinition, "timer"),
    (MessageEventDefinition, "message"),
    (ErrorEventDefinition, "error"),
    (TerminateEventDefinition, "terminate"),
    (CompensateEventDefinition, "compensation"),
    (CancelEventDefinition, "cancel"),
    (SignalEventDefinition, "signal"),
    (EscalationEventDefinition, "escalation"),
    (ConditionalEventDefinition, "condition"),
    (MultipleEventDefinition, "multiple"),
)


def _levels(program: Program) -> list[tuple[Any, str]]:
    return [(program.spec, ""), *((spec, name) for name, spec in program.subprocesses.items())]


def _starts(spec: Any) -> dict[str, Any]:
    none: StartRef | None = None
    messages, signals, timers = [], [], []
    for start in spec.bpmn_start_events:
        own = start.settings
        for made in own.parts or (own,):
            if made.message is not None:
                key = made.message.key.text if made.message.key is not None else None
                messages.append(MessageStart(start.origin, made.message.name.text, key))
            elif made.signal is not None:
                signals.append(SignalStart(start.origin, made.signal.text))
            elif made.timer is not None:
                late = own.properties.get("casewright:catchUp")
                kept = late.text if late is not None else "once"
                timer = made.timer
                timers.append(TimerStart(start.origin, timer.kind, timer.value.text, kept))
            else:
                none = StartRef(start.origin, made.form.id if made.form is not None else None)
    return {
        "none_start": none,
        "message_starts": tuple(dict.fromkeys(messages)),
        "signal_starts": tuple(dict.fromkeys(signals)),
        "timer_starts": tuple(timers),
    }


def _references(specs: list[Any]) -> dict[str, Any]:
    calls, decisions, forms, operations = [], [], [], []
    for spec in specs:
        made = spec.settings
        if made.call is not None:
            call = made.call
            calls.append(CallRef(spec.origin, call.process.text, call.binding, call.version_tag))
        if made.decision is not None:
            rule = made.decision
            decisions.append(DecisionRef(spec.origin, rule.id.text, rule.binding, rule.version_tag))
        if made.form is not None:
            form = made.form
            forms.append(FormRef(spec.origin, form.id, form.binding, form.version_tag))
        if made.task is not None:
            operations.append(OperationRef(spec.origin, made.task.type.text))
    return {
        "calls": tuple(calls),
        "decisions": tuple(decisions),
        "forms": tuple(forms),
        "operations": tuple(operations),
    }


def _adhocs(specs: list[Any]) -> tuple[AdHocRef, ...]:
    return tuple(
        AdHocRef(
            spec.origin,
            tuple(spec.choices),
            spec.order.sequential,
            spec.order.condition is not None,
        )
        for spec in specs
        if isinstance(spec, AdHoc)
    )


def _groups(specs: list[Any]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for spec in specs:
        groups = spec.settings.people.groups
        if groups is not None and not groups.dynamic:
            found.update((part.strip(), None) for part in groups.text.split(",") if part.strip())
    return tuple(found)
