"""Compensation: what completed and could be undone, and what is being undone.

A level keeps a ledger of its completed activities that a throw can reach, in their order.
A throw takes entries out of it, so that each is undone once, and starts their handlers from
the last to the first; items of one parallel multi-instance activity are undone together.
An entry holds the names that were local to the activity. Outer variables are those of now.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from casewright.bpmn.scopes import Scope
from casewright.feel import codec

if TYPE_CHECKING:
    from casewright.bpmn.tokens import Token
    from casewright.bpmn.workflow import Level

# The keys of runs that no throw event waits for: a cancelled transaction, an undone sub-process.
CANCEL = "cancel"
WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Entry:
    """A completed activation: the node that undoes it, and what that node has to know.

    `inner` are the entries of a sub-process's level; entries of one `group` go together.
    """

    node: str
    activity: str
    variables: dict[str, Any] = field(default_factory=dict)
    inner: tuple[Entry, ...] = ()
    group: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the snapshot's form."""
        data: dict[str, Any] = {"node": self.node, "activity": self.activity}
        if self.variables:
            data["variables"] = self.variables
        if self.inner:
            data["inner"] = [entry.to_json() for entry in self.inner]
        if self.group:
            data["group"] = self.group
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Entry:
        """Return what `to_json` wrote."""
        inner = tuple(cls.from_json(item) for item in data.get("inner", ()))
        group = data.get("group", "")
        return cls(data["node"], data["activity"], data.get("variables", {}), inner, group)


@dataclass(slots=True)
class Ledger:
    """The completed activities of a level, and the runs that undo some of them, by key."""

    done: list[Entry] = field(default_factory=list)
    runs: dict[str, list[Entry]] = field(default_factory=dict)

    def take(self, activity: str) -> list[Entry]:
        """Take out the entries of an activity, or all."""
        taken = [entry for entry in self.done if activity in ("", entry.activity)]
        self.done = [entry for entry in self.done if activity not in ("", entry.activity)]
        return taken

    def to_json(self) -> dict[str, Any]:
        """Return the snapshot's form."""
        data: dict[str, Any] = {}
        if self.done:
            data["done"] = [entry.to_json() for entry in self.done]
        if self.runs:
            data["runs"] = {
                key: [entry.to_json() for entry in todo] for key, todo in self.runs.items()
            }
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Ledger:
        """Return what `to_json` wrote."""
        return cls(
            [Entry.from_json(item) for item in data.get("done", ())],
            {
                key: [Entry.from_json(item) for item in todo]
                for key, todo in data.get("runs", {}).items()
            },
        )


def ledger(level: Level) -> Ledger:
    """Return the ledger of a level, made when first needed."""
    if level.ledger is None:
        level.ledger = Ledger()
    return level.ledger


def record(token: Token, node: str) -> None:
    """Note that an activity completed which `node` can undo."""
    spec = token.task_spec
    together = spec.repeated and spec.loop.kind != "standard" and not spec.loop.sequential
    group = token.host if together else ""
    variables = dict(token.local.raw) if token.local is not None else {}
    inner, token.kept = token.kept, ()
    activity = str(spec.origin)
    ledger(token.workflow).done.append(Entry(node, activity, variables, inner, group))


# Throwing.


def scopes(token: Token) -> Iterator[Level]:
    """Yield the levels that a throw reaches: its own, from an event sub-process also those around.

    BPMN 2.0, 10.5.6: the activity is in the same sub-process as the throw event, or the throw
    event is inside an event sub-process of the activity's sub-process.
    """
    level = token.workflow
    yield level
    while level.host is not None and getattr(level.host.task_spec, "by_event", False):
        level = level.host.workflow
        yield level


def throw(token: Token, activity: str, wait: bool) -> bool:
    """Undo what completed; return whether the throw event may go on at once."""
    levels = list(scopes(token))
    if wait:
        return not _next(token, activity, levels)
    for level in levels:
        todo = ledger(level).take(activity)
        if todo:
            begin(level, token.id, todo)
    return True


def _next(token: Token, activity: str, levels: list[Level]) -> bool:
    for level in levels:
        todo = ledger(level).take(activity) if level.ledger is not None else []
        if todo:
            begin(level, token.id, todo)
            return True
    return False


def cancel(token: Token) -> None:
    """Cancel the transaction around a cancel end event: its activities are undone first."""
    level = token.workflow
    while level.host is not None and not getattr(level.host.task_spec, "is_transaction", False):
        level = level.host.workflow
    token.task_spec.thrown(token)
    level.clear()
    begin(level, CANCEL, ledger(level).take(""))


# Undoing.


def begin(level: Level, key: str, todo: list[Entry]) -> None:
    """Begin a run; the level starts its handlers when it settles."""
    ledger(level).runs[key] = todo
    level.top_workflow.touched[level.path] = level


def go_on(level: Level) -> None:
    """Start the next handlers of each run that waits for none, and end the runs with no more."""
    assert level.ledger is not None
    runs = level.ledger.runs
    for key in list(runs):
        if any(token.undoes == key for token in level.open.values()):
            continue
        if key in runs and not runs[key]:
            del runs[key]
            _finish(level, key)
        elif key in runs:
            for entry in _last(runs[key]):
                _start(level, key, entry)


def _last(todo: list[Entry]) -> list[Entry]:
    """Take the last entry out, with the others of its group."""
    last = todo[-1]
    chosen = [entry for entry in todo if entry.group == last.group] if last.group else [last]
    todo[:] = [entry for entry in todo if not any(entry is other for other in chosen)]
    return chosen


def _start(level: Level, key: str, entry: Entry) -> None:
    spec = level.spec.task_specs[entry.node]
    token = level.task_tree._add_child(spec, TaskState.FUTURE)
    token.undoes, token.kept = key, entry.inner
    restore(token, entry.variables)
    spec._update(token)


def restore(token: Token, variables: dict[str, Any]) -> None:
    """Declare the names that were local to the activity."""
    for name, value in variables.items():
        token.make_local().declare(name, codec.from_json(value))


def hand_on(token: Token) -> None:
    """Let the activity behind a compensation boundary event be the one that undoes."""
    for child in token.children:
        child.undoes = token.undoes
        if token.local is not None:
            scope = token.workflow.scope
            child.local = Scope(child.id, scope, scope.log)
            for name, value in token.local.own().items():
                child.local.declare(name, value)


def _finish(level: Level, key: str) -> None:
    if key == CANCEL:
        _leave(level)
    elif key != WHOLE:
        token = level.top_workflow.find(key)
        if token is not None and token._state == TaskState.STARTED:
            levels = list(scopes(token))
            rest = levels[levels.index(level) + 1 :]
            if not _next(token, token.task_spec.settings.compensate.activity, rest):
                token._ready()


def _leave(level: Level) -> None:
    """Go on at the cancel boundary event of a transaction."""
    assert level.host is not None
    for boundary in level.host.workflow.boundaries(level.host):
        if boundary.task_spec.catches_cancel and boundary._state == TaskState.WAITING:
            boundary._ready()
            boundary.run()
            return
