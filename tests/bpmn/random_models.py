"""Random structured processes, for the twin check."""

from __future__ import annotations

from random import Random

from bpmn.models import (
    both,
    boundary,
    catch,
    end,
    error,
    flows,
    io,
    model,
    node,
    script,
    service,
    some,
    start,
    sub,
    timer,
    user,
    xor,
)

KINDS = (
    *("user", "user", "service", "script", "pass", "sequence", "and", "and2", "xor", "or"),
    *("loop", "sub", "sub", "timer", "beside", "catch", "error", "late", "unstructured", "fork"),
    *("repeat", "repeat"),
    *("undo", "watched", "transaction", "several", "tokens"),
    "chosen",
)
LEAVES = ("user", "service", "script", "pass", "timer", "beside", "catch")


class Builder:
    """Writes one random process; a block is entered at one element and left at another."""

    def __init__(self, seed: int, *, sound: bool = False) -> None:
        self.random = Random(seed)
        self.parts: list[str] = []
        self.flows: list[str] = []
        self.count = 0
        self.kinds = [kind for kind in KINDS if not (sound and kind == "unstructured")]

    def build(self) -> bytes:
        """Return the file."""
        place = "s"
        for _ in range(3):
            first, last = self.block(0)
            self._flow(f"{place}>{first}")
            place = last
        return model(start(), *self.parts, end(), flows(*self.flows, f"{place}>e"))

    def block(self, depth: int) -> tuple[str, str]:
        """Add a block and return its first and last element."""
        self.count += 1
        kind = self.random.choice(self.kinds if depth < 3 else LEAVES)
        made: tuple[str, str] = getattr(self, f"_{kind}")(self.count, depth)
        return made

    def _add(self, *parts: str) -> None:
        self.parts += parts

    def _flow(self, *specs: str) -> None:
        self.flows += specs

    def _user(self, i: int, depth: int) -> tuple[str, str]:
        mapping = self.random.choice(["", io({f"own{i}": "=1"}), io(None, {f"out{i}": "=1"})])
        self._add(user(f"u{i}", mapping))
        return f"u{i}", f"u{i}"

    def _service(self, i: int, depth: int) -> tuple[str, str]:
        self._add(service(f"t{i}"))
        return f"t{i}", f"t{i}"

    def _script(self, i: int, depth: int) -> tuple[str, str]:
        self._add(script(f"k{i}", f"{i}", f"v{i % 3}"))
        return f"k{i}", f"k{i}"

    def _pass(self, i: int, depth: int) -> tuple[str, str]:
        self._add(node(self.random.choice(["task", "manualTask"]), f"p{i}"))
        return f"p{i}", f"p{i}"

    def _catch(self, i: int, depth: int) -> tuple[str, str]:
        self._add(catch(f"c{i}", timer(f"PT{self.random.choice([1, 5, 20])}M")))
        return f"c{i}", f"c{i}"

    def _timer(self, i: int, depth: int, cancel: bool = True) -> tuple[str, str]:
        host = self.random.choice([user, service])(f"u{i}")
        time = timer(f"PT{self.random.choice([1, 5, 20])}M")
        self._add(host, boundary(f"b{i}", f"u{i}", time, cancel=cancel))
        first, last = self.block(depth + 1)
        if cancel:
            self._add(xor(f"m{i}"))
            self._flow(f"b{i}>{first}", f"{last}>m{i}", f"u{i}>m{i}")
            return f"u{i}", f"m{i}"
        self._add(end(f"ne{i}"))
        self._flow(f"b{i}>{first}", f"{last}>ne{i}")
        return f"u{i}", f"u{i}"

    def _beside(self, i: int, depth: int) -> tuple[str, str]:
        return self._timer(i, depth, cancel=False)

    def _sequence(self, i: int, depth: int) -> tuple[str, str]:
        first, middle = self.block(depth + 1)
        after, last = self.block(depth + 1)
        self._flow(f"{middle}>{after}")
        return first, last

    def _unstructured(self, i: int, depth: int) -> tuple[str, str]:
        """Fork, and merge without joining: two tokens go on."""
        self._add(both(f"g{i}"), xor(f"j{i}"))
        for _ in range(2):
            first, last = self.block(depth + 1)
            self._flow(f"g{i}>{first}", f"{last}>j{i}")
        return f"g{i}", f"j{i}"

    def _and(self, i: int, depth: int) -> tuple[str, str]:
        self._add(both(f"g{i}"), both(f"j{i}"))
        for _ in range(self.random.choice([2, 3])):
            first, last = self.block(depth + 1)
            self._flow(f"g{i}>{first}", f"{last}>j{i}")
        return f"g{i}", f"j{i}"

    def _and2(self, i: int, depth: int) -> tuple[str, str]:
        """Two flows between the same gateways."""
        self._add(both(f"g{i}"), both(f"j{i}"))
        first, last = self.block(depth + 1)
        self._flow(f"g{i}>{first}", f"{last}>j{i}", f"g{i}>j{i}")
        self.flows.append(f"g{i}>j{i}")
        return f"g{i}", f"j{i}"

    def _choice(self, make: object, i: int, depth: int) -> tuple[str, str]:
        blocks = [self.block(depth + 1) for _ in range(self.random.choice([2, 3]))]
        assert callable(make)
        self._add(make(f"g{i}", default=f"f_g{i}_{blocks[0][0]}"), make(f"j{i}"))
        for number, (first, last) in enumerate(blocks):
            condition = self.random.choice(["true", "false"])
            self._flow(f"g{i}>{first}[={condition}]" if number else f"g{i}>{first}")
            self._flow(f"{last}>j{i}")
        return f"g{i}", f"j{i}"

    def _xor(self, i: int, depth: int) -> tuple[str, str]:
        return self._choice(xor, i, depth)

    def _or(self, i: int, depth: int) -> tuple[str, str]:
        return self._choice(some, i, depth)

    def _fork(self, i: int, depth: int) -> tuple[str, str]:
        """An activity with several outgoing flows, some with a condition."""
        self._add(user(f"u{i}"), some(f"j{i}"))
        for number in range(2):
            first, last = self.block(depth + 1)
            condition = self.random.choice(["", "[=true]", "[=false]"]) if number else ""
            self._flow(f"u{i}>{first}{condition}", f"{last}>j{i}")
        return f"u{i}", f"j{i}"

    def _loop(self, i: int, depth: int) -> tuple[str, str]:
        first, last = self.block(depth + 1)
        self._add(
            xor(f"m{i}"),
            script(f"c{i}", f"if is defined(n{i}) and n{i} != null then n{i} + 1 else 1", f"n{i}"),
            xor(f"t{i}", default=f"f_t{i}_x{i}"),
            script(f"x{i}", "0", f"n{i}"),
        )
        rounds = self.random.choice([2, 3])
        self._flow(f"m{i}>{first}", f"{last}>c{i}>t{i}>x{i}", f"t{i}>m{i}[=n{i} < {rounds}]")
        return f"m{i}", f"x{i}"

    def _repeat(self, i: int, depth: int) -> tuple[str, str]:
        """A multi-instance or looped task or sub-process."""
        count = self.random.choice([0, 1, 3])
        enough = "<completionCondition>=nrOfCompletedInstances = 2</completionCondition>"
        flag = self.random.choice(["true", "false"])
        loop = self.random.choice(
            [
                f'<multiInstanceLoopCharacteristics isSequential="{flag}"><loopCardinality>{count}'
                f"</loopCardinality>{self.random.choice(['', enough])}"
                "</multiInstanceLoopCharacteristics>",
                f'<standardLoopCharacteristics testBefore="{flag}" loopMaximum="2"/>',
            ]
        )
        if self.random.random() < 0.5:
            self._add(node("userTask", f"u{i}", loop))
            return f"u{i}", f"u{i}"
        self._level(i, depth)
        head, _, rest = self.parts[-1].partition(">")
        self.parts[-1] = (
            f"{head}>{loop}{rest}"
            if "<extensionElements>" not in rest[:20]
            else (
                f"{head}>" + rest.replace("</extensionElements>", f"</extensionElements>{loop}", 1)
            )
        )
        return f"p{i}", f"p{i}"

    def _level(self, i: int, depth: int, tail: str = "") -> None:
        """Put a block into a sub-process `p{i}`."""
        kept = self.parts, self.flows
        self.parts, self.flows = [], []
        first, last = self.block(depth + 1)
        inner = [*self.parts, flows(*self.flows, f"ss{i}>{first}")]
        self.parts, self.flows = kept
        scope = self.random.choice(["", io({"v0": "=1"}, {f"w{i}": "=v0"})])
        close = tail.replace("LAST", last) or end(f"se{i}") + flows(f"{last}>se{i}")
        self._add(sub(f"p{i}", start(f"ss{i}"), *inner, close, ext=scope))

    def _sub(self, i: int, depth: int) -> tuple[str, str]:
        self._level(i, depth)
        return f"p{i}", f"p{i}"

    def _guarded(self, i: int, depth: int, definition: str, tail: str = "") -> tuple[str, str]:
        self._level(i, depth, tail)
        first, last = self.block(depth + 1)
        self._add(boundary(f"b{i}", f"p{i}", definition), xor(f"m{i}"))
        self._flow(f"b{i}>{first}", f"{last}>m{i}", f"p{i}>m{i}")
        return f"p{i}", f"m{i}"

    def _error(self, i: int, depth: int) -> tuple[str, str]:
        bad = self.random.choice(["true", "false"])
        tail = (
            xor(f"q{i}", default=f"f_q{i}_se{i}") + end(f"xe{i}", error()) + end(f"se{i}")
            + flows(f"LAST>q{i}", f"q{i}>se{i}", f"q{i}>xe{i}[={bad}]")
        )  # fmt: skip
        return self._guarded(i, depth, error(self.random.choice(["", "er1"])), tail)

    def _late(self, i: int, depth: int) -> tuple[str, str]:
        return self._guarded(i, depth, timer("PT7M"))

    def _undoable(self, i: int) -> str:
        """Return a user task with another that undoes it."""
        handler = self.random.choice([user, service])(f"h{i}", isForCompensation="true")
        return (
            user(f"a{i}", io({f"own{i}": "=1"}))
            + boundary(f"cb{i}", f"a{i}", "<compensateEventDefinition/>")
            + handler
            + f'<association id="as{i}" sourceRef="cb{i}" targetRef="h{i}"/>'
        )

    def _undo(self, i: int, depth: int) -> tuple[str, str]:
        """A throw that undoes what completed in the level so far."""
        wait = self.random.choice(["true", "false"])
        throw = f'<compensateEventDefinition waitForCompletion="{wait}"/>'
        self._add(self._undoable(i), node("intermediateThrowEvent", f"th{i}", throw))
        first, last = self.block(depth + 1)
        self._flow(f"a{i}>{first}", f"{last}>th{i}")
        return f"a{i}", f"th{i}"

    def _watched(self, i: int, depth: int) -> tuple[str, str]:
        """A sub-process with an event sub-process."""
        flag = self.random.choice(["true", "false"])
        begin = node("startEvent", f"es{i}", timer("PT3M"), isInterrupting=flag)
        body = begin + user(f"eu{i}") + end(f"ee{i}") + flows(f"es{i}>eu{i}>ee{i}")
        inside = node("subProcess", f"E{i}", body, triggeredByEvent="true")
        self._level(i, depth, inside + end(f"se{i}") + flows(f"LAST>se{i}"))
        return f"p{i}", f"p{i}"

    def _chosen(self, i: int, depth: int) -> tuple[str, str]:
        """An ad-hoc sub-process; what ends a level elsewhere is a task in it."""
        kept = self.parts, self.flows
        self.parts, self.flows = [], []
        first, last = self.block(depth + 1)
        ends = [part.replace("endEvent", "task") for part in self.parts if part[:9] == "<endEvent"]
        parts = [part for part in self.parts if part[:9] != "<endEvent"]
        kinds = [user(f"a{i}"), user(f"z{i}"), node("task", f"y{i}")]
        ways = flows(*self.flows, f"a{i}>{first}", f"{last}>y{i}")
        inner = [*kinds, *parts, *ends, ways]
        self.parts, self.flows = kept
        when = "<completionCondition>=is defined(v1) and v1 &gt; 1</completionCondition>"
        inner.append(self.random.choice(["", when]))
        first_ones = f'<zeebe:adHoc activeElementsCollection="=[&quot;a{i}&quot;]"/>'
        self._add(
            node(
                "adHocSubProcess",
                f"p{i}",
                "".join(inner),
                *self.random.choice([[""], [first_ones]]),
                cancelRemainingInstances=self.random.choice(["true", "false"]),
            )
        )
        return f"p{i}", f"p{i}"

    def _transaction(self, i: int, depth: int) -> tuple[str, str]:
        """A transaction that is cancelled, or not, after a block."""
        kept = self.parts, self.flows
        self.parts, self.flows = [], []
        first, last = self.block(depth + 1)
        bad = self.random.choice(["true", "false"])
        inner = (
            start(f"ss{i}"), *self.parts, self._undoable(i), xor(f"q{i}", default=f"f_q{i}_se{i}"),
            end(f"se{i}"), node("endEvent", f"xe{i}", "<cancelEventDefinition/>"),
            flows(*self.flows, f"ss{i}>a{i}>{first}", f"{last}>q{i}", f"q{i}>se{i}",
                  f"q{i}>xe{i}[={bad}]"),
        )  # fmt: skip
        self.parts, self.flows = kept
        self._add(
            node("transaction", f"p{i}", "".join(inner)),
            boundary(f"b{i}", f"p{i}", "<cancelEventDefinition/>"),
            xor(f"m{i}"),
        )
        self._flow(f"b{i}>m{i}", f"p{i}>m{i}")
        return f"p{i}", f"m{i}"

    def _several(self, i: int, depth: int) -> tuple[str, str]:
        """An event with two definitions, in the flow or at a task."""
        times = timer("PT2M") + timer(f"PT{self.random.choice([1, 5])}M")
        flag = self.random.choice(["true", "false"])
        if self.random.random() < 0.5:
            self._add(node("intermediateCatchEvent", f"c{i}", times, parallelMultiple=flag))
            return f"c{i}", f"c{i}"
        more = {"parallelMultiple": flag, "attachedToRef": f"u{i}"}
        cancel = self.random.choice(["true", "false"])
        self._add(
            user(f"u{i}"), node("boundaryEvent", f"b{i}", times, cancelActivity=cancel, **more)
        )
        first, last = self.block(depth + 1)
        self._add(end(f"ne{i}"))
        self._flow(f"b{i}>{first}", f"{last}>ne{i}")
        return f"u{i}", f"u{i}"

    def _tokens(self, i: int, depth: int) -> tuple[str, str]:
        """An activity that gives two tokens, and one that takes two."""
        self._add(node("userTask", f"u{i}", completionQuantity="2"))
        self._add(node("userTask", f"t{i}", startQuantity="2"))
        first, last = self.block(depth + 1)
        self._flow(f"u{i}>{first}", f"{last}>t{i}")
        return f"u{i}", f"t{i}"
