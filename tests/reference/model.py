"""What a tree of blocks has to do, by the words of the BPMN specification and nothing else.

A small interpreter: no queue, no snapshot, no ids of tokens. It imports nothing of the engine.
What waits is a leaf, named by its element and the items of the repeated activities around it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from reference import blocks as b

Then = Callable[[], None]


@dataclass(eq=False)
class Leaf:
    """Something that waits; `kind` is user, service, timer, message, signal."""

    kind: str
    path: str
    level: Level
    then: Callable[[Any], None]
    stays: bool = False


@dataclass(eq=False)
class Level:
    """A process or sub-process: over when all its tokens are."""

    case: Case
    path: str
    outer: Level | None
    done: Then
    tokens: int = 1
    alive: bool = True
    inner: list[Level] = field(default_factory=list)
    undo: list[str] = field(default_factory=list)
    by_event: bool = False
    on_error: Then | None = None
    on_escalation: Then | None = None

    def minus(self) -> None:
        """End a token."""
        self.tokens -= 1
        if not self.tokens and self.alive:
            self.end()
            self.done()

    def end(self) -> None:
        """Take away what is inside."""
        self.alive = False
        self.empty()

    def empty(self, keep: Leaf | None = None) -> None:
        """Cancel everything inside but one leaf."""
        leaves = self.case.leaves
        self.case.leaves = [leaf for leaf in leaves if leaf.level is not self or leaf is keep]
        for inner in self.inner:
            inner.end()
        self.inner = []

    def sub(self, path: str, done: Then) -> Level:
        """Open a level inside."""
        made = Level(self.case, path, self, done)
        self.inner.append(made)
        return made


class Case:
    """A running process."""

    def __init__(self, body: b.Block) -> None:
        self.leaves: list[Leaf] = []
        self.variables: dict[str, Any] = {}
        self.over = False
        self.root = Level(self, "", None, self._finish)
        self.run(body, self.root, self.root.minus)

    def _finish(self) -> None:
        self.over = True

    def wait(
        self, kind: str, name: str, level: Level, then: Callable[[Any], None], stays: bool = False
    ) -> Leaf:
        """Let something wait."""
        leaf = Leaf(kind, level.path + name, level, then, stays)
        self.leaves.append(leaf)
        return leaf

    def act(self, leaf: Leaf, value: Any = None) -> None:
        """Let happen what a leaf waits for; a signal comes to all that wait for one."""
        if leaf.kind == "signal":
            self.signal()
            return
        if not leaf.stays:
            self.leaves.remove(leaf)
        leaf.then(value)

    def signal(self) -> None:
        """Bring the signal to everybody who waits for it now."""
        for leaf in [leaf for leaf in self.leaves if leaf.kind == "signal"]:
            if leaf in self.leaves:
                self.leaves.remove(leaf)
                leaf.then(None)

    def run(self, block: b.Block, level: Level, then: Then) -> None:
        """Begin a block."""
        getattr(self, f"_{type(block).__name__.lower()}")(block, level, then)

    def _task(self, name: str, level: Level, then: Then) -> Leaf:
        def done(value: Any) -> None:
            self.variables[name] = value
            then()

        return self.wait("user", name, level, done)

    def _user(self, block: b.User, level: Level, then: Then) -> None:
        self._task(block.id, level, then)

    def _service(self, block: b.Service, level: Level, then: Then) -> None:
        self.wait("service", block.id, level, lambda _: then())

    def _count(self, name: str) -> int:
        self.variables[f"n_{name}"] = self.variables.get(f"n_{name}", 0) + 1
        return int(self.variables[f"n_{name}"])

    def _script(self, block: b.Script, level: Level, then: Then) -> None:
        self._count(block.id)
        then()

    def _sequence(self, block: b.Sequence, level: Level, then: Then) -> None:
        def step(index: int) -> None:
            if index == len(block.parts):
                then()
            else:
                self.run(block.parts[index], level, lambda: step(index + 1))

        step(0)

    def _choice(self, block: b.Choice, level: Level, then: Then) -> None:
        def chosen() -> None:
            value = self.variables[block.variable]
            number = len(block.ways)
            if block.kind == "exclusive":
                picked = [value if 0 < value < number else 0]
            elif block.kind == "parallel":
                picked = list(range(number))
            else:
                picked = [n for n in range(1, number) if value >= n] or [0]
            level.tokens += len(picked) - 1
            left = len(picked)

            def joined() -> None:
                nonlocal left
                left -= 1
                if left:
                    level.tokens -= 1
                else:
                    then()

            for number in picked:
                self.run(block.ways[number], level, joined)

        self._task(block.variable, level, chosen)

    def _loop(self, block: b.Loop, level: Level, then: Then) -> None:
        def turn() -> None:
            if self._count(f"c{block.id}") % block.times == 0:
                then()
            else:
                self.run(block.body, level, turn)

        self.run(block.body, level, turn)

    def _sub(self, block: b.Sub, level: Level, then: Then) -> None:
        inside = level.sub(f"{level.path}{block.id}/", lambda: self._left(inside, then))
        handler = block.handler
        if handler is not None and block.guard == "error":

            def failed() -> None:
                inside.end()
                self.run(handler, level, then)

            inside.on_error = failed
        elif handler is not None:

            def escalated() -> None:
                if block.interrupts:
                    inside.end()
                    self.run(handler, level, then)
                else:
                    level.tokens += 1
                    self.run(handler, level, level.minus)

            inside.on_escalation = escalated
        if block.watch is not None:
            self._watch(block, inside)
        self._body(block, inside)

    def _left(self, inside: Level, then: Then) -> None:
        if inside.outer is not None and inside in inside.outer.inner:
            inside.outer.inner.remove(inside)
        then()

    def _body(self, block: b.Sub, inside: Level) -> None:
        if block.guard == "escalation" and inside.on_escalation is not None:
            inside.on_escalation()
            if not inside.alive:
                return
        if block.guard != "error":
            self.run(block.body, inside, inside.minus)
            return

        def ask() -> None:
            self._task(f"ut{block.id}", inside, asked)

        def asked() -> None:
            failed = self.variables[f"ut{block.id}"] == 1
            (inside.on_error if failed and inside.on_error is not None else inside.minus)()

        self.run(block.body, inside, ask)

    def _watch(self, block: b.Sub, level: Level) -> None:
        assert block.watch is not None
        watch = block.watch
        name, runs = f"w{block.id}", 0

        def came(_: Any) -> None:
            nonlocal runs
            runs += 1
            if block.watch_interrupts:
                level.empty()
                level.tokens = 1
            else:
                level.tokens += 1
            path = f"{level.path}{name}#{runs}/"
            inside = level.sub(path, lambda: self._left(inside, level.minus))
            inside.by_event = True
            self.run(watch, inside, inside.minus)

        self.wait("message", f"{name}s", level, came, stays=not block.watch_interrupts)

    def _signal(self, block: b.Signal, level: Level, then: Then) -> None:
        def thrown() -> None:
            self.signal()
            if level.alive:
                then()

        self._task(f"u{block.id}", level, thrown)

    def _catch(self, block: b.Catch, level: Level, then: Then) -> None:
        self.wait(block.kind, block.id, level, lambda _: then())

    def _event(self, block: b.Event, level: Level, then: Then) -> None:
        beside: list[Leaf] = []

        def came(number: int) -> Callable[[Any], None]:
            def first(_: Any) -> None:
                self.leaves = [leaf for leaf in self.leaves if leaf not in beside]
                self.run(block.ways[number], level, then)

            return first

        for number in range(len(block.ways)):
            kind = "message" if number else "timer"
            beside.append(self.wait(kind, f"k{block.id}_{number}", level, came(number)))

    def _deadline(self, block: b.Deadline, level: Level, then: Then) -> None:
        def done() -> None:
            if timer in self.leaves:
                self.leaves.remove(timer)
            then()

        def late(_: Any) -> None:
            if block.interrupts:
                self.leaves.remove(user)
                self.run(block.handler, level, then)
            else:
                level.tokens += 1
                self.run(block.handler, level, level.minus)

        user = self._task(f"u{block.id}", level, done)
        timer = self.wait("timer", f"b{block.id}", level, late)

    def _repeat(self, block: b.Repeat, level: Level, then: Then) -> None:
        finished = 0
        items: list[Level] = []

        def item(number: int) -> None:
            inside = level.sub(f"{level.path}{block.id}[{number}]/", lambda: over(inside, number))
            items.append(inside)
            self.run(block.body, inside, inside.minus)

        def over(inside: Level, number: int) -> None:
            nonlocal finished
            finished += 1
            level.inner.remove(inside)
            if finished >= min(block.enough, block.count):
                for other in items:
                    if other.alive:
                        other.end()
                        level.inner.remove(other)
                then()
            elif block.sequential:
                item(number + 1)

        if not block.count:
            then()
            return
        for number in range(1, 2 if block.sequential else block.count + 1):
            if finished < block.enough:
                item(number)

    def _undo(self, block: b.Undo, level: Level, then: Then) -> None:
        def first() -> None:
            level.undo.append(f"h1{block.id}")
            self._task(f"u2{block.id}", level, second)

        def second() -> None:
            level.undo.append(f"h2{block.id}")
            self.run(block.body, level, back)

        def back() -> None:
            # From an event sub-process a throw sees the scope around it too (10.5.1).
            waiting: list[str] = []
            place = level
            while True:
                waiting, place.undo = waiting + place.undo[::-1], []
                if not place.by_event or place.outer is None:
                    break
                place = place.outer

            def step(index: int) -> None:
                if index == len(waiting):
                    then()
                else:
                    self._task(waiting[index], level, lambda: step(index + 1))

            step(0)

        self._task(f"u1{block.id}", level, first)
