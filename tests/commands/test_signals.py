"""Signals reach everybody who waits, once each; messages and escalations find their way."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from casewright.commands.housekeeping import Expire, verify
from casewright.commands.instances import CancelInstance, SetVariables
from casewright.commands.jobs import ClaimJobs
from casewright.commands.signals import BroadcastSignal, DeliverSignal
from casewright.commands.tasks import CompleteTask
from casewright.domain.errors import Refused
from casewright.domain.people import SYSTEM, Kind, Permission, Principal
from casewright.store.jobs import JobRow
from casewright.worker.system import principal
from commands import apps
from commands import event_apps as ev
from commands import work_apps as w
from commands.scripted import World

STATES = "select process_id, state, count(*) from instance group by 1, 2 order by 1, 2"


def snapshots(world: World, process: str) -> list[dict[str, Any]]:
    rows = world.rows(f"select snapshot from instance where process_id = '{process}' order by id")
    return [json.loads(row[0])["variables"].get("", {}) for row in rows]


def test_a_broadcast_reaches_all_who_wait_and_starts_all_who_want(world: World) -> None:
    world.deploy(ev.waiting(), ev.waiting("other"), ev.started_by("storm"))
    for process in ("p", "p", "other"):
        world.start(process)
    answer = world.run(BroadcastSignal("storm", {"wind": 12}))
    assert answer["reached"] == 4
    assert world.rows("select count(*) from job where kind = 'signal'") == [(4,)]
    assert world.worker.run_once() == 4
    assert world.rows(STATES) == [
        ("other", "completed", 1),
        ("p", "completed", 2),
        ("started", "active", 1),
    ]
    assert [found["wind"] for found in snapshots(world, "p")] == [12, 12]
    assert [found["wind"] for found in snapshots(world, "started")] == [12]
    assert world.rows("select count(*) from job") == [(0,)]
    assert world.worker.run_once() == 0


def test_nobody_keeps_a_signal_for_later(world: World) -> None:
    world.deploy(ev.waiting())
    assert world.run(BroadcastSignal("storm"))["reached"] == 0
    world.start()
    assert world.worker.run_once() == 0
    assert world.rows(STATES) == [("p", "active", 1)]


def test_a_signal_with_a_name_of_a_message_is_another_thing(world: World) -> None:
    world.deploy(ev.waiting(), w.line(("wait", w.catch("wait")), key="m"))
    world.start("m", order="A")
    assert world.run(BroadcastSignal("paid"))["reached"] == 0


def test_a_thrown_signal_reaches_the_others_and_not_the_thrower_twice(world: World) -> None:
    """The thrower waits for it too, beside its flow: it is served by the step itself."""
    body = w.process(
        '<startEvent id="s"/><parallelGateway id="g"/>',
        ev.event("intermediateCatchEvent", "wait", "storm"),
        apps.task("before"),
        ev.event("intermediateThrowEvent", "throw", "storm", ev.inputs(wind="7")),
        w.script("count", "if n = null then 1 else n + 1", "n"),
        '<endEvent id="e"/><endEvent id="f"/>',
        apps.flow("s", "g", "before", "throw", "e"),
        apps.flow("g", "wait", "count", "f"),
        key="thrower",
    )
    world.deploy(ev.file(body), ev.waiting())
    world.start()
    thrower = world.start("thrower")
    task = world.one("select id from user_task")
    world.run(CompleteTask(str(task)))
    assert world.rows("select count(*) from job where kind = 'signal'") == [(1,)]
    assert world.rows(f"select state from instance where id = '{thrower}'") == [("completed",)]
    assert snapshots(world, "thrower")[0]["n"] == 1
    world.worker.run_once()
    assert world.rows(STATES) == [("p", "completed", 1), ("thrower", "completed", 1)]
    assert snapshots(world, "p")[0]["wind"] == 7


def test_a_wait_that_begins_later_in_the_same_command_gets_nothing(world: World) -> None:
    throw = ev.event("intermediateThrowEvent", "throw", "storm")
    parts = [("throw", throw), ("call", apps.call("call", "p"))]
    world.deploy(ev.waiting(), ev.file(w.line(*parts, key="first")))
    world.start("first")
    assert world.worker.run_once() == 0
    assert world.rows(STATES) == [("first", "active", 1), ("p", "active", 1)]


def test_a_called_case_that_waits_since_this_command_gets_it(world: World) -> None:
    body = w.process(
        '<startEvent id="s"/><parallelGateway id="g"/>',
        apps.call("call", "p"),
        # What is called begins when its caller's step is done.
        apps.call("call2", "tardy"),
        '<endEvent id="e"/><endEvent id="f"/>',
        apps.flow("s", "g", "call", "e"),
        apps.flow("g", "call2", "f"),
        key="caller",
    )
    throw = ev.event("endEvent", "throw", "storm")
    late = w.process('<startEvent id="s"/>', throw, apps.flow("s", "throw"), key="tardy")
    world.deploy(ev.waiting(), ev.file(body), ev.file(late))
    world.start("caller")
    world.worker.run_once()
    assert {state for _, state, _ in world.rows(STATES)} == {"completed"}


def test_a_signal_that_comes_to_an_ended_case_is_no_error(world: World) -> None:
    world.deploy(ev.waiting())
    case = world.start()
    world.run(BroadcastSignal("storm"))
    world.run(CancelInstance(case))
    world.worker.run_once()
    assert world.rows("select count(*) from job") == [(0,)]
    assert world.rows("select state from instance") == [("cancelled",)]


def test_a_delivery_counts_once_however_many_try(world: World) -> None:
    world.deploy(ev.waiting(), ev.started_by("storm"))
    for _ in range(5):
        world.start()
    world.run(BroadcastSignal("storm"))
    held = world.system.unit.run(ClaimJobs("a", 20), principal("a"))["jobs"]
    assert len(held) == 6

    def deliver(job: JobRow) -> str:
        try:
            world.run(DeliverSignal(job.id, job.fence))
        except Refused as refused:
            return refused.code
        return "done"

    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(deliver, held * 3))
    assert Counter(done) == {"done": 6, "job-lost": 12}
    assert world.rows(STATES) == [("p", "completed", 5), ("started", "active", 1)]


def test_a_worker_that_dies_before_its_commit_leaves_the_delivery_to_another(world: World) -> None:
    world.deploy(ev.waiting(), ev.started_by("storm"))
    world.start()
    world.run(BroadcastSignal("storm"))
    held = world.system.unit.run(ClaimJobs("dead", 20), principal("dead"))["jobs"]
    assert len(held) == 2
    assert world.worker.run_once() == 0
    assert world.later(minutes=1) == 2
    for job in held:
        with pytest.raises(Refused, match="job-lost"):
            world.run(DeliverSignal(job.id, job.fence))
    assert world.rows(STATES) == [("p", "completed", 1), ("started", "active", 1)]


def test_signals_reach_a_case_in_their_order(world: World) -> None:
    host = apps.task("check")
    boundary = ev.event("boundaryEvent", "b", "storm").replace(
        'id="b"', 'id="b" attachedToRef="check" cancelActivity="false"'
    )
    body = w.process(
        '<startEvent id="s"/>',
        host,
        boundary,
        w.script("add", "append(seen, wind)", "seen"),
        '<endEvent id="e"/><endEvent id="f"/>',
        apps.flow("s", "check", "e"),
        apps.flow("b", "add", "f"),
    )
    world.deploy(ev.file(body))
    world.start(seen=[])
    for number in range(6):
        world.run(BroadcastSignal("storm", {"wind": number}))
    first = world.system.unit.run(ClaimJobs("a", 20), principal("a"))["jobs"]
    assert len(first) == 1
    world.run(DeliverSignal(first[0].id, first[0].fence))
    world.worker.run_once()
    assert snapshots(world, "p")[0]["seen"] == list(range(6))


def test_a_broadcast_needs_an_operator_is_journalled_and_has_its_key(world: World) -> None:
    world.deploy(ev.waiting())
    world.start()
    clerk = Principal(
        Kind.PERSON, "jan", "jan", permissions=frozenset({Permission.START, Permission.CASES})
    )
    with pytest.raises(Refused, match="forbidden"):
        world.system.unit.run(BroadcastSignal("storm"), clerk)
    boss = Principal(Kind.PERSON, "ewa", "ewa", permissions=frozenset({Permission.OPERATE}))
    answers = [world.system.unit.run(BroadcastSignal("storm"), boss, "k1") for _ in range(2)]
    assert answers[0] == answers[1]
    assert world.rows("select count(*) from signal") == [(1,)]
    told = world.rows("select effective from journal where command = 'BroadcastSignal'")
    assert told == [("ewa",)]


def test_an_old_version_is_started_by_nothing(world: World) -> None:
    world.deploy(ev.started_by("storm"))
    world.deploy(ev.started_by("storm").replace(b'name="check"', b'name="look"'))
    assert world.run(BroadcastSignal("storm"))["reached"] == 1
    world.worker.run_once()
    assert world.rows("select name from user_task") == [("look",)]
    world.deploy(ev.waiting("another"))
    assert world.run(BroadcastSignal("storm"))["reached"] == 0


def test_old_signals_are_forgotten_once_they_reached_everybody(world: World) -> None:
    world.deploy(ev.waiting())
    world.start()
    world.run(BroadcastSignal("storm"))
    world.clock.advance(timedelta(days=31))
    assert world.system.unit.run(Expire(), SYSTEM)["signals"] == 0
    world.worker.run_once()
    assert world.system.unit.run(Expire(), SYSTEM)["signals"] == 1


def test_a_thrown_message_finds_who_waits_and_starts(world: World) -> None:
    catch = ev.event("intermediateCatchEvent", "wait", "ping")
    world.deploy(
        ev.throwing("ping", order="order", note='"hello"'),
        ev.file(w.line(("wait", catch))),
    )
    world.start(order="A")
    world.start(order="B")
    world.start("thrower", order="A")
    assert world.rows("select name, correlation_key, state from message") == [
        ("ping", "A", "buffered")
    ]
    world.worker.run_once()
    assert world.rows("select state from message") == [("used",)]
    notes = {found["order"]: found.get("note") for found in snapshots(world, "p")}
    assert notes == {"A": "hello", "B": None}
    assert ("p", "completed", 1) in world.rows(STATES)


def test_a_thrown_message_that_nobody_takes_becomes_a_dead_letter(world: World) -> None:
    world.deploy(ev.throwing("ping"))
    world.start("thrower", order="A")
    world.later(days=2)
    assert world.rows("select state from message") == [("dead",)]


def test_a_thrown_message_starts_a_process_once(world: World) -> None:
    world.deploy(ev.throwing("ping"), ev.started_by("ping"))
    world.start("thrower", order="A")
    world.worker.run_once()
    world.worker.run_once()
    assert world.rows(STATES) == [("started", "active", 1), ("thrower", "active", 1)]


def test_what_a_refused_command_threw_is_gone_with_it(world: World) -> None:
    """A step that throws, in a command that fails behind it: no row of it stays."""
    world.deploy(ev.throwing("storm"), ev.waiting())
    world.start()
    with pytest.raises(Refused):
        world.run(SetVariables("nobody", {"x": 1}))
    assert world.rows("select count(*) from signal") == [(0,)]


@pytest.mark.parametrize("interrupting", ["true", "false"])
def test_an_escalation_of_a_called_case_reaches_its_caller(world: World, interrupting: str) -> None:
    throw = ev.event("intermediateThrowEvent", "throw", "late", ev.inputs(why='"slow"'))
    called = ev.file(w.line(("throw", throw), ("check", apps.task("check")), key="called"))
    boundary = ev.event("boundaryEvent", "b", "late").replace(
        'id="b"', f'id="b" attachedToRef="call" cancelActivity="{interrupting}"'
    )
    caller = w.process(
        '<startEvent id="s"/>',
        apps.call("call", "called"),
        boundary,
        apps.task("remind"),
        '<endEvent id="e"/><endEvent id="f"/>',
        apps.flow("s", "call", "e"),
        apps.flow("b", "remind", "f"),
    )
    world.deploy(called, ev.file(caller))
    world.start()
    open_tasks = world.rows("select element from user_task where state = 'open' order by 1")
    wanted = [("remind",)] if interrupting == "true" else [("check",), ("remind",)]
    assert open_tasks == wanted
    assert snapshots(world, "p")[0]["why"] == "slow"
    child = world.one("select state from instance where process_id = 'called'")
    assert child == ("cancelled" if interrupting == "true" else "active")


def test_an_escalation_goes_through_a_caller_that_does_not_catch_it(world: World) -> None:
    throw = ev.event("endEvent", "throw", "late")
    inner = w.process('<startEvent id="s"/>', throw, apps.flow("s", "throw"), key="inner")
    middle = w.line(("call", apps.call("call", "inner")), key="middle")
    boundary = ev.event("boundaryEvent", "b", "late").replace(
        'id="b"', 'id="b" attachedToRef="call" cancelActivity="false"'
    )
    outer = w.process(
        '<startEvent id="s"/>',
        apps.call("call", "middle"),
        boundary,
        apps.task("remind"),
        '<endEvent id="e"/><endEvent id="f"/>',
        apps.flow("s", "call", "e"),
        apps.flow("b", "remind", "f"),
    )
    world.deploy(ev.file(inner), middle, ev.file(outer))
    world.start()
    assert world.rows("select element from user_task where state = 'open'") == [("remind",)]
    assert world.rows(STATES) == [
        ("inner", "completed", 1),
        ("middle", "completed", 1),
        ("p", "active", 1),
    ]


def test_nobody_stalls_who_waits_for_a_signal(world: World) -> None:
    world.deploy(ev.waiting(), ev.throwing("storm"))
    world.start()
    key = world.system.unit.ports.journal_key
    assert verify(world.system.database, key).whole
    world.start("thrower")
    assert verify(world.system.database, key).whole


@pytest.mark.parametrize("what", ['<errorEventDefinition errorRef="err"/>', "late", "storm", "n"])
def test_nobody_stalls_beside_an_event_sub_process(world: World, what: str) -> None:
    condition = (
        '<conditionalEventDefinition><condition xsi:type="tFormalExpression">=n &gt; 1'
        "</condition></conditionalEventDefinition>"
    )
    start = (
        ev.event("startEvent", "xs", what)
        if what in ("late", "storm")
        else f'<startEvent id="xs">{condition if what == "n" else what}</startEvent>'
    )
    beside = f'<endEvent id="xe"/>{apps.flow("xs", "xe")}</subProcess>'
    body = w.process(
        '<startEvent id="s"/>',
        apps.task("check"),
        '<endEvent id="e"/>',
        apps.flow("s", "check", "e"),
        f'<subProcess id="x" triggeredByEvent="true">{start}{beside}',
    )
    world.deploy(ev.file(body))
    world.start(n=0)
    key = world.system.unit.ports.journal_key
    assert verify(world.system.database, key).whole
