"""Joins: arrivals are counted per sequence flow, and a join passes when its rule holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

if TYPE_CHECKING:
    from casewright.bpmn.tokens import Token
    from casewright.bpmn.workflow import Level


def arrive(token: Token) -> None:
    """Count the token that came along a flow; it goes on only as part of the join."""
    spec = token.task_spec
    flow = spec.flows[token.parent.task_spec.name]
    counts = token.workflow.arrivals.setdefault(spec.name, {})
    counts[flow] = counts.get(flow, 0) + 1
    token._set_state(TaskState.CANCELLED)


def fire(level: Level) -> None:
    """Let every join pass that can, taking one arrival from each flow that has some."""
    for name in list(level.arrivals):
        spec, arrived = level.spec.task_specs[name], level.arrivals[name]
        spec.settle(level, arrived)
        if not arrived:
            del level.arrivals[name]


def consume(arrived: dict[str, int]) -> None:
    """Take one arrival from each flow."""
    for flow in list(arrived):
        arrived[flow] -= 1
        if not arrived[flow]:
            del arrived[flow]


def consume_one(arrived: dict[str, int], flow: str) -> None:
    """Take one arrival from a flow."""
    arrived[flow] -= 1
    if not arrived[flow]:
        del arrived[flow]


def all_arrived(flows: dict[str, str], arrived: dict[str, int]) -> bool:
    """Tell whether each flow of a parallel join has an arrival."""
    return all(flow in arrived for flow in flows.values())


def nothing_on_the_way(level: Level, name: str, arrived: dict[str, int]) -> bool:
    """Tell whether an inclusive join may pass.

    It waits while some token can reach a flow without an arrival and none of the flows
    that have one, by paths that do not run through the join (BPMN 2.0, 13.4.3).
    """
    flows = level.spec.task_specs[name].flows
    missing = [source for source, flow in flows.items() if flow not in arrived]
    present = [source for source, flow in flows.items() if flow in arrived]
    graph = level.graph
    # A boundary event that waits is covered by its activity, which is live too.
    live = [
        token.task_spec.name
        for token in level.open.values()
        if not (token.host and not token.group and token._state == TaskState.WAITING)
    ]
    live += [other for other in level.arrivals if other != name]
    return not any(
        any(place in graph.upstream(name, source) for source in missing)
        and not any(place in graph.upstream(name, source) for source in present)
        for place in live
    )
