"""Escalations: caught by the nearest boundary event or event sub-process outwards, or by nobody.

Unlike an error an escalation that nobody catches is no fault: the throwing element goes on
(BPMN 2.0, 10.5.1). In a called instance it is handed to the caller.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.util.task import TaskState

from casewright.bpmn import signals
from casewright.bpmn.tokens import Token
from casewright.domain.events import EscalationThrown


def throw(token: Token, code: str, variables: Mapping[str, Any]) -> None:
    """Throw an escalation at a token; an interrupting catcher ends it."""
    found = _catcher(token, code)
    caught = found.element if found is not None else ""
    token.top.tell(EscalationThrown(element=token.element, code=code, catcher=caught))
    if found is None:
        if token.top.context.parent is not None:
            token.top.escalations.append((code, dict(variables)))
        return
    if not found.task_spec.rearms:
        token.task_spec.thrown(token)
    signals.happen(found, variables)
    if found._state == TaskState.READY:
        # At once: nothing inside may go on after an interrupting catcher.
        found.run()


def _catcher(token: Token, code: str) -> Token | None:
    place: Token | None = token
    while place is not None:
        found = _best(place.workflow.boundaries(place), code)
        if found is None and place.body is None:
            # An event sub-process does not start itself anew, but it may start one beside it.
            name = place.task_spec.name
            beside = [
                one for one in place.workflow.watching() if name not in one.task_spec._outputs
            ]
            found = _best(beside, code)
        if found is not None:
            return found
        place = place.enclosing
    return None


def _best(waiting: list[Token], code: str) -> Token | None:
    """Return the catcher of this code, else one of all codes."""
    for wanted in (code, "") if code else ("",):
        for token in waiting:
            made = token.task_spec.settings.escalation
            if made is not None and made.code == wanted and token._state == TaskState.WAITING:
                return token
    return None
