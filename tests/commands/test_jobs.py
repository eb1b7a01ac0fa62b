"""Jobs: claimed, called, brought home once; retried, or parked as an incident."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casewright.commands.deployments import Deploy
from casewright.commands.incidents import RetryIncident
from casewright.commands.instances import CancelInstance
from casewright.commands.jobs import LEASE, ClaimJobs, CompleteJob, FailJob, RenewJobs
from casewright.domain.errors import Refused
from casewright.domain.people import SYSTEM, Kind, Principal
from casewright.store.jobs import JobRow
from casewright_connectors.contract import (
    Business,
    CannotTell,
    Permanent,
    Result,
    Transient,
    Unknown,
)
from commands import apps
from commands import work_apps as w
from commands.scripted import World

ONE = w.line(("do", w.service("do", inputs={"what": "=x"})))
TWICE = w.line(("do", w.service("do", retries=2)))


def claim(world: World, limit: int = 10, worker: str = "w") -> list[JobRow]:
    found: list[JobRow] = world.run(ClaimJobs(worker, limit))["jobs"]
    return found


def states(world: World) -> list[str]:
    return [row[0] for row in world.rows("select state from job order by created_at, id")]


def incident(world: World) -> str:
    return str(world.one("select id from incident where state = 'open'"))


def code(world: World) -> str:
    return str(world.one("select code from incident where state = 'open'"))


def test_a_job_is_called_and_its_result_moves_the_case(world: World) -> None:
    world.deploy(ONE)
    case = world.start(x=7)
    world.other.answers = [Result({"y": 1})]
    world.worker.run_once()
    assert world.other.calls == [(f"{case}:do#1:0", {"what": 7})] or world.other.calls[0][1]
    assert states(world) == ["done"]
    assert world.rows("select state from instance") == [("completed",)]


def test_a_note_is_written_once_with_the_result_of_its_job(world: World) -> None:
    world.deploy(w.line(("tell", w.service("tell", "notify.note", {"text": "=x"}))))
    world.start(x="below the minimum")
    world.worker.run_once()
    world.worker.run_once()
    rows = world.rows("select body, job_id <> '' from note")
    assert [(body, bool(by)) for body, by in rows] == [("below the minimum", True)]
    assert world.rows("select state from instance") == [("completed",)]
    assert world.other.calls == []


def test_wrong_input_is_an_incident_that_names_the_field_and_no_value(world: World) -> None:
    world.deploy(w.line(("tell", w.service("tell", "notify.note", {"text": "=x"}))))
    world.start(x=31415)
    world.worker.run_once()
    ((text, found),) = world.rows("select message, code from incident")
    assert found == "job-refused"
    assert "text" in text
    assert "31415" not in text


def test_an_unknown_operation_is_refused_at_deploy(world: World) -> None:
    with pytest.raises(Refused) as refused:
        world.deploy(w.line(("do", w.service("do", "no.such"))))
    assert "operation-unknown" in {f.code for f in refused.value.details["findings"]}


def test_a_late_result_fails_its_fence(world: World) -> None:
    """Worker A stalls past its lease, B takes over: A's result is refused, B's counts."""
    world.deploy(ONE)
    world.start(x=1)
    (first,) = claim(world, worker="a")
    assert claim(world, worker="b") == []
    world.clock.advance(LEASE)
    (second,) = claim(world, worker="b")
    assert (second.id, second.fence, second.key) == (first.id, first.fence + 1, first.key)
    assert (first.outcome, second.outcome) == ("", "unknown")
    for command in (CompleteJob(first.id, first.fence), FailJob(first.id, first.fence, "unknown")):
        with pytest.raises(Refused, match="job-lost"):
            world.run(command)
    assert world.run(RenewJobs(((first.id, first.fence),)))["lost"] == [first.id]
    world.run(CompleteJob(second.id, second.fence))
    with pytest.raises(Refused, match="job-lost"):
        world.run(CompleteJob(second.id, second.fence))
    assert world.rows("select state from instance") == [("completed",)]


def test_a_lease_that_is_renewed_does_not_run_out(world: World) -> None:
    world.deploy(ONE)
    world.start(x=1)
    (job,) = claim(world)
    world.clock.advance(LEASE - timedelta(seconds=1))
    assert world.run(RenewJobs(((job.id, job.fence),)))["lost"] == []
    world.clock.advance(timedelta(seconds=2))
    assert claim(world) == []


def test_transient_failures_are_retried_ever_later_and_end_in_an_incident(world: World) -> None:
    world.deploy(w.line(("do", w.service("do", retries=3))))
    case = world.start()
    world.other.answers = [
        Transient("busy"),
        Transient("busy", retry_after=timedelta(minutes=5)),
        Transient("still busy"),
    ]
    world.worker.run_once()
    assert world.later(seconds=4) == 0
    assert world.later(seconds=1) == 1
    assert world.later(seconds=299) == 0
    assert world.later(seconds=1) == 1
    assert states(world) == ["failed"]
    assert code(world) == "job-failed"
    assert {key for key, _ in world.other.calls} == {world.other.calls[0][0]}
    assert world.other.calls[0][0].startswith(f"{case}:")
    world.other.answers = [Result()]
    world.run(RetryIncident(incident(world)))
    world.worker.run_once()
    assert states(world) == ["done"]
    assert world.rows("select state, incidents from instance") == [("completed", 0)]
    assert len({key for key, _ in world.other.calls}) == 1


def test_nobody_reached_does_not_count_until_a_day_is_over(world: World) -> None:
    world.deploy(TWICE)
    world.start()
    world.other.answers = [Transient("no connection", answered=False)]
    world.worker.run_once()
    for _ in range(120):
        world.later(minutes=15)
        if states(world) == ["failed"]:
            break
    assert code(world) == "job-unreachable"
    assert world.one("select attempt from job") == 0
    assert 90 < len(world.other.calls) < 110
    world.run(RetryIncident(incident(world)))
    world.worker.run_once()
    assert states(world) == ["ready"]


def test_a_permanent_failure_is_an_incident_at_once(world: World) -> None:
    world.deploy(ONE)
    world.start(x=1)
    world.other.answers = [Permanent("there is no such customer")]
    world.worker.run_once()
    assert code(world) == "job-refused"
    assert world.later(days=2) == 0


def test_edited_input_goes_out_under_a_new_key(world: World) -> None:
    """The other side may keep its refusal under the old one."""
    world.deploy(ONE)
    case = world.start(x=1)
    world.other.answers = [Permanent("no"), Result()]
    world.worker.run_once()
    world.run(RetryIncident(incident(world), {"x": 2}))
    world.worker.run_once()
    (old, before), (new, after) = world.other.calls
    assert (before, after) == ({"what": 1}, {"what": 2})
    assert (old.rpartition(":")[2], new.rpartition(":")[2]) == ("0", "1")
    assert old.rpartition(":")[0] == new.rpartition(":")[0]
    assert old.startswith(case)
    assert world.rows("select state, incidents from instance") == [("completed", 0)]


def test_edited_input_after_transient_failures_keeps_the_key(world: World) -> None:
    world.deploy(w.line(("do", w.service("do", inputs={"what": "=x"}, retries=1))))
    world.start(x=1)
    world.other.answers = [Transient("busy"), Result()]
    world.worker.run_once()
    world.run(RetryIncident(incident(world), {"x": 2}))
    world.worker.run_once()
    assert len({key for key, _ in world.other.calls}) == 1
    assert world.other.calls[1][1] == {"what": 2}


def test_an_incident_is_retried_only_once(world: World) -> None:
    world.deploy(ONE)
    world.start(x=1)
    world.other.answers = [Permanent("no")]
    world.worker.run_once()
    found = incident(world)
    world.run(RetryIncident(found))
    with pytest.raises(Refused, match="incident-resolved"):
        world.run(RetryIncident(found))
    world.worker.run_once()
    assert world.rows("select state from incident order by raised_at, id") in (
        [("resolved",), ("open",)],
        [("open",), ("resolved",)],
    )


def test_a_business_error_takes_the_boundary_event(world: World) -> None:
    body = w.process(
        '<startEvent id="s"/>',
        w.service("do"),
        w.error_boundary("caught", "do", "E1"),
        apps.task("mend"),
        '<endEvent id="e"/>',
        apps.flow("s", "do", "e"),
        '<sequenceFlow id="x" sourceRef="caught" targetRef="mend"/>',
    )
    world.deploy(body)
    world.start()
    world.other.answers = [Business("E1", "not solvent", {"score": 3})]
    world.worker.run_once()
    assert states(world) == ["cancelled"]
    assert world.rows("select element, state from user_task") == [("mend", "open")]
    assert world.rows("select count(*) from incident") == [(0,)]


def test_a_business_error_that_nobody_catches_can_be_mended(world: World) -> None:
    world.deploy(ONE)
    world.start(x=1)
    world.other.answers = [Business("E9", "not solvent"), Result()]
    world.worker.run_once()
    assert code(world) == "error-uncaught"
    world.run(RetryIncident(incident(world), {"x": 2}))
    world.worker.run_once()
    assert [call[1] for call in world.other.calls] == [{"what": 1}, {"what": 2}]
    assert world.other.calls[0][0] != world.other.calls[1][0]
    assert world.rows("select state, incidents from instance") == [("completed", 0)]


def test_an_unknown_outcome_is_looked_up_not_repeated(world: World) -> None:
    """The other side applied it, then the answer was lost: looked up, nothing sent again."""
    world.deploy(ONE)
    case = world.start(x=1)
    world.other.answers = [Unknown("no answer")]
    world.other.asked = Result({"y": 1})
    world.worker.run_once()
    assert len(world.other.calls) == 1
    assert world.rows("select state from instance") == [("completed",)]
    assert case


def test_an_unknown_outcome_that_had_no_effect_is_repeated_with_the_same_key(
    world: World,
) -> None:
    world.deploy(ONE)
    world.start(x=1)
    world.other.answers = [Unknown("no answer"), Result()]
    world.worker.run_once()
    world.later(minutes=1)
    assert len(world.other.calls) == 2
    assert list(world.other.ledger.values()) == [1]
    assert world.rows("select state from instance") == [("completed",)]


def test_an_unknown_outcome_that_nobody_can_tell_is_parked(world: World) -> None:
    world.deploy(ONE)
    world.start(x=1)
    world.other.answers = [Unknown("no answer")]
    world.other.asked = CannotTell("no search")
    world.worker.run_once()
    assert code(world) == "outcome-unknown"
    assert world.later(days=3) == 0
    assert len(world.other.calls) == 1


@pytest.mark.parametrize("keyed", [True, False])
def test_after_a_crash_only_a_keyed_call_is_repeated_blindly(world: World, keyed: bool) -> None:
    """The worker died with the call out: nobody saw its outcome, and nobody can tell."""
    world.deploy(ONE)
    world.start(x=1)
    world.other.keyed, world.other.asked = keyed, CannotTell("no search")
    (lost,) = claim(world, worker="dead")
    world.clock.advance(LEASE)
    world.worker.run_once()
    if keyed:
        assert [key for key, _ in world.other.calls] == [lost.key]
        assert world.rows("select state from instance") == [("completed",)]
    else:
        assert world.other.calls == []
        assert code(world) == "outcome-unknown"


def test_a_connector_with_a_fault_of_its_own_is_parked(world: World) -> None:
    world.deploy(ONE)
    world.start(x=1)
    world.other.answers = [ZeroDivisionError()]
    world.other.asked = CannotTell("no search")
    world.worker.run_once()
    assert code(world) == "outcome-unknown"


def test_no_transaction_is_open_during_the_call(world: World) -> None:
    """Another command commits while the connector is at work."""
    world.deploy(ONE)
    world.start(x=1)
    seen: list[Any] = []
    world.other.during = lambda: seen.append(world.start(x=2)) if len(seen) < 3 else None
    world.worker.run_once()
    assert len(seen) == 3
    assert set(states(world)) == {"done"}


def test_jobs_of_one_order_key_go_one_after_the_other(world: World) -> None:
    """A younger job waits for the older one, also while that stands still with an incident."""
    world.deploy(w.line(("do", w.service("do", order="=customer", inputs={"n": "=n"}))))
    world.start(customer="A", n=1)
    world.clock.advance(timedelta(seconds=1))
    world.start(customer="A", n=2)
    world.start(customer="B", n=3)
    assert len(claim(world, worker="dead")) == 2
    world.clock.advance(LEASE)
    world.other.answers = [Permanent("no"), Result(), Result()]
    world.worker.run_once()
    assert [call[1]["n"] for call in world.other.calls] == [1, 3]
    text = str(world.one("select message from incident"))
    assert "wait for it" in text
    world.run(RetryIncident(incident(world)))
    world.worker.run_once()
    assert [call[1]["n"] for call in world.other.calls] == [1, 3, 1, 2]


def test_a_cancelled_case_takes_its_jobs_and_incidents_with_it(world: World) -> None:
    world.deploy(ONE)
    case = world.start(x=1)
    world.other.answers = [Permanent("no")]
    world.worker.run_once()
    world.run(CancelInstance(case, "not wanted"))
    assert states(world) == ["cancelled"]
    assert world.rows("select state from incident") == [("resolved",)]
    assert world.rows("select incidents from instance") == [(0,)]


def test_a_job_that_is_interrupted_refuses_its_result(world: World) -> None:
    world.deploy(ONE)
    case = world.start(x=1)
    world.other.during = lambda: world.run(CancelInstance(case))
    world.worker.run_once()
    assert states(world) == ["cancelled"]


def test_only_workers_bring_results(world: World) -> None:
    world.deploy(ONE)
    world.start(x=1)
    (job,) = claim(world)
    anna = Principal(Kind.PERSON, "anna", "anna", permissions=frozenset(SYSTEM.permissions))
    with pytest.raises(Refused, match="forbidden"):
        world.system.unit.run(CompleteJob(job.id, job.fence), anna)


def test_several_jobs_of_one_case_run_beside_each_other(world: World) -> None:
    body = w.process(
        '<startEvent id="s"/><parallelGateway id="fork"/><parallelGateway id="join"/>',
        w.service("one"),
        w.service("two"),
        '<endEvent id="e"/>',
        apps.flow("s", "fork", "one", "join", "e"),
        apps.flow("fork", "two", "join"),
    )
    world.run(Deploy("test", {"p/p.bpmn": body}))
    world.start()
    assert len(claim(world)) == 2
    world.clock.advance(LEASE)
    world.worker.run_once()
    assert world.rows("select state from instance") == [("completed",)]
