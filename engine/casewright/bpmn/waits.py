"""What a snapshot tells to those who look: its tokens, variables and waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from casewright.bpmn.definition import Definition
from casewright.feel import codec


@dataclass(frozen=True, slots=True)
class TokenView:
    """An open token; `due` in microseconds, `incident` with code, message and details.

    `done` counts the items that a repeated activity has behind it; -1 is for all others. Its
    items are tokens of their own.
    """

    id: str
    element: str
    scope: str
    state: str
    due: int | None = None
    incident: Mapping[str, Any] | None = None
    host: str = ""
    child: str = ""
    done: int = -1


def tokens(snapshot: Mapping[str, Any]) -> tuple[TokenView, ...]:
    """Return the open tokens."""
    return tuple(
        TokenView(
            id=item["id"],
            element=item["element"],
            scope=item["id"].rpartition("/")[0],
            state=_state(item),
            due=item.get("due"),
            incident=item.get("incident"),
            host=_host(item),
            child=item.get("child", ""),
            done=item["rounds"].get("done", 0) if "rounds" in item else -1,
        )
        for item in snapshot["tokens"]
    )


def _host(item: Mapping[str, Any]) -> str:
    """Return the activity of a boundary event; an item stands for its activity itself."""
    host = str(item.get("host", ""))
    return "" if host and item["id"].startswith(f"{host}[") else host


def _state(item: Mapping[str, Any]) -> str:
    if "incident" in item:
        return "incident"
    state = str(item["state"])
    return "open" if "rounds" in item and state == "waiting" else state


def variables(snapshot: Mapping[str, Any], scope: str = "") -> dict[str, Any]:
    """Return the variables visible from a scope: a token's id, or "" for the root."""
    stored = snapshot.get("variables", {})
    found: dict[str, Any] = dict(stored.get("", {}))
    parts = scope.split("/") if scope else []
    for depth in range(len(parts)):
        place = "/".join(parts[: depth + 1])
        if place.endswith("]"):
            found.update(stored.get(place.rpartition("[")[0], {}))
        found.update(stored.get(place, {}))
    return {name: codec.from_json(value) for name, value in found.items()}


@dataclass(frozen=True, slots=True)
class Choice:
    """An ad-hoc sub-process in which a person may choose what begins next.

    `busy` says that it is sequential and something in it is open; `may_finish` that a person
    ends it, and no condition.
    """

    token: str
    element: str
    elements: tuple[str, ...]
    busy: bool = False
    may_finish: bool = True


def choices(definition: Definition, snapshot: Mapping[str, Any]) -> tuple[Choice, ...]:
    """Return what can be chosen now, by open ad-hoc sub-process."""
    known = {item.element: item for item in definition.adhocs}
    if not known:
        return ()
    open_tokens = tokens(snapshot)
    over = {item["id"] for item in snapshot["tokens"] if "over" in item}
    found = []
    for token in open_tokens:
        item = known.get(token.element)
        if item is None or token.state != "open" or token.done >= 0 or token.id in over:
            continue
        busy = item.sequential and any(
            inner.scope == token.id and not _watches(definition, inner) for inner in open_tokens
        )
        found.append(Choice(token.id, token.element, item.choices, busy, not item.condition))
    return tuple(found)


def _watches(definition: Definition, token: TokenView) -> bool:
    element = definition.elements.get(token.element)
    return element is not None and element.kind == "startEvent"


def _parts(snapshot: Mapping[str, Any]) -> dict[str, str]:
    """Return what the tokens wait for that wait for one definition of an event with several."""
    return {
        item["id"]: "signal" if "signal" in item else "condition" if "seen" in item else "message"
        for item in snapshot["tokens"]
        if item.get("node", "").endswith("__wait")
    }


def waiting_for(definition: Definition, snapshot: Mapping[str, Any]) -> dict[str, str]:
    """Return by token id what it waits for; no entry means it does not wait."""
    kinds = {
        "userTask": "task",
        "serviceTask": "job",
        "sendTask": "job",
        "receiveTask": "message",
        "callActivity": "call",
    }
    found = {}
    chosen = {item.token for item in choices(definition, snapshot) if not item.busy}
    parts = _parts(snapshot)
    for token in tokens(snapshot):
        element = definition.elements.get(token.element)
        kind = element.kind if element is not None else ""
        if token.incident is not None:
            found[token.id] = "incident"
        elif token.state == "ready":
            found[token.id] = "continue"
        elif token.done >= 0:
            continue
        elif token.due is not None:
            found[token.id] = "timer"
        elif token.id in chosen:
            found[token.id] = "choice"
        elif kind in kinds:
            found[token.id] = kinds[kind]
        elif element is not None and element.event in ("message", "signal", "condition"):
            found[token.id] = element.event
        elif element is not None and element.event == "multiple":
            found[token.id] = parts.get(token.id, "event")
    return found
