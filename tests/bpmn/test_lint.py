"""Reading what analysts draw: what is left out is told by element, not stopping at the first."""

from __future__ import annotations

from casewright import bpmn
from casewright.xml import NS
from casewright.xml.findings import Finding

HEAD = f'<definitions xmlns="{NS["bpmn"]}" xmlns:bpmndi="{NS["bpmndi"]}" targetNamespace="urn:t">'


def process(name: str, body: str = "", attributes: str = 'isExecutable="true"') -> str:
    ends = f'<startEvent id="{name}s"/><endEvent id="{name}e"/>{body}'
    flow = f'<sequenceFlow sourceRef="{name}s" targetRef="{name}e"/>'
    return f'<process id="{name}" {attributes}>{ends}{"" if body else flow}</process>'


def look(text: str, *, notes: bool = False) -> tuple[bpmn.Compiled, list[Finding]]:
    data = f"{HEAD}{text}</definitions>".encode()
    compiled = bpmn.compile(data, "p/a.bpmn")
    return compiled, bpmn.lint(data, "p/a.bpmn", known=compiled.findings, notes=notes)


def said(found: list[Finding]) -> set[tuple[str, str, str]]:
    return {(one.element, one.code, one.severity) for one in found}


def test_each_executable_process_is_a_definition_and_the_others_are_listed() -> None:
    pools = (
        '<participant id="pool" name="Customer" processRef="c"/><participant id="x" name="Bank"/>'
    )
    compiled, found = look(
        f'<collaboration id="k">{pools}</collaboration>'
        + process("a")
        + process("b", attributes="")
        + process("c", attributes='isExecutable="false"')
    )
    assert compiled.findings == ()
    assert [definition.process_id for definition in compiled.definitions] == ["a", "b"]
    assert said(found) == {
        ("a", "flow-without-id", "note"),
        ("a", "no-diagram", "note"),
        ("b", "executable-missing", "note"),
        ("b", "flow-without-id", "note"),
        ("b", "no-diagram", "note"),
        ("c", "flow-without-id", "note"),
        ("c", "not-deployed", "note"),
        ("x", "not-deployed", "note"),
    }
    assert any("“Customer”" in one.message for one in found)


def test_what_is_not_drawn_is_listed() -> None:
    shape = '<bpmndi:BPMNShape id="d" bpmnElement="as"/>'
    _, found = look(process("a") + f'<bpmndi:BPMNDiagram id="di">{shape}</bpmndi:BPMNDiagram>')
    assert [one.message for one in found if one.code == "not-drawn"] == [
        "not drawn, so that no picture shows them: ae"
    ]


def test_a_drawing_with_wrong_numbers_runs() -> None:
    bounds = '<dc:Bounds xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" x="left" y=""/>'
    shape = f'<bpmndi:BPMNShape id="d" bpmnElement="as">{bounds}</bpmndi:BPMNShape>'
    compiled, _ = look(process("a") + f'<bpmndi:BPMNDiagram id="di">{shape}</bpmndi:BPMNDiagram>')
    assert compiled.findings == ()
    assert len(compiled.definitions) == 1


def test_all_that_is_wrong_is_found_at_once_and_once() -> None:
    body = (
        '<task id="t"/><boundaryEvent id="b" attachedToRef="no"/>'
        '<sequenceFlow id="f1" sourceRef="as" targetRef="gone"/>'
        '<sequenceFlow id="f2" sourceRef="ae" targetRef="t"/>'
        '<intermediateCatchEvent id="c"><messageEventDefinition id="m"/></intermediateCatchEvent>'
    )
    compiled, found = look(process("a", body))
    assert compiled.definitions == ()
    errors = {(one.element, one.code) for one in compiled.findings}
    assert {("f1", "dangling-flow"), ("b", "dangling-boundary"), ("f2", "flow-from-end")} <= errors
    rules = {(one.element, one.code) for one in found}
    assert ("f1", "dangling-reference") not in rules
    assert ("c", "message-missing") not in rules
    assert ("t", "flow-missing-out") in rules


def test_what_matters_to_other_tools_only_is_told_when_asked_for() -> None:
    text = process("a", '<dataObject id="o" isCollection="true" itemSubjectRef="i"/>') + (
        '<itemDefinition id="i"/>'
    )
    assert "collection-differs" not in {one.code for one in look(text)[1]}
    assert ("o", "collection-differs", "note") in said(look(text, notes=True)[1])


def test_imports_are_looked_up_beside_the_file() -> None:
    location = f'<import importType="{NS["bpmn"]}" location="b.bpmn" namespace="urn:t"/>'
    data = f"{HEAD}{location}{process('a')}</definitions>".encode()
    there = {"p/b.bpmn": f"{HEAD}{process('b')}</definitions>".encode()}
    assert "import-missing" in {f.code for f in bpmn.lint(data, "p/a.bpmn", files={})}
    assert "import-missing" not in {f.code for f in bpmn.lint(data, "p/a.bpmn", files=there)}
    assert "import-missing" not in {f.code for f in bpmn.lint(data, "p/a.bpmn")}


def test_files_that_are_no_bpmn_have_nothing_to_say() -> None:
    assert bpmn.lint(b"no", "a.bpmn") == []
    assert bpmn.lint(b"<a/>", "a.bpmn") == []
