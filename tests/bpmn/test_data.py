"""Scopes, mappings, and what the activities ask for."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bpmn.models import (
    boundary,
    call,
    catch,
    end,
    flows,
    io,
    message,
    model,
    node,
    rule,
    script,
    service,
    start,
    sub,
    timer,
    user,
    xor,
)
from bpmn.player import Player
from casewright import bpmn, dmn
from casewright.domain.clock import instant
from casewright.domain.errors import Refused
from casewright.domain.events import (
    CallEnded,
    CallStarted,
    DecisionEvaluated,
    JobCreated,
    TaskCreated,
    VariablesChanged,
)

WARSAW = ZoneInfo("Europe/Warsaw")
ORDERED = (
    '<zeebe:properties><zeebe:property name="casewright:orderBy" value="=long"/></zeebe:properties>'
)


def only(case: Player, kind: type[Any]) -> Any:
    (found,) = [event for event in case.events if isinstance(event, kind)]
    return found


def test_the_input_of_a_job_is_its_local_scope() -> None:
    mapping = io(
        {"to": "=client.mail", "deal.id": "=id", "deal.kind": "new", "twice": "=deal.id * 2"},
        {"crm.reference": "=ref", "note": "=to"},
    )
    headers = '<zeebe:taskHeaders><zeebe:header key="pool" value="east"/></zeebe:taskHeaders>'
    order = (
        '<zeebe:properties><zeebe:property name="casewright:orderBy" value="=client.mail"/>'
        '<zeebe:property name="free" value="anything"/></zeebe:properties>'
    )
    xml = model(start(), service("t", mapping + headers + order), end(), flows("s>t>e"))
    case = Player(xml, {"client": {"mail": "a@b.c"}, "id": 7, "crm": {"old": 1}, "ref": "outer"})
    assert only(case, JobCreated) == JobCreated(
        token="t#1",
        element="t",
        operation="crm.save",
        input={"to": "a@b.c", "deal": {"id": 7, "kind": "new"}, "twice": 14},
        headers={"pool": "east"},
        order_key="a@b.c",
    )
    assert bpmn.variables(case.snapshot, "t#1")["twice"] == 14
    case.job("t", ref="X1", noise=True)
    assert case.variables == {
        "client": {"mail": "a@b.c"},
        "id": 7,
        "ref": "outer",
        "crm": {"old": 1, "reference": "X1"},
        "note": "a@b.c",
    }


def test_without_mappings_results_go_where_the_names_are_declared() -> None:
    xml = model(
        start(),
        sub("S", start("ss"), user("u", io({"own": "=1"})), user("v"), flows("ss>u>v"),
            ext=io({"middle": "=2"})),
        end(), flows("s>S>e"),
    )  # fmt: skip
    case = Player(xml, {"outer": 0})
    case.complete("u", own=10, middle=20, outer=30, fresh=40)
    assert case.variables == {"outer": 30, "fresh": 40}
    assert bpmn.variables(case.snapshot, "S#1/v#1") == {"outer": 30, "fresh": 40, "middle": 20}
    changed = [(e.scope, e.values) for e in case.events if isinstance(e, VariablesChanged)]
    assert changed == [
        ("S#1/u#1", {"own": 10}), ("S#1", {"middle": 20}), ("", {"outer": 30, "fresh": 40}),
    ]  # fmt: skip


def test_only_what_changed_is_told() -> None:
    case = Player(model(start(), user("u"), end(), flows("s>u>e")), {"a": 1, "b": [True], "c": 1})
    case.complete("u", a=1, b=[1], c=True, d=None)
    assert only(case, VariablesChanged).values == {"b": [1], "c": True, "d": None}


def test_a_mapping_passes_null_but_not_an_unknown_name() -> None:
    xml = model(
        start(), service("t", io({"a": '=number("no")', "b": "=missing"})), end(), flows("s>t>e")
    )
    case = Player(xml)
    assert case.incident is not None
    assert case.incident["code"] == "expression-failed"
    details = case.incident["details"]
    assert details["expression"] == "=missing"
    assert details["place"] == "input “b”"
    assert details["types"] == {"missing": "missing"}
    assert details["problems"][0]["kind"] == "unknown-name"
    case.retry("t", missing=3)
    assert only(case, JobCreated).input == {"a": None, "b": 3}


def test_an_output_that_fails_does_not_lose_the_result() -> None:
    xml = model(start(), service("t", io(None, {"x": "=answer + other"})), end(), flows("s>t>e"))
    case = Player(xml)
    case.job("t", answer=1)
    assert case.incident is not None
    assert case.names("IncidentRaised") == ["t"]
    case.retry("t", other=2)
    assert case.done
    assert case.variables == {"other": 2, "x": 3}
    assert "JobCreated" not in case.names()


def test_an_incident_never_shows_values() -> None:
    xml = model(
        start(), xor("g", default="f_g_b"), user("a"), user("b"), end(),
        flows("s>g", "g>a[=secret]", "g>b", "a>e", "b>e"),
    )  # fmt: skip
    case = Player(xml, {"secret": "hunter2"})
    assert case.incident == {
        "code": "condition-not-boolean",
        "message": "the condition is neither true nor false",
        "phase": "run",
        "details": {
            "expression": "=secret",
            "place": "the condition",
            "types": {"secret": "string"},
            "result": "string",
        },
    }
    assert "hunter2" not in repr(case.events[1:])
    assert case.open == ["g#1"]
    case.retry("g", secret=True)
    assert case.open == ["a#1"]


def test_no_flow_to_choose_is_an_incident() -> None:
    xml = model(
        start(), xor("g"), user("a"), user("b"), end(),
        flows("s>g", "g>a[=n = 1]", "g>b[=n = 2]", "a>e", "b>e"),
    )  # fmt: skip
    case = Player(xml, {"n": 3})
    assert case.incident is not None
    assert case.incident["code"] == "no-flow-chosen"
    case.retry("g", n=2)
    assert case.open == ["b#1"]


def test_an_incident_on_a_conditional_flow_is_shown_at_its_activity() -> None:
    xml = model(
        start(), user("u", default="f_u_e"), user("a"), user("b"), end(),
        flows("s>u", "u>a[=x > 1]", "u>b[=x > 2]", "u>e", "a>e", "b>e"),
    )  # fmt: skip
    case = Player(xml)
    case.complete("u", x="no")
    (token,) = bpmn.tokens(case.snapshot)
    assert (token.element, token.state) == ("u", "incident")
    case.do(bpmn.Retry(token.id, {"x": 3}))
    assert case.open == ["a#1", "b#1"]
    assert case.completed() == {"s": 1, "u": 1}
    case = Player(xml)
    case.complete("u", x=0)
    assert case.done


PEOPLE = (
    '<zeebe:userTask/><zeebe:formDefinition formId="offer" bindingType="deployment"/>'
    '<zeebe:assignmentDefinition assignee="=head" candidateUsers="ann, bob" '
    "candidateGroups='=[\"sales\", region]'/>"
    '<zeebe:taskSchedule dueDate="=date(\'2026-05-01\')" followUpDate="2026-04-01T08:00:00"/>'
    '<zeebe:priorityDefinition priority="=80"/>'
).replace("date('2026-05-01')", "date(&quot;2026-05-01&quot;)")


def test_a_user_task_says_who_and_when() -> None:
    case = Player(
        model(start(), user("u", PEOPLE), end(), flows("s>u>e")),
        {"head": "eve", "region": "north"},
        zone=WARSAW,
    )
    created = only(case, TaskCreated)
    assert created.form == "offer"
    assert created.assignee == "eve"
    assert created.users == ("ann", "bob")
    assert created.groups == ("sales", "north")
    assert created.priority == 80
    assert instant(created.due) == datetime(2026, 5, 1, tzinfo=WARSAW)
    assert instant(created.follow_up) == datetime(2026, 4, 1, 8, tzinfo=WARSAW)
    assert case.definition.forms == (bpmn.FormRef("u", "offer", "deployment"),)


def test_an_assignee_that_is_null_is_an_incident() -> None:
    case = Player(model(start(), user("u", PEOPLE), end(), flows("s>u>e")), {"region": "north"})
    assert case.incident is not None
    assert "TaskCreated" not in case.names()
    case.retry("u", head=7)
    assert case.incident is not None
    assert case.incident["details"]["types"] == {"head": "number"}
    case.retry("u", head="eve")
    assert case.names() == ["VariablesChanged", "TaskCreated", "IncidentResolved"]


def test_a_lane_is_the_group_of_its_tasks() -> None:
    lanes = (
        '<laneSet id="ls"><lane id="l1" name="sales"><flowNodeRef>u</flowNodeRef>'
        "<flowNodeRef>v</flowNodeRef><flowNodeRef>S</flowNodeRef></lane></laneSet>"
    )
    own = '<zeebe:assignmentDefinition candidateGroups="board"/>'
    xml = model(
        start(), user("u"), user("v", own), sub("S", start("ss"), user("w"), flows("ss>w")), end(),
        flows("s>u>v>S>e"), lanes=lanes,
    )  # fmt: skip
    case = Player(xml)
    assert only(case, TaskCreated).groups == ("sales",)
    case.complete("u")
    assert (only(case, TaskCreated).groups, only(case, TaskCreated).lane) == (("board",), "sales")
    case.complete("v")
    assert only(case, TaskCreated).groups == ("sales",)
    assert case.definition.lanes == ("sales",)
    assert case.definition.groups == ("board",)


def test_a_script_reads_parameters_and_typed_values() -> None:
    xml = model(
        start(), script("k", "{m: (price - cost) / price * 100, min: parameters.minimum}", "r"),
        user("u"), end(), flows("s>k>u>e"),
    )  # fmt: skip
    case = Player(
        xml,
        {"price": Decimal("12.50"), "cost": Decimal("10.00"), "day": date(2026, 1, 1)},
        parameters={"minimum": Decimal("15.0")},
    )
    assert case.variables["r"] == {"m": Decimal(20), "min": Decimal("15.0")}
    assert case.variables["day"] == date(2026, 1, 1)


class Evaluation:
    def __init__(self, inputs: dict[str, Any]) -> None:
        self.value = "board" if inputs["margin"] < 20 else "head"
        self.trace = {"decision": "route"}
        self.warnings: tuple[dmn.Notice, ...] = ()
        self.failed = inputs["margin"] < 0


class Rules:
    """Stands for a decision model."""

    def decision(self, name: str, inputs: dict[str, Any], **_options: Any) -> Evaluation:
        assert name == "route"
        return Evaluation(inputs)


def test_a_rule_task_asks_the_bound_decision() -> None:
    asked = []

    def decisions(ref: bpmn.DecisionRef) -> bpmn.BoundDecision | None:
        asked.append(ref)
        return bpmn.BoundDecision(Rules(), "route", 3)  # type: ignore[arg-type]

    xml = model(
        start(), rule("k", "route", "who", ' bindingType="deployment"'), user("u"), end(),
        flows("s>k>u>e"),
    )  # fmt: skip
    case = Player(xml, {"margin": 15}, decisions=decisions)
    assert case.variables["who"] == "board"
    assert only(case, DecisionEvaluated) == DecisionEvaluated(
        token="k#1", element="k", decision="route", version=3, output="board",
        trace={"decision": "route"},
    )  # fmt: skip
    assert set(asked) == {bpmn.DecisionRef("k", "route", "deployment")}
    case = Player(xml, {"margin": -1}, decisions=decisions)
    assert case.incident is not None
    assert case.incident["code"] == "decision-failed"
    case = Player(xml, {"margin": 30})
    assert case.incident is not None
    assert case.incident["code"] == "decision-unknown"
    case.context["decisions"] = decisions
    case.retry("k")
    assert case.variables["who"] == "head"


TABLE = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"
 namespace="t"><decision id="route" name="Route"><decisionTable id="dt" hitPolicy="UNIQUE">
 <input id="i" label="Margin"><inputExpression id="ie"><text>margin</text></inputExpression></input>
 <output id="o" name="who"/>
 <rule id="r1"><inputEntry id="a"><text>&lt; parameters.minimum</text></inputEntry>
 <outputEntry id="b"><text>"board"</text></outputEntry></rule>
 <rule id="r2"><inputEntry id="c"><text>&gt;= parameters.minimum</text></inputEntry>
 <outputEntry id="e"><text>"head"</text></outputEntry></rule>
 </decisionTable></decision></definitions>"""


def test_a_rule_task_runs_a_decision_table() -> None:
    bound = bpmn.BoundDecision(dmn.load([("route.dmn", TABLE)]), "route", 1)
    xml = model(start(), rule("k", "=which", "who"), end(), flows("s>k>e"))
    for margin, wanted in (("19.99", "board"), ("20", "head")):
        case = Player(
            xml,
            {"margin": Decimal(margin), "which": "route"},
            decisions=lambda ref: bound,
            parameters={"minimum": 20},
        )
        assert case.variables["who"] == wanted
        (told,) = [e for e in case.events if isinstance(e, DecisionEvaluated)]
        assert told.output == wanted
        assert told.trace["rules"][0]["outputs"] == {"who": wanted}


def test_a_call_gets_all_and_gives_all() -> None:
    case = Player(
        model(start(), call("c", "child", io({"x": "=1"})), end(), flows("s>c>e")), {"a": 2}
    )
    (request,) = case.result.requests
    assert request == bpmn.CallStart(
        id="call:c#1", token="c#1", process="child", binding="latest", variables={"x": 1, "a": 2}
    )
    case.do(bpmn.Answered(request.id, "i-2"))
    assert only(case, CallStarted) == CallStarted("c#1", "c", "child", "i-2")
    assert case.snapshot["tokens"][0]["child"] == "i-2"
    case.do(bpmn.CallEnded("c#1", {"a": 3, "x": 5, "new": 4}))
    assert only(case, CallEnded).child == "i-2"
    assert case.done
    assert case.variables == {"a": 3, "new": 4}


def test_a_call_with_mappings_only() -> None:
    more = (
        ' propagateAllParentVariables="false" propagateAllChildVariables="false" '
        'bindingType="deployment"'
    )
    xml = model(
        start(), call("c", "=which", io({"x": "=a"}, {"r": "=out"}), more), end(), flows("s>c>e")
    )
    case = Player(xml, {"a": 2, "which": "child"})
    (request,) = case.result.requests
    assert (request.process, request.variables) == ("child", {"x": 2})
    assert request.binding == "deployment"
    case.do(bpmn.CallEnded("c#1", {"out": 9, "noise": 1}))
    assert case.variables == {"a": 2, "which": "child", "r": 9}


def test_a_call_that_cannot_start_is_an_incident() -> None:
    case = Player(model(start(), call("c", "child"), end(), flows("s>c>e")))
    case.do(bpmn.Answered("call:c#1", problem="there is no process “child”"))
    assert case.incident is not None
    assert case.incident["code"] == "call-failed"
    assert len(case.retry("c").requests) == 1


def test_manual_and_undefined_tasks_pass() -> None:
    xml = model(
        start(), node("task", "t", ext=io({"a": "=1"}, {"b": "=a + 1"})), node("manualTask", "m"),
        boundary("b", "m", timer("PT1H")), user("u"), end(), end("e2"), flows("s>t>m>u>e", "b>e2"),
    )  # fmt: skip
    case = Player(xml)
    assert case.open == ["u#1"]
    assert case.variables == {"b": 2}
    assert case.names("TimerCancelled") == ["b"]


def test_variables_can_be_set_from_outside() -> None:
    xml = model(start(), user("u", io({"own": "=1"})), end(), flows("s>u>e"))
    case = Player(xml)
    case.do(bpmn.SetVariables({"own": 2, "x": 3}, "u#1"))
    assert bpmn.variables(case.snapshot, "u#1") == {"own": 2, "x": 3}
    case.do(bpmn.SetVariables({"own": 4}))
    assert bpmn.variables(case.snapshot) == {"x": 3, "own": 4}


def test_a_value_that_is_too_large_is_refused() -> None:
    case = Player(model(start(), user("u"), end(), flows("s>u>e")))
    before = case.saved
    with pytest.raises(Refused, match="value-too-large"):
        case.complete("u", text="x" * 1_100_000)
    assert case.saved == before
    case.twin = None
    case.with_twin = False
    case.complete("u", text="x" * 1_000_000)
    assert case.done


@pytest.mark.parametrize("value", ["function(x) x", "now"])
def test_a_function_cannot_be_a_variable(value: str) -> None:
    xml = model(start(), script("k", value, "f"), end(), flows("s>k>e"))
    case = Player(xml)
    assert case.incident is not None


@pytest.mark.parametrize(
    ("activity", "done", "told"),
    [
        (service("x", io(None, {"a": "=absent + 1"})), bpmn.CompleteJob("x#1"), "JobCompleted"),
        (user("x", io(None, {"a": "=absent + 1"})), bpmn.CompleteTask("x#1"), "TaskCompleted"),
    ],
    ids=["job", "task"],
)
def test_what_is_done_is_told_once_though_its_outputs_fail(
    activity: str, done: bpmn.Change, told: str
) -> None:
    case = Player(model(start(), activity, end(), flows("s>x>e")))
    case.do(done)
    assert case.names(told) == ["x"]
    case.retry("x", other=1)
    assert case.names(told) == []
    assert case.incident is not None
    case.retry("x", absent=1)
    assert case.names(told) == []
    assert case.done


@pytest.mark.parametrize(
    "activity",
    [
        node("serviceTask", "x", "", '<zeebe:taskDefinition type="a.b" retries="=10 ** 30"/>'),
        node("serviceTask", "x", "", '<zeebe:taskDefinition type="a.b" retries="=-1"/>'),
        user("x", '<zeebe:assignmentDefinition candidateGroups="=long"/>'),
        user("x", '<zeebe:assignmentDefinition candidateGroups="=[&quot;a&quot;, long]"/>'),
        user("x", '<zeebe:assignmentDefinition candidateUsers="=nul"/>'),
        user("x", '<zeebe:assignmentDefinition assignee="=nul"/>'),
        call("x", "=long"),
        service("x", ORDERED),
    ],
    ids=["retries-huge", "retries-negative", "group", "groups", "users", "assignee", "process",
         "order-key"],
)  # fmt: skip
def test_a_setting_that_no_table_takes_is_an_incident(activity: str) -> None:
    xml = model(start(), activity, end(), flows("s>x>e"))
    case = Player(xml, {"long": "x" * 301, "nul": "a\0b"})
    assert case.incident is not None
    assert case.incident["code"] == "expression-failed"
    assert "x" * 301 not in str(case.incident)


def test_a_correlation_key_that_no_table_takes_is_an_incident() -> None:
    case = Player(
        model(start(), catch("c", message()), end(), flows("s>c>e")), {"order": "x" * 301}
    )
    assert case.incident is not None
    assert case.incident["code"] == "expression-failed"


MIB = 1_048_576
LARGE: dict[str, dict[str, Any]] = {
    "bytes": {"v": "\u20ac" * (MIB // 2)},
    "items": {"v": [0] * 10_001},
    "inner-items": {"v": {"a": [0] * 10_001}},
    "all": {f"v{n}": "x" * 1_000_000 for n in range(5)},
}


@pytest.mark.parametrize("what", sorted(LARGE))
def test_what_no_variable_holds_is_refused_at_the_door(what: str) -> None:
    xml = model(start(), service("t"), user("u"), end(), flows("s>t>u>e"))
    with pytest.raises(Refused, match="value-too-large"):
        Player(xml, LARGE[what], twin=False)
    case = Player(xml, {"small": 1}, twin=False)
    before = case.saved
    for change in (
        bpmn.CompleteJob("t#1", LARGE[what]),
        bpmn.ThrowError("t#1", "E1", "", LARGE[what]),
        bpmn.SetVariables(LARGE[what]),
    ):
        with pytest.raises(Refused, match="value-too-large"):
            case.do(change)
    assert case.saved == before


@pytest.mark.parametrize("what", sorted(LARGE))
def test_what_nobody_can_be_told_of_is_an_incident(what: str) -> None:
    case = Player(model(start(), catch("c", message()), end(), flows("s>c>e")), {"order": 1})
    case.do(bpmn.ReceiveMessage("c#1", LARGE[what]))
    assert case.incident is not None
    assert case.incident["code"] == "value-too-large"


def test_a_large_variable_can_be_replaced_in_a_full_instance() -> None:
    full = {f"v{n}": "x" * 1_000_000 for n in range(4)}
    case = Player(model(start(), user("u"), end(), flows("s>u>e")), full)
    case.do(bpmn.SetVariables({"v0": "y" * 1_000_000}))
    with pytest.raises(Refused, match="value-too-large"):
        Player(case.definition, full, twin=False).do(bpmn.SetVariables({"w": "z" * 500_000}))
    case.do(bpmn.SetVariables({"v0": "", "v1": "z" * 500_000}))
    case.do(bpmn.SetVariables({"w": "z" * 500_000}))


def test_many_small_variables_are_counted_together() -> None:
    scripts = [script(f"n{i}", "text", f"v{i}") for i in range(6)]
    names = ">".join(f"n{i}" for i in range(6))
    case = Player(model(start(), *scripts, end(), flows(f"s>{names}>e")), {"text": "x" * 800_000})
    assert case.incident is not None
    assert case.incident["code"] == "value-too-large"
    assert case.open == ["n4#1"]


def test_the_clock_is_looked_at_after_every_element() -> None:
    scripts = [script(f"n{i}", "i", "i") for i in range(3)]
    xml = model(start(), *scripts, end(), flows("s>n0>n1>n2>e"))
    case = Player(xml, {"i": 1}, limits=bpmn.StepLimits(cpu_seconds=0))
    pieces = 1
    while case.result.more:
        case.do(bpmn.Continue())
        pieces += 1
    assert pieces == 5
