"""Start-to-task and complete-task, durable, beside plain SpiffWorkflow and raw sqlite3.

`make bench` prints the ratios; nothing here asserts a time.
"""

from __future__ import annotations

import gc
import re
import sqlite3
import statistics
import threading
import time
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState

from bench import approval
from casewright.bootstrap import System, build
from casewright.commands.deployments import Deploy
from casewright.commands.instances import StartInstance
from casewright.commands.tasks import CompleteTask
from casewright.domain.people import SYSTEM
from casewright.settings import Settings
from casewright.store import schema
from casewright.store.statements import Statement

pytestmark = pytest.mark.bench

ROUNDS = 400
BLOCKS = 5
CLIENTS = 32
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def _values(number: int) -> dict[str, Any]:
    return {"price": 100, "cost": 90 if number % 2 else 50}


class Ours:
    """The whole write path: unit, step, rows, journal, COMMIT with synchronous=FULL."""

    def __init__(self, folder: Path) -> None:
        settings = Settings(
            database_url=f"sqlite:///{folder / 'ours.db'}",
            secret_key="0123456789abcdef0123456789abcdef",
        )
        self.system: System = build(settings)
        schema.migrate(self.system.database)
        self.system.unit.run(Deploy("bench", {"processes/bench/a.bpmn": approval.OURS}), SYSTEM)

    def start(self, number: int) -> str:
        answer = self.system.unit.run(StartInstance("approval", _values(number)), SYSTEM)
        return str(answer["tasks"][0]["id"])

    def complete(self, task: str) -> None:
        answer = self.system.unit.run(CompleteTask(task, {"approved": True}), SYSTEM)
        assert answer["state"] == "completed"


class Plain:
    """SpiffWorkflow as it comes: whole state by its own serializer into one row, FULL."""

    def __init__(self, folder: Path) -> None:
        parser = BpmnParser()
        parser.add_bpmn_str(approval.PLAIN)
        self.spec = parser.get_spec("approval")
        self.subs = parser.get_subprocess_specs("approval")
        self.engine = PythonScriptEngine()
        self.serializer = BpmnWorkflowSerializer()
        self.db = _connect(folder / "plain.db")
        self.db.execute("create table inst(id text primary key, state text not null)")

    def _save(self, key: str, workflow: BpmnWorkflow) -> None:
        self.db.execute(
            "insert into inst values(?,?) on conflict(id) do update set state=excluded.state",
            (key, self.serializer.serialize_json(workflow)),
        )

    def start(self, number: int) -> str:
        key = str(uuid.uuid4())
        workflow = BpmnWorkflow(self.spec, self.subs, script_engine=self.engine)
        workflow.task_tree.set_data(**_values(number))
        workflow.do_engine_steps()
        self._save(key, workflow)
        return key

    def complete(self, key: str) -> None:
        row = self.db.execute("select state from inst where id=?", (key,)).fetchone()
        workflow = self.serializer.deserialize_json(row[0])
        workflow.script_engine = self.engine
        task = workflow.get_next_task(state=TaskState.READY, manual=True)
        task.set_data(approved=True)
        task.run()
        workflow.do_engine_steps()
        assert workflow.completed
        self._save(key, workflow)


class Raw:
    """The very statements that ours sent, sent again by raw sqlite3 with fresh ids."""

    new_ids: ClassVar[set[str]] = set()

    def __init__(self, folder: Path, ours: Ours) -> None:
        self.starts, self.ends = _recorded(ours)
        source = sqlite3.connect(folder / "ours.db")
        source.execute("vacuum into ?", (str(folder / "raw.db"),))
        source.close()
        self.db = _connect(folder / "raw.db")

    def _replay(self, statements: list[tuple[str, Any]], ids: dict[str, str]) -> None:
        def fresh(value: Any) -> Any:
            return UUID.sub(lambda m: ids.get(m[0], m[0]), value) if type(value) is str else value

        bound = [(s, tuple(fresh(v) for v in p)) for s, p in statements]
        begin = time.perf_counter()
        self.db.execute("begin immediate")
        for sql, params in bound:
            self.db.execute(sql, params).fetchall()
        self.db.execute("commit")
        self.last = time.perf_counter() - begin

    def start(self, number: int) -> str:
        self.ids = {key: str(uuid.uuid4()) for key in self.new_ids}
        self._replay(self.starts, self.ids)
        return ""

    def complete(self, task: str) -> None:
        self._replay(self.ends, self.ids)


def _recorded(ours: Ours) -> tuple[list[tuple[str, Any]], list[tuple[str, Any]]]:
    seen: list[tuple[str, Any]] = []
    run = Statement.run

    def noted(self: Statement, connection: Any, values: Any) -> Any:
        seen.append(self.bound("sqlite", values))
        return run(self, connection, values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Statement, "run", noted)
        task = ours.start(0)
        starts = list(seen)
        seen.clear()
        ours.complete(task)
        ends = list(seen)
    inserted = [p for sql, p in starts if sql.startswith("INSERT")]
    Raw.new_ids = {m for p in inserted for v in p if type(v) is str for m in UUID.findall(v)}
    Raw.new_ids -= set(_fixed_ids(ours))
    return starts, ends


def _fixed_ids(ours: Ours) -> list[str]:
    with ours.system.database.read() as connection:
        rows = connection.exec_driver_sql("select id, deployment_id from definition").all()
    return [str(value) for row in rows for value in row]


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("pragma journal_mode=WAL")
    connection.execute("pragma synchronous=FULL")
    return connection


def _measure(runner: Any, count: int) -> tuple[list[float], list[float]]:
    starts, ends = [], []
    exact = isinstance(runner, Raw)
    for number in range(count):
        begin = time.perf_counter()
        task = runner.start(number)
        middle = time.perf_counter()
        first = runner.last if exact else middle - begin
        middle = time.perf_counter()
        runner.complete(task)
        end = time.perf_counter()
        starts.append(first)
        ends.append(runner.last if exact else end - middle)
    return starts, ends


def _line(name: str, values: list[float]) -> str:
    values = sorted(values)
    p50 = statistics.median(values) * 1e3
    p99 = values[int(len(values) * 0.99)] * 1e3
    return f"  {name:34s} p50 {p50:7.3f} ms   p99 {p99:7.3f} ms   p99/p50 {p99 / p50:5.1f}"


def test_beside_plain_spiffworkflow_and_raw_sqlite(tmp_path: Path) -> None:
    """Interleaved blocks, so that a noisy machine is noisy for all three."""
    ours, plain = Ours(tmp_path), Plain(tmp_path)
    runners: dict[str, Any] = {"ours": ours, "plain": plain, "raw": Raw(tmp_path, ours)}
    times: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in runners}
    for runner in runners.values():
        _measure(runner, 20)
    gc.collect()
    for _ in range(BLOCKS):
        for name, runner in runners.items():
            starts, ends = _measure(runner, ROUNDS // BLOCKS)
            times[name][0].extend(starts)
            times[name][1].extend(ends)
    print(f"\n{ROUNDS} approvals each, SQLite synchronous=FULL, one client")
    for index, step in enumerate(("start to task", "complete task")):
        for name in runners:
            print(_line(f"{step}: {name}", times[name][index]))
        mid = {name: statistics.median(times[name][index]) for name in runners}
        print(
            f"  -> {step}: {mid['plain'] / mid['ours']:.2f} x plain SpiffWorkflow, "
            f"{mid['ours'] / mid['raw']:.2f} x the time of raw sqlite3"
        )
    ours.system.close()


def test_with_32_clients(tmp_path: Path) -> None:
    """Throughput and latency of many clients beside one."""
    ours = Ours(tmp_path)
    _many(ours, 1, 50)
    rates: dict[int, list[float]] = {1: [], CLIENTS: []}
    times: dict[int, list[float]] = {1: [], CLIENTS: []}
    for _ in range(BLOCKS):
        for clients in rates:
            rate, spent = _many(ours, clients, 320)
            rates[clients].append(rate)
            times[clients].extend(spent)
    one, many = (statistics.median(rates[n]) for n in (1, CLIENTS))
    print(f"\ncommands a second: one client {one:.0f}, {CLIENTS} clients {many:.0f}")
    print(f"  -> {CLIENTS} clients: {many / one:.2f} x one client")
    for clients, values in times.items():
        print(_line(f"any command, {clients} client(s)", values))
    ours.system.close()


def _many(ours: Ours, clients: int, commands: int) -> tuple[float, list[float]]:
    """Run start+complete pairs over `clients` threads; return commands a second, latencies."""
    each = commands // clients // 2
    spent: list[list[float]] = [[] for _ in range(clients)]
    barrier = threading.Barrier(clients + 1)

    def timed(values: list[float], call: Callable[[], Any]) -> Any:
        begin = time.perf_counter()
        result = call()
        values.append(time.perf_counter() - begin)
        return result

    def client(number: int) -> None:
        barrier.wait()
        for index in range(each):
            task = timed(spent[number], partial(ours.start, index))
            timed(spent[number], partial(ours.complete, task))

    threads = [threading.Thread(target=client, args=(n,)) for n in range(clients)]
    for thread in threads:
        thread.start()
    barrier.wait()
    begin = time.perf_counter()
    for thread in threads:
        thread.join()
    wall = time.perf_counter() - begin
    return clients * each * 2 / wall, [value for values in spent for value in values]
