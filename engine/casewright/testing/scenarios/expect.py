"""What must hold after a step: each expectation against what the player sees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from casewright import feel
from casewright.feel.values import from_python
from casewright.store.queries.tasks import TaskView
from casewright.testing.player import Player


class Unmet(AssertionError):
    """An expectation that does not hold."""


def check(player: Player, case: str, expected: Mapping[str, Any]) -> None:
    """Raise `Unmet` for the first expectation about the case that does not hold."""
    for name, value in expected.items():
        _CHECKS[name](player, case, value)


def _same(what: str, wanted: Any, seen: Any) -> None:
    if wanted != seen:
        raise Unmet(f"{what}: expected {_told(wanted)}, found {_told(seen)}")


def _told(value: Any) -> str:
    """Return a value as it would be written in a scenario."""
    if isinstance(value, list):
        return "[" + ", ".join(map(_told, value)) + "]" if value else "nothing"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_told(item)}" for name, item in value.items()) + "}"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [] if value is None else [value]


def typed(player: Player, value: Any) -> Any:
    """Return an expected value; a text that begins with "=" is FEEL."""
    if isinstance(value, str) and value.startswith("="):
        found, problems = feel.evaluate(
            value[1:], {}, now=player.clock.now(), zone=player.system.zone
        )
        if problems:
            raise Unmet(f"{value}: {problems[0].message}")
        return found
    if isinstance(value, list):
        return [typed(player, item) for item in value]
    if isinstance(value, dict):
        return {key: typed(player, item) for key, item in value.items()}
    return from_python(value)


def _state(player: Player, case: str, wanted: Any) -> None:
    _same("state", str(wanted), next(player.views.instances(case)).row.state)


def _active(player: Player, case: str, wanted: Any) -> None:
    _same("active tasks", sorted(map(str, _listed(wanted))), player.views.active(case))


def _waiting(player: Player, case: str, wanted: Any) -> None:
    _same("waiting events", sorted(map(str, _listed(wanted))), player.views.waiting(case))


def _tasks(player: Player, case: str, wanted: Mapping[str, Mapping[str, Any]]) -> None:
    seen = player.views.tasks(case)
    for element, about in wanted.items():
        task = next((view for view in seen if element in (view.element, view.name)), None)
        if task is None:
            raise Unmet(f"task {element}: is not open; open are {_told(sorted(map(_id, seen)))}")
        for name, value in about.items():
            if name not in _TASK:
                raise Unmet(f"task {element}: “{name}” is none of {', '.join(sorted(_TASK))}")
            found = _TASK[name](task)
            want = sorted(map(str, value)) if isinstance(value, list) else value
            _same(f"task {element}: {name}", want, found)


def _id(task: TaskView) -> str:
    return task.element


_TASK: dict[str, Callable[[TaskView], Any]] = {
    "name": lambda task: task.name,
    "assignee": lambda task: task.assignee,
    "groups": lambda task: sorted(task.groups),
    "users": lambda task: sorted(task.users),
    "form": lambda task: task.form,
    "lane": lambda task: task.lane,
    "priority": lambda task: task.priority,
    "due": lambda task: task.due,
}


def _inbox(player: Player, case: str, wanted: Mapping[str, Any]) -> None:
    for login, tasks in wanted.items():
        waiting = [view.element for view in player.as_person(login).inbox() if view.root == case]
        _same(f"inbox of {login}", sorted(map(str, _listed(tasks))), sorted(waiting))


def _sees(player: Player, case: str, wanted: Mapping[str, Any]) -> None:
    for login, sees in wanted.items():
        _same(f"{login} sees the case", bool(sees), player.as_person(login).sees(case))


def _variables(player: Player, case: str, wanted: Mapping[str, Any]) -> None:
    seen = player.views.variables(case)
    for name, value in wanted.items():
        want = typed(player, value)
        if name not in seen and want is not None:
            raise Unmet(f"variable {name}: expected {_told(want)}, but there is none")
        _same(f"variable {name}", want, seen.get(name))


def _decisions(player: Player, case: str, wanted: Mapping[str, Any]) -> None:
    seen = player.views.decisions(case)
    for decision, value in wanted.items():
        made = [view for view in seen if view.decision == decision]
        if not made:
            raise Unmet(f"decision {decision}: was not made")
        output, want = feel.codec.from_json(made[-1].output), typed(player, value)
        if isinstance(want, dict) and isinstance(output, dict):
            output = {name: output.get(name) for name in want}
        _same(f"decision {decision}", want, output)


def _notes(player: Player, case: str, wanted: Any) -> None:
    seen = [note.body for note in player.views.notes(case)]
    want = _listed(wanted)
    if len(seen) != len(want) or any(
        part not in note for part, note in zip(want, seen, strict=True)
    ):
        raise Unmet(f"notes: expected {_told(want)}, found {_told(seen)}")


def _incidents(player: Player, case: str, wanted: Any) -> None:
    seen = [f"{found.element}: {found.code}" for found in player.views.incidents(case)]
    _same("incidents", sorted(map(str, _listed(wanted))), sorted(seen))


def _completed(player: Player, case: str, wanted: Any) -> None:
    seen = player.views.completed(case)
    counts = wanted if isinstance(wanted, Mapping) else Counter(map(str, _listed(wanted)))
    for element, times in counts.items():
        _same(f"completed {element}", times, seen[element])


def _not_reached(player: Player, case: str, wanted: Any) -> None:
    reached = {event.get("element") for event in player.views.events(case)}
    for element in _listed(wanted):
        if element in reached:
            raise Unmet(f"{element} was reached")


def _journal(player: Player, case: str, wanted: Any) -> None:
    """Each wanted event is there, in this order; others may stand between them."""
    seen = [_event(event) for event in player.views.events(case)]
    rest: Iterable[str] = iter(seen)
    for want in map(str, _listed(wanted)):
        if not any(want in (event, event.split(" ")[0]) for event in rest):
            raise Unmet(f"journal: “{want}” is missing, or not in this order; found {_told(seen)}")


def _event(event: Mapping[str, Any]) -> str:
    return f"{event['type']} {event.get('element', '')}".strip()


def _calls(player: Player, case: str, wanted: Any) -> None:
    counts = Counter(call.element for call in player.script.calls)
    for element, times in wanted.items():
        _same(f"calls of {element}", times, counts[element])


_CHECKS: dict[str, Callable[[Player, str, Any], None]] = {
    "state": _state,
    "active": _active,
    "waiting": _waiting,
    "tasks": _tasks,
    "inbox": _inbox,
    "sees": _sees,
    "variables": _variables,
    "decisions": _decisions,
    "notes": _notes,
    "incidents": _incidents,
    "completed": _completed,
    "not_reached": _not_reached,
    "journal": _journal,
    "calls": _calls,
}
