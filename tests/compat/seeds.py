"""Writes examples of the present snapshot format, for later versions to finish.

    python tests/compat/seeds.py 0.1

A released folder is never written again. Each example holds the file, a snapshot in the
middle of its run, the changes that end it, and what has to come out.
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from bpmn import models as m  # noqa: E402
from bpmn.player import Player  # noqa: E402
from casewright import bpmn  # noqa: E402
from casewright.feel import codec  # noqa: E402

Example = tuple[bytes, dict[str, Any], list[bpmn.Change], list[bpmn.Change]]


def _task(token: str, **variables: Any) -> bpmn.Change:
    return bpmn.CompleteTask(token, variables)


def _items() -> str:
    return (
        "<multiInstanceLoopCharacteristics><extensionElements><zeebe:loopCharacteristics "
        'inputCollection="=xs" inputElement="x" outputCollection="ys" outputElement="=y"/>'
        "</extensionElements></multiInstanceLoopCharacteristics>"
    )


def examples() -> dict[str, Example]:
    """Return by name: the file, the start variables, the changes before and after."""
    s, e, f = m.start(), m.end(), m.flows
    loop = (m.xor("m"), m.user("u"), m.xor("q", default="f_q_m"))
    inner = m.sub(
        "S", m.start("ss"), m.user("i"), m.end("se"), f("ss>i>se"),
        ext=m.io({"price": "=base"}, {"result": "=price"}),
    )  # fmt: skip
    guarded = (
        m.boundary("b", "u", m.timer("PT1H")),
        m.boundary("n", "u", m.timer("PT1M"), cancel=False),
        m.end("e2"),
        m.end("e3"),
    )
    choice = (m.xor("g", default="f_g_e"), m.user("u"))
    undo = (
        m.boundary("cb", "a", "<compensateEventDefinition/>")
        + m.user("h", isForCompensation="true")
        + '<association id="as" sourceRef="cb" targetRef="h"/>'
    )
    booked = m.sub("S", m.start("ss"), m.user("a"), undo, m.end("se"), f("ss>a>se"),
                   ext=m.io({"own": "=1"}))  # fmt: skip
    throw = m.node("intermediateThrowEvent", "t", "<compensateEventDefinition/>")
    deal = m.node(
        "transaction",
        "T",
        m.start("ts")
        + m.user("a")
        + undo
        + m.user("u")
        + m.node("endEvent", "no", "<cancelEventDefinition/>")
        + f("ts>a>u>no"),
    )
    left = m.boundary("b", "T", "<cancelEventDefinition/>")
    watch = m.node(
        "subProcess", "E",
        m.node("startEvent", "es", m.message(), isInterrupting="false") + m.user("eu")
        + m.end("ee") + f("es>eu>ee"),
        triggeredByEvent="true",
    )  # fmt: skip
    return {
        "compensation": (m.model(s, booked, m.user("u"), throw, e, f("s>S>u>t>e")), {},
                         [_task("S#1/a#1", own=2), _task("u#1")], [_task("S__undo#1/h#1")]),
        "compensation-log": (m.model(s, booked, m.user("u"), throw, e, f("s>S>u>t>e")), {},
                             [_task("S#1/a#1", own=2)], [_task("u#1"), _task("S__undo#1/h#1")]),
        "transaction": (m.model(s, deal, left, e, m.end("e2"), f("s>T>e", "b>e2")), {},
                        [_task("T#1/a#1"), _task("T#1/u#1")], [_task("T#1/h#1")]),
        "event-sub-process": (m.model(s, m.user("u"), e, f("s>u>e"), watch), {"order": 1},
                              [bpmn.ReceiveMessage("es#1", {"n": 1})],
                              [bpmn.ReceiveMessage("es#2", {"n": 2}), _task("u#1"),
                               _task("E#1/eu#1"), _task("E#2/eu#1")]),
        "user-task": (m.model(s, m.user("u", m.io({"x": "=1"}, {"y": "=x + z"})), e, f("s>u>e")),
                      {"day": 1}, [], [_task("u#1", z=2)]),
        "service-task": (m.model(s, m.service("t"), e, f("s>t>e")), {}, [],
                         [bpmn.CompleteJob("t#1", {"r": "1.50"})]),
        "parallel-join": (m.model(s, m.both("g"), m.user("a"), m.user("b"), m.both("j"), e,
                                  f("s>g>a>j>e", "g>b>j")), {},
                          [_task("a#1", a=1)], [_task("b#1", b=2)]),
        "inclusive-join": (m.model(s, m.some("g", default="f_g_c"), m.user("a"), m.user("b"),
                                   m.user("c"), m.some("j"), e,
                                   f("s>g", "g>a[=true]", "g>b[=true]", "g>c", "a>j", "b>j",
                                     "c>j", "j>e")), {},
                           [_task("b#1", b=1)], [_task("a#1", a=2)]),
        "loop": (m.model(s, *loop, e, f("s>m>u>q>m", "q>e[=n > 2]")), {"n": 0},
                 [_task("u#1", n=1), _task("u#2", n=2)], [_task("u#3", n=3)]),
        "sub-process": (m.model(s, inner, e, f("s>S>e")), {"base": 7}, [],
                        [_task("S#1/i#1", price=9)]),
        "timers": (m.model(s, m.user("u"), *guarded, e, f("s>u>e", "b>e2", "n>e3")), {},
                   [bpmn.FireTimer("n#1")], [bpmn.FireTimer("b#1")]),
        "timer-catch": (m.model(s, m.catch("c", m.timer("2026-04-01T10:00:00", "timeDate")), e,
                                f("s>c>e")), {}, [], [bpmn.FireTimer("c#1")]),
        "message-catch": (m.model(s, m.catch("c", m.message()), e, f("s>c>e")), {"order": 1}, [],
                          [bpmn.ReceiveMessage("c#1", {"amount": 2})]),
        "error-boundary": (m.model(s, m.sub("S", m.start("ss"), m.service("t"), f("ss>t")),
                                   m.boundary("b", "S", m.error()), m.user("fix"), e, m.end("e2"),
                                   f("s>S>e", "b>fix>e2")), {}, [],
                           [bpmn.ThrowError("S#1/t#1", "E1", "", {"why": 1}), _task("fix#1")]),
        "call-activity": (m.model(s, m.call("c", "child", m.io({"x": "=1"})), e, f("s>c>e")), {},
                          [bpmn.Answered("call:c#1", "child-1")],
                          [bpmn.CallEnded("c#1", {"y": 2})]),
        "incident-enter": (m.model(s, m.service("t", m.io({"a": "=gone"})), e, f("s>t>e")), {}, [],
                           [bpmn.Retry("t#1", {"gone": 1}), bpmn.CompleteJob("t#1")]),
        "incident-run": (m.model(s, m.service("t", m.io(None, {"a": "=r + gone"})), e, f("s>t>e")),
                         {}, [bpmn.CompleteJob("t#1", {"r": 1})],
                         [bpmn.Retry("t#1", {"gone": 1})]),
        "incident-choice": (m.model(s, *choice, e, f("s>g", "g>u[=x]", "g>e", "u>e")), {"x": 1},
                            [], [bpmn.Retry("g#1", {"x": True}), _task("u#1")]),
        "multi-instance": (m.model(s, m.node("userTask", "u", _items()), e, f("s>u>e")),
                           {"xs": [1, 2, 3]}, [_task("u#1[2]", y=2)],
                           [_task("u#1[1]", y=1), _task("u#1[3]", y=3)]),
        "ad-hoc": (
            m.model(s, m.node("adHocSubProcess", "H", m.user("a") + m.user("b")), e, f("s>H>e")),
            {}, [bpmn.Choose("H#1", ("a",)), _task("H#1/a#1")],
            [bpmn.Choose("H#1", ("a", "b")), _task("H#1/a#2", x=1), bpmn.Finish("H#1")],
        ),
        "ad-hoc-ending": (
            m.model(s, m.node(
                "adHocSubProcess", "H",
                "<completionCondition>=x = 1</completionCondition>" + m.user("a"),
                cancelRemainingInstances="false",
            ), e, f("s>H>e")),
            {}, [bpmn.Choose("H#1", ("a", "a")), _task("H#1/a#1", x=1)], [_task("H#1/a#2")],
        ),
        "several-events": (
            m.model(s, m.user("u"), m.boundary("b", "u", m.timer("PT1H") + m.message(), False),
                    m.node("intermediateCatchEvent", "c", m.timer("PT2H") + m.message(),
                           parallelMultiple="true"), m.both("g"), m.end("e2"), m.end("e3"), e,
                    f("s>g>u>e", "g>c>e2", "b>e3")),
            {"order": "7"}, [bpmn.ReceiveMessage("c__2__wait#1", {"paid": 1}),
                             bpmn.FireTimer("b__1__wait#1")],
            [bpmn.FireTimer("c__1__wait#1"), bpmn.ReceiveMessage("b__2__wait#1", {"more": 2}),
             _task("u#1")],
        ),
        "quantities": (
            m.model(s, m.node("userTask", "u", completionQuantity="2"),
                    m.user("v"), m.node("userTask", "w", startQuantity="2"), e, f("s>u>v>w>e")),
            {}, [_task("u#1"), _task("v#1")], [_task("v#2"), _task("w#1", x=1)],
        ),
        "surplus-token": (m.model(s, m.both("g"), m.xor("q", default="f_q_j"), m.both("j"), e,
                                  m.end("e2"), f("s>g>q>j>e", "g>j", "q>e2[=skip]")),
                          {"skip": True}, [], [bpmn.Retry("j#1")]),
    }  # fmt: skip


def write(version: str) -> None:
    """Write every example into the folder of a version."""
    folder = HERE / version
    folder.mkdir(exist_ok=True)
    for name, (data, variables, before, after) in examples().items():
        case = Player(data, variables)
        for change in before:
            case.do(change)
        middle = case.snapshot
        for change in after:
            case.do(change)
        assert case.done, name
        found = {
            "file": data.decode(),
            "snapshot": middle,
            "changes": [{"type": type(c).__name__, **_plain(asdict(c))} for c in after],
            "variables": case.snapshot.get("variables", {}),
        }
        text = orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        (folder / f"{name}.json").write_bytes(text)


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    return {k: codec.to_json(v) if isinstance(v, dict) else v for k, v in data.items()}


if __name__ == "__main__":
    write(sys.argv[1])
