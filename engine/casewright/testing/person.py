"""Somebody at work: what a person does in the inbox, under that person's own rights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from casewright.commands import access
from casewright.commands.instances import StartInstance
from casewright.commands.tasks import ClaimTask, CompleteTask, SaveDraft, UnclaimTask
from casewright.domain.people import Principal, Scope
from casewright.store.queries import cases, tasks
from casewright.store.queries.tasks import TaskView
from casewright.testing.problems import NoSuchTask

if TYPE_CHECKING:
    from casewright.testing.player import Player


class Person:
    """A person of the player; tasks are named by element id or by the name people read."""

    def __init__(self, player: Player, principal: Principal) -> None:
        self._player = player
        self.principal = principal

    @property
    def login(self) -> str:
        """The name by which the person signs in."""
        return self.principal.effective

    @property
    def scope(self) -> Scope:
        """The limit of what the person sees."""
        return access.scope(self.principal)

    def inbox(self) -> list[TaskView]:
        """Return the open tasks that wait for the person, most urgent first."""
        with self._player.system.database.read() as conn:
            rows = tasks.inbox(self.scope, conn, limit=200).rows
            return [view for row in rows if (view := tasks.task(self.scope, conn, row.id))]

    def task(self, task: str, nth: int = 0, case: str | None = None) -> TaskView:
        """Return a task in the person's inbox, of one case if given."""
        waiting = [view for view in self.inbox() if case in (None, view.root)]
        named = [view for view in waiting if task in (view.id, view.element, view.name)]
        named.sort(key=lambda view: (view.created, view.id))
        if len(named) <= nth:
            there = ", ".join(sorted(f"{view.element}" for view in waiting)) or "nothing"
            raise NoSuchTask(f"{self.login} has no task “{task}”; in the inbox: {there}")
        return named[nth]

    def start(
        self, process: str, form: Mapping[str, Any] | None = None, business_key: str = ""
    ) -> str:
        """Start a process by its form, and return the case."""
        command = StartInstance(process, form or {}, business_key)
        return str(self._player.run(command, self.principal)["instance"])

    def claim(self, task: str, nth: int = 0, case: str | None = None) -> None:
        """Take an offered task."""
        self._player.run(ClaimTask(self.task(task, nth, case).id), self.principal)

    def unclaim(self, task: str, nth: int = 0, case: str | None = None) -> None:
        """Give a task back."""
        self._player.run(UnclaimTask(self.task(task, nth, case).id), self.principal)

    def draft(
        self, task: str, form: Mapping[str, Any], nth: int = 0, case: str | None = None
    ) -> None:
        """Keep what was typed so far."""
        self._player.run(SaveDraft(self.task(task, nth, case).id, form), self.principal)

    def complete(
        self,
        task: str,
        form: Mapping[str, Any] | None = None,
        nth: int = 0,
        case: str | None = None,
    ) -> dict[str, Any]:
        """Complete a task by its form; the answer tells where the case went."""
        command = CompleteTask(self.task(task, nth, case).id, form or {})
        return self._player.run(command, self.principal)

    def choose(
        self, elements: Sequence[str], within: str | None = None, case: str | None = None
    ) -> dict[str, Any]:
        """Choose what begins next in an ad-hoc sub-process."""
        return self._player.choose(elements, within, case, self.principal)

    def finish(self, element: str, case: str | None = None) -> dict[str, Any]:
        """Say that an ad-hoc sub-process is finished."""
        return self._player.finish(element, case, self.principal)

    def sees(self, case: str) -> bool:
        """Tell whether the person can open a case."""
        with self._player.system.database.read() as conn:
            return cases.case(self.scope, conn, case) is not None
