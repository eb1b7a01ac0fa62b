"""Playing a scenario: each step in turn, then what must hold after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from casewright import feel
from casewright.domain.errors import Refused
from casewright.testing.person import Person
from casewright.testing.player import Player
from casewright.testing.problems import NoSuchTask
from casewright.testing.scenarios import expect
from casewright.testing.scenarios.read import Scenario, Step

# What a step may be refused with beside the codes of `domain.errors`.
NO_TASK = "no-task"


class ScenarioFailed(AssertionError):
    """A scenario that does not hold: which one, at which step of which file, and why."""

    def __init__(self, scenario: Scenario, step: Step, reason: str) -> None:
        place = f"{scenario.file}:{step.line}"
        super().__init__(f"{place}: “{scenario.title}”, step {step.number} ({step.verb}): {reason}")
        self.scenario = scenario
        self.step = step
        self.reason = reason


def play(
    scenario: Scenario, player: Player, files: Mapping[str, bytes] | None = None, app: str = ""
) -> None:
    """Play a scenario on a player to which `files` are deployed first, as the app `app`."""
    _Play(scenario, player, dict(files or {}), app or player.app).run()


class _Play:
    def __init__(
        self, scenario: Scenario, player: Player, files: dict[str, bytes], app: str
    ) -> None:
        self.scenario = scenario
        self.player = player
        self.files = files
        self.app = app
        self.case = ""
        self.cases: dict[str, str] = {}

    def run(self) -> None:
        if self.scenario.at is not None:
            self.player.clock.set(self.scenario.at)
        if self.files:
            self.player.deploy(self.files, self.app)
        self.player.add_people(*self.scenario.people)
        self.player.set_handlers(self.scenario.handlers)
        for step in self.scenario.steps:
            self._step(step)

    def _step(self, step: Step) -> None:
        if "case" in step.options:
            name = step.options["case"]
            if name not in self.cases:
                raise ScenarioFailed(self.scenario, step, f"there is no case “{name}”")
            self.case = self.cases[name]
        try:
            self._do(step)
            if step.expected:
                expect.check(self.player, self.case, step.expected)
        except expect.Unmet as unmet:
            raise ScenarioFailed(self.scenario, step, str(unmet)) from None

    def _do(self, step: Step) -> None:
        wanted = step.options.get("refused")
        try:
            _VERBS[step.verb](self, step)
        except (Refused, NoSuchTask) as refused:
            code = _code(refused)
            if wanted is None:
                raise ScenarioFailed(self.scenario, step, _told(refused)) from refused
            if code != wanted:
                reason = f"refused with {code}, not {wanted}: {_told(refused)}"
                raise ScenarioFailed(self.scenario, step, reason) from refused
            self._check_fields(step, refused)
            return
        if wanted is not None:
            raise ScenarioFailed(self.scenario, step, f"should be refused with {wanted}, was done")

    def _check_fields(self, step: Step, refused: Exception) -> None:
        if "fields" not in step.options:
            return
        found = refused.details.get("fields", {}) if isinstance(refused, Refused) else {}
        seen = {name: problem["code"] for name, problem in found.items()}
        if seen != step.options["fields"]:
            raise ScenarioFailed(self.scenario, step, f"the fields that were wrong: {seen}")

    @property
    def within(self) -> str | None:
        """The case that a step is about; none before the first one is started."""
        return self.case or None

    # -- the verbs

    def start(self, step: Step) -> None:
        process = step.value or self.scenario.process
        form, key = step.options.get("form"), str(step.options.get("business_key", ""))
        by = step.options.get("by")
        if by is None:
            self.case = self.player.start(process, form, key)
        else:
            self.case = self.player.as_person(by).start(process, form, key)
        self.cases[str(step.options.get("as", ""))] = self.case

    def complete(self, step: Step) -> None:
        form, nth, by = step.options.get("form"), step.options.get("nth", 0), step.options.get("by")
        if by is None:
            self.player.complete(step.value, form, nth, self.within)
        else:
            self.player.as_person(by).complete(step.value, form, nth, self.within)

    def claim(self, step: Step) -> None:
        person, nth = self.player.as_person(step.options["by"]), step.options.get("nth", 0)
        person.claim(step.value, nth, self.within)

    def unclaim(self, step: Step) -> None:
        person, nth = self.player.as_person(step.options["by"]), step.options.get("nth", 0)
        person.unclaim(step.value, nth, self.within)

    def draft(self, step: Step) -> None:
        person, nth = self.player.as_person(step.options["by"]), step.options.get("nth", 0)
        person.draft(step.value, step.options.get("form") or {}, nth, self.within)

    def error(self, step: Step) -> None:
        code = str(step.options.get("code", ""))
        self.player.throw_error(step.value, code, step.options.get("variables"), self.within)

    def message(self, step: Step) -> None:
        key = str(step.options.get("key", ""))
        answer = self.player.message(step.value, step.options.get("variables"), key)
        if not self.case and answer["instances"]:
            self.case = answer["instances"][0]

    def signal(self, step: Step) -> None:
        self.player.signal(step.value, step.options.get("variables"))
        if not self.case:
            self.case = next(iter(self.player.views.roots()), "")

    def escalate(self, step: Step) -> None:
        code = str(step.options.get("code", ""))
        self.player.escalate(step.value, code, step.options.get("variables"), self.within)

    def choose(self, step: Step) -> None:
        elements = [step.value] if isinstance(step.value, str) else [str(v) for v in step.value]
        who, within = self._who(step), step.options.get("within")
        who.choose(elements, within, self.within)

    def finish(self, step: Step) -> None:
        self._who(step).finish(step.value, self.within)

    def _who(self, step: Step) -> Player | Person:
        by = step.options.get("by")
        return self.player if by is None else self.player.as_person(by)

    def set(self, step: Step) -> None:
        self.player.set_vars(step.value)

    def retry(self, step: Step) -> None:
        self.player.retry(step.value, step.options.get("variables"), self.within)

    def advance(self, step: Step) -> None:
        found, problems = feel.evaluate("duration(text)", {"text": step.value})
        if problems or not isinstance(found, timedelta):
            raise ScenarioFailed(
                self.scenario, step, f"“{step.value}” is no duration, such as P1DT2H"
            )
        self.player.advance(found)

    def release(self, step: Step) -> None:
        """Deploy the app again, with texts replaced: {file: {old: new}}."""
        for name, changes in step.value.items():
            paths = [path for path in self.files if path.rsplit("/", 1)[-1] == name]
            if len(paths) != 1:
                raise ScenarioFailed(self.scenario, step, f"the app has no file “{name}”")
            content = self.files[paths[0]]
            for old, new in changes.items():
                if str(old).encode() not in content:
                    raise ScenarioFailed(self.scenario, step, f"{name} does not hold “{old}”")
                content = content.replace(str(old).encode(), str(new).encode())
            self.files[paths[0]] = content
        self.player.deploy(self.files, self.app)

    def handlers(self, step: Step) -> None:
        self.player.set_handlers(step.value or {})

    def nothing(self, step: Step) -> None:
        """Only look."""


_VERBS: dict[str, Callable[[_Play, Step], None]] = {
    "start": _Play.start,
    "complete": _Play.complete,
    "claim": _Play.claim,
    "unclaim": _Play.unclaim,
    "draft": _Play.draft,
    "error": _Play.error,
    "message": _Play.message,
    "signal": _Play.signal,
    "escalate": _Play.escalate,
    "choose": _Play.choose,
    "finish": _Play.finish,
    "set": _Play.set,
    "retry": _Play.retry,
    "advance": _Play.advance,
    "release": _Play.release,
    "handlers": _Play.handlers,
    "expect": _Play.nothing,
}


def _code(refused: Exception) -> str:
    return refused.code if isinstance(refused, Refused) else NO_TASK


def _told(refused: Exception) -> str:
    if not isinstance(refused, Refused):
        return str(refused)
    told = f"refused with {refused}"
    for name, problem in refused.details.get("fields", {}).items():
        told += f"; {name}: {problem['code']}"
    for finding in refused.details.get("findings", []):
        told += f"; {finding.file}: {finding.element}: {finding.message}"
    return told
