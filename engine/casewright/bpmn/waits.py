"""What a snapshot tells to those who look: its tokens, variables and waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from casewright.bpmn.definition import Definition
from casewright.feel import codec


@dataclass(frozen=True, slots=True)
class TokenView:
    """An open token; `due` in microseconds, `incident` with code, message and details."""

    id: str
    element: str
    scope: str
    state: str
    due: int | None = None
    incident: Mapping[str, Any] | None = None
    host: str = ""
    child: str = ""


def tokens(snapshot: Mapping[str, Any]) -> tuple[TokenView, ...]:
    """Return the open tokens."""
    return tuple(
        TokenView(
            id=item["id"],
            element=item["element"],
            scope=item["id"].rpartition("/")[0],
            state="incident" if "incident" in item else item["state"],
            due=item.get("due"),
            incident=item.get("incident"),
            host=item.get("host", ""),
            child=item.get("child", ""),
        )
        for item in snapshot["tokens"]
    )


def variables(snapshot: Mapping[str, Any], scope: str = "") -> dict[str, Any]:
    """Return the variables visible from a scope: a token's id, or "" for the root."""
    stored = snapshot.get("variables", {})
    found: dict[str, Any] = dict(stored.get("", {}))
    parts = scope.split("/") if scope else []
    for depth in range(len(parts)):
        found.update(stored.get("/".join(parts[: depth + 1]), {}))
    return {name: codec.from_json(value) for name, value in found.items()}


def waiting_for(definition: Definition, snapshot: Mapping[str, Any]) -> dict[str, str]:
    """Return by token id what it waits for; no entry means it does not wait."""
    kinds = {"userTask": "task", "serviceTask": "job", "callActivity": "call"}
    found = {}
    for token in tokens(snapshot):
        element = definition.elements.get(token.element)
        kind = element.kind if element is not None else ""
        if token.incident is not None:
            found[token.id] = "incident"
        elif token.state == "ready":
            found[token.id] = "continue"
        elif token.due is not None:
            found[token.id] = "timer"
        elif kind in kinds:
            found[token.id] = kinds[kind]
        elif element is not None and element.event == "message":
            found[token.id] = "message"
    return found
