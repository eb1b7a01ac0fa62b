"""Repeated activities: multi-instance, and standard loops.

Such an activity is two specs. The body stands in the flow under the activity's name, has its
boundary events and counts; the item is the activity itself, and runs once for each round. An
item's token `check#1[3]` hangs on the body's token `check#1`, and sees its scope.
"""

from __future__ import annotations

import re
from functools import cache
from typing import ClassVar

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.util.task import TaskState

from casewright.bpmn import events
from casewright.bpmn.activities import Activity
from casewright.bpmn.element import Element
from casewright.bpmn.expressions import Setting
from casewright.bpmn.incidents import Incident
from casewright.bpmn.rounds import LOOP_COUNTER, Rounds, RoundScope
from casewright.bpmn.scopes import ITEMS, Scope, storable
from casewright.bpmn.tokens import Token
from casewright.bpmn.zeebe import Loop, Settings
from casewright.feel import codec

# How many items of a parallel body begin in one turn; others may run in between.
BATCH = 100
_PATH = re.compile(r"=\s*([^\W\d]\w*)(\.\w+)*\s*")


class Body(Activity, defaults.NoneTask):
    """Stands in the flow for an activity that is repeated; tells nothing of its own."""

    generated = True
    item: str = ""

    @property
    def loop(self) -> Loop:
        """How the activity is repeated."""
        assert self.settings.loop is not None
        return self.settings.loop

    def _update_hook(self, my_task: Token) -> bool:
        if my_task.rounds is None:
            rounds = self.open(my_task)
            my_task.local = RoundScope(my_task.id, my_task.scope, my_task.scope.log)
            my_task.local.count(rounds)
            my_task.rounds = rounds
        self._arm(my_task)
        return True

    def open(self, token: Token) -> Rounds:
        """Return the count at the beginning."""
        return Rounds()

    def _run_hook(self, my_task: Token) -> bool | None:
        """Take a turn: begin what is next, or finish."""
        rounds = my_task.rounds
        assert rounds is not None
        if self.ends(my_task, rounds):
            self.finish(my_task, rounds)
            return True
        my_task.wait()
        self.go_on(my_task, rounds)
        return None

    def ends(self, token: Token, rounds: Rounds) -> bool:
        """Tell whether there is no further round."""
        return rounds.finished

    def go_on(self, token: Token, rounds: Rounds) -> None:
        """Begin the next item."""
        self.begin_item(token, rounds)

    def begin_item(self, token: Token, rounds: Rounds) -> None:
        """Begin an item with a scope of its own."""
        level, body, number = token.workflow, token.local, rounds.begun + 1
        assert isinstance(body, RoundScope)
        spec: Item = level.spec.task_specs[self.item]
        scope = Scope(f"{token.id}[{number}]", body, body.log)
        scope.declare(LOOP_COUNTER, number)
        spec.declare_locals(scope)
        if self.loop.element:
            scope.declare(self.loop.element, codec.from_json(rounds.items[0]))
        if rounds.items:
            rounds.items.popleft()
        rounds.begun = number
        body.count(rounds)
        item = Token(level, spec, level.task_tree, TaskState.FUTURE, scope.id)
        item.host, item.local = token.id, scope
        spec._update(item)

    def item_done(self, token: Token, rounds: Rounds) -> None:
        """Take the next turn, as an item is done."""
        token._ready()

    def finish(self, token: Token, rounds: Rounds) -> None:
        """Bring out the results."""

    def items(self, token: Token) -> list[Token]:
        """Return the open items, in their order."""
        found = [one for one in token.workflow.open.values() if one.body is token]
        return sorted(found, key=lambda one: one.number)

    def withdraw(self, token: Token) -> None:
        """Take the items away, then the boundary events."""
        for item in self.items(token):
            item.cancel()
        super().withdraw(token)


class StandardLoop(Body):
    """Goes on as long as its condition is true."""

    def ends(self, token: Token, rounds: Rounds) -> bool:
        """Ask the condition, unless the first round comes before it."""
        loop = self.loop
        if loop.maximum is not None and rounds.done >= loop.maximum:
            return True
        if loop.condition is None or (not rounds.begun and not loop.test_before):
            return False
        return not token.top.surroundings.condition(loop.condition, token.scope)


class MultiInstance(Body):
    """Repeats an activity for each item of a list, or a number of times."""

    def open(self, token: Token) -> Rounds:
        """Return the count at the beginning; the items are those of now."""
        around, loop, scope = token.top.surroundings, self.loop, token.scope
        if loop.collection is None:
            assert loop.cardinality is not None
            return Rounds(around.count(loop.cardinality, scope, ITEMS))
        values = around.strict(loop.collection, scope, (list,), "a list")
        if len(values) > ITEMS:
            wanted = f"a list of at most {ITEMS} items"
            raise around.unfit(loop.collection, scope, values, wanted)
        rounds = Rounds(len(values))
        if loop.element:
            _, data, added = storable(loop.collection.place, values)
            rounds.items.extend(data)
            _reserve(scope, added, loop.collection)
        return rounds

    def item_done(self, token: Token, rounds: Rounds) -> None:
        """Take the next turn when there is something to do; end the others if that is all."""
        if rounds.over:
            for item in self.items(token):
                rounds.ended += 1
                item.cancel()
        if self.loop.sequential or rounds.finished:
            token._ready()

    def go_on(self, token: Token, rounds: Rounds) -> None:
        """Begin the next item, or so many that others get their turn soon."""
        for _ in range(1 if self.loop.sequential else BATCH):
            self.begin_item(token, rounds)
            if rounds.begun == rounds.total:
                return
        if not self.loop.sequential:
            token._ready()

    def finish(self, token: Token, rounds: Rounds) -> None:
        """Write the results, in the order of the items."""
        if self.loop.output:
            outside = token.workflow.scope
            outside.write(self.loop.output, [codec.from_json(one) for one in rounds.results()])


class Item(Activity):
    """Mixed into the spec of an activity that is repeated."""

    repeated: ClassVar[bool] = True

    @property
    def loop(self) -> Loop:
        """How the activity is repeated."""
        assert self.settings.loop is not None
        return self.settings.loop

    def declare_locals(self, scope: Scope) -> None:
        """Let a result that is only collected stay inside the item."""
        match = _PATH.fullmatch(self.loop.output_element.text) if self.loop.output_element else None
        if match is not None and match[1] not in scope.raw and match[1] != self.loop.element:
            scope.declare(match[1], None)

    def _run_hook(self, my_task: Token) -> bool | None:
        if not my_task.left:
            super()._run_hook(my_task)
            # What follows may fail, and must not do the work again.
            my_task.left = True
        self._collect(my_task)
        return True

    def _collect(self, token: Token) -> None:
        """Count the item and keep its result; both only if the condition can be answered."""
        body, loop, around = token.body, self.loop, token.top.surroundings
        assert body is not None
        rounds, scope = body.rounds, body.local
        assert rounds is not None
        assert isinstance(scope, RoundScope)
        if loop.output_element is not None:
            value = around.lenient(loop.output_element, token.scope)
            _, data, added = storable(loop.output_element.place, value)
            _reserve(scope, added, loop.output_element)
            rounds.put(token.number, data)
        rounds.done += 1
        scope.count(rounds)
        if loop.kind == "standard":
            return
        try:
            over = loop.condition is not None and around.condition(loop.condition, token.scope)
            thrown = self._thrown(token, rounds)
        except Incident:
            rounds.done -= 1
            scope.count(rounds)
            raise
        rounds.over = over
        for made in thrown:
            events.throw(token, made, {})

    def _thrown(self, token: Token, rounds: Rounds) -> list[Settings]:
        """Return what the item throws as it completes; all names in it can be evaluated."""
        around, found = token.top.surroundings, []
        for event in self.loop.events:
            if event.first and rounds.done > 1:
                continue
            if event.condition is None or around.condition(event.condition, token.scope):
                events.prepare(token, event.thrown)
                found.append(event.thrown)
        return found

    def _on_complete_hook(self, my_task: Token) -> None:
        super()._on_complete_hook(my_task)
        body = my_task.body
        assert body is not None
        body.task_spec.item_done(body, body.rounds)


@cache
def item_class(activity: type[Element]) -> type[Item]:
    """Return the spec class of an activity when it is repeated."""
    return type(f"{activity.__name__}Item", (Item, activity), {})


def _reserve(scope: Scope, added: int, item: Setting) -> None:
    if not scope.log.room.take(added, None):
        message = f"with {item.place} all variables together are too large"
        raise Incident("value-too-large", message, variable=item.place)
