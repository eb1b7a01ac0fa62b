"""Reading a scenario file: its shape is checked here, with file and line of what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

# What a step can do, and what may stand beside it.
VERBS: dict[str, frozenset[str]] = {
    "start": frozenset({"by", "form", "business_key", "as"}),
    "complete": frozenset({"by", "form", "nth"}),
    "claim": frozenset({"by", "nth"}),
    "unclaim": frozenset({"by", "nth"}),
    "draft": frozenset({"by", "form", "nth"}),
    "error": frozenset({"code", "variables"}),
    "message": frozenset({"key", "variables"}),
    "signal": frozenset({"variables"}),
    "escalate": frozenset({"code", "variables"}),
    "choose": frozenset({"by", "within"}),
    "finish": frozenset({"by"}),
    "set": frozenset(),
    "retry": frozenset({"variables"}),
    "advance": frozenset(),
    "release": frozenset(),
    "handlers": frozenset(),
    "expect": frozenset(),
}
COMMON = frozenset({"expect", "refused", "fields", "case"})
EXPECTATIONS = frozenset(
    {
        "state", "active", "waiting", "tasks", "inbox", "variables", "decisions", "notes",
        "incidents", "completed", "not_reached", "journal", "calls", "sees",
    }
)  # fmt: skip
_FILE = frozenset({"process", "proves", "people", "at", "handlers", "scenarios"})
_SCENARIO = frozenset({"title", "process", "proves", "people", "at", "handlers", "steps"})


class ScenarioProblem(Exception):
    """A file that is no list of scenarios, with the line where it is not."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")
        self.file = file
        self.line = line
        self.message = message


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what is done (`verb`, `value`), how, and what must hold afterwards."""

    number: int
    line: int
    verb: str
    value: Any
    options: Mapping[str, Any]

    @property
    def expected(self) -> Mapping[str, Any]:
        """What must hold after the step."""
        found = self.value if self.verb == "expect" else self.options.get("expect")
        return found or {}


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario as its file tells it; `proves` names rows of the requirements."""

    file: str
    line: int
    title: str
    process: str
    steps: tuple[Step, ...]
    proves: tuple[str, ...] = ()
    people: tuple[Mapping[str, Any], ...] = ()
    handlers: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None


def read(source: Path | str, text: str | None = None) -> tuple[Scenario, ...]:
    """Return the scenarios of a file, or of `text` that stands for it."""
    file = str(source)
    content = Path(source).read_text("utf-8") if text is None else text
    try:
        root = yaml.compose(content, Loader=yaml.SafeLoader)
        data = yaml.safe_load(content)
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        raise ScenarioProblem(file, line, "this is not valid YAML") from None
    return tuple(_Reader(file, root).scenarios(data))


class _Reader:
    def __init__(self, file: str, root: yaml.Node | None) -> None:
        self.file = file
        self.root = root

    def line(self, *path: str | int) -> int:
        """Return the line of a part of the file."""
        node = self.root
        for part in path:
            if isinstance(node, yaml.MappingNode):
                node = next((v for k, v in node.value if k.value == part), node)
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
                node = node.value[part]
        return node.start_mark.line + 1 if node is not None else 1

    def refuse(self, message: str, *path: str | int) -> ScenarioProblem:
        return ScenarioProblem(self.file, self.line(*path), message)

    def names(self, data: Any, known: frozenset[str], *path: str | int) -> Mapping[str, Any]:
        """Return `data` as a mapping that holds known names only."""
        if not isinstance(data, dict):
            raise self.refuse("names with values are expected here", *path)
        for name in data:
            if name not in known:
                wanted = ", ".join(sorted(known))
                raise self.refuse(f"“{name}” is none of: {wanted}", *path, str(name))
        return data

    def scenarios(self, data: Any) -> list[Scenario]:
        if not isinstance(data, dict):
            raise self.refuse("a scenario file holds names with values")
        if "scenarios" not in data:
            return [self.scenario({}, data)]
        self.names(data, _FILE)
        listed = data["scenarios"]
        if not isinstance(listed, list) or not listed:
            raise self.refuse("“scenarios” is a list", "scenarios")
        return [self.scenario(data, item, "scenarios", n) for n, item in enumerate(listed)]

    def scenario(self, outer: Mapping[str, Any], data: Any, *path: str | int) -> Scenario:
        self.names(data, _SCENARIO, *path)
        if not isinstance(data.get("steps"), list) or not data["steps"]:
            raise self.refuse("a scenario has a list of steps", *path)
        if not data.get("title"):
            raise self.refuse("a scenario has a title", *path)
        return Scenario(
            file=self.file,
            line=self.line(*path),
            title=str(data["title"]),
            process=str(data.get("process") or outer.get("process") or ""),
            steps=tuple(
                self.step(n, item, *path, "steps", n) for n, item in enumerate(data["steps"])
            ),
            proves=_merged(outer.get("proves"), data.get("proves")),
            people=_merged(outer.get("people"), data.get("people")),
            handlers={**(outer.get("handlers") or {}), **(data.get("handlers") or {})},
            at=self.instant(data.get("at") or outer.get("at"), *path),
        )

    def instant(self, value: Any, *path: str | int) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, datetime):
            return value if value.tzinfo is not None else value.replace(tzinfo=UTC)
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        raise self.refuse("“at” is a date with time, such as 2026-03-02T09:00:00Z", *path, "at")

    def step(self, number: int, data: Any, *path: str | int) -> Step:
        if not isinstance(data, dict):
            raise self.refuse("a step holds names with values", *path)
        verbs = [name for name in data if name in VERBS and name != "expect"]
        if not verbs and "expect" in data:
            verbs = ["expect"]
        if len(verbs) != 1:
            wanted = ", ".join(sorted(VERBS))
            raise self.refuse(f"a step has exactly one of: {wanted}", *path)
        verb = verbs[0]
        self.names(data, VERBS[verb] | COMMON | {verb}, *path)
        if verb in ("claim", "unclaim", "draft") and "by" not in data:
            raise self.refuse(f"“{verb}” needs “by”", *path)
        if "expect" in data:
            self.names(data["expect"] or {}, EXPECTATIONS, *path, "expect")
        options = {name: value for name, value in data.items() if name != verb}
        return Step(number + 1, self.line(*path), verb, data[verb], options)


def _merged(outer: Any, inner: Any) -> tuple[Any, ...]:
    found = [*(outer or ()), *(inner or ())]
    return tuple(item for n, item in enumerate(found) if item not in found[:n])
