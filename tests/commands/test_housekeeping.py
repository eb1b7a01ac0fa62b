"""What has run out goes, checkpoints come, and `verify` tells what is not whole."""

from __future__ import annotations

from pathlib import Path

from casewright.commands.housekeeping import Report, verify
from casewright.commands.instances import StartInstance
from casewright.commands.messages import PublishMessage
from casewright.commands.tasks import CompleteTask
from casewright.domain.people import SYSTEM
from commands import apps
from commands import work_apps as w
from commands.scripted import World

EVERYTHING = w.process(
    '<startEvent id="s"/><parallelGateway id="fork"/>',
    apps.task("task"),
    w.service("job"),
    w.timer("timer", "PT1H"),
    w.catch("message"),
    apps.call("call", "simple"),
    w.service("failing", "notify.note"),
    *(f'<endEvent id="e{n}"/>' for n in range(6)),
    apps.flow("s", "fork"),
    *(
        apps.flow("fork", name, f"e{n}")
        for n, name in enumerate(["task", "job", "timer", "message", "call", "failing"])
    ),
)


def report(world: World) -> Report:
    unit, settings = world.system.unit, world.system.settings
    return verify(world.system.database, unit.ports.journal_key, settings.data_dir / "checkpoints")


def damage(world: World, sql: str) -> None:
    world.system.database.write(lambda connection: connection.exec_driver_sql(sql))


def test_every_wait_has_a_name(world: World) -> None:
    """One case per kind of wait: none is stalled."""
    for name, part in {
        "task": apps.task("task"),
        "job": w.service("job"),
        "timer": w.timer("timer", "PT1H"),
        "message": w.catch("message"),
        "call": apps.call("call", "simple"),
        "failing": w.service("failing", "notify.note"),
    }.items():
        world.deploy(w.line((name, part), key=f"p-{name}"), apps.ONE_TASK)
        world.start(f"p-{name}", order="7")
    world.deploy(EVERYTHING, apps.ONE_TASK)
    world.start(order="7")
    assert report(world).whole
    world.worker.run_once()
    found = report(world)
    assert found.whole
    assert found.streams >= 9


def test_a_case_that_waits_for_nothing_is_found(world: World) -> None:
    world.deploy(apps.ONE_TASK)
    case = world.start("simple")
    damage(world, "delete from user_task")
    assert [found.instance for found in report(world).stalled] == [case]


def test_a_branch_that_waits_for_nothing_is_found_beside_others(world: World) -> None:
    """The case still has a timer and a message wait; its task is lost."""
    world.deploy(EVERYTHING, apps.ONE_TASK)
    case = world.start(order="7")
    damage(world, f"delete from user_task where instance_id = '{case}'")
    damage(world, "delete from job where element = 'job'")
    found = report(world).stalled
    assert {(one.instance, one.token.split("#")[0]) for one in found} == {
        (case, "task"),
        (case, "job"),
    }


def test_a_day_has_one_checkpoint_and_it_is_checked(world: World) -> None:
    world.deploy(apps.ONE_TASK)
    world.start("simple")
    world.worker.keep_house()
    world.worker.keep_house()
    folder: Path = world.system.settings.data_dir / "checkpoints"
    assert [file.name for file in folder.iterdir()] == ["2026-03-02.json"]
    world.later(days=1)
    world.worker.keep_house()
    assert (report(world).checkpoints, report(world).whole) == (2, True)
    file = folder / "2026-03-02.json"
    file.write_bytes(file.read_bytes().replace(b'"at":', b'"at":1'))
    assert not report(world).whole
    file.write_bytes(b"nonsense")
    assert not report(world).whole


def test_what_has_run_out_is_deleted(world: World) -> None:
    world.deploy(w.line(("wait", w.catch("wait"))))
    world.system.unit.run(StartInstance("p", {"order": "7"}), SYSTEM, "key-1")
    world.run(PublishMessage("paid", "7"))
    world.later(days=6)
    world.worker.keep_house()
    count = "select count(*) from command_key where substr(key, 1, 5) <> 'once:'"
    assert world.one(count) == 1
    assert world.one("select state from message") == "used"
    world.later(days=2)
    world.worker.keep_house()
    assert world.one(count) == 0
    world.later(days=31)
    world.worker.keep_house()
    assert world.one("select count(*) from message") == 0


def test_a_key_gives_the_first_answer_again(world: World) -> None:
    world.deploy(apps.ONE_TASK)
    start = StartInstance("simple")
    first = world.system.unit.run(start, SYSTEM, "key-1")
    assert world.system.unit.run(start, SYSTEM, "key-1") == first
    assert world.one("select count(*) from instance") == 1
    done = CompleteTask(first["tasks"][0]["id"])
    answer = world.system.unit.run(done, SYSTEM, "key-2")
    assert world.system.unit.run(done, SYSTEM, "key-2") == answer
