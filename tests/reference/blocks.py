"""Random structured processes as trees of blocks, and how each is drawn in BPMN.

Nothing of the engine is imported here. `model` says what the same trees have to do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from typing import ClassVar

Drawn = tuple[str, str, str]
"""First element, last element, XML of a block."""


def flow(source: str, target: str, condition: str = "") -> str:
    """Return a sequence flow."""
    inner = f"<conditionExpression>={condition}</conditionExpression>" if condition else ""
    ends = f'sourceRef="{source}" targetRef="{target}"'
    return f'<sequenceFlow id="f_{source}_{target}" {ends}>{inner}</sequenceFlow>'


def tag(name: str, id: str, inner: str = "", **attributes: str) -> str:
    """Return one element."""
    given = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<{name} id="{id}"{given}>{inner}</{name}>'


def ext(inner: str) -> str:
    """Return extension elements."""
    return f"<extensionElements>{inner}</extensionElements>"


def definition(kind: str, inner: str = "", **attributes: str) -> str:
    """Return an event definition."""
    given = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{kind}EventDefinition{given}>{inner}</{kind}EventDefinition>"


TIMER = definition("timer", "<timeDuration>PT1H</timeDuration>")


@dataclass
class Block:
    """A part of a process that is entered at one element and left at another."""

    id: str

    def draw(self) -> Drawn:
        """Return first element, last element and XML."""
        raise NotImplementedError


@dataclass
class User(Block):
    """A user task; what a person gives is the variable named after it."""

    def draw(self) -> Drawn:
        return self.id, self.id, tag("userTask", self.id, ext("<zeebe:userTask/>"))


@dataclass
class Service(Block):
    """A service task."""

    def draw(self) -> Drawn:
        inner = ext('<zeebe:taskDefinition type="work"/>')
        return self.id, self.id, tag("serviceTask", self.id, inner)


@dataclass
class Script(Block):
    """A script that counts its runs."""

    def draw(self) -> Drawn:
        text = f"if n_{self.id} = null then 1 else n_{self.id} + 1"
        inner = ext(f'<zeebe:script expression="={text}" resultVariable="n_{self.id}"/>')
        return self.id, self.id, tag("scriptTask", self.id, inner)


@dataclass
class Sequence(Block):
    """One block after the other."""

    parts: list[Block]

    def draw(self) -> Drawn:
        drawn = [part.draw() for part in self.parts]
        xml = "".join(item[2] for item in drawn)
        for one, two in pairwise(drawn):
            xml += flow(one[1], two[0])
        return drawn[0][0], drawn[-1][1], xml


@dataclass
class Choice(Block):
    """A user task, then ways by gateways: "exclusive", "parallel" or "inclusive".

    The ways of an exclusive gateway stand for the numbers 0, 1 … that the person gives; an
    inclusive one takes all ways up to that number.
    """

    kind: str
    ways: list[Block]

    @property
    def variable(self) -> str:
        return f"u{self.id}"

    def draw(self) -> Drawn:
        gate, join = f"g{self.id}", f"j{self.id}"
        name = f"{self.kind}Gateway"
        drawn = [way.draw() for way in self.ways]
        first = f"f_{gate}_{drawn[0][0]}"
        default = {} if self.kind == "parallel" else {"default": first}
        xml = User(self.variable).draw()[2] + tag(name, gate, **default) + tag(name, join)
        xml += flow(self.variable, gate)
        for number, (start, end, inner) in enumerate(drawn):
            sign = {"exclusive": "=", "inclusive": "&gt;=", "parallel": ""}[self.kind]
            plain = not sign or not number
            condition = "" if plain else f"{self.variable} {sign} {number}"
            xml += inner + flow(gate, start, condition) + flow(end, join)
        return self.variable, join, xml


@dataclass
class Loop(Block):
    """A block again and again, `times` times."""

    body: Block
    times: int

    def draw(self) -> Drawn:
        start, end, inner = self.body.draw()
        merge, gate, count = f"m{self.id}", f"x{self.id}", Script(f"c{self.id}")
        xml = inner + count.draw()[2] + tag("exclusiveGateway", merge)
        xml += tag("exclusiveGateway", gate, default=f"f_{gate}_{merge}")
        out = f"o{self.id}"
        xml += tag("task", out) + flow(merge, start) + flow(end, count.id) + flow(count.id, gate)
        again = f"modulo(n_{count.id}, {self.times}) = 0"
        xml += flow(gate, merge) + flow(gate, out, again)
        return merge, out, xml


def level(body: Block, prefix: str, more: str = "") -> str:
    """Return what stands in a sub-process or process."""
    start, end, inner = body.draw()
    first, last = f"{prefix}s", f"{prefix}e"
    xml = tag("startEvent", first) + tag("endEvent", last) + inner + more
    return xml + flow(first, start) + flow(end, last)


@dataclass
class Sub(Block):
    """A sub-process; `watch` is an event sub-process that a message starts.

    `guard` is a boundary event: an error at its end if the person says so, or an escalation
    before its body; the handler follows, beside the flow if it does not interrupt.
    """

    body: Block
    watch: Block | None = None
    watch_interrupts: bool = False
    guard: str = ""
    interrupts: bool = True
    handler: Block | None = None

    def draw(self) -> Drawn:
        more = ""
        if self.watch is not None:
            inner = level(self.watch, f"w{self.id}")
            flag = "true" if self.watch_interrupts else "false"
            old = tag("startEvent", f"w{self.id}s")
            new = tag(
                "startEvent",
                f"w{self.id}s",
                definition("message", messageRef="msg"),
                isInterrupting=flag,
            )
            more = tag(
                "subProcess", f"w{self.id}", inner.replace(old, new), triggeredByEvent="true"
            )
        body: Block = self.body
        if self.guard == "escalation":
            body = Sequence("", [Throw(f"t{self.id}", "escalation"), body])
        elif self.guard == "error":
            body = Sequence("", [body, Throw(f"t{self.id}", "error")])
        xml = tag("subProcess", self.id, level(body, self.id, more))
        if self.handler is None:
            return self.id, self.id, xml
        start, end, inner = self.handler.draw()
        event = definition(self.guard, **{f"{self.guard}Ref": self.guard})
        flag = "true" if self.interrupts else "false"
        edge = tag(
            "boundaryEvent", f"b{self.id}", event, attachedToRef=self.id, cancelActivity=flag
        )
        xml += edge + inner + flow(f"b{self.id}", start)
        if not self.interrupts:
            side = f"z{self.id}"
            return self.id, self.id, xml + tag("endEvent", side) + flow(end, side)
        out = f"o{self.id}"
        return self.id, out, xml + tag("task", out) + flow(end, out) + flow(self.id, out)


@dataclass
class Throw(Block):
    """Throws: a signal or an escalation and goes on; an error if the number before it is 1."""

    kind: str

    def draw(self) -> Drawn:
        if self.kind != "error":
            event = definition(self.kind, **{f"{self.kind}Ref": self.kind})
            return self.id, self.id, tag("intermediateThrowEvent", self.id, event)
        user, gate, out = f"u{self.id}", f"g{self.id}", f"o{self.id}"
        xml = User(user).draw()[2] + tag("exclusiveGateway", gate, default=f"f_{gate}_{out}")
        xml += tag("endEvent", self.id, definition("error", errorRef="error")) + tag("task", out)
        xml += flow(user, gate) + flow(gate, self.id, f"{user} = 1") + flow(gate, out)
        return user, out, xml


@dataclass
class Signal(Block):
    """A user task, and behind it the signal."""

    def draw(self) -> Drawn:
        return Sequence("", [User(f"u{self.id}"), Throw(self.id, "signal")]).draw()


@dataclass
class Catch(Block):
    """Waits for a "message", a "signal" or a "timer"."""

    kind: str

    def draw(self) -> Drawn:
        refs = {"message": {"messageRef": "msg"}, "signal": {"signalRef": "signal"}}
        event = TIMER if self.kind == "timer" else definition(self.kind, **refs[self.kind])
        return self.id, self.id, tag("intermediateCatchEvent", self.id, event)


@dataclass
class Event(Block):
    """An event-based gateway: for each way a message or a timer."""

    ways: list[Block]

    def draw(self) -> Drawn:
        gate, join = f"g{self.id}", f"j{self.id}"
        xml = tag("eventBasedGateway", gate) + tag("exclusiveGateway", join)
        for number, way in enumerate(self.ways):
            caught = Catch(f"k{self.id}_{number}", "message" if number else "timer").draw()
            start, end, inner = way.draw()
            xml += caught[2] + inner + flow(gate, caught[0]) + flow(caught[1], start)
            xml += flow(end, join)
        return gate, join, xml


@dataclass
class Deadline(Block):
    """A user task with a timer at its edge; the handler interrupts it, or runs beside it."""

    handler: Block
    interrupts: bool

    def draw(self) -> Drawn:
        user, edge = User(f"u{self.id}"), f"b{self.id}"
        start, end, inner = self.handler.draw()
        flag = "true" if self.interrupts else "false"
        xml = user.draw()[2] + inner + flow(edge, start)
        xml += tag("boundaryEvent", edge, TIMER, attachedToRef=user.id, cancelActivity=flag)
        last = f"o{self.id}" if self.interrupts else f"z{self.id}"
        xml += tag("task" if self.interrupts else "endEvent", last) + flow(end, last)
        if self.interrupts:
            return user.id, last, xml + flow(user.id, last)
        return user.id, user.id, xml


@dataclass
class Repeat(Block):
    """A multi-instance sub-process, over when `enough` items are."""

    body: Block
    count: int
    sequential: bool
    enough: int

    def draw(self) -> Drawn:
        done = f"numberOfCompletedInstances &gt;= {self.enough}"
        flag = "true" if self.sequential else "false"
        loop = tag(
            "multiInstanceLoopCharacteristics",
            f"l{self.id}",
            f"<loopCardinality>{self.count}</loopCardinality>"
            f"<completionCondition>={done}</completionCondition>",
            isSequential=flag,
        )
        return self.id, self.id, tag("subProcess", self.id, loop + level(self.body, self.id))


@dataclass
class Undo(Block):
    """Two user tasks with handlers, a block, and a throw that undoes the tasks, last first."""

    body: Block

    def draw(self) -> Drawn:
        xml, tasks = "", []
        for number in (1, 2):
            user, handler, edge = (f"{part}{number}{self.id}" for part in "uhb")
            tasks.append(user)
            xml += User(user).draw()[2]
            xml += tag("userTask", handler, ext("<zeebe:userTask/>"), isForCompensation="true")
            event = definition("compensate")
            xml += tag("boundaryEvent", edge, event, attachedToRef=user)
            ends = {"sourceRef": edge, "targetRef": handler}
            xml += tag("association", f"a{number}{self.id}", **ends)
        start, end, inner = self.body.draw()
        throw = f"t{self.id}"
        xml += inner + tag("intermediateThrowEvent", throw, definition("compensate"))
        xml += flow(tasks[0], tasks[1]) + flow(tasks[1], start) + flow(end, throw)
        return tasks[0], throw, xml


@dataclass
class Maker:
    """Makes a random tree; ids are given in order, so that a seed says everything."""

    seed: int
    count: int = 0
    random: Random = field(init=False)

    LEAVES: ClassVar = ("user", "user", "service", "script", "catch", "signal")
    KINDS: ClassVar = (
        *("user", "script", "sequence", "choice", "choice", "choice", "loop", "sub", "sub"),
        *("watched", "error", "escalation", "event", "deadline", "repeat", "undo", "signal"),
        *("catch",),
    )

    def __post_init__(self) -> None:
        self.random = Random(self.seed)

    def process(self) -> Block:
        """Return the body of a process."""
        return Sequence("", [self.block(0) for _ in range(2)])

    def block(self, depth: int) -> Block:
        """Return a random block."""
        self.count += 1
        kind = self.random.choice(self.KINDS if depth < 3 else self.LEAVES)
        made: Block = getattr(self, f"_{kind}")(f"n{self.count}", depth + 1)
        return made

    def _flag(self) -> bool:
        return self.random.random() < 0.5

    def _user(self, id: str, depth: int) -> Block:
        return User(id)

    def _service(self, id: str, depth: int) -> Block:
        return Service(id)

    def _script(self, id: str, depth: int) -> Block:
        return Script(id)

    def _catch(self, id: str, depth: int) -> Block:
        return Catch(id, self.random.choice(["message", "signal", "timer"]))

    def _signal(self, id: str, depth: int) -> Block:
        return Signal(id)

    def _sequence(self, id: str, depth: int) -> Block:
        return Sequence(id, [self.block(depth) for _ in range(2)])

    def _choice(self, id: str, depth: int) -> Block:
        kind = self.random.choice(["exclusive", "parallel", "inclusive"])
        return Choice(id, kind, [self.block(depth) for _ in range(self.random.choice([2, 3]))])

    def _loop(self, id: str, depth: int) -> Block:
        return Loop(id, self.block(depth), self.random.choice([1, 2, 3]))

    def _sub(self, id: str, depth: int) -> Block:
        return Sub(id, self.block(depth))

    def _watched(self, id: str, depth: int) -> Block:
        body, flag = self.block(depth), self._flag()
        # Runs side by side share variables, and in which order they come is nobody's promise.
        return Sub(id, body, self.block(depth if flag else 9), flag)

    def _error(self, id: str, depth: int) -> Block:
        return Sub(id, self.block(depth), guard="error", handler=self.block(depth))

    def _escalation(self, id: str, depth: int) -> Block:
        flag = self._flag()
        body, handler = self.block(depth), self.block(depth)
        return Sub(id, body, guard="escalation", interrupts=flag, handler=handler)

    def _event(self, id: str, depth: int) -> Block:
        return Event(id, [self.block(depth) for _ in range(2)])

    def _deadline(self, id: str, depth: int) -> Block:
        return Deadline(id, self.block(depth), self._flag())

    def _repeat(self, id: str, depth: int) -> Block:
        count = self.random.choice([0, 1, 2, 3])
        body, flag = self.block(depth), self._flag()
        if not flag:
            # The order in which items pass that wait for nothing is nobody's promise.
            body = Sequence("", [User(f"u{id}"), body])
        return Repeat(id, body, count, flag, self.random.choice([1, 2, 9]))

    def _undo(self, id: str, depth: int) -> Block:
        return Undo(id, self.block(depth))


def document(body: Block) -> bytes:
    """Return a BPMN file with the block as its only process."""
    spaces = (
        'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
    )
    message = tag("message", "msg", ext('<zeebe:subscription correlationKey="=&quot;k&quot;"/>'))
    message = message.replace('id="msg"', 'id="msg" name="msg"')
    return (
        f'<definitions {spaces} id="d" targetNamespace="t">'
        f'<process id="p" isExecutable="true">{level(body, "p")}</process>{message}'
        '<signal id="signal" name="signal"/><error id="error" errorCode="E"/>'
        '<escalation id="escalation" escalationCode="X"/></definitions>'
    ).encode()
