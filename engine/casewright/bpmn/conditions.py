"""Conditional events: they come when a condition over variables turns true.

A condition is looked at when a token begins to wait, and again when a variable that it reads
was written. It comes once for each change from false to true (BPMN 2.0, 10.5.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from casewright.bpmn import multiple
from casewright.bpmn.expressions import Setting
from casewright.bpmn.incidents import Incident
from casewright.bpmn.signals import happen
from casewright.bpmn.tokens import Token

if TYPE_CHECKING:
    from casewright.bpmn.scopes import Scope
    from casewright.bpmn.workflow import Instance


def listen(token: Token, condition: Setting) -> None:
    """Let the token wait for its condition; one that waits again needs it false first."""
    again = token.seen is True
    token.seen = token.top.surroundings.condition(condition, token.scope)
    token.top.conditions[token.id] = token
    if token.seen and not again:
        happen(token, {})


def forget(token: Token) -> None:
    """Wait no longer."""
    token.top.conditions.pop(token.id, None)


def look(instance: Instance) -> None:
    """Let those events come whose condition turned true by what was written meanwhile."""
    fresh, instance.log.fresh = instance.log.fresh, set()
    for token in sorted(instance.conditions.values(), key=lambda token: token.id):
        item = token.task_spec.settings.condition
        if token._state != TaskState.WAITING or token.stop is not None:
            continue
        if not fresh & set(item.expression.reads):
            continue
        before = token.seen
        try:
            token.seen = instance.surroundings.condition(item, _scope(token))
        except Incident as incident:
            token.halt(incident, "enter")
            continue
        if token.seen and not before:
            happen(token, {})


def _scope(token: Token) -> Scope:
    """Return what a condition sees: beside an activity, what the activity sees."""
    return multiple.outermost(token).scope
