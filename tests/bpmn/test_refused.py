"""What is not run exactly is refused by name, with file, element, line and reason."""

import pytest

from bpmn.models import (
    TERMINATE,
    boundary,
    call,
    catch,
    end,
    error,
    flows,
    io,
    message,
    model,
    node,
    script,
    service,
    start,
    timer,
    user,
    xor,
)
from casewright import bpmn


def around(*parts: str, ext: str = "") -> bytes:
    """Put parts beside a process that is otherwise right."""
    return model(start(), user("u", ext), end(), *parts, flows("s>u>e"))


def inside(part: str) -> bytes:
    """Put one element into the flow of a process."""
    return model(start(), part, end(), flows("s>x>e"))


def on(event: str, definition: str) -> bytes:
    return inside(node(event, "x", definition))


def props(name: str) -> str:
    return f'<zeebe:properties><zeebe:property name="{name}" value="1"/></zeebe:properties>'


UNSUPPORTED = {
    "conditionalEventDefinition on startEvent": model(
        start("s", "<conditionalEventDefinition/>"), end(), flows("s>e")
    ),
    "eventGatewayType=“Parallel” on eventBasedGateway": inside(
        node("eventBasedGateway", "x", eventGatewayType="Parallel")
    ),
    "choreographyTask": inside(node("choreographyTask", "x")),
    "no event definition on intermediateCatchEvent": on("intermediateCatchEvent", ""),
    "terminateEventDefinition beside other definitions on endEvent": model(
        start(), end("e", TERMINATE + message("msg2")), flows("s>e")
    ),
    "assignment in a dataInputAssociation; use zeebe:ioMapping": inside(
        node("userTask", "x", "<dataInputAssociation><assignment/></dataInputAssociation>")
    ),
    "transformation in a dataOutputAssociation; use zeebe:ioMapping": inside(
        node("userTask", "x", "<dataOutputAssociation><transformation/></dataOutputAssociation>")
    ),
    "a dataInputAssociation that renames “order” to “input”; use zeebe:ioMapping": inside(
        node(
            "userTask",
            "x",
            '<ioSpecification><dataInput id="di" name="input"/></ioSpecification>'
            "<dataInputAssociation><sourceRef>dor</sourceRef><targetRef>di</targetRef>"
            "</dataInputAssociation>",
        )
        + '<dataObjectReference id="dor" name="order"/>'
    ),
    "the attribute “assignee” of another vocabulary": inside(
        '<userTask id="x" camunda:assignee="eve"/>'
    ),
    "the extension “formData” of another vocabulary": inside(
        node("userTask", "x", ext="<camunda:formData/>")
    ),
    "zeebe:taskListeners on userTask": inside(user("x", "<zeebe:taskListeners/>")),
    "zeebe:executionListeners on userTask": inside(user("x", "<zeebe:executionListeners/>")),
    "zeebe:loopCharacteristics on userTask": inside(user("x", "<zeebe:loopCharacteristics/>")),
    "zeebe:taskDefinition on userTask": inside(user("x", '<zeebe:taskDefinition type="a"/>')),
    "the attribute “externalReference” of zeebe:formDefinition": inside(
        user("x", '<zeebe:formDefinition formId="a" externalReference="b"/>')
    ),
    "the property “casewright:magic” on userTask": inside(user("x", props("casewright:magic"))),
    "the property “casewright:orderBy” on userTask": inside(
        user("x", props("casewright:orderBy"))
    ),
    "the bindingType “versionTag”": inside(
        call("x", "c", more=' bindingType="versionTag" versionTag="1.2"')
    ),
    "a versionTag with the bindingType “latest”": inside(call("x", "c", more=' versionTag="1"')),
    "the bindingType “sometimes”": inside(call("x", "c", more=' bindingType="sometimes"')),
    "input mappings on startEvent": model(start("s", ext=io({"a": "=1"})), end(), flows("s>e")),
    "output mappings on endEvent": model(
        start(), end("e", ext=io(None, {"a": "=1"})), flows("s>e")
    ),
    "the element “shape” of another vocabulary": around("<camunda:shape/>"),
    "resourceRole on userTask": inside(node("userTask", "x", "<resourceRole/>")),
}  # fmt: skip


@pytest.mark.parametrize("what", sorted(UNSUPPORTED))
def test_is_refused_by_name(what: str) -> None:
    result = bpmn.compile(UNSUPPORTED[what], "f.bpmn")
    assert result.definitions == ()
    assert not result.deployable
    found = {f.message: f for f in result.findings if f.code == "bpmn-unsupported"}
    assert f"{what} is not supported" in found, result.findings
    finding = found[f"{what} is not supported"]
    assert finding.file == "f.bpmn"
    assert finding.element
    assert finding.line > 1


WRONG = {
    "xml-syntax": b"<definitions>",
    "xml-doctype": b"<!DOCTYPE d><definitions/>",
    "not-bpmn": b"<html/>",
    "no-process": model().replace(b'isExecutable="true"', b'isExecutable="false"'),
    "no-start": model(user("u"), end(), flows("u>e")),
    "bad-start": model(start(), start("s2"), end(), flows("s>e", "s2>e")),
    "duplicate-id": around(user("u")),
    "id-missing": around("<userTask/>"),
    "bad-id": around('<userTask id="a/b"/>'),
    "dangling-flow": around(flows("u>nowhere")),
    "flow-from-end": around(flows("e>u")),
    "flow-into-event": around(flows("u>s")),
    "not-connected": around(user("lonely")),
    "dangling-boundary": around(boundary("b", "nobody", timer("PT1H"))),
    "dangling-default": model(
        start(), xor("g", default="nothing"), end(), end("e2"),
        flows("s>g", "g>e[=true]", "g>e2[=true]"),
    ),
    "default-alone": model(start(), user("u", default="f_u_e"), end(), flows("s>u>e")),
    "default-with-condition": model(
        start(), xor("g", default="f_g_e"), end(), end("e2"),
        flows("s>g", "g>e[=true]", "g>e2[=true]"),
    ),
    "condition-missing": model(
        start(), xor("g"), end(), end("e2"), flows("s>g", "g>e[=true]", "g>e2")
    ),
    "feel-missing": model(
        start(), xor("g"), end(), end("e2"), flows("s>g", "g>e[x > 1]", "g>e2[=true]")
    ),
    "clock-in-condition": model(
        start(), xor("g"), end(), end("e2"), flows("s>g", "g>e[=now() > due]", "g>e2[=true]")
    ),
    "expression-language": model(
        start(), xor("g"), end(), end("e2"), flows("s>g", "g>e[=true]", "g>e2[=true]")
    ).replace(
        b'<conditionExpression xsi:type="tFormalExpression">',
        b'<conditionExpression xsi:type="tFormalExpression" language="python">',
    ),
    "setting-missing": inside(node("serviceTask", "x")),
    "bad-value": inside(user("x", '<zeebe:priorityDefinition priority="high"/>')),
    "bad-target": inside(service("x", io({"a b": "=1"}))),
    "bad-time": inside(catch("x", timer("1 hour"))),
    "timer-missing": inside(catch("x", "<timerEventDefinition/>")),
    "message-missing": inside(catch("x", message("unknown"))),
    "error-missing": model(start(), end("e", error("")), flows("s>e")),
    "error-interrupts": around(boundary("b", "u", error(), cancel=False)),
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(WRONG))
def test_mistakes_have_a_code(code: str) -> None:
    result = bpmn.compile(WRONG[code], "f.bpmn")
    assert result.definitions == ()
    assert code in {finding.code for finding in result.findings}, result.findings


@pytest.mark.parametrize("text", ["\u00b2", "101", "-1", "1" + "0" * 30, "1" * 5000, "many"],
    ids=["superscript", "too-many", "negative", "huge", "digits", "word"])  # fmt: skip
def test_a_number_that_is_none_or_too_large_is_found(text: str) -> None:
    retries = node("serviceTask", "x", "", f'<zeebe:taskDefinition type="a" retries="{text}"/>')
    priority = user("y", f'<zeebe:priorityDefinition priority="{text}"/>')
    for data in (inside(retries), inside(priority)):
        found = {finding.code for finding in bpmn.compile(data, "f.bpmn").findings}
        assert "bad-value" in found


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (inside(script("x", "1 +", "r")), "zeebe:script/expression"),
        (inside(service("x", io({"a": "=(1"}))), "input “a”"),
        (inside(catch("x", timer("=]"))), "timeDuration"),
        (
            model(start(), xor("g"), end(), end("e2"), flows("s>g", "g>e[=1 =]", "g>e2[=true]")),
            "the condition",
        ),
    ],
)
def test_bad_feel_is_found_with_its_place(data: bytes, place: str) -> None:
    (finding,) = bpmn.compile(data, "f.bpmn").findings
    assert finding.code == "feel-syntax"
    assert finding.place.startswith(place)
    assert "column" in finding.place


def test_the_clock_may_be_named_in_text() -> None:
    data = model(
        start(), xor("g"), end(), end("e2"), flows("s>g", 'g>e[=x = "now()"]', "g>e2[=true]")
    )
    assert bpmn.compile(data, "f.bpmn").findings == ()


def test_drawings_and_words_are_no_problem() -> None:
    data = around(
        "<documentation>why</documentation>", '<textAnnotation id="ta"/>',
        '<association id="as" sourceRef="u" targetRef="ta"/>', '<dataObject id="do"/>',
        '<dataObjectReference id="dr" dataObjectRef="do"/>', '<group id="gr"/>',
        ext=props("anything:else"),
    )  # fmt: skip
    assert bpmn.compile(data, "f.bpmn").findings == ()


def test_a_pool_that_is_only_drawn_is_left_alone() -> None:
    other = '<process id="q" isExecutable="false"><choreographyTask id="cg"/></process>'
    pools = (
        '<collaboration id="c"><participant id="p1" processRef="p"/>'
        '<participant id="p2" processRef="q"/>'
        '<messageFlow id="mf" sourceRef="p1" targetRef="p2"/></collaboration>'
    )
    result = bpmn.compile(model(start(), end(), flows("s>e"), extra=other + pools), "f.bpmn")
    assert result.findings == ()
    assert [d.process_id for d in result.definitions] == ["p"]


def test_two_processes_of_one_file_are_two_definitions() -> None:
    body = start("qs") + end("qe", TERMINATE) + flows("qs>qe")
    other = f'<process id="q" isExecutable="true">{body}</process>'
    result = bpmn.compile(model(start(), end(), flows("s>e"), extra=other), "f.bpmn")
    assert [d.process_id for d in result.definitions] == ["p", "q"]


def test_everything_is_found_at_once() -> None:
    data = model(
        start(), node("choreographyTask", "x"), service("t", io({"a": "=("})), end(),
        flows("s>t>e", "t>nowhere"),
    )  # fmt: skip
    codes = {f.code for f in bpmn.compile(data, "f.bpmn").findings}
    assert codes >= {"bpmn-unsupported", "feel-syntax", "dangling-flow"}


def test_what_is_refused_by_name_gives_no_second_finding() -> None:
    (finding,) = bpmn.compile(inside(node("choreographyTask", "x")), "f.bpmn").findings
    assert finding.message == "choreographyTask is not supported"


def test_a_long_sequence_compiles() -> None:
    names = [f"t{i}" for i in range(1500)]
    data = model(
        start(), *(node("task", name) for name in names), end(), flows(">".join(["s", *names, "e"]))
    )
    assert len(bpmn.compile(data, "f.bpmn").definitions[0].elements) == 1502


def findings_of(data: bytes) -> list[tuple[str, str, str]]:
    return [(f.severity, f.code, f.place) for f in bpmn.compile(data, "f.bpmn").findings]


def gate(condition: str) -> bytes:
    """Return a process whose one gateway asks the condition."""
    flows_of = flows("s>g", f"g>e[{condition}]", "g>e2[=true]")
    return model(start(), xor("g"), end(), end("e2"), flows_of)


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [
        (gate('="a" > 5'), "feel-type", "the condition"),
        (gate("=upper case(5) = price"), "feel-type", "the condition"),
        (gate('=substring("a") = price'), "feel-function", "the condition"),
        (gate("=lenn(price) > 5"), "", ""),
        (inside(service("x", io({"a": '=1 + "b"'}))), "feel-type", "input “a”"),
        (inside(script("x", '@"2026-01-31".hour', "r")), "feel-unknown-property", "zeebe"),
    ],
)
def test_what_can_give_nothing_but_null_is_a_warning(data: bytes, code: str, place: str) -> None:
    """A warning does not stop a process; a name may be a variable of any case."""
    result = bpmn.compile(data, "f.bpmn")
    assert len(result.definitions) == 1
    if not code:
        assert result.findings == ()
        return
    ((severity, found, where),) = findings_of(data)
    assert (severity, found) == ("warning", code)
    assert where.startswith(place)
    assert where.endswith(", line 1, column 1") or "column" in where


def test_what_is_wrong_in_syntax_is_told_once() -> None:
    assert [(severity, code) for severity, code, _ in findings_of(gate('="a" > 5 +'))] == [
        ("error", "feel-syntax")
    ]
