"""A line of tasks, a long loop, a fan-out, ten thousand timers, and the memory of many cases.

Beside plain SpiffWorkflow where it can do the same. `make bench` prints; nothing here asserts
a time.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState

from bench.test_approval import _connect
from bpmn.models import end, flows, model, node, script, start, user, xor
from casewright.bootstrap import System, build
from casewright.commands.deployments import Deploy
from casewright.commands.instances import StartInstance
from casewright.commands.tasks import CompleteTask
from casewright.domain.clock import FrozenClock, SystemClock
from casewright.domain.people import SYSTEM
from casewright.settings import Settings
from casewright.store import schema
from casewright.worker import Worker
from commands import work_apps

pytestmark = pytest.mark.bench

_HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    '<process id="p" isExecutable="true"><startEvent id="s"/>'
)
TASKS = 10


class Ours:
    """The whole write path on SQLite with synchronous=FULL, on a clock that we move."""

    def __init__(self, folder: Path, source: bytes) -> None:
        settings = Settings(
            database_url=f"sqlite:///{folder / 'ours.db'}",
            secret_key="0123456789abcdef0123456789abcdef",
            data_dir=folder,
        )
        self.clock = FrozenClock(SystemClock().now())
        self.system: System = build(settings, clock=self.clock)
        schema.migrate(self.system.database)
        self.system.unit.run(Deploy("bench", {"processes/bench/a.bpmn": source}), SYSTEM)

    def start(self, **values: Any) -> dict[str, Any]:
        return self.system.unit.run(StartInstance("p", values), SYSTEM)

    def complete(self, task: str, **values: Any) -> dict[str, Any]:
        return self.system.unit.run(CompleteTask(task, values), SYSTEM)


class Plain:
    """SpiffWorkflow as it comes, its whole state in one row."""

    def __init__(self, folder: Path, source: str) -> None:
        parser = BpmnParser()
        parser.add_bpmn_str(source.encode())
        self.spec, self.subs = parser.get_spec("p"), parser.get_subprocess_specs("p")
        self.engine, self.serializer = PythonScriptEngine(), BpmnWorkflowSerializer()
        self.db = _connect(folder / "plain.db")
        self.db.execute("create table inst(id text primary key, state text not null)")
        self.number = 0

    def start(self, **values: Any) -> BpmnWorkflow:
        workflow = BpmnWorkflow(self.spec, self.subs, script_engine=self.engine)
        workflow.task_tree.set_data(**values)
        workflow.do_engine_steps()
        self.number += 1
        self.save(str(self.number), workflow)
        return workflow

    def save(self, key: str, workflow: BpmnWorkflow) -> None:
        self.db.execute(
            "insert into inst values(?,?) on conflict(id) do update set state=excluded.state",
            (key, self.serializer.serialize_json(workflow)),
        )

    def load(self, key: str) -> BpmnWorkflow:
        row = self.db.execute("select state from inst where id=?", (key,)).fetchone()
        workflow = self.serializer.deserialize_json(row[0])
        workflow.script_engine = self.engine
        return workflow


def _times(call: Callable[[], object], count: int) -> tuple[list[float], list[float]]:
    """Return seconds by the clock and of this process's processor time, for each call."""
    wall, cpu = [], []
    for _ in range(count):
        begun, used = time.perf_counter(), time.process_time()
        call()
        wall.append(time.perf_counter() - begun)
        cpu.append(time.process_time() - used)
    return wall, cpu


def test_a_line_of_ten_tasks(tmp_path: Path) -> None:
    names = [f"t{number}" for number in range(TASKS)]
    line = ">".join(["s", *names, "e"])
    ours = Ours(
        tmp_path, model(start(), *(script(n, "x + 1", "x") for n in names), end(), flows(line))
    )
    tasks = "".join(f'<scriptTask id="{n}"><script>x = x + 1</script></scriptTask>' for n in names)
    plain = Plain(
        tmp_path, f'{_HEAD}{tasks}<endEvent id="e"/>{flows(line)}</process></definitions>'
    )
    both: dict[str, tuple[list[float], list[float]]] = {"ours": ([], []), "plain": ([], [])}
    for runner in (ours, plain):
        _times(lambda: runner.start(x=0), 30)  # noqa: B023 - called at once
    for _ in range(6):
        for name, runner in (("ours", ours), ("plain", plain)):
            wall, cpu = _times(lambda: runner.start(x=0), 50)  # noqa: B023
            both[name][0].extend(wall)
            both[name][1].extend(cpu)
    mid = {name: [statistics.median(v) * 1e3 for v in found] for name, found in both.items()}
    print(f"\nline of {TASKS} script tasks, one commit: ours {mid['ours'][0]:.2f} ms, ", end="")
    print(f"plain {mid['plain'][0]:.2f} ms by the clock")
    print(f"  -> {mid['plain'][0] / mid['ours'][0]:.2f} x plain by the clock, ", end="")
    print(f"{mid['plain'][1] / mid['ours'][1]:.2f} x in processor time")
    ours.system.close()


def test_the_thousandth_round_costs_what_the_tenth_did(tmp_path: Path) -> None:
    ours = Ours(
        tmp_path,
        model(
            start(),
            xor("m"),
            user("u"),
            xor("q", default="f_q_m"),
            end(),
            flows("s>m>u>q>m", "q>e[=stop = true]"),
        ),
    )
    task, taken = ours.start()["tasks"][0]["id"], []
    for _ in range(1010):
        begun = time.perf_counter()
        task = ours.complete(task, stop=False)["tasks"][0]["id"]
        taken.append(time.perf_counter() - begun)
    early, late = statistics.median(taken[5:25]), statistics.median(taken[990:1010])
    print(f"\nnext task after 10 rounds {early * 1e3:.2f} ms, after 1,000 {late * 1e3:.2f} ms")
    print(f"  -> {late / early:.2f} x (plain SpiffWorkflow stops at about 250 rounds)")
    ours.system.close()


def test_a_fan_out(tmp_path: Path) -> None:
    loop = (
        "<multiInstanceLoopCharacteristics><loopCardinality>=n</loopCardinality>"
        "</multiInstanceLoopCharacteristics>"
    )
    inner = '<zeebe:script expression="=loopCounter * 2" resultVariable="y"/>'
    source = model(start(), node("scriptTask", "k", loop, inner), end(), flows("s>k>e"))
    ours = Ours(tmp_path, source)
    ours.start(n=10)
    print()
    for count in (250, 500, 1000, 2000):
        wall, _ = _times(lambda: _whole(ours, count), 5)  # noqa: B023
        print(
            f"fan-out of {count} script items, with commits: {statistics.median(wall) * 1e3:.0f} ms"
        )
    ours.system.close()


def _whole(ours: Ours, count: int) -> None:
    """Run an instance to its end, the continue jobs of a spent budget too."""
    answer = ours.start(n=count)
    if answer["state"] != "completed":
        _drain(ours)


def _drain(ours: Ours) -> None:
    worker = Worker(ours.system, name="bench")
    while worker.run_once():
        pass


def test_ten_thousand_timers(tmp_path: Path) -> None:
    ours = Ours(tmp_path, work_apps.line(("wait", work_apps.timer("wait", "PT1H"))))
    many = 10_000
    for _ in range(many):
        ours.start()
    ours.clock.advance(timedelta(hours=2))
    begun = time.perf_counter()
    _drain(ours)
    taken = time.perf_counter() - begun
    with ours.system.database.read() as connection:
        left = connection.exec_driver_sql("select count(*) from timer").scalar_one()
        ended = connection.exec_driver_sql(
            "select count(*) from instance where state = 'completed'"
        ).scalar_one()
    print(f"\n{many} due timers, one worker: {taken:.1f} s; left {left}, ended {ended}")
    ours.system.close()


def _resident() -> float:
    """Return the resident memory of this process in MiB."""
    for row in Path("/proc/self/status").read_text("ascii").splitlines():
        if row.startswith("VmRSS"):
            return int(row.split()[1]) / 1024
    return 0.0


def test_memory_does_not_follow_the_cases(tmp_path: Path) -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("resident memory is read from /proc")
    ours = Ours(tmp_path, model(start(), user("u"), end(), flows("s>u>e")))
    seen = {}
    count = 0
    for goal in (1_000, 20_000, 100_000):
        while count < goal:
            ours.start(n=count)
            count += 1
        gc.collect()
        seen[goal] = _resident()
    print(f"\nresident memory with 1,000 waiting cases {seen[1_000]:.0f} MiB, ", end="")
    print(f"with 20,000 {seen[20_000]:.0f}, with 100,000 {seen[100_000]:.0f}")
    print(f"  -> {seen[100_000] / seen[1_000]:.2f} x")
    ours.system.close()


def test_where_plain_spiffworkflow_stops(tmp_path: Path) -> None:
    """Show it, for the sentence beside our own loop."""
    body = (
        '<exclusiveGateway id="m"/><userTask id="u"/><exclusiveGateway id="q" default="f_q_m"/>'
        f'<endEvent id="e"/>{flows("s>m>u>q>m", "q>e[stop]")}'
    )
    plain = Plain(tmp_path, f"{_HEAD}{body}</process></definitions>")
    workflow, rounds = plain.start(stop=False), 0
    while rounds < 400:
        task = workflow.get_next_task(state=TaskState.READY, manual=True)
        if task is None:
            break
        task.run()
        workflow.do_engine_steps()
        rounds += 1
    print(f"\nplain SpiffWorkflow in the same loop: {rounds} rounds")
