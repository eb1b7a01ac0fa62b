"""The contract of claims, the same on both databases: fence, lease, order key, no job twice."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casewright.domain.clock import instant
from casewright.domain.ids import new_id
from casewright.store import jobs
from casewright.store.db import Database
from casewright.store.jobs import JobRow

LEASE = 1000


@pytest.fixture
def database(migrated_url: str) -> Iterator[Database]:
    """A migrated database."""
    made = Database(migrated_url)
    yield made
    made.close()


def add(database: Database, at: int = 0, order: str = "", **more: Any) -> str:
    """Insert a job that is due at once."""
    values = {
        "id": new_id(instant(at)), "kind": "operation", "instance_id": "i", "root_id": "i",
        "app": "a", "token": "t", "element": "e", "operation": "o", "input": "{}",
        "headers": "{}", "retries": 5, "attempt": 0, "generation": 0, "state": "ready",
        "order_key": order, "next_at": at, "lease_until": 0, "fence": 0, "worker": "",
        "outcome": "", "message": "", "unreachable_since": 0, "created_at": at,
        "ended_at": None, **more,
    }  # fmt: skip
    database.write(lambda connection: jobs._add.run(connection, values))
    return str(values["id"])


def claim(database: Database, now: int, limit: int = 10, worker: str = "w") -> list[JobRow]:
    """Claim jobs in a transaction."""
    return database.write(lambda c: list(jobs.claim(c, worker, now, LEASE, limit)))


def finish(database: Database, job: str, state: str = "done") -> None:
    """End a job."""
    sql = f"update job set state = '{state}' where id = '{job}'"
    database.write(lambda connection: connection.exec_driver_sql(sql))


def test_a_job_is_claimed_once_while_its_lease_lasts(database: Database) -> None:
    job = add(database)
    (first,) = claim(database, 1)
    assert (first.id, first.state, first.fence, first.worker) == (job, "running", 1, "w")
    assert claim(database, LEASE) == []
    (second,) = claim(database, 1 + LEASE)
    assert (second.id, second.fence, second.key, second.outcome) == (job, 2, first.key, "unknown")


def test_a_job_is_not_claimed_before_its_time_nor_after_its_end(database: Database) -> None:
    job = add(database, at=100)
    assert claim(database, 99) == []
    finish(database, job, "failed")
    assert claim(database, 100) == []
    finish(database, job)
    assert claim(database, 100) == []


def test_the_longest_due_go_first_and_no_more_than_asked(database: Database) -> None:
    made = [add(database, at=at) for at in (5, 3, 4)]
    assert [job.id for job in claim(database, 9, limit=2)] == [made[1], made[2]]
    assert [job.id for job in claim(database, 9, limit=0)] == []
    assert [job.id for job in claim(database, 9)] == [made[0]]


@pytest.mark.parametrize("state", ["ready", "running", "failed"])
def test_an_unfinished_job_blocks_the_younger_of_its_key(database: Database, state: str) -> None:
    old = add(database, at=1, order="k", next_at=10**9, lease_until=10**9, state=state)
    add(database, at=2, order="k")
    free, other = add(database, at=3), add(database, at=4, order="other")
    assert [job.id for job in claim(database, 9)] == [free, other]
    finish(database, old)
    assert len(claim(database, 9)) == 1


def test_only_the_holder_renews_and_gives_back(database: Database) -> None:
    add(database)
    (job,) = claim(database, 1)
    assert not database.write(lambda c: jobs.renew(c, job.id, job.fence - 1, 9999))
    assert database.write(lambda c: jobs.renew(c, job.id, job.fence, 9999))
    assert claim(database, 9998) == []
    assert not database.write(lambda c: jobs.give_back(c, job.id, job.fence + 1))
    assert database.write(lambda c: jobs.give_back(c, job.id, job.fence))
    (again,) = claim(database, 2)
    assert (again.fence, again.outcome) == (job.fence + 1, "")


def test_claimers_side_by_side_never_get_the_same_job(database: Database) -> None:
    made = {add(database, order=f"k{n % 7}" if n % 2 else "") for n in range(60)}
    claimed: list[JobRow] = []

    def worker(name: int) -> None:
        while True:
            found = claim(database, 1, limit=3, worker=str(name))
            if not found:
                return
            claimed.extend(found)
            for job in found:
                finish(database, job.id)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(worker, range(8)))
    while rest := claim(database, 1):
        claimed += rest
        for job in rest:
            finish(database, job.id)
    ids = [job.id for job in claimed]
    assert sorted(ids) == sorted(made)
    assert {job.fence for job in claimed} == {1}


def test_the_next_time_is_that_of_a_job_that_may_run(database: Database) -> None:
    assert database.write(jobs.next_at) is None
    add(database, at=1, order="k", state="failed")
    add(database, at=2, order="k")
    assert database.write(jobs.next_at) is None
    add(database, at=7)
    assert database.write(jobs.next_at) == 7


Step = tuple[str, int]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 2)),
        st.tuples(st.just("claim"), st.integers(1, 3)),
        st.tuples(st.just("finish"), st.integers(0, 20)),
        st.tuples(st.just("wait"), st.integers(1, LEASE)),
    ),
    max_size=25,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_whatever_happens_claims_follow_the_model(database: Database, steps: list[Step]) -> None:
    """A model of jobs, leases and order keys gives the same claims as the database."""
    database.write(lambda connection: connection.exec_driver_sql("delete from job"))
    now, held = 1, {}  # type: ignore[var-annotated]
    model: list[list[Any]] = []  # id, order key, state, lease end
    for verb, number in steps:
        now += 1
        if verb == "add":
            key = ["", "a", "b"][number]
            model.append([add(database, at=now, order=key), key, "ready", 0])
        elif verb == "claim":
            expected = _expected(model, now)[:number]
            found = claim(database, now, number)
            assert [job.id for job in found] == [row[0] for row in expected]
            for row, job in zip(expected, found, strict=True):
                row[2:] = ["running", now + LEASE]
                assert job.fence == held.get(job.id, 0) + 1
                held[job.id] = job.fence
        elif verb == "finish" and model:
            row = model[number % len(model)]
            row[2] = "done"
            finish(database, row[0])
        elif verb == "wait":
            now += number


def _expected(model: list[list[Any]], now: int) -> list[list[Any]]:
    heads: set[str] = set()
    due = []
    for row in model:
        _, key, state, lease = row
        first = not key or key not in heads
        if state != "done" and key:
            heads.add(key)
        if first and (state == "ready" or (state == "running" and lease <= now)):
            due.append(row)
    return due
