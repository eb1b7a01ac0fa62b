"""Each rule of the standard finds the file that breaks it, and is silent about a good one."""

from __future__ import annotations

import pytest

from casewright import xml
from casewright.bpmn import rules
from casewright.xml import NS, Element

HEAD = (
    f'<definitions xmlns="{NS["bpmn"]}" xmlns:xsi="{NS["xsi"]}" targetNamespace="urn:t"'
    ' xmlns:o="urn:other">'
)
FORMAL = 'xsi:type="tFormalExpression"'


def node(text: str) -> Element:
    return xml.parse(f"{HEAD}{text}</definitions>".encode(), "t.bpmn")


def codes(text: str, **more: object) -> set[str]:
    return {found.code for found in rules.check(node(text), "t.bpmn", **more)}  # type: ignore[arg-type]


def process(text: str, attributes: str = 'isExecutable="true"') -> str:
    return f'<process id="p" {attributes}>{text}</process>'


def flow(name: str, source: str, target: str, text: str = "") -> str:
    return (
        f'<sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{text}</sequenceFlow>'
    )


def line(text: str) -> str:
    """A process with the element `x` between start and end."""
    ends = '<startEvent id="s"/><endEvent id="e"/>'
    return process(f"{ends}{text}{flow('f1', 's', 'x')}{flow('f2', 'x', 'e')}")


def throw(kind: str, text: str = "", event: str = "intermediateThrowEvent") -> str:
    return f'<{event} id="x"><{kind}EventDefinition id="d">{text}</{kind}EventDefinition></{event}>'


def catch(kind: str, text: str = "") -> str:
    return throw(kind, text, "intermediateCatchEvent")


def task(name: str = "x", text: str = "", kind: str = "task", attributes: str = "") -> str:
    return f'<{kind} id="{name}" {attributes}>{text}</{kind}>'


def data(inputs: str = "", outputs: str = "", sets: str = "<inputSet/><outputSet/>") -> str:
    return f"<ioSpecification>{inputs}{outputs}{sets}</ioSpecification>"


CONDITION = f"<conditionExpression {FORMAL}>= a</conditionExpression>"
ITEMS = (
    '<itemDefinition id="one" structureRef="a"/><itemDefinition id="two" structureRef="b"/>'
    '<message id="m" itemRef="one"/>'
    '<interface id="i"><operation id="o1"><inMessageRef>m</inMessageRef>'
    "<outMessageRef>m</outMessageRef></operation></interface>"
)
CHOICE = '<eventBasedGateway id="x"/>'
EVENT_START = (
    '<subProcess id="h" triggeredByEvent="true"><startEvent id="hs" {0}>{1}</startEvent>'
    "</subProcess>"
)
POOLS = '<participant id="a" processRef="p"/><participant id="b"/>'
IN = '<dataInput id="in" itemSubjectRef="{}"/>'
OUT = '<dataOutput id="out" itemSubjectRef="{}"/>'
SETS = (
    "<inputSet><dataInputRefs>in</dataInputRefs></inputSet>"
    "<outputSet><dataOutputRefs>out</dataOutputRefs></outputSet>"
)

# What breaks each rule; other rules may find something too.
BROKEN: dict[str, str] = {
    "quantity-below-one": line(task(attributes='startQuantity="0"')),
    "instantiating-receive-incoming": line(task(kind="receiveTask", attributes='instantiate="1"')),
    "script-without-format": line(task(kind="scriptTask", text="<script>a</script>")),
    "event-sub-process-flow": line(task(kind="subProcess", attributes='triggeredByEvent="true"')),
    "event-sub-process-start": process(task(kind="subProcess", attributes='triggeredByEvent="1"')),
    "ad-hoc-empty": line(task(kind="adHocSubProcess")),
    "ad-hoc-content": line(task(text='<endEvent id="i"/>', kind="adHocSubProcess")),
    "sub-process-data-set": line(task(text=data(), kind="subProcess")),
    "loop-without-count": line(task(text="<multiInstanceLoopCharacteristics/>")),
    "loop-input-unknown": line(
        task(
            text="<multiInstanceLoopCharacteristics><loopDataInputRef>l</loopDataInputRef>"
            "</multiInstanceLoopCharacteristics>"
        )
        + '<dataObject id="l"/>'
    ),
    "called-without-none-start": line(task(kind="callActivity", attributes='calledElement="q"'))
    + '<process id="q"><startEvent id="qs"><timerEventDefinition/></startEvent></process>',
    "choreography-in-process": line('<choreographyTask id="x"/>'),
    "choreography-reference": '<globalConversation id="g"><choreographyRef>c</choreographyRef>'
    '</globalConversation><choreography id="c"/>',
    "global-conversation-content": '<globalConversation id="g"><conversation id="c"/>'
    "</globalConversation>",
    "closed-differs": '<choreography id="c" isClosed="true"/><collaboration id="k">'
    "<choreographyRef>c</choreographyRef></collaboration>",
    "multiplicity-negative": '<participantMultiplicity minimum="-1"/>',
    "multiplicity-maximum": '<participantMultiplicity minimum="3" maximum="2"/>',
    "message-flow-in-pool": f'<collaboration id="k">{POOLS}<messageFlow id="mf" sourceRef="x"'
    f' targetRef="s"/></collaboration>{line(task())}',
    "message-flow-source": f'<collaboration id="k">{POOLS}<messageFlow id="mf" sourceRef="s"'
    f' targetRef="b"/></collaboration>{line(task())}',
    "message-flow-target": f'<collaboration id="k">{POOLS}<messageFlow id="mf" sourceRef="b"'
    f' targetRef="e"/></collaboration>{line(task())}',
    "message-flow-without-trigger": f'<collaboration id="k">{POOLS}<messageFlow id="mf"'
    f' sourceRef="b" targetRef="s"/></collaboration>{line(task())}',
    "collection-differs": '<itemDefinition id="l" isCollection="true"/>'
    + process('<dataObject id="o" itemSubjectRef="l"/>'),
    "data-reference-name": process(
        '<dataObject id="o" name="Offer"/><dataObjectReference id="r" dataObjectRef="o"'
        ' name="Offer sent"><dataState name="sent"/></dataObjectReference>'
    ),
    "data-in-no-set": line(task(text=data('<dataInput id="in"/>'))),
    "set-not-listed": line(
        task(
            text=data(
                '<dataInput id="in"/>',
                sets="<inputSet><optionalInputRefs>in</optionalInputRefs></inputSet>",
            )
        )
    ),
    "set-pair": line(
        task(
            text=data(
                sets='<inputSet id="a"><outputSetRefs>b</outputSetRefs></inputSet>'
                '<outputSet id="b"/>'
            )
        )
    ),
    "association-types": ITEMS
    + line(
        task(
            text=data(IN.format("one"), sets=SETS)
            + '<dataInputAssociation id="as"><sourceRef>o</sourceRef><targetRef>in</targetRef>'
            "</dataInputAssociation>"
        )
        + '<dataObject id="o" itemSubjectRef="two"/>'
    ),
    "association-sources": line(
        task(
            text='<dataInputAssociation id="as"><sourceRef>o</sourceRef><sourceRef>o</sourceRef>'
            "<targetRef>o</targetRef></dataInputAssociation>"
        )
        + '<dataObject id="o"/>'
    ),
    "event-data-count": line(
        '<intermediateCatchEvent id="x"><dataOutput id="a"/><dataOutput id="b"/>'
        '<messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
    )
    + '<message id="m"/>',
    "event-data-type": ITEMS
    + line(
        f'<intermediateCatchEvent id="x">{OUT.format("two")}'
        '<messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
    ),
    "loop-types": ITEMS
    + line(
        task(
            text=data(IN.format("one"), sets=SETS)
            + "<multiInstanceLoopCharacteristics><loopDataInputRef>in</loopDataInputRef>"
            '<inputDataItem id="it" itemSubjectRef="two"/></multiInstanceLoopCharacteristics>'
        )
    ),
    "call-data-differs": ITEMS
    + line(
        task(
            text=data(IN.format("one"), sets=SETS),
            kind="callActivity",
            attributes='calledElement="q"',
        )
    )
    + f'<process id="q">{data(IN.format("two"), sets=SETS)}</process>',
    "public-executable": process("", 'processType="Public" isExecutable="true"'),
    "service-input-sets": ITEMS + line(task(kind="serviceTask", attributes='operationRef="o1"')),
    "service-output-sets": ITEMS
    + line(
        task(
            text=data(sets="<inputSet/><outputSet/><outputSet/>"),
            kind="serviceTask",
            attributes='operationRef="o1"',
        )
    ),
    "service-item": ITEMS
    + line(
        task(
            text=data(IN.format("two"), OUT.format("one"), SETS),
            kind="serviceTask",
            attributes='operationRef="o1"',
        )
    ),
    "send-input": ITEMS
    + line(
        task(
            text=data(sets="<inputSet/><inputSet/>"),
            kind="sendTask",
            attributes='messageRef="m"',
        )
    ),
    "receive-output": ITEMS
    + line(
        task(
            text=data(sets="<outputSet/><outputSet/>"),
            kind="receiveTask",
            attributes='messageRef="m"',
        )
    ),
    "message-item": ITEMS
    + line(
        task(text=data(IN.format("two"), sets=SETS), kind="sendTask", attributes='messageRef="m"')
    ),
    "binding-missing": '<interface id="i"/>'
    + process("<supportedInterfaceRef>i</supportedInterfaceRef>"),
    "binding-wrong": ITEMS
    + process(
        "<supportedInterfaceRef>i</supportedInterfaceRef>"
        '<ioBinding operationRef="o1" inputDataRef="no" outputDataRef="no"/>'
    ),
    "start-trigger": process(throw("error", event="startEvent")),
    "sub-process-start-trigger": line(
        task(text='<startEvent id="i"><timerEventDefinition/></startEvent>', kind="subProcess")
    ),
    "event-sub-process-trigger": process(
        EVENT_START.format('isInterrupting="false"', "<errorEventDefinition/>")
    ),
    "end-result": line(task() + "<endEvent id='i'><timerEventDefinition/></endEvent>"),
    "cancel-outside-transaction": process(throw("cancel", event="endEvent")),
    "catch-trigger": line('<intermediateCatchEvent id="x"/>'),
    "throw-result": line(throw("timer")),
    "boundary-trigger": line(
        task() + '<boundaryEvent id="b" attachedToRef="x" cancelActivity="false">'
        "<errorEventDefinition/></boundaryEvent>"
    ),
    "thrown-definition-shared": line(
        throw("signal") + "<endEvent id='i'><eventDefinitionRef>d</eventDefinitionRef></endEvent>"
    ),
    "compensation-boundary-flow": line(
        task()
        + '<boundaryEvent id="b" attachedToRef="x"><compensateEventDefinition/></boundaryEvent>'
        + flow("f3", "b", "e")
    ),
    "compensation-handler-missing": line(
        task()
        + '<boundaryEvent id="b" attachedToRef="x"><compensateEventDefinition/></boundaryEvent>'
    ),
    "expression-informal": line(
        task(
            text="<standardLoopCharacteristics><loopCondition>often</loopCondition>"
            "</standardLoopCharacteristics>"
        )
    ),
    "expression-empty": line(catch("timer", f"<timeDate {FORMAL}/>")),
    "flow-crosses-border": line(task(text=task("inner"), kind="subProcess"))
    + process(flow("f9", "s", "inner")).replace('"p"', '"q"'),
    "flow-not-listed": line(task(text="<incoming>f1</incoming><incoming>f9</incoming>")),
    "flow-from-end-event": line(task() + flow("f3", "e", "x")),
    "flow-into-start-event": line(task() + flow("f3", "x", "s")),
    "flow-missing-in": line(task() + task("y") + flow("f3", "y", "e")),
    "flow-missing-out": line(task() + task("y") + flow("f3", "s", "y")),
    "start-without-end": process('<startEvent id="s"/>' + task() + flow("f1", "s", "x")),
    "condition-on-only-flow": process(
        '<startEvent id="s"/><endEvent id="e"/>'
        + task()
        + flow("f1", "s", "x")
        + flow("f2", "x", "e", CONDITION)
    ),
    "condition-source": process(
        '<startEvent id="s"/><endEvent id="e"/>' + flow("f1", "s", "e", CONDITION)
    ),
    "default-not-own": line(task(attributes='default="f1"')),
    "default-with-condition": process(
        '<startEvent id="s"/><endEvent id="e"/>'
        + task(attributes='default="f2"')
        + flow("f1", "s", "x")
        + flow("f2", "x", "e", CONDITION)
        + flow("f3", "x", "e")
    ),
    "flow-not-immediate": line(task()).replace(
        '<sequenceFlow id="f1"', '<sequenceFlow isImmediate="false" id="f1"'
    ),
    "direction-converging": line('<parallelGateway id="x" gatewayDirection="Converging"/>').replace(
        "</process>", flow("f3", "x", "e") + "</process>"
    ),
    "direction-diverging": line('<parallelGateway id="x" gatewayDirection="Diverging"/>').replace(
        "</process>", flow("f3", "s", "x") + "</process>"
    ),
    "direction-mixed": line('<parallelGateway id="x" gatewayDirection="Mixed"/>'),
    "gateway-alone": line('<exclusiveGateway id="x"/>'),
    "event-gateway-ways": line(CHOICE),
    "event-gateway-condition": process(CHOICE + task("y") + flow("f1", "x", "y", CONDITION)),
    "event-gateway-target": line(CHOICE),
    "event-gateway-mixture": process(
        CHOICE
        + task("r", kind="receiveTask")
        + catch("message").replace('"x"', '"c"')
        + flow("f1", "x", "r")
        + flow("f2", "x", "c")
    ),
    "event-gateway-boundary": process(
        CHOICE
        + task("r", kind="receiveTask")
        + '<boundaryEvent id="b" attachedToRef="r"><timerEventDefinition/></boundaryEvent>'
        + flow("f1", "x", "r")
    ),
    "event-gateway-shared-target": process(
        CHOICE + task("r", kind="receiveTask") + flow("f1", "x", "r") + flow("f2", "r", "r")
    ),
    "event-gateway-instantiates": line('<eventBasedGateway id="x" instantiate="true"/>'),
    "link-flow": line(throw("link", "<target>d</target>")),
    "link-pair": process(
        throw("link", "<target>g</target>")
        + catch("link", "<source>no</source>").replace('"x"', '"c"').replace('"d"', '"g"')
    ),
    "link-without-source": process(catch("link")),
    "link-without-target": process(throw("link")),
    "link-across-levels": process(
        throw("link", "<target>g</target>")
        + task(
            "sub",
            catch("link", "<source>d</source>").replace('"x"', '"c"').replace('"d"', '"g"'),
            kind="subProcess",
        )
    ),
    "dangling-reference": process(flow("f1", "nowhere", "no-place")),
    "reference-kind": '<signal id="sig"/>'
    + line(catch("message").replace('id="d"', 'id="d" messageRef="sig"')),
    "event-definition-reference": process(
        '<startEvent id="s"><eventDefinitionRef>no</eventDefinitionRef></startEvent>'
    ),
    "duplicate-id": process(task("a") + task("a")),
    "escalation-without-code": line(throw("escalation")),
    "error-without-code": line(task() + throw("error", event="endEvent").replace('"x"', '"y"')),
    "message-missing": line(catch("message")),
    "operation-missing": line(catch("message")),
    "condition-missing": line(catch("conditional", "<condition/>")),
    "timer-several": line(
        catch("timer", f"<timeDate {FORMAL}>a</timeDate><timeCycle {FORMAL}>b</timeCycle>")
    ),
}


@pytest.mark.parametrize("code", sorted(rules.RULES))
def test_a_rule_finds_what_breaks_it(code: str) -> None:
    rule = rules.RULES[code]
    assert rule.text.endswith(".")
    assert rule.source.startswith("BPMN 2.0.2, ")
    if code == "import-missing":
        return
    assert code in codes(BROKEN[code])


def test_missing_imports_are_found_where_somebody_looked() -> None:
    text = (
        f'<import importType="{NS["bpmn"]}" location="a.bpmn" namespace="urn:t"/>'
        '<import importType="http://www.w3.org/2001/XMLSchema" location="a.xsd" namespace="urn:x"/>'
    )
    assert codes(text) == set()
    assert codes(text, imports={"a.bpmn": None}) == {"import-missing"}
    assert codes(text, imports={"a.bpmn": node("")}) == set()
    there = node(f'<import importType="{NS["bpmn"]}" location="b.bpmn" namespace="urn:t"/>')
    assert codes(text, imports={"a.bpmn": there, "b.bpmn": None}) == {"import-missing"}


GOOD = (
    '<message id="m"/><escalation id="esc" escalationCode="late"/>'
    '<collaboration id="k"><participant id="a" processRef="p"/><participant id="b"/>'
    '<messageFlow id="mf" sourceRef="b" targetRef="c"/></collaboration>'
    + process(
        '<startEvent id="s"/><endEvent id="e"/><endEvent id="e2"><escalationEventDefinition'
        ' escalationRef="esc"/></endEvent>'
        + task("t", attributes='default="f5"')
        + catch("message").replace('"x"', '"c"').replace('id="d"', 'id="d" messageRef="m"')
        + '<boundaryEvent id="b1" attachedToRef="t"><timerEventDefinition>'
        f"<timeDuration {FORMAL}>PT1H</timeDuration></timerEventDefinition></boundaryEvent>"
        + '<adHocSubProcess id="ad"><task id="i1"/><task id="i2"/></adHocSubProcess>'
        + '<subProcess id="h" triggeredByEvent="true"><startEvent id="hs"><signalEventDefinition/>'
        '</startEvent><endEvent id="he"/>'
        + flow("hf", "hs", "he")
        + "</subProcess>"
        + flow("f1", "s", "t")
        + flow("f2", "t", "c", CONDITION)
        + flow("f5", "t", "ad")
        + flow("f6", "ad", "e")
        + flow("f7", "c", "e2")
        + flow("f8", "b1", "e")
    )
)


def test_a_good_file_breaks_no_rule() -> None:
    assert codes(GOOD) == {"operation-missing"}
    assert codes(GOOD, notes=False) == set()


def test_bindings_and_calls_compare_types() -> None:
    offered = ITEMS + process(
        "<supportedInterfaceRef>i</supportedInterfaceRef>"
        + data(IN.format("{0}"), OUT.format("one"), SETS)
        + '<ioBinding operationRef="o1" inputDataRef="in" outputDataRef="out"/>'
    )
    assert "binding-wrong" not in codes(offered.replace("{0}", "one"))
    assert "binding-wrong" in codes(offered.replace("{0}", "two"))
    called = (
        ITEMS
        + line(
            task(
                text=data(IN.format("{0}"), sets=SETS),
                kind="callActivity",
                attributes='calledElement="q"',
            )
        )
        + f'<process id="q">{data(IN.format("one"), sets=SETS)}</process>'
    )
    assert "call-data-differs" not in codes(called.replace("{0}", "one"))
    assert "call-data-differs" in codes(called.replace("{0}", "two"))
    assert "call-data-differs" in codes(
        called.replace("{0}", "one").replace("</inputSet>", "</inputSet><inputSet/>", 1)
    )
