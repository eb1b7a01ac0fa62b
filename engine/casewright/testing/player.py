"""A whole system in the process, on a clock that only moves when it is told to.

Nothing is replaced but the clock and the connectors: commands, store and worker are those of
a server. The verbs are those of the adapter of the public conformance scenarios.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

import yaml

from casewright import resources
from casewright.bootstrap import System
from casewright.commands.adhoc import ChooseActivity, FinishActivity
from casewright.commands.deployments import Deploy
from casewright.commands.incidents import RetryIncident
from casewright.commands.instances import SetVariables, StartInstance
from casewright.commands.signals import BroadcastSignal
from casewright.commands.tasks import CompleteTask, EscalateTask, ThrowTaskError
from casewright.domain.clock import FrozenClock
from casewright.domain.people import SYSTEM, Principal
from casewright.store.queries.tasks import TaskView
from casewright.testing import people, temporary
from casewright.testing.clockwork import Clockwork
from casewright.testing.connectors import Script
from casewright.testing.person import Person
from casewright.testing.problems import NoSuchTask
from casewright.testing.views import Views


class Player:
    """Plays processes; close it, or use it as a context manager.

    `url` is the address of a database to use; without one it is a temporary SQLite file.
    `operations` are connector operations that exist only as handlers of `set_handlers`.
    """

    def __init__(
        self,
        *,
        url: str | None = None,
        at: datetime = temporary.START,
        zone: str = "Europe/Warsaw",
        app: str = "test",
        operations: Iterable[str] = (),
    ) -> None:
        self.clock = FrozenClock(at)
        self.app = app
        self._folder = temporary.folder()
        address = url or temporary.sqlite(self._folder)
        self.system: System = temporary.system(address, self.clock, zone, self._folder, operations)
        self.views = Views(self.system)
        self.script = Script(self.clock, self.system.zone)
        self._clockwork = Clockwork(self.system, self.clock, self.script)

    def close(self) -> None:
        """Close the system and remove its files."""
        self.system.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Player:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def run(self, command: Any, principal: Principal = SYSTEM) -> dict[str, Any]:
        """Run a command, then the work that it left for the worker; no time passes."""
        answer = self.system.unit.run(command, principal)
        self._clockwork.settle()
        return answer

    # -- deploying

    def deploy(self, files: Mapping[str, bytes], app: str | None = None) -> dict[str, Any]:
        """Deploy an app's files by path; the people of its app.yaml are there at once."""
        answer = self.run(Deploy(app or self.app, files))
        for path, content in files.items():
            if path.rsplit("/", 1)[-1] == "app.yaml":
                people.add(self.system, (yaml.safe_load(content) or {}).get("people") or ())
        return answer

    def deploy_app(
        self, app: str, root: Path | None = None, changes: Mapping[str, bytes] | None = None
    ) -> dict[str, Any]:
        """Deploy an app of the folder `root`, the bundled ones if None, with files changed."""
        files = resources.files(root or resources.bundled(), app)
        unknown = set(changes or ()) - set(files)
        if unknown:
            raise KeyError(f"{app} has no file {sorted(unknown)[0]}")
        return self.deploy({**files, **(changes or {})}, app)

    def set_handlers(self, handlers: Mapping[str, Any]) -> None:
        """Script connectors by element id or operation; see `connectors.Script`."""
        self.script.use(handlers)

    def add_people(self, *listed: Mapping[str, Any]) -> None:
        """Add people: dicts with login, and as needed name and groups."""
        people.add(self.system, listed)

    def as_person(self, login: str) -> Person:
        """Act as one of the people."""
        return Person(self, people.principal(self.system, login))

    # -- moving cases, as the system itself

    def start(
        self, process: str, variables: Mapping[str, Any] | None = None, key: str | None = None
    ) -> str:
        """Start a process and return the case; a start form is checked here too."""
        command = StartInstance(process, variables or {}, key or "")
        return str(self.run(command)["instance"])

    def complete(
        self,
        element: str,
        variables: Mapping[str, Any] | None = None,
        nth: int = 0,
        case: str | None = None,
    ) -> dict[str, Any]:
        """Complete the open task at an element, of one case if given."""
        return self.run(CompleteTask(self._task(element, nth, case).id, variables or {}))

    def throw_error(
        self,
        element: str,
        code: str,
        variables: Mapping[str, Any] | None = None,
        case: str | None = None,
    ) -> None:
        """End the open task at an element in a BPMN error."""
        task = self._task(element, 0, case)
        self.run(ThrowTaskError(task.id, code, variables=variables or {}))

    def escalate(
        self,
        element: str,
        code: str,
        variables: Mapping[str, Any] | None = None,
        case: str | None = None,
    ) -> bool:
        """Throw an escalation at the open task at an element; tell whether anything caught it."""
        task = self._task(element, 0, case)
        return bool(self.run(EscalateTask(task.id, code, variables or {}))["caught"])

    def choose(
        self,
        elements: Sequence[str],
        within: str | None = None,
        case: str | None = None,
        by: Principal = SYSTEM,
    ) -> dict[str, Any]:
        """Choose what begins next in the open ad-hoc sub-process that has these elements."""
        for instance, choice in self.views.choices(case):
            if choice.element == within or (not within and {*elements} <= {*choice.elements}):
                return self.run(ChooseActivity(instance, choice.token, tuple(elements)), by)
        raise NoSuchTask(f"nowhere can {', '.join(elements)} be chosen")

    def finish(
        self, element: str, case: str | None = None, by: Principal = SYSTEM
    ) -> dict[str, Any]:
        """Say that the open ad-hoc sub-process at an element is finished."""
        for instance, choice in self.views.choices(case):
            if choice.element == element:
                return self.run(FinishActivity(instance, choice.token), by)
        raise NoSuchTask(f"{element} is no open ad-hoc sub-process")

    def signal(self, name: str, variables: Mapping[str, Any] | None = None) -> int:
        """Broadcast a signal; return how many cases it moves or starts."""
        return int(self.run(BroadcastSignal(name, variables or {}))["reached"])

    def message(
        self,
        name: str,
        variables: Mapping[str, Any] | None = None,
        key: str = "",
    ) -> dict[str, Any]:
        """Publish a message; the answer's state is "used", or "buffered" when nobody waits."""
        return self._clockwork.publish(name, key, variables or {})

    def retry(
        self,
        element: str,
        variables: Mapping[str, Any] | None = None,
        case: str | None = None,
    ) -> None:
        """Send the open incident at an element on again, with variables mended."""
        found = [one for one in self.views.incidents(case) if one.element == element]
        if not found:
            raise NoSuchTask(f"{element} has no open incident")
        self.run(RetryIncident(found[0].id, variables or {}))

    def set_vars(self, values: Mapping[str, Any]) -> None:
        """Write variables of every running instance, from outside."""
        for instance in list(self.views.instances()):
            if instance.row.state == "active":
                self.run(SetVariables(instance.row.id, values))

    def advance(self, delta: timedelta) -> None:
        """Let time pass: stop at each due timer and job in turn, then at the end."""
        self._clockwork.advance(delta)

    def _task(self, element: str, nth: int, case: str | None = None) -> TaskView:
        open_tasks = [view for view in self.views.tasks(case) if view.element == element]
        if len(open_tasks) <= nth:
            raise NoSuchTask(f"{element} is not open; open are: {self.active()}")
        return open_tasks[nth]

    # -- looking

    def active(self) -> list[str]:
        """Return the elements of all tasks that can be completed or wait to receive."""
        return self.views.active()

    def waiting(self) -> list[str]:
        """Return the elements of all catch events that wait."""
        return self.views.waiting()

    def ended(self) -> bool:
        """Tell whether no case is running."""
        return self.running() == 0

    def running(self) -> int:
        """Return how many cases are running."""
        return self.views.states()["active"]

    def incident(self) -> str | None:
        """Return the first open incident as a text."""
        found = self.views.incidents()
        return f"{found[0].element}: {found[0].code}: {found[0].message}" if found else None

    def completed(self) -> Counter[str]:
        """Return how often each element completed."""
        return self.views.completed()

    def variables(self) -> dict[str, Any]:
        """Return the variables of all instances, as FEEL values."""
        return self.views.variables()

    def assignment(self, element: str) -> dict[str, Any]:
        """Return whom the open task at an element is for."""
        task = self._task(element, 0)
        return {
            "assignee": task.assignee,
            "users": list(task.users),
            "groups": list(task.groups),
        }
