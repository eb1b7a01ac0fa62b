"""Events with several definitions in the store: starts, waits, and what `verify` says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bpmn.models import (
    boundary,
    end,
    flows,
    message,
    model,
    node,
    start,
    timer,
    user,
)
from casewright.commands.housekeeping import verify
from casewright.testing import Player

SIGNAL = '<signal id="sg" name="go"/>'
GO = '<signalEventDefinition signalRef="sg"/>'
NEVER = (
    "<conditionalEventDefinition><condition>=order = null</condition></conditionalEventDefinition>"
)
WAITING = model(
    start(),
    node("intermediateCatchEvent", "c", message() + GO + timer("PT1H"), parallelMultiple="true"),
    user("u"),
    boundary("b", "u", message() + GO + timer("PT1H") + NEVER, cancel=False),
    user("x"),
    end(),
    end("e2"),
    flows("s>c>u>e", "b>x>e2"),
    extra=SIGNAL,
)


@pytest.fixture
def player() -> Iterator[Player]:
    made = Player()
    yield made
    made.close()


def stalled(player: Player) -> list[str]:
    system = player.system
    return [one.token for one in verify(system.database, system.unit.ports.journal_key).stalled]


def test_a_message_a_signal_and_a_time_start_the_same_process(player: Player) -> None:
    begin = start("s", message("msg2") + GO + timer("R2/PT1H", "timeCycle"))
    player.deploy(
        {"a.bpmn": model(begin, user("u"), end(), flows("s>u>e"), extra=SIGNAL)},
    )
    player.message("ordered", {"a": 1})
    assert player.signal("go") == 1
    assert player.active() == ["u", "u"]
    player.advance(timedelta(hours=5))
    assert player.active() == ["u"] * 4


def test_all_have_to_come_and_each_comes_beside_a_task(player: Player) -> None:
    player.deploy({"a.bpmn": WAITING})
    player.start("p", {"order": "7"})
    assert player.waiting() == ["c"]
    assert player.message("paid", {"m": 1}, "7")["state"] == "used"
    player.signal("go")
    assert stalled(player) == []
    player.advance(timedelta(hours=1))
    assert player.active() == ["u"]
    assert stalled(player) == []
    player.signal("go")
    player.message("paid", {"m": 2}, "7")
    player.advance(timedelta(hours=5))
    assert player.completed() == Counter({"s": 1, "c": 1, "b": 3})
    assert player.incident() is None
    for name in ("x", "x", "x", "u"):
        player.complete(name)
    assert player.ended()


def test_a_definition_that_nobody_brings_is_found(player: Player) -> None:
    player.deploy({"a.bpmn": WAITING})
    player.start("p", {"order": "7"})
    player.system.database.write(
        lambda connection: connection.exec_driver_sql(
            "delete from subscription where kind='signal'"
        )
    )
    assert stalled(player) == ["c__2__wait#1"]
