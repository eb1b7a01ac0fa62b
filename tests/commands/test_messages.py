"""Messages: stored first, delivered once, buffered, and dead letters."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from casewright.commands.instances import CancelInstance
from casewright.commands.messages import (
    CorrelateMessage,
    DropMessage,
    PublishMessage,
    ReplayMessage,
)
from casewright.commands.tasks import CompleteTask
from casewright.domain.errors import Refused
from casewright.domain.people import SYSTEM, Kind, Permission, Principal
from commands import apps
from commands import work_apps as w
from commands.scripted import World

WAIT = w.line(("wait", w.catch("wait")))
BY_MESSAGE = w.line(("check", apps.task("check")), start=w.message_start(), key="order")


def publish(world: World, name: str = "paid", key: str = "7", **more: Any) -> dict[str, Any]:
    answer = world.run(PublishMessage(name, key, **more))
    world.worker.run_once()
    return answer


def message(world: World) -> tuple[Any, ...]:
    (row,) = world.rows("select state, reason, used_by from message")
    return row


def test_a_message_reaches_the_case_that_waits_for_its_key(world: World) -> None:
    world.deploy(WAIT)
    case, other = world.start(order="7"), world.start(order="8")
    publish(world, variables={"amount": 5})
    assert message(world) == ("used", "", case)
    rows = dict(world.rows("select id, state from instance"))
    assert rows == {case: "completed", other: "active"}
    assert world.rows("select count(*) from subscription") == [(1,)]


def test_a_message_that_comes_early_waits_in_the_buffer(world: World) -> None:
    world.deploy(WAIT)
    publish(world)
    assert message(world)[0] == "buffered"
    case = world.start(order="7")
    world.worker.run_once()
    assert message(world) == ("used", "", case)
    publish(world)
    assert world.rows("select state from message order by received_at") == [
        ("used",),
        ("buffered",),
    ]


def test_a_message_is_a_dead_letter_after_its_time(world: World) -> None:
    world.deploy(WAIT)
    publish(world, ttl_seconds=60)
    assert world.later(seconds=59) == 0
    assert world.later(seconds=1) == 1
    assert message(world)[:2] == ("dead", "nobody took it in time")
    world.start(order="7")
    assert world.worker.run_once() == 0


def test_a_message_with_no_time_is_taken_now_or_never(world: World) -> None:
    world.deploy(WAIT)
    publish(world, ttl_seconds=0)
    assert message(world)[0] == "dead"


def test_a_repeat_by_id_changes_nothing(world: World) -> None:
    world.deploy(BY_MESSAGE)
    first = publish(world, "ordered", "7", id="hook-1")
    with ThreadPoolExecutor(8) as pool:
        command = PublishMessage("ordered", "7", id="hook-1")
        again = list(pool.map(lambda _: world.system.unit.run(command, SYSTEM), range(20)))
    world.worker.run_once()
    assert first["duplicate"] is False
    assert {(a["message"], a["duplicate"]) for a in again} == {(first["message"], True)}
    assert world.rows("select count(*) from instance") == [(1,)]


def test_the_started_case_has_the_payload_the_key_and_a_stable_id(world: World) -> None:
    world.deploy(BY_MESSAGE)
    anna = Principal(Kind.PERSON, "anna", "anna", permissions=frozenset({Permission.START}))
    world.system.unit.run(PublishMessage("ordered", "7", {"n": 1}, id="hook-1"), anna)
    world.worker.run_once()
    ((id, key, by, snapshot),) = world.rows(
        "select id, business_key, started_by, snapshot from instance"
    )
    assert (key, by) == ("7", "anna")
    assert '"n":1' in str(snapshot)
    assert str(id)[14] == "5"


def test_one_case_runs_per_key_and_the_next_message_waits_for_its_end(world: World) -> None:
    world.deploy(BY_MESSAGE)
    publish(world, "ordered", "7", variables={"n": 1})
    publish(world, "ordered", "7", variables={"n": 2})
    publish(world, "ordered", "8", variables={"n": 3})
    assert world.rows("select count(*) from instance") == [(2,)]
    task = world.one(
        "select t.id from user_task t join instance i on i.id = t.instance_id"
        " where i.business_key = '7'"
    )
    world.run(CompleteTask(str(task)))
    world.worker.run_once()
    assert world.rows("select count(*) from instance") == [(3,)]
    assert world.rows("select count(*) from message where state = 'used'") == [(3,)]


def test_messages_without_a_key_start_a_case_each(world: World) -> None:
    world.deploy(BY_MESSAGE)
    publish(world, "ordered", "")
    publish(world, "ordered", "")
    assert world.rows("select count(*) from instance where state = 'active'") == [(2,)]


def test_two_cases_that_wait_for_one_message_make_it_a_dead_letter(world: World) -> None:
    world.deploy(WAIT)
    first, second = world.start(order="7"), world.start(order="7")
    publish(world)
    state, reason, used_by = message(world)
    assert (state, used_by) == ("dead", None)
    assert first in reason
    assert second in reason
    assert world.rows("select distinct state from instance") == [("active",)]
    dead = str(world.one("select id from message"))
    world.run(CancelInstance(first))
    world.run(ReplayMessage(dead, {"amount": 9}))
    world.worker.run_once()
    assert message(world) == ("used", "", second)
    with pytest.raises(Refused, match="dead-letter-used"):
        world.run(ReplayMessage(dead))
    with pytest.raises(Refused, match="dead-letter-used"):
        world.run(DropMessage(dead))


def test_a_dead_letter_can_be_dropped(world: World) -> None:
    world.deploy(WAIT)
    publish(world, ttl_seconds=0)
    dead = str(world.one("select id from message"))
    anna = Principal(Kind.PERSON, "anna", "anna")
    with pytest.raises(Refused, match="forbidden"):
        world.system.unit.run(DropMessage(dead), anna)
    world.run(DropMessage(dead))
    assert message(world)[0] == "dropped"
    with pytest.raises(Refused, match="not-found"):
        world.run(DropMessage("nothing"))


def test_a_message_goes_once_to_each_process(world: World) -> None:
    world.deploy(WAIT, w.line(("wait", w.catch("wait")), key="other"))
    world.start(order="7")
    world.start("other", order="7")
    publish(world)
    assert world.rows("select distinct state from instance") == [("completed",)]


def test_within_a_case_the_oldest_wait_takes_it(world: World) -> None:
    body = w.process(
        '<startEvent id="s"/><parallelGateway id="fork"/>',
        w.catch("first"),
        w.timer("pause", "PT1M"),
        w.catch("second"),
        '<endEvent id="e1"/><endEvent id="e2"/>',
        apps.flow("s", "fork", "first", "e1"),
        apps.flow("fork", "pause", "second", "e2"),
    )
    world.deploy(body)
    world.start(order="7")
    world.later(minutes=1)
    publish(world)
    assert world.rows("select element from subscription") == [("second",)]


def test_a_message_is_delivered_once_however_many_try(world: World) -> None:
    world.deploy(WAIT, BY_MESSAGE)
    for number in range(10):
        world.start(order=str(number))
        world.run(PublishMessage("paid", str(number)))
        world.run(PublishMessage("ordered", "same", {"n": number}))
    all_ids = [str(row[0]) for row in world.rows("select id from message")]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda m: world.system.unit.run(CorrelateMessage(m), SYSTEM), all_ids * 3))
    paid = world.rows("select state, count(*) from message where name = 'paid' group by state")
    assert paid == [("used", 10)]
    done = "select count(*) from instance where process_id = 'p' and state = 'completed'"
    assert world.one(done) == 10
    assert world.one("select count(*) from instance where process_id = 'order'") == 1


def test_who_may_not_start_may_not_publish(world: World) -> None:
    with pytest.raises(Refused, match="forbidden"):
        world.system.unit.run(PublishMessage("paid"), Principal(Kind.PERSON, "anna", "anna"))


@pytest.mark.parametrize("value", ["y" * 1_100_000, [0] * 10_001], ids=["bytes", "items"])
def test_a_large_message_is_refused(world: World, value: object) -> None:
    with pytest.raises(Refused, match="value-too-large"):
        world.run(PublishMessage("paid", variables={"x": value}))
