"""Jobs against a model: claims, crashes, late results, retries and cancels in any order.

A worker may die before or after each commit of a job's way: [1] the job is written with its
case, [2] claimed, [3] failed or parked, [4] retried by a person, [5] completed. Dying between
commits is forgetting what was claimed; dying inside a transaction leaves nothing of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from casewright.commands.housekeeping import verify
from casewright.commands.incidents import RetryIncident
from casewright.commands.instances import CancelInstance
from casewright.commands.jobs import LEASE, ClaimJobs, CompleteJob, FailJob
from casewright.commands.work import Work
from casewright.domain.errors import Refused
from casewright.domain.retry import RetryPolicy
from casewright.store import Connection
from casewright.store.jobs import JobRow
from commands import work_apps as w
from commands.scripted import World, world

RETRIES = 2
PROCESS = w.line(("do", w.service("do", inputs={"what": "=x"}, retries=RETRIES)))
_TABLES = (
    "instance", "job", "incident", "journal", "journal_payload", "chain", "command_key",
)  # fmt: skip


class Dies(BaseException):
    """The process dies inside a transaction."""


@dataclass
class Modelled:
    """What must be so of a case and its one job."""

    case: str
    state: str = "ready"
    fence: int = 0
    attempt: int = 0
    generation: int = 0
    until: int = 0
    outcome: str = ""

    @property
    def active(self) -> bool:
        """Whether the case can still move."""
        return self.state not in ("done", "cancelled")


def _empty(connection: Connection) -> None:
    for table in _TABLES:
        connection.exec_driver_sql(f"delete from {table}")


class Jobs(RuleBasedStateMachine):
    """Everything that may happen to jobs."""

    place: World
    cases: dict[str, Modelled]
    claimed: list[JobRow]

    @initialize()
    def begin(self) -> None:
        """Begin with no cases."""
        self.place.system.database.write(_empty)
        self.cases = {}
        self.claimed = []
        self.ledger: Counter[str] = Counter()
        self.now = 0

    # -- what happens

    @rule()
    def start(self) -> None:
        """[1] A case is started."""
        case = self.place.start(x=1)
        self.cases[case] = Modelled(case)

    @rule(limit=st.integers(1, 3))
    def claim(self, limit: int) -> None:
        """[2] A worker claims."""
        due = [
            m for m in self.cases.values()
            if m.state in ("ready", "running") and m.until <= self.now
        ]  # fmt: skip
        found: list[JobRow] = self.place.run(ClaimJobs("w", limit))["jobs"]
        assert len(found) == min(limit, len(due))
        for job in found:
            modelled = self.cases[job.instance_id]
            assert modelled in due
            if modelled.state == "running":
                modelled.outcome = "unknown"
            modelled.state, modelled.until = "running", self.now + LEASE // timedelta(seconds=1)
            modelled.fence += 1
            assert (job.fence, job.attempt) == (modelled.fence, modelled.attempt)
            assert job.generation == modelled.generation
            assert job.outcome == modelled.outcome
        self.claimed += found

    @rule(seconds=st.sampled_from([1, 5, 29, 30, 31, 900]))
    def wait(self, seconds: int) -> None:
        """Time passes: leases run out, backoffs end."""
        self.place.clock.advance(timedelta(seconds=seconds))
        self.now += seconds

    @precondition(lambda self: bool(self.claimed))
    @rule()
    def overtake(self) -> None:
        """A worker sleeps past its lease, and another takes over what it held."""
        self.wait(LEASE // timedelta(seconds=1))
        self.claim(3)

    @precondition(lambda self: bool(self.claimed))
    @rule(data=st.data())
    def apply(self, data: st.DataObject) -> None:
        """The other side gets a call, and applies its key once."""
        self.ledger[data.draw(st.sampled_from(self.claimed)).key] = 1

    @precondition(lambda self: bool(self.claimed))
    @rule(data=st.data())
    def complete(self, data: st.DataObject) -> None:
        """[5] A result comes home, perhaps too late."""
        job = self._take(data)
        self.ledger[job.key] = 1
        if self._bring(job, CompleteJob(job.id, job.fence)):
            self.cases[job.instance_id].state = "done"

    @precondition(lambda self: bool(self.claimed))
    @rule(data=st.data(), outcome=st.sampled_from(["transient", "permanent", "unknown"]))
    def fail(self, data: st.DataObject, outcome: str) -> None:
        """[3] A failure comes home, perhaps too late."""
        job = self._take(data)
        if not self._bring(job, FailJob(job.id, job.fence, outcome, "no")):
            return
        modelled = self.cases[job.instance_id]
        modelled.attempt += 1
        modelled.outcome = outcome
        delay = RetryPolicy(retries=RETRIES).delay(modelled.attempt)
        if outcome == "transient" and delay is not None:
            modelled.state = "ready"
            modelled.until = self.now + delay // timedelta(seconds=1)
        else:
            modelled.state = "failed"

    @precondition(lambda self: any(m.state == "failed" for m in self.cases.values()))
    @rule(data=st.data(), edited=st.booleans())
    def retry(self, data: st.DataObject, edited: bool) -> None:
        """[4] A person sends a failed job on."""
        failed = sorted(m.case for m in self.cases.values() if m.state == "failed")
        modelled = self.cases[data.draw(st.sampled_from(failed))]
        sql = f"select id from incident where instance_id = '{modelled.case}' and state = 'open'"
        self.place.run(RetryIncident(str(self.place.one(sql)), {"x": 2} if edited else {}))
        modelled.generation += edited and modelled.outcome in ("permanent", "unknown")
        modelled.state, modelled.attempt, modelled.until = "ready", 0, self.now
        if edited:
            modelled.outcome = ""

    @precondition(lambda self: any(m.active for m in self.cases.values()))
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        """Somebody ends a case early."""
        active = sorted(m.case for m in self.cases.values() if m.active)
        modelled = self.cases[data.draw(st.sampled_from(active))]
        self.place.run(CancelInstance(modelled.case))
        modelled.state = "cancelled"

    @rule()
    def die(self) -> None:
        """Every worker dies between two commits."""
        self.claimed.clear()

    @precondition(lambda self: bool(self.claimed))
    @rule(data=st.data())
    def die_inside(self, data: st.DataObject) -> None:
        """A worker dies inside the transaction that would bring a result home."""
        job = data.draw(st.sampled_from(self.claimed))
        before = self._rows()
        with dying(), pytest.raises((Dies, Refused)):
            self.place.run(CompleteJob(job.id, job.fence))
        assert self._rows() == before

    def _take(self, data: st.DataObject) -> JobRow:
        return self.claimed.pop(data.draw(st.integers(0, len(self.claimed) - 1)))

    def _bring(self, job: JobRow, command: Any) -> bool:
        modelled = self.cases[job.instance_id]
        mine = modelled.state == "running" and modelled.fence == job.fence
        try:
            self.place.run(command)
        except Refused as refused:
            code, done = refused.code, False
        else:
            code, done = "", True
        assert (code, done) == (("", True) if mine else ("job-lost", False))
        return done

    def _rows(self) -> list[Any]:
        return self.place.rows(
            "select i.id, i.seq, i.state, j.state, j.fence, j.attempt from instance i"
            " join job j on j.instance_id = i.id order by i.id"
        )

    # -- what must hold

    @invariant()
    def the_database_is_as_the_model(self) -> None:
        """Each case with its job and its incident is where the model has it."""
        found = {
            row[0]: row[1:]
            for row in self.place.rows(
                "select i.id, i.state, i.incidents, j.state, j.attempt, j.generation"
                " from instance i join job j on j.instance_id = i.id"
            )
        }
        ends = {"done": "completed", "cancelled": "cancelled"}
        expected = {
            m.case: (
                ends.get(m.state, "active"), int(m.state == "failed"), m.state, m.attempt,
                m.generation,
            )
            for m in self.cases.values()
        }  # fmt: skip
        assert found == expected

    def teardown(self) -> None:
        """In the end the chains are whole, nothing is stalled, and a key had one effect."""
        report = verify(self.place.system.database, self.place.system.unit.ports.journal_key)
        assert report.whole
        assert set(self.ledger.values()) <= {1}
        for modelled in self.cases.values():
            if modelled.state == "done":
                keys = [key for key in self.ledger if key.startswith(f"{modelled.case}:")]
                assert 1 <= len(keys) <= modelled.generation + 1


@contextmanager
def dying() -> Iterator[None]:
    """Let the next transaction die after its handler, before its COMMIT."""
    whole = Work.flush

    def flush(self: Work, command: str) -> None:
        whole(self, command)
        raise Dies

    Work.flush = flush  # type: ignore[method-assign]
    try:
        yield
    finally:
        Work.flush = whole  # type: ignore[method-assign]


@pytest.mark.parametrize(
    "examples", [pytest.param(40, id="short"), pytest.param(300, id="full", marks=pytest.mark.slow)]
)
def test_jobs_follow_the_model(migrated_url: str, tmp_path: Path, examples: int) -> None:
    with world(migrated_url, tmp_path) as place:
        place.deploy(PROCESS)

        class Here(Jobs):
            """The machine on this test's database."""

        Here.place = place
        run_state_machine_as_test(
            Here,
            settings=settings(
                max_examples=examples,
                stateful_step_count=25,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
