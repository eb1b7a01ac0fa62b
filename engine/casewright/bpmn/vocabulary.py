"""Which elements and attributes of BPMN run; everything else is refused by name."""

from __future__ import annotations

ACTIVITIES = frozenset(
    {
        "task",
        "manualTask",
        "userTask",
        "serviceTask",
        "scriptTask",
        "businessRuleTask",
        "sendTask",
        "receiveTask",
        "callActivity",
        "subProcess",
        "transaction",
        "adHocSubProcess",
    }
)
# Activities that hold a level of their own.
LEVELS = frozenset({"subProcess", "transaction", "adHocSubProcess"})
# What repeats an activity.
LOOPS = frozenset({"multiInstanceLoopCharacteristics", "standardLoopCharacteristics"})
GATEWAYS = frozenset(
    {
        "exclusiveGateway",
        "parallelGateway",
        "inclusiveGateway",
        "complexGateway",
        "eventBasedGateway",
    }
)
EVENTS = frozenset(
    {
        "startEvent",
        "endEvent",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "boundaryEvent",
    }
)
FLOW_NODES = ACTIVITIES | GATEWAYS | EVENTS

# The event definitions that each kind of event may have; "" is none.
EVENT_DEFINITIONS: dict[str, frozenset[str]] = {
    "startEvent": frozenset(
        {"", "messageEventDefinition", "signalEventDefinition", "timerEventDefinition"}
    ),
    "endEvent": frozenset(
        {
            "",
            "messageEventDefinition",
            "signalEventDefinition",
            "escalationEventDefinition",
            "errorEventDefinition",
            "terminateEventDefinition",
            "compensateEventDefinition",
            "cancelEventDefinition",
        }
    ),
    "intermediateCatchEvent": frozenset(
        {
            "timerEventDefinition",
            "messageEventDefinition",
            "signalEventDefinition",
            "conditionalEventDefinition",
            "linkEventDefinition",
        }
    ),
    "intermediateThrowEvent": frozenset(
        {
            "",
            "messageEventDefinition",
            "signalEventDefinition",
            "escalationEventDefinition",
            "linkEventDefinition",
            "compensateEventDefinition",
        }
    ),
    "boundaryEvent": frozenset(
        {
            "signalEventDefinition",
            "escalationEventDefinition",
            "conditionalEventDefinition",
            "timerEventDefinition",
            "errorEventDefinition",
            "messageEventDefinition",
            "compensateEventDefinition",
            "cancelEventDefinition",
        }
    ),
    # The start of an event sub-process, which is no start of the process.
    "eventSubProcess": frozenset(
        {
            "compensateEventDefinition",
            "errorEventDefinition",
            "messageEventDefinition",
            "timerEventDefinition",
            "signalEventDefinition",
            "escalationEventDefinition",
            "conditionalEventDefinition",
        }
    ),
}

# The definitions that an event may have beside others.
SEVERAL = frozenset(
    {
        "timerEventDefinition",
        "messageEventDefinition",
        "signalEventDefinition",
        "escalationEventDefinition",
        "conditionalEventDefinition",
    }
)

# Drawn or written for people; they have no meaning for a run.
SILENT = frozenset(
    {
        "documentation",
        "extensionElements",
        "incoming",
        "outgoing",
        "laneSet",
        "textAnnotation",
        "association",
        "group",
        "dataObject",
        "dataObjectReference",
        "dataStoreReference",
        "property",
        "ioSpecification",
        "dataInput",
        "dataOutput",
        "inputSet",
        "outputSet",
        "dataInputAssociation",
        "dataOutputAssociation",
    }
)

# How many tokens an activity takes and gives (BPMN 2.0, 10.3).
QUANTITIES = frozenset({"startQuantity", "completionQuantity"})

# Attributes of the language's own namespace that run, by element; id and name always do.
ATTRIBUTES: dict[str, frozenset[str]] = {
    **{name: frozenset({"default", "isForCompensation"}) | QUANTITIES for name in ACTIVITIES},
    **{
        name: frozenset({"default", "isForCompensation", "messageRef"}) | QUANTITIES
        for name in ("sendTask", "receiveTask")
    },
    "subProcess": frozenset({"default", "isForCompensation", "triggeredByEvent"}) | QUANTITIES,
    "adHocSubProcess": QUANTITIES
    | {"default", "isForCompensation", "ordering", "cancelRemainingInstances"},
    "exclusiveGateway": frozenset({"default"}),
    "inclusiveGateway": frozenset({"default"}),
    "complexGateway": frozenset({"default"}),
    "startEvent": frozenset({"isInterrupting", "parallelMultiple"}),
    "intermediateCatchEvent": frozenset({"parallelMultiple"}),
    "boundaryEvent": frozenset({"attachedToRef", "cancelActivity", "parallelMultiple"}),
    "sequenceFlow": frozenset({"sourceRef", "targetRef"}),
    "process": frozenset({"isExecutable"}),
    "errorEventDefinition": frozenset({"errorRef"}),
    "messageEventDefinition": frozenset({"messageRef"}),
    "signalEventDefinition": frozenset({"signalRef"}),
    "escalationEventDefinition": frozenset({"escalationRef"}),
    "conditionalEventDefinition": frozenset(),
    "linkEventDefinition": frozenset({"name"}),
    "conditionExpression": frozenset({"language"}),
}

# Attributes that change nothing as long as they say what is so anyway; None is any value.
NEUTRAL: dict[str, frozenset[str] | None] = {
    "triggeredByEvent": frozenset({"false"}),
    "method": frozenset({"##Compensate", "compensate", "##compensate"}),
    "parallelMultiple": frozenset({"false"}),
    "instantiate": frozenset({"false"}),
    "isClosed": frozenset({"false"}),
    "isImmediate": frozenset({"true"}),
    "eventGatewayType": frozenset({"Exclusive"}),
    "processType": None,
    "gatewayDirection": None,
    "implementation": None,
    "scriptFormat": frozenset({"feel", "FEEL"}),
}

FEEL_LANGUAGES = frozenset(
    {
        "feel",
        "http://www.omg.org/spec/FEEL/20140401",
        "http://www.omg.org/spec/DMN/20180521/FEEL/",
        "https://www.omg.org/spec/DMN/20191111/FEEL/",
        "https://www.omg.org/spec/DMN/20211108/FEEL/",
        "https://www.omg.org/spec/DMN/20230324/FEEL/",
    }
)
# The schema's default; harmless on the file, because every expression has to start with "=".
DEFAULT_LANGUAGE = "http://www.w3.org/1999/XPath"

# Root elements beside processes that carry names and codes, or a drawing.
ROOT = frozenset(
    {
        *("message", "error", "signal", "escalation", "collaboration", "category"),
        *("BPMNDiagram", "dataStore"),
    }
)

# Editor data inside the zeebe namespace that tells nothing about a run.
EDITOR_ATTRIBUTES = frozenset({"modelerTemplate", "modelerTemplateVersion", "modelerTemplateIcon"})

# Names of our own settings in zeebe:properties, by the element that runs them.
PROPERTIES: dict[str, frozenset[str]] = {
    "casewright:businessKey": frozenset({"startEvent"}),
    "casewright:orderBy": frozenset({"serviceTask"}),
    "casewright:catchUp": frozenset({"startEvent"}),
}

# The values of those that take no text of one's own.
PROPERTY_VALUES: dict[str, frozenset[str]] = {
    "casewright:catchUp": frozenset({"once", "each", "skip"}),
}

# Extensions that each kind of element may have.
EXTENSIONS: dict[str, frozenset[str]] = {
    "process": frozenset({"properties", "versionTag"}),
    "startEvent": frozenset({"properties", "formDefinition", "ioMapping"}),
    "endEvent": frozenset({"properties", "ioMapping"}),
    "intermediateCatchEvent": frozenset({"properties", "ioMapping"}),
    "intermediateThrowEvent": frozenset({"properties", "ioMapping"}),
    "boundaryEvent": frozenset({"properties", "ioMapping"}),
    "task": frozenset({"properties", "ioMapping"}),
    "manualTask": frozenset({"properties", "ioMapping"}),
    "userTask": frozenset(
        {
            "properties",
            "ioMapping",
            "userTask",
            "formDefinition",
            "assignmentDefinition",
            "taskSchedule",
            "priorityDefinition",
        }
    ),
    "serviceTask": frozenset({"properties", "ioMapping", "taskDefinition", "taskHeaders"}),
    "sendTask": frozenset({"properties", "ioMapping", "taskDefinition", "taskHeaders"}),
    "receiveTask": frozenset({"properties", "ioMapping"}),
    "scriptTask": frozenset({"properties", "ioMapping", "script"}),
    "businessRuleTask": frozenset({"properties", "ioMapping", "calledDecision"}),
    "callActivity": frozenset({"properties", "ioMapping", "calledElement"}),
    "subProcess": frozenset({"properties", "ioMapping"}),
    "transaction": frozenset({"properties", "ioMapping"}),
    "adHocSubProcess": frozenset({"properties", "ioMapping", "adHoc"}),
    "message": frozenset({"subscription"}),
    "sequenceFlow": frozenset({"properties"}),
}
# A start event's and an end event's mappings run one way only.
ONE_WAY = {
    "startEvent": "output",
    "boundaryEvent": "output",
    "endEvent": "input",
    "intermediateThrowEvent": "input",
}
