"""Reading app.yaml: plain values of a known shape, or a problem with its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import yaml

DEEPEST = 20
_BIG = 2**63


class AppProblem(Exception):
    """What is wrong with the file; `setting` is the name at the top that it is about."""

    def __init__(self, code: str, message: str, setting: str = "", line: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.setting = setting
        self.line = line


class _Loader(yaml.SafeLoader):
    """The safe loader without aliases: a few lines of them stand for gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event: Any = self.peek_event()  # type: ignore[no-untyped-call]
            line = event.start_mark.line + 1
            raise AppProblem("yaml-alias", "aliases are not allowed", line=line)
        return super().compose_node(parent, index)


def read(content: bytes) -> dict[str, Any]:
    """Return the settings; raises `AppProblem`."""
    try:
        data = _Loader(content).get_single_data()
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 0
        raise AppProblem("yaml-syntax", "this is not valid YAML", line=line) from None
    except (ValueError, RecursionError):
        raise AppProblem("yaml-syntax", "this is not valid YAML") from None
    if not isinstance(data, dict):
        raise AppProblem("yaml-shape", "app.yaml holds names with values")
    for name, value in data.items():
        if name not in _SHAPES:
            raise AppProblem("app-unknown", f"there is no setting “{name}”", str(name))
        _plain(str(name), value)
        wanted = _SHAPES[name](value)
        if wanted is not None:
            raise AppProblem("app-shape", f"“{name}” is {wanted}", str(name))
    return data


def _plain(setting: str, value: Any, depth: int = 0) -> None:
    """Refuse what JSON cannot keep: deep nesting, other keys than text, great numbers."""
    if depth > DEEPEST:
        raise AppProblem("app-shape", f"it is nested deeper than {DEEPEST} levels", setting)
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise AppProblem("app-shape", f"the name “{key}” is no text", setting)
            _plain(setting, key, depth + 1)
            _plain(setting, item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _plain(setting, item, depth + 1)
    elif isinstance(value, int) and not -_BIG <= value < _BIG:
        raise AppProblem("app-shape", "a number is too large", setting)
    elif isinstance(value, str) and not _sound(value):
        raise AppProblem("app-shape", "a text holds half a character", setting)


def _sound(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _text(value: Any) -> str | None:
    return None if isinstance(value, str) else "a text"


def _map(value: Any) -> str | None:
    return None if isinstance(value, dict) else "names with values"


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _roles(value: Any) -> str | None:
    good = isinstance(value, list) and all(
        isinstance(role, dict)
        and isinstance(role.get("name"), str)
        and isinstance(role.get("title", ""), str)
        and _texts(role.get("permissions", []))
        for role in value
    )
    return None if good else "a list of roles, each with a name and a list of permissions"


def _people(value: Any) -> str | None:
    good = isinstance(value, list) and all(
        isinstance(person, dict)
        and isinstance(person.get("login"), str)
        and isinstance(person.get("name", ""), str)
        and _texts(person.get("groups", []))
        for person in value
    )
    return None if good else "a list of people, each with a login and a list of groups"


_SHAPES: Mapping[Any, Callable[[Any], str | None]] = {
    "title": _text,
    "description": _text,
    "forms": _text,
    "retention": _text,
    "roles": _roles,
    "people": _people,
    "parameters": _map,
    "calendars": _map,
}
