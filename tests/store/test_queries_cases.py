"""What the queries show: visibility, lists, counts, paging and search, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, create_engine, insert
from sqlmodel import SQLModel

from casewright.domain.errors import Refused
from casewright.domain.people import Permission, Scope
from casewright.store import tables
from casewright.store.db import Database
from casewright.store.queries import (
    approvals,
    cases,
    definitions,
    incidents,
    jobs,
    messages,
    people,
    tasks,
)
from postgres import Postgres


def scope(person: str, *groups: str, **more: bool) -> Scope:
    return Scope(person, frozenset(groups), **more)


BOSS = scope("boss", all_cases=True, operate=True, admin=True)
ANNA = scope("anna", "sales")
HENRYK = scope("henryk", "heads", "managers", "board of directors")
NOBODY = scope("nobody")


class Rows:
    """Inserts rows straight into the tables."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn

    def add(self, model: type[SQLModel], **row: object) -> None:
        self.conn.execute(insert(model.__table__).values(**row))  # type: ignore[attr-defined]

    def case(self, id: str, by: str, at: int, *, root: str = "", state: str = "active") -> None:
        self.add(
            tables.Instance,
            id=id,
            definition_id="d1",
            process_id="offer",
            app="common",
            root_id=root or id,
            parent_id=root or None,
            business_key=f"Żółw {id}",
            state=state,
            started_at=at,
            started_by=by,
            snapshot='{"f":1}',
        )

    def task(self, id: str, root: str, at: int, **row: object) -> None:
        offered = row.pop("to", ())
        is_open = row.get("state", "open") == "open"
        filled = {
            "instance_id": root,
            "root_id": root,
            "definition_id": "d1",
            "app": "common",
            "process_id": "offer",
            "business_key": f"Żółw {root}",
            "token": id,
            "element": "decide",
            "name": "Decide",
            "created_at": at,
        }
        self.add(tables.UserTask, id=id, **(filled | row))
        for name in offered:  # type: ignore[attr-defined]
            kind = "person" if name in ("anna", "hanna") else "group"
            self.add(tables.TaskCandidate, task_id=id, kind=kind, name=name, open=int(is_open))


def _fill(rows: Rows) -> None:
    rows.add(
        tables.Deployment, id="dep", app="common", version=1, hash="h", title="Common", created_at=1
    )
    for version in (1, 2):
        rows.add(
            tables.Definition,
            id=f"d{version}",
            deployment_id="dep",
            app="common",
            process_id="offer",
            version=version,
            latest=int(version == 2),
            name="Offer approval",
            path="offer.bpmn",
            startable=1,
            created_at=version,
        )
    rows.add(
        tables.Resource, deployment_id="dep", path="offer.bpmn", kind="bpmn", hash="x",
        content=b"<a/>",
    )  # fmt: skip
    rows.case("c1", "anna", 100)
    rows.case("c2", "anna", 200, state="completed")
    rows.case("c3", "stefan", 300)
    rows.case("c4", "stefan", 400)
    rows.case("c4b", "stefan", 401, root="c4")
    rows.task("t1", "c1", 110, to=("heads",))
    rows.task("t2", "c2", 210, to=("heads",), state="completed", completed_at=220)
    rows.task("t3", "c3", 310, assignee="anna")
    rows.task("t4", "c4", 410, to=("board of directors", "managers", "hanna"), priority=90)
    rows.task("t5", "c4", 420, to=("managers",), assignee="hanna")
    rows.task("t6", "c1", 120, to=("heads", "managers"), due_at=50)
    rows.add(
        tables.DecisionRow, id="e1", instance_id="c1", root_id="c1", decision="route", version=3,
        output='"board"', trace='{"rules":[]}', at=105,
    )  # fmt: skip
    for id, root in (("i1", "c1"), ("i2", "c4")):
        rows.add(
            tables.Incident, id=id, instance_id=root, root_id=root, process_id="offer",
            element="x", code="condition", message="null", state="open", raised_at=500,
        )  # fmt: skip
    rows.add(tables.Job, id="j1", instance_id="c4", root_id="c4", state="failed", created_at=430)
    rows.add(tables.Timer, id="w1", instance_id="c1", root_id="c1", token="w", due_at=999)
    rows.add(
        tables.Subscription, id="s1", name="paid", correlation_key="7", instance_id="c1",
        root_id="c1", created_at=111, definition_id="d1",
    )  # fmt: skip
    rows.add(tables.Message, id="m1", name="paid", state="dead", received_at=1, reason="two")
    rows.add(tables.Note, id="n1", instance_id="c1", root_id="c1", body="hi", at=115)
    for stream, seq, at in (("c1", 1, 100), ("c1", 2, 130), ("c4b", 1, 401), ("c4", 1, 400)):
        rows.add(
            tables.Journal, stream=stream, seq=seq, at=at, command="X", actor="a", effective="a",
            payload_hash="p", hash="h",
        )  # fmt: skip
    rows.add(
        tables.JournalPayload, stream="c1", seq=1, salt="s", payload='[{"type":"InstanceStarted"}]'
    )
    rows.add(tables.Draft, task_id="t3", login="anna", body='{"a":"1"}', saved_at=7)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """A filled database, which these tests only read."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('queries') / 'a.db'}"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        name = server.create()
        url = server.url(name)
    engine = create_engine(url)
    with engine.begin() as connection:
        SQLModel.metadata.create_all(connection)
        _fill(Rows(connection))
    engine.dispose()
    database = Database(url)
    yield database
    database.close()
    if request.param == "postgresql":
        server.drop(name)


@pytest.fixture
def conn(filled: Database) -> Iterator[Connection]:
    with filled.read() as connection:
        yield connection


def ids(rows: object) -> list[str]:
    return [row.id for row in rows]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        (BOSS, ["c4", "c3", "c2", "c1"]),
        (ANNA, ["c3", "c2", "c1"]),
        (HENRYK, ["c4", "c2", "c1"]),
        (scope("stefan"), ["c4", "c3"]),
        (scope("hanna"), ["c4"]),
        (NOBODY, []),
    ],
)
def test_lists_counts_and_single_reads_agree(conn: Connection, who: Scope, seen: list[str]) -> None:
    assert ids(cases.cases(who, conn).rows) == seen
    assert sum(cases.counts(who, conn).values()) == len(seen)
    every = ("c1", "c2", "c3", "c4")
    assert [c for c in reversed(every) if cases.case(who, conn, c)] == seen
    assert [c for c in reversed(every) if cases.timeline(who, conn, c).rows] == [
        c for c in seen if c in ("c1", "c4")
    ]
    shown = {"c1": ["t1", "t6"], "c2": ["t2"], "c3": ["t3"], "c4": ["t4", "t5"]}
    for case, of_case in shown.items():
        assert ids(tasks.of_case(who, conn, case)) == (of_case if case in seen else [])
        for task in of_case:
            assert (tasks.task(who, conn, task) is not None) == (case in seen)
    listed = ids(tasks.tasks(who, conn, state=None).rows)
    assert sorted(listed) == sorted(t for c in seen for t in shown[c])
    assert bool(cases.children(who, conn, "c4")) == ("c4" in seen)
    assert bool(cases.case(who, conn, "c4b")) == ("c4" in seen)
    assert bool(cases.decisions(who, conn, "c1")) == ("c1" in seen)
    assert bool(cases.notes(who, conn, "c1")) == ("c1" in seen)
    assert bool(jobs.timers(who, conn, "c1")) == ("c1" in seen)
    assert bool(messages.subscriptions(who, conn, "c1")) == ("c1" in seen)
    found = ids(incidents.incidents(who, conn).rows)
    assert sorted(found) == [i for i, c in (("i1", "c1"), ("i2", "c4")) if c in seen]
    assert incidents.count(who, conn) == len(found)
    assert [i for i in ("i1", "i2") if incidents.incident(who, conn, i)] == sorted(found)
    assert (jobs.job(who, conn, "j1") is not None) == ("c4" in seen)
    assert len(jobs.jobs(who, conn).rows) == ("c4" in seen)
    assert sum(jobs.counts(who, conn).values()) == ("c4" in seen)


def test_an_operator_sees_incidents_jobs_and_messages_without_the_cases(conn: Connection) -> None:
    operator = scope("olga", operate=True)
    assert ids(incidents.incidents(operator, conn).rows) == ["i2", "i1"]
    assert incidents.count(operator, conn) == 2
    assert jobs.job(operator, conn, "j1") is not None
    assert ids(messages.dead_letters(operator, conn).rows) == ["m1"]
    assert messages.message(operator, conn, "m1") is not None
    assert messages.counts(operator, conn)["dead"] == 1
    assert cases.cases(operator, conn).rows == ()
    for who in (ANNA, NOBODY):
        assert messages.messages(who, conn).rows == ()
        assert messages.message(who, conn, "m1") is None
        assert messages.counts(who, conn)["dead"] == 0


def test_inbox_holds_what_waits_for_the_reader(conn: Connection) -> None:
    assert ids(tasks.inbox(HENRYK, conn).rows) == ["t4", "t6", "t1"]
    assert ids(tasks.inbox(HENRYK, conn, group="heads").rows) == ["t6", "t1"]
    assert ids(tasks.inbox(HENRYK, conn, group="sales").rows) == []
    assert ids(tasks.inbox(HENRYK, conn, mine=True).rows) == []
    assert ids(tasks.inbox(HENRYK, conn, process="other").rows) == []
    assert ids(tasks.inbox(ANNA, conn, mine=True).rows) == ["t3"]
    assert ids(tasks.inbox(NOBODY, conn).rows) == []
    assert ids(tasks.inbox(scope("hanna"), conn).rows) == ["t4", "t5"]
    counts = tasks.counts(HENRYK, conn)
    assert (counts.mine, counts.offered, counts.all) == (0, 3, 3)
    assert counts.groups == {"heads": 2, "managers": 2, "board of directors": 1}
    assert tasks.counts(ANNA, conn) == tasks.Counts(1, 0, {"sales": 0})


def test_a_task_says_whom_it_is_for(conn: Connection) -> None:
    task = tasks.task(HENRYK, conn, "t4")
    assert task is not None
    assert (task.users, task.groups) == (("hanna",), ("board of directors", "managers"))
    assert (task.may_work, task.may_claim, task.deployment) == (True, True, "dep")
    assert task.created == datetime(1970, 1, 1, 0, 0, 0, 410, tzinfo=UTC)
    taken = tasks.task(HENRYK, conn, "t5")
    assert taken is not None
    assert not taken.may_work
    own = tasks.task(ANNA, conn, "t3")
    assert own is not None
    assert (own.may_work, own.may_claim, own.process_name) == (True, False, "Offer approval")
    draft = tasks.draft(ANNA, conn, "t3")
    assert draft is not None
    assert draft.body == {"a": "1"}
    assert tasks.draft(BOSS, conn, "t3") is None


@pytest.mark.parametrize("size", [1, 2, 3])
def test_pages_follow_each_other(conn: Connection, size: int) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        page = tasks.inbox(HENRYK, conn, limit=size, cursor=cursor)
        seen += ids(page.rows)
        if (cursor := page.next) is None:
            break
    assert seen == ["t4", "t6", "t1"]
    found: list[str] = []
    while True:
        listed = cases.cases(BOSS, conn, limit=size, cursor=cursor)
        found += ids(listed.rows)
        if (cursor := listed.next) is None:
            break
    assert found == ["c4", "c3", "c2", "c1"]
    moments: list[tuple[str, int]] = []
    while True:
        line = cases.timeline(BOSS, conn, "c4", after=cursor, limit=size)
        moments += [(e.instance, e.seq) for e in line.rows]
        if (cursor := line.next) is None:
            break
    assert moments == [("c4", 1), ("c4b", 1)]


@pytest.mark.parametrize(
    "cursor", ["x", "!", "W10", "WzEsMl0", "WzEsMiwzLCJcdTAwMDAiXQ", "ł", "A" * 9000]
)
def test_a_cursor_of_elsewhere_is_refused(conn: Connection, cursor: str) -> None:
    with pytest.raises(Refused, match="bad-cursor"):
        tasks.inbox(ANNA, conn, cursor=cursor)


@pytest.mark.parametrize("limit", [0, -1, 201, 10**9])
def test_a_page_has_a_size(conn: Connection, limit: int) -> None:
    with pytest.raises(Refused, match="page-size"):
        cases.cases(ANNA, conn, limit=limit)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("zolw c1", ["c1"]),
        ("ŻÓŁW C1", ["c1"]),
        ("APPROVAL zol", ["c4", "c3", "c2", "c1"]),
        ("z\u0307o\u0301łw c3", ["c3"]),
        ("%", []),
        ("_1", []),
        ("!", []),
        ("' UNION SELECT", []),
        ("c1\x00", ["c1"]),
        ("zolw " * 100, ["c4", "c3", "c2", "c1"]),
    ],
)
def test_search_folds_and_escapes(conn: Connection, typed: str, found: list[str]) -> None:
    assert ids(cases.cases(BOSS, conn, search=typed).rows) == found
    assert {t.root for t in tasks.tasks(BOSS, conn, state=None, search=typed).rows} == set(found)


def test_filters_of_cases(conn: Connection) -> None:
    assert ids(cases.cases(BOSS, conn, state="completed").rows) == ["c2"]
    assert ids(cases.cases(BOSS, conn, process="offer", business_key="Żółw c3").rows) == ["c3"]
    first = cases.cases(BOSS, conn, business_key="Żółw c1").rows[0]
    assert (first.incidents, first.process_name, first.process_version) == (1, "Offer approval", 1)
    view = cases.case(BOSS, conn, "c1")
    assert view is not None
    assert (view.snapshot, view.deployment, view.path) == ('{"f":1}', "dep", "offer.bpmn")
    entries = cases.timeline(BOSS, conn, "c1").rows
    assert [e.events for e in entries] == [[{"type": "InstanceStarted"}], None]


def test_approvals_show_the_rule(conn: Connection) -> None:
    found = approvals.approvals(HENRYK, conn)
    assert [a.task.id for a in found.rows] == ["t6", "t1"]
    assert found.rows[0].decision.output == "board"
    one = approvals.approval(HENRYK, conn, "t1")
    assert one is not None
    assert [d.trace for d in one.decisions] == [{"rules": []}]
    assert approvals.approval(NOBODY, conn, "t1") is None


def test_definitions_by_process_and_version(conn: Connection) -> None:
    assert ids(definitions.definitions(ANNA, conn).rows) == ["d2"]
    page = definitions.definitions(ANNA, conn, process="offer", all_versions=True, limit=1)
    assert ids(page.rows) == ["d2"]
    more = definitions.definitions(ANNA, conn, all_versions=True, limit=1, cursor=page.next)
    assert (ids(more.rows), more.next) == (["d1"], None)
    latest = definitions.of_process(ANNA, conn, "offer")
    assert latest is not None
    assert latest.version == 2
    assert definitions.of_process(ANNA, conn, "offer", 1) == definitions.definition(
        ANNA, conn, "d1"
    )
    assert ids(definitions.startable(ANNA, conn)) == ["d2"]
    resource = definitions.resource(ANNA, conn, "dep", "offer.bpmn")
    assert resource is not None
    assert resource.content == b"<a/>"
    assert definitions.resources(ANNA, conn, "dep", "dmn") == ()
    assert [d.title for d in definitions.deployments(ANNA, conn, app="common")] == ["Common"]


def test_people_and_what_a_session_says(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        SQLModel.metadata.create_all(connection)
        rows = Rows(connection)
        rows.add(tables.Person, login="anna", name="Anna", email="a@x", created_at=1)
        rows.add(tables.Person, login="old", name="Old", email="o@x", active=0, created_at=1)
        rows.add(tables.Group, name="sales", title="Sales", permissions="start,cases,bogus")
        rows.add(tables.Membership, login="anna", group_name="sales")
        rows.add(tables.Membership, login="anna", group_name="gone")
        rows.add(tables.Session, hash="h", login="anna", csrf="c", created_at=1, expires_at=9)
        rows.add(tables.ApiToken, hash="k", login="anna", name="ci", scopes="start", expires_at=9)
    engine.dispose()
    database = Database(database_url)
    with database.read() as conn:
        assert people.anybody(people.NOBODY, conn)
        assert [p.login for p in people.persons(BOSS, conn)] == ["anna", "old"]
        assert [p.email for p in people.persons(NOBODY, conn)] == [""]
        assert people.person(NOBODY, conn, "old") is None
        known = people.known(people.NOBODY, conn, "anna")
        assert known is not None
        assert known.groups == {"sales", "gone"}
        assert known.permissions == {Permission.START, Permission.CASES}
        session = people.session(people.NOBODY, conn, "h")
        assert session is not None
        assert session.login == "anna"
        token = people.token(people.NOBODY, conn, "k")
        assert token is not None
        assert token.scopes == {"start"}
        assert people.tokens(NOBODY, conn, "anna") == ()
        assert [g.members for g in people.groups(NOBODY, conn)] == [("anna",)]
    database.close()


def test_the_inbox_uses_indexes(sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    with engine.begin() as connection:
        SQLModel.metadata.create_all(connection)
    engine.dispose()
    from casewright.store.queries import visible

    for statement in (
        tasks._inbox(visible.shape(HENRYK), False, False, False, False, 0, False),
        tasks._one(visible.shape(HENRYK)),
        cases._one(visible.shape(HENRYK)),
        *tasks._counts(visible.shape(HENRYK)),
    ):
        sql = statement.sql("sqlite")
        raw = create_engine(sqlite_url)
        with raw.connect() as connection:
            plan = connection.exec_driver_sql(
                "EXPLAIN QUERY PLAN " + sql, tuple([None] * sql.count("?"))
            )
            steps = [row[3] for row in plan]
        raw.dispose()
        assert not [s for s in steps if s.startswith("SCAN") and "subquery" not in s.lower()], steps
