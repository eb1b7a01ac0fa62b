"""The page of what runs and what is refused, made from the tables that decide it."""

from __future__ import annotations

from collections.abc import Sequence

from casewright.bpmn import vocabulary as words

_ELEMENTS = (
    *("task", "manualTask", "userTask", "serviceTask", "scriptTask", "businessRuleTask"),
    *("sendTask", "receiveTask", "callActivity", "subProcess", "transaction", "adHocSubProcess"),
    *("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"),
    *("complexGateway", "startEvent", "endEvent", "intermediateCatchEvent"),
    *("intermediateThrowEvent", "boundaryEvent", "sequenceFlow", "laneSet"),
    *("multiInstanceLoopCharacteristics", "standardLoopCharacteristics", "ioSpecification"),
    *("dataInputAssociation", "dataOutputAssociation", "dataObject", "textAnnotation", "group"),
)
_DEFINITIONS = (
    *("", "messageEventDefinition", "timerEventDefinition", "errorEventDefinition"),
    *("terminateEventDefinition", "signalEventDefinition", "escalationEventDefinition"),
    *("conditionalEventDefinition", "linkEventDefinition", "compensateEventDefinition"),
    "cancelEventDefinition",
)
_NOTES = {
    "task": "passes",
    "manualTask": "passes",
    "userTask": "without an assignment, the lane's name is the candidate group; "
    "`potentialOwner`, `humanPerformer` with names",
    "serviceTask": "a job; its input mappings are the job's input",
    "scriptTask": "FEEL in `zeebe:script`",
    "callActivity": "an instance of its own",
    "subProcess": "embedded; ends when nothing in it is open",
    "adHocSubProcess": "a person chooses; `completionCondition`, `ordering`, `zeebe:adHoc`",
    "exclusiveGateway": "conditions are tested in document order of the flows",
    "parallelGateway": "counts arrivals per flow; a surplus token is an incident",
    "inclusiveGateway": "joins when no token can still come",
    "complexGateway": "passes when `activationCondition` on `activationCount` is true",
    "multiInstanceLoopCharacteristics": "parallel or sequential; results in order of the items; "
    "`behavior` None, One, Complex, caught beside the flow",
    "standardLoopCharacteristics": "`loopCondition`, `testBefore`, `loopMaximum`",
    "laneSet": "names of lanes",
    "transaction": "left by its cancel boundary event once what completed is undone",
    "ioSpecification": "drawn only",
    "dataInputAssociation": "drawn only; transformation, assignment and renaming are refused",
    "dataOutputAssociation": "drawn only; transformation, assignment and renaming are refused",
    "compensateEventDefinition": "last completed first, each once; within what a throw can see",
    "cancelEventDefinition": "at a transaction and inside it",
    "dataObject": "drawn only",
    "textAnnotation": "drawn only",
    "group": "drawn only",
    "timerEventDefinition": "`timeDuration`, `timeDate`, `timeCycle`: ISO 8601, cron or FEEL",
    "signalEventDefinition": "to all that wait, in this instance and all others",
    "escalationEventDefinition": "the nearest catcher outwards; nobody has to catch it",
    "conditionalEventDefinition": "once for each change from false to true",
    "linkEventDefinition": "within one level; several throws, one catch",
    "eventBasedGateway": "exclusive; the first event takes the others away",
    "sendTask": "a job, or a message inside our own system",
    "receiveTask": "waits for a message",
    "errorEventDefinition": "the nearest boundary event outwards, the exact code before catch-all",
    "messageEventDefinition": "name and correlation key",
    "terminateEventDefinition": "ends its own level",
}


def page() -> str:
    """Return docs/reference/bpmn-support.md."""
    runs = words.FLOW_NODES | words.SILENT | words.LOOPS | {"sequenceFlow"}
    elements = [
        (f"`{name}`", "runs" if name in runs else "refused", _NOTES.get(name, ""))
        for name in _ELEMENTS
    ]
    events = [
        (
            f"`{name}`" if name else "none",
            *("runs" if name in words.EVENT_DEFINITIONS[kind] else "refused" for kind in _EVENTS),
            _NOTES.get(name, ""),
        )
        for name in _DEFINITIONS
    ]
    settings = [
        (f"`{kind}`", ", ".join(f"`{name}`" for name in sorted(names)))
        for kind, names in words.EXTENSIONS.items()
    ]
    properties = [
        (f"`{name}`", ", ".join(f"`{kind}`" for kind in sorted(kinds)))
        for name, kinds in words.PROPERTIES.items()
    ]
    return "\n\n".join(
        [
            "# BPMN: what runs",
            "<!-- Made by docs/generate.py: change the code, then run `make docs`. -->",
            _INTRO,
            "## Elements",
            _table(("element", "", "how"), elements),
            "## Events",
            _table(("what it is about", *_EVENTS.values(), "how"), events),
            "## Settings of the zeebe vocabulary",
            _table(("element", "settings that run"), settings),
            "## Our own settings, in `zeebe:properties`",
            _table(("property", "on"), properties),
        ]
    )


_EVENTS = {
    "startEvent": "start",
    "endEvent": "end",
    "intermediateCatchEvent": "catch",
    "intermediateThrowEvent": "throw",
    "boundaryEvent": "boundary",
    "eventSubProcess": "event sub-process",
}
_INTRO = (
    "A file is refused when it holds something that the engine does not run exactly as drawn:\n"
    "an element, an attribute, a setting or a `casewright:` name. The finding names file,\n"
    "element, line and reason. Attributes that say only what is so anyway, such as\n"
    '`isForCompensation="false"`, are accepted. Text is literal; FEEL stands behind a leading\n'
    "`=`, and every condition has to be FEEL.\n\n"
    "An event may have several definitions of message, signal, timer, condition and, where it\n"
    "throws, escalation: all are thrown, or the first that comes is enough, or all have to come\n"
    "with `parallelMultiple`. `startQuantity` and `completionQuantity` are 1 to 100."
)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
