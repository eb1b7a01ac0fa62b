"""What a manager reads about a decision: which rule hit, on which values, and why."""

from __future__ import annotations

from typing import Any

from casewright.dmn import model as m
from casewright.dmn.run import Run, shown

_KINDS: dict[type, str] = {
    m.Table: "table",
    m.Context: "context",
    m.Items: "list",
    m.Relation: "relation",
    m.Invocation: "invocation",
    m.FunctionDefinition: "function",
    m.Conditional: "conditional",
    m.Filter: "filter",
    m.Loop: "loop",
    type(None): "nothing",
}


def own(run: Run, node: m.Decision, value: Any) -> dict[str, Any]:
    """Return a decision's trace without what it requires; a table in it stands under `tables`."""
    made: dict[str, Any] = {"decision": node.id, "name": node.name}
    tables = list(run.tables)
    if isinstance(node.expression, m.Table) and tables:
        made |= tables.pop(0)
    elif isinstance(node.expression, m.Literal):
        made |= {"kind": "literal", "expression": node.expression.text}
    else:
        made["kind"] = _KINDS[type(node.expression)]
    made["output"] = shown(value)
    if tables:
        made["tables"] = tables
    made["requires"] = [need.target for need in node.requirements]
    return made


def whole(run: Run, key: m.Key) -> dict[str, Any]:
    """Return a decision's trace with what it requires nested; a second mention is short."""
    return _whole(run, key, set())


def _whole(run: Run, key: m.Key, told: set[m.Key]) -> dict[str, Any]:
    found = run.traces.get(key)
    if found is None:
        return {}
    if key in told:
        return {name: found[name] for name in ("decision", "name", "kind", "output")}
    told.add(key)
    needed = [_whole(run, target, told) for target in found["requires"] if target in run.traces]
    return {**found, "requires": needed}
