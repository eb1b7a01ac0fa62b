"""PostgreSQL: what one command has looked at, another cannot change before it is written."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from casewright.commands import tasks as task_commands
from casewright.commands.deployments import Deploy
from casewright.commands.instances import StartInstance
from casewright.commands.jobs import ClaimJobs
from casewright.commands.people import AddMember, CreatePerson, RemoveMember, SetUp
from casewright.commands.sessions import NOBODY, sign_in
from casewright.commands.tasks import ClaimTask, CompleteTask
from casewright.domain.errors import Refused
from casewright.domain.people import Kind, Permission, Principal
from casewright.store import deployments, instances, people, sessions
from casewright.store.instances import InstanceRow
from commands import apps
from commands.scripted import World, world
from commands.work_apps import line, service

PASSWORD = "a long password of mine"


@pytest.fixture
def pg(
    new_postgres: Callable[..., str], _migrated_postgres: str, tmp_path: Path
) -> Iterator[World]:
    """A system on PostgreSQL: SQLite has one writer, so nothing there can meet."""
    with world(new_postgres(_migrated_postgres), tmp_path) as ready:
        yield ready


def both(*calls: Callable[[], object]) -> list[str]:
    """Run the calls at once; return what each was told, "" for those that went well."""

    def told(call: Callable[[], object]) -> str:
        try:
            call()
        except Refused as refused:
            return refused.code
        return ""

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(told, calls))


def meet(patch: pytest.MonkeyPatch, module: Any, name: str) -> None:
    """Let two callers of a function see the same: none goes on before both have their answer.

    Where one of them is kept waiting in front of it, the other goes on after a moment.
    """
    real, barrier = getattr(module, name), threading.Barrier(2)

    def slow(*args: Any, **kwargs: Any) -> Any:
        found = real(*args, **kwargs)
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait(0.3)
        return found

    patch.setattr(module, name, slow)


def admin(name: str) -> Principal:
    return Principal(Kind.PERSON, name, name, permissions=frozenset({Permission.ADMIN}))


def clerk(name: str) -> Principal:
    return Principal(Kind.PERSON, name, name, groups=frozenset({"clerks"}))


def test_two_first_runs_make_one_administrator(pg: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is first sets the system up; the other is told that it is done."""
    meet(monkeypatch, people, "anybody")
    run = pg.system.unit.run
    told = both(
        lambda: run(SetUp("anna", "Anna", PASSWORD), NOBODY),
        lambda: run(SetUp("bert", "Bert", PASSWORD), NOBODY),
    )
    assert sorted(told) == ["", "setup-done"]
    assert pg.one("select count(*) from person") == 1


def test_the_last_two_administrators_cannot_both_go(
    pg: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each may remove the other, but not both at once."""
    pg.run(SetUp("anna", "Anna", PASSWORD))
    pg.run(CreatePerson("bert", "Bert", "", PASSWORD))
    pg.run(AddMember("bert", "administrators"))
    meet(monkeypatch, people, "administrators")
    run = pg.system.unit.run
    told = both(
        lambda: run(RemoveMember("bert", "administrators"), admin("anna")),
        lambda: run(RemoveMember("anna", "administrators"), admin("bert")),
    )
    assert sorted(told) == ["", "last-administrator"]
    assert pg.one("select count(*) from membership") == 1


def test_who_makes_a_person_a_moment_later_is_told_so(
    pg: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal with a code, not a unique key that was hurt."""
    meet(monkeypatch, people, "load")
    told = both(*[lambda: pg.run(CreatePerson("anna", "Anna", "", PASSWORD))] * 2)
    assert sorted(told) == ["", "person-exists"]


def test_two_deployments_at_once_are_two_releases(
    pg: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one follows the first."""
    meet(monkeypatch, deployments, "newest")
    one, two = (
        {"p/one.bpmn": apps.ONE_TASK.replace(b"check", name)} for name in (b"look", b"read")
    )
    told = both(lambda: pg.run(Deploy("test", one)), lambda: pg.run(Deploy("test", two)))
    assert told == ["", ""]
    assert pg.rows("select version, latest from definition order by version") == [(1, 0), (2, 1)]


def test_wrong_tries_at_once_are_all_counted(pg: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guessing side by side gives no more guesses than one after the other."""
    pg.run(CreatePerson("anna", "Anna", "", PASSWORD))
    meet(monkeypatch, sessions, "attempts")
    told = both(*[lambda: sign_in(pg.system.unit, "anna", "a wrong password", "10.0.0.1")] * 2)
    assert told == ["sign-in-failed"] * 2
    assert pg.rows("select subject, tries from login_attempt order by subject") == [
        ("address:10.0.0.1", 2),
        ("login:anna", 2),
    ]


def test_a_completion_and_a_claim_at_once_tell_one_of_them(
    pg: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A claim that was acknowledged is not overrun; who loses learns by whom."""
    pg.run(CreatePerson("anna", "Anna Nowak", "", PASSWORD))
    pg.deploy(apps.ONE_TASK)
    pg.start("simple")
    task = pg.one("select id from user_task")
    real, seen, claimed = task_commands._submitted, threading.Event(), threading.Event()

    def slow(*args: Any) -> Any:
        seen.set()
        claimed.wait(0.3)
        return real(*args)

    monkeypatch.setattr(task_commands, "_submitted", slow)
    run = pg.system.unit.run

    def claim() -> None:
        assert seen.wait(10)
        run(ClaimTask(task), clerk("bert"))
        claimed.set()

    told = both(lambda: run(CompleteTask(task), clerk("anna")), claim)
    assert told == ["", "task-done"]


def test_an_order_key_never_runs_twice_at_once(pg: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The older job may be committed when the younger one is already on its way."""
    pg.deploy(line(("do", service("do", order="k"))))
    held, go = threading.Event(), threading.Event()
    real = instances.add

    def slow(connection: Any, row: InstanceRow) -> None:
        real(connection, row)
        if row.business_key == "first":
            held.set()
            go.wait(10)

    monkeypatch.setattr(instances, "add", slow)

    def start(business_key: str) -> None:
        pg.run(StartInstance("p", {"k": "K"}, business_key))

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(start, "first")
        assert held.wait(10)
        pg.clock.advance(timedelta(seconds=1))
        start("second")
        assert len(pg.run(ClaimJobs("w1", 5))["jobs"]) == 1
        go.set()
        first.result()
    assert pg.run(ClaimJobs("w2", 5))["jobs"] == []
