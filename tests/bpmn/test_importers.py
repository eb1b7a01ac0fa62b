"""Files of other engines: what is certain is translated, the rest stays and is listed."""

from __future__ import annotations

import pytest

from casewright import bpmn, feel, xml
from casewright.bpmn import importers
from casewright.bpmn.importers import juel, python
from casewright.bpmn.importers.work import Untranslated
from casewright.xml import NS

HEAD = (
    f'<definitions xmlns="{NS["bpmn"]}" xmlns:camunda="{NS["camunda"]}" xmlns:s="'
    f'{NS["spiffworkflow"]}" xmlns:xsi="{NS["xsi"]}" xmlns:java="urn:java">'
)


def converted(text: str, vocabulary: str = "") -> tuple[importers.Imported, bpmn.Compiled]:
    body = (
        '<process id="p" isExecutable="true"><startEvent id="s"/><endEvent id="e"/>'
        f'{text}<sequenceFlow id="f1" sourceRef="s" targetRef="x"/></process>'
    )
    if 'sourceRef="x"' not in text:
        flow = '<sequenceFlow id="f2" sourceRef="x" targetRef="e"/>'
        body = body.replace("</process>", f"{flow}</process>")
    made = importers.convert(f"{HEAD}{body}</definitions>".encode(), "a.bpmn", vocabulary)
    return made, bpmn.compile(made.content, "a.bpmn")


def written(made: importers.Imported, name: str) -> list[dict[str, str]]:
    root = xml.parse(made.content, "a.bpmn")
    return [xml.attrs(node) for node in xml.descendants(root, name)]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("${a > 1 && !b}", "= a > 1 and not(b)"),
        ("#{order.items[0].price ge 10 or vip}", "= order.items[1].price >= 10 or vip"),
        ("${x == 'it\\'s'}", '= x = "it\'s"'),
        ("${a == b < c}", "= a = (b < c)"),
        ("${(a < b) == c}", "= (a < b) = c"),
        ("${a < b < c}", "= (a < b) < c"),
        ("${ok ? 'yes' : 'no'}", '= if ok then "yes" else "no"'),
        ("${a % 2 ne 0}", "= modulo(a, 2) != 0"),
        ("${-a * (b + 1)}", "= -a * (b + 1)"),
        ("${map['key'].size() == 0}", "= count(map.key) = 0"),
        ("${execution.getVariable('total')}", "= total"),
        ("${a.equals(b)}", "= (a = b)"),
        ("${loopCounter == 0}", "= (loopCounter - 1) = 0"),
        ("anna", "anna"),
    ],
)
def test_simple_juel_is_translated(text: str, meant: str) -> None:
    assert juel.text(text) == meant
    if meant.startswith("="):
        assert feel.analyse(meant[1:], closed=False).problems == ()


@pytest.mark.parametrize(
    "text",
    [
        *("${empty a}", "${bean.find(a)}", "${now()}", "${a[b]}", "a ${b}", "${a} ${b}", "${a ==}"),
        *("${'a' + b}", "=1", "${a & b}", "${}", "${a.}", "${a b}", "${(a}", "${a ? b}"),
    ],
)
def test_other_juel_is_left(text: str) -> None:
    with pytest.raises(Untranslated):
        juel.text(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a > 1 and not b", "= (a > 1) and (not(b))"),
        ("0 < a <= 10", "= 0 < a and a <= 10"),
        ("x in ['a', 'b']", '= list contains(["a", "b"], x)'),
        ("x not in (1, 2)", "= not(list contains([1, 2], x))"),
        ("order['total'] * 2 ** 3 - -n", "= (order.total * (2 ** 3)) - (-n)"),
        ("{'a': [1, 2.5, None, True], 'b': \"x\"}", '= {"a": [1, 2.5, null, true], "b": "x"}'),
        ("'a' if x is None else 'b'", '= if x = null then "a" else "b"'),
        ("n % 2 == 0", "= (modulo(n, 2)) = 0"),
    ],
)
def test_simple_python_is_translated(text: str, meant: str) -> None:
    assert python.expression(text) == meant
    assert feel.analyse(meant[1:], closed=False).problems == ()


@pytest.mark.parametrize(
    "text",
    [
        *("len(x)", "x[0]", "x in y", "x is y", "'%s' % x", "lambda: 1", "[i for i in x]", "a b"),
        *("f'{x}'", "'a' * 3", "x @ y", "~x", "{1: 2}", "__import__('os')", "1e999", "b'x'", "("),
    ],
)
def test_other_python_is_left(text: str) -> None:
    with pytest.raises(Untranslated):
        python.expression(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("'PT1H'", "PT1H"),
        ("timedelta(days=1, hours=2, minutes=30)", "P1DT2H30M"),
        ("datetime.timedelta(weeks=2)", "P14D"),
        ("timedelta()", "PT0S"),
        ("due", "= due"),
    ],
)
def test_times_of_python(text: str, meant: str) -> None:
    assert python.time(text) == meant


def test_times_that_are_known_only_when_they_run_are_left() -> None:
    for text in ("timedelta(hours=n)", "timedelta(1)", "'=1'"):
        with pytest.raises(Untranslated):
            python.time(text)


def test_scripts_of_one_assignment_are_translated() -> None:
    assert python.assignment("total = a + b\n") == ("total", "= a + b")
    for text in ("a = 1\nb = 2", "a.b = 1", "a = b = 1", "print(a)", "a ="):
        with pytest.raises(Untranslated):
            python.assignment(text)


def test_a_user_task_of_camunda_7() -> None:
    made, compiled = converted(
        '<userTask id="x" camunda:assignee="${boss}" camunda:candidateGroups="sales,board"'
        ' camunda:dueDate="${due}" camunda:priority="50" camunda:formRef="offer"'
        ' camunda:formRefBinding="deployment" camunda:asyncBefore="true">'
        "<documentation>Look.</documentation></userTask>"
    )
    assert made.vocabulary == "camunda"
    assert made.left == ()
    assert [found.code for found in made.findings] == ["import-dropped"]
    assert compiled.findings == ()
    assert written(made, "zeebe:assignmentDefinition") == [
        {"assignee": "= boss", "candidateGroups": "sales,board"}
    ]
    assert written(made, "zeebe:taskSchedule") == [{"dueDate": "= due"}]
    assert written(made, "zeebe:formDefinition") == [
        {"formId": "offer", "bindingType": "deployment"}
    ]
    assert b"camunda:a" not in made.content


def test_tasks_calls_and_loops_of_camunda_7() -> None:
    made, compiled = converted(
        '<callActivity id="x" calledElement="sub"><extensionElements>'
        '<camunda:in source="a" target="b"/><camunda:in sourceExpression="${a + 1}" target="c"/>'
        '<camunda:out variables="all"/></extensionElements>'
        '<multiInstanceLoopCharacteristics camunda:collection="items" camunda:elementVariable="i">'
        "<completionCondition>${nrOfCompletedInstances == 2}</completionCondition>"
        "</multiInstanceLoopCharacteristics></callActivity>"
    )
    assert (made.left, compiled.findings) == ((), ())
    assert written(made, "zeebe:input") == [
        {"source": "= a", "target": "b"},
        {"source": "= a + 1", "target": "c"},
    ]
    (call,) = written(made, "zeebe:calledElement")
    assert (call["propagateAllParentVariables"], call["propagateAllChildVariables"]) == (
        "false",
        "true",
    )
    assert written(made, "zeebe:loopCharacteristics") == [
        {"inputCollection": "= items", "inputElement": "i"}
    ]
    made, compiled = converted(
        '<serviceTask id="x" camunda:type="external" camunda:topic="mail.send"><extensionElements>'
        '<camunda:inputOutput><camunda:inputParameter name="to">${mail}</camunda:inputParameter>'
        "</camunda:inputOutput></extensionElements></serviceTask>"
    )
    assert (made.left, compiled.findings) == ((), ())
    assert written(made, "zeebe:taskDefinition") == [{"type": "mail.send"}]


def test_decisions_and_scripts_of_camunda_7() -> None:
    made, compiled = converted(
        '<businessRuleTask id="x" camunda:decisionRef="route" camunda:resultVariable="way"'
        ' camunda:mapDecisionResult="singleEntry"/>'
    )
    assert (made.left, compiled.findings) == ((), ())
    made, _ = converted(
        '<businessRuleTask id="x" camunda:decisionRef="route" camunda:resultVariable="way"/>'
    )
    assert "a resultList has another shape here" in made.left[0].message
    for language, text, sure in (
        ("feel", "a + 1", True),
        ("juel", "${a + 1}", True),
        ("groovy", "a + 1", False),
    ):
        made, compiled = converted(
            f'<scriptTask id="x" scriptFormat="{language}" camunda:resultVariable="r">'
            f"<script>{text}</script></scriptTask>"
        )
        assert (made.left == ()) == sure
        assert (compiled.findings == ()) == sure


def test_what_is_not_certain_stays_and_is_listed_once_by_element() -> None:
    made, compiled = converted(
        '<serviceTask id="x" camunda:class="org.Mail" java:other="1"><extensionElements>'
        '<camunda:executionListener event="start"/><camunda:inputOutput><camunda:inputParameter'
        ' name="l"><camunda:list/></camunda:inputParameter></camunda:inputOutput>'
        "</extensionElements></serviceTask>"
        '<sequenceFlow id="f2" sourceRef="x" targetRef="e">'
        "<conditionExpression>${bean.ok()}</conditionExpression></sequenceFlow>"
    )
    messages = [found.message for found in made.left]
    assert {found.element for found in made.left} == {"x", "f2"}
    for what in ("camunda:class", "java:other", "camunda:inputParameter", "conditionExpression"):
        assert sum(what in message for message in messages) == 1, what
    assert b"org.Mail" in made.content
    assert b"${bean.ok()}" in made.content
    assert compiled.definitions == ()


def test_a_file_of_spiffworkflow() -> None:
    made, compiled = converted(
        '<scriptTask id="x"><extensionElements><s:unitTests/></extensionElements>'
        "<script>total = price * 2</script></scriptTask>"
        '<sequenceFlow id="f2" sourceRef="x" targetRef="g"/>'
        '<exclusiveGateway id="g" default="f4"/>'
        '<sequenceFlow id="f3" sourceRef="g" targetRef="c"><conditionExpression>'
        "total &gt; 10</conditionExpression></sequenceFlow>"
        '<sequenceFlow id="f4" sourceRef="g" targetRef="e"/>'
        '<intermediateCatchEvent id="c"><timerEventDefinition><timeDuration>timedelta(hours=1)'
        "</timeDuration></timerEventDefinition></intermediateCatchEvent>"
        '<sequenceFlow id="f5" sourceRef="c" targetRef="t"/>'
        '<serviceTask id="t"><extensionElements><s:serviceTaskOperator id="mail.send">'
        '<s:parameters><s:parameter id="to" value="\'a@b.c\'"/></s:parameters>'
        "</s:serviceTaskOperator></extensionElements></serviceTask>"
        '<sequenceFlow id="f6" sourceRef="t" targetRef="e"/>'
    )
    assert made.vocabulary == "spiffworkflow"
    assert (made.left, compiled.findings) == ((), ())
    assert written(made, "zeebe:script") == [
        {"expression": "= price * 2", "resultVariable": "total"}
    ]
    assert written(made, "zeebe:input") == [{"source": '= "a@b.c"', "target": "to"}]


def test_scripts_and_decisions_of_spiffworkflow_that_are_not_certain() -> None:
    made, _ = converted(
        '<scriptTask id="x"><script>print(1)</script></scriptTask>', "spiffworkflow"
    )
    assert [found.element for found in made.left] == ["x"]
    made, _ = converted(
        '<businessRuleTask id="x"><extensionElements><s:calledDecisionId>d</s:calledDecisionId>'
        "</extensionElements></businessRuleTask>"
    )
    assert len(made.left) == 1


def test_a_file_is_translated_once_and_others_are_refused() -> None:
    made, _ = converted('<userTask id="x" camunda:assignee="${boss}"/>')
    assert importers.convert(made.content, "a.bpmn").content == made.content
    for data in (b"no", b"<a/>"):
        with pytest.raises(xml.XmlProblem):
            importers.convert(data, "a.bpmn")
