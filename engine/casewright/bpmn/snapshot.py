"""An instance as JSON, and back: open tokens, arrivals, counters and variables.

Format 1. Keys with nothing to say are left out; BPMN ids only, so that a snapshot outlives
the library. Its size follows what is open, never what has been. Every format that was
released loads for ever: `tests/compat/` keeps an example of each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from casewright.bpmn.compensation import Entry, Ledger
from casewright.bpmn.incidents import Stop
from casewright.bpmn.rounds import Rounds, RoundScope
from casewright.bpmn.scopes import Scope
from casewright.bpmn.tokens import Token
from casewright.bpmn.workflow import InnerLevel, Instance, Level
from casewright.feel import codec
from casewright.feel.values import from_python

if TYPE_CHECKING:
    from casewright.bpmn.definition import Definition
    from casewright.bpmn.results import StepContext

FORMAT = 1
_NAMES = {TaskState.WAITING: "waiting", TaskState.READY: "ready", TaskState.STARTED: "open"}
_STATES = {name: state for state, name in _NAMES.items()}


def save(instance: Instance) -> dict[str, Any]:
    """Return the snapshot of an instance between two steps."""
    levels = instance.levels()
    data: dict[str, Any] = {"f": FORMAT}
    variables = {"": instance.scope.raw} if instance.scope.raw else {}
    tokens: list[Token] = []
    for level in levels:
        rest = [token for token in level.open.values() if token._state != TaskState.READY]
        tokens += sorted(rest, key=lambda token: token.id)
    # Those that are ready keep their turn.
    tokens += [token for token in instance.queue if token._state == TaskState.READY]
    for token in tokens:
        if token.local is not None and token.local.raw:
            variables[token.local.id] = token.local.raw
    data["tokens"] = [_token(token) for token in tokens]
    data["arrivals"] = {level.path: level.arrivals for level in levels if level.arrivals}
    data["counts"] = {level.path: level.counts for level in levels if level.counts}
    ledgers = {level.path: level.ledger.to_json() for level in levels if level.ledger is not None}
    data["compensation"] = {path: found for path, found in ledgers.items() if found}
    data["variables"] = variables
    data["done"] = instance.completed
    return {key: value for key, value in data.items() if value or key == "tokens"}


def _token(token: Token) -> dict[str, Any]:
    data: dict[str, Any] = {
        "id": token.id,
        "element": token.element,
        "state": _NAMES[token._state],
    }
    if token.task_spec.name != token.element:
        data["node"] = token.task_spec.name
    if token.host:
        data["host"] = token.host
    if token.due is not None:
        data["due"] = token.due
    if token.child:
        data["child"] = token.child
    if token.armed:
        data["armed"] = True
    if token.told:
        data["told"] = True
    if token.left:
        data["left"] = True
    if token.rounds is not None:
        data["rounds"] = token.rounds.to_json()
    if token.group:
        data["group"] = token.group
    if token.signal:
        data["signal"] = token.signal
    if token.seen is not None:
        data["seen"] = token.seen
    if token.over:
        data["over"] = True
    if token.cycle is not None:
        data["cycle"] = token.cycle
    if token.stop is not None:
        data["incident"] = token.stop.to_json()
    if token.undoes:
        data["undoes"] = token.undoes
    if token.kept:
        data["kept"] = [entry.to_json() for entry in token.kept]
    if token.outcome is not None:
        data["outcome"] = codec.to_json(from_python(dict(token.outcome)))
    return data


def load(definition: Definition, data: dict[str, Any], context: StepContext) -> Instance:
    """Return the instance that `save` wrote; `data` is left as it is."""
    instance = Instance(definition, context)
    variables = data.get("variables", {})
    instance.scope.raw.update(variables.get("", {}))
    instance.completed = data.get("done", False)
    instance.counts = dict(data.get("counts", {}).get("", {}))
    items: list[Token] = []
    for item in data["tokens"]:
        level = _level(instance, item["id"].rpartition("/")[0], data)
        token = _restore(level, item, variables)
        if token.task_spec.repeated:
            items.append(token)
        if token.told and getattr(token.task_spec, "chosen_inside", False):
            _level(instance, token.id, data)
    for token in items:
        # Only now: a body that has its turn stands behind its items.
        if token.local is not None and token.body is not None:
            token.local.outer = token.body.local
    for path, arrivals in data.get("arrivals", {}).items():
        level = _level(instance, path[:-1], data)
        level.arrivals = {join: dict(flows) for join, flows in arrivals.items()}
    for path, found in data.get("compensation", {}).items():
        _level(instance, path[:-1], data).ledger = Ledger.from_json(found)
    return instance


def _level(instance: Instance, path: str, data: dict[str, Any]) -> Level:
    """Return the level of a sub-process token, opened again when it is first needed."""
    level = instance.level(path)
    if level is None:
        host = instance.find(path)
        assert host is not None
        inner = InnerLevel(instance.subprocess_specs[host.task_spec.spec], host, instance)
        inner.resume()
        inner.counts = dict(data.get("counts", {}).get(inner.path, {}))
        instance.subprocesses[host.id] = inner
        level = inner
    return level


def _restore_event(token: Token, item: dict[str, Any]) -> None:
    if "group" in item:
        token.group = item["group"]
    if "signal" in item:
        token.signal = item["signal"]
    if "seen" in item:
        token.seen = item["seen"]
        token.top.conditions[token.id] = token
    if "over" in item:
        token.over = True
    if "cycle" in item:
        token.cycle = dict(item["cycle"])


def _restore(level: Level, item: dict[str, Any], variables: dict[str, Any]) -> Token:
    spec = level.spec.task_specs[item.get("node", item["element"])]
    token = Token(level, spec, level.task_tree, _STATES[item["state"]], item["id"])
    token.host = item.get("host", "")
    token.due = item.get("due")
    token.child = item.get("child", "")
    token.armed = item.get("armed", False)
    token.told = item.get("told", False)
    token.left = item.get("left", False)
    _restore_event(token, item)
    if "incident" in item:
        token.stop = Stop.from_json(item["incident"])
    token.undoes = item.get("undoes", "")
    if "kept" in item:
        token.kept = tuple(Entry.from_json(entry) for entry in item["kept"])
    if "outcome" in item:
        token.outcome = codec.from_json(item["outcome"])
    if token.id in variables:
        token.local = Scope(token.id, level.scope, level.scope.log, variables[token.id])
    if "rounds" in item:
        token.rounds = Rounds.from_json(item["rounds"])
        own = variables.get(token.id, {})
        token.local = RoundScope(token.id, level.scope, level.scope.log, own)
    return token
