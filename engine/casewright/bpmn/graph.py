"""Questions about a spec graph, answered once per definition."""

from __future__ import annotations

from typing import Any


class Graph:
    """Reachability in one level of a process."""

    def __init__(self, spec: Any) -> None:
        self._outputs: dict[str, list[str]] = {}
        self._inputs: dict[str, list[str]] = {}
        for name, task in spec.task_specs.items():
            # A boundary event goes on from its activity, though no flow leads to it.
            after = [
                *task._outputs,
                *getattr(task, "boundaries", ()),
                *getattr(task, "waits_by", ()),
            ]
            self._outputs[name] = after
            for target in after:
                self._inputs.setdefault(target, []).append(name)
        self.event_starts = tuple(
            name for name, task in spec.task_specs.items() if getattr(task, "watches", False)
        )
        self.repeating = self._repeating(spec)
        self._upstream = {
            (name, source): self._before(source, name)
            for name, task in spec.task_specs.items()
            if getattr(task, "counts_arrivals", False)
            for source in task.flows
        }

    def reach(self, start: str) -> set[str]:
        """Return what can be reached from `start` over at least one flow."""
        seen: set[str] = set()
        todo = list(self._outputs[start])
        while todo:
            name = todo.pop()
            if name not in seen:
                seen.add(name)
                todo += self._outputs[name]
        return seen

    def upstream(self, join: str, source: str) -> set[str]:
        """Return everything that can still reach `source` without passing `join`."""
        return self._upstream[join, source]

    def _before(self, source: str, join: str) -> set[str]:
        seen, todo = {source}, [source]
        while todo:
            for name in self._inputs.get(todo.pop(), ()):
                if name != join and name not in seen:
                    seen.add(name)
                    todo.append(name)
        return seen

    def _repeating(self, spec: Any) -> frozenset[str]:
        """Return the elements that can be entered twice in one activation of the level."""
        tasks = spec.task_specs
        reach = {name: self.reach(name) for name in tasks}
        forked: set[str] = set()
        for name, task in tasks.items():
            beside = [b for b in getattr(task, "boundaries", ()) if not tasks[b].cancel_activity]
            forks = len(task._outputs) > 1 and not getattr(task, "chooses_one", False)
            if forks or beside:
                forked |= reach[name]
        hot = {
            name
            for name, task in tasks.items()
            if name in reach[name]
            or getattr(task, "passes_early", False)
            or getattr(task, "rearms", False)
            or getattr(task, "repeats", False)
            or (
                len(task._inputs) > 1
                and name in forked
                and not getattr(task, "counts_arrivals", False)
            )
        }
        return frozenset(hot.union(*(reach[name] for name in hot)))
