"""Functions on contexts."""

from __future__ import annotations

from typing import Any

from ..problems import FeelError
from .registry import builtin


@builtin("get value(m: context, key: string)")
def get_value(m: dict[str, Any], key: str) -> Any:
    """Give the value of a key."""
    return m.get(key)


@builtin("get value(context: context, keys: list)")
def get_nested(m: Any, keys: Any) -> Any:
    """Give the value at a path of keys."""
    for key in keys:
        if type(m) is not dict:
            return None
        m = m.get(key) if type(key) is str else None
    return m


@builtin("get entries(m: context)", "get entries(context: context)")
def get_entries(m: dict[str, Any]) -> list[dict[str, Any]]:
    """Give a context as a list of keys with their values."""
    return [{"key": key, "value": value} for key, value in m.items()]


@builtin("context put(context: context, key: string, value: any)")
def context_put(context: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    """Give the context with a key, or the key at the end of a path, set."""
    return _put(context, key, value)


@builtin("context put(context: context, keys: list, value: any)")
def context_put_path(context: dict[str, Any], keys: list[Any], value: Any) -> dict[str, Any]:
    """Give the context with the key at the end of a path set."""
    return _put(context, keys, value)


def _put(context: dict[str, Any], key: Any, value: Any) -> dict[str, Any]:
    if type(key) is str:
        return {**context, key: value}
    if type(key) is not list or not key or type(key[0]) is not str:
        raise FeelError("a key is a string")
    if len(key) == 1:
        return {**context, key[0]: value}
    below = context.get(key[0])
    if type(below) is not dict:
        raise FeelError("the path goes through what is no context")
    return {**context, key[0]: _put(below, key[1:], value)}


@builtin("context merge(*contexts)", "context merge(*context)")
def context_merge(contexts: list[Any]) -> dict[str, Any]:
    """Put contexts together; a later one wins."""
    made: dict[str, Any] = {}
    for context in contexts:
        if type(context) is not dict:
            raise FeelError("only contexts can be merged")
        made.update(context)
    return made


@builtin("context(entries: list)")
def context(entries: list[Any]) -> dict[str, Any]:
    """Make a context of a list of keys with their values."""
    made: dict[str, Any] = {}
    for entry in entries:
        if type(entry) is not dict or "value" not in entry or type(entry.get("key")) is not str:
            raise FeelError("each entry has a key and a value")
        if entry["key"] in made:
            raise FeelError("a key stands twice", "context")
        made[entry["key"]] = entry["value"]
    return made
