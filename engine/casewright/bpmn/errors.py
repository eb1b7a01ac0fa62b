"""BPMN errors: caught by the nearest boundary event outwards, or an incident."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import ErrorEventDefinition

from casewright.bpmn.incidents import Incident
from casewright.bpmn.results import UncaughtError
from casewright.bpmn.tokens import Token
from casewright.domain.events import ErrorCaught


def throw(token: Token, code: str, message: str, variables: Mapping[str, Any]) -> bool:
    """Throw an error at a token; return False when nobody caught it."""
    catcher = _catcher(token, code)
    if catcher is None:
        return False
    top = token.top
    top.tell(
        ErrorCaught(element=token.element, code=code, catcher=catcher.element, message=message)
    )
    catcher.outcome = dict(variables)
    catcher._ready()
    # At once, not in its turn: nothing inside may go on after the error.
    catcher.run()
    return True


def uncaught(
    token: Token, code: str, message: str, variables: Mapping[str, Any]
) -> Incident | None:
    """End a called instance in the error; otherwise return the incident for the thrower."""
    top = token.top
    if top.context.parent is not None:
        top.error = UncaughtError(code, message, dict(variables))
        top.clear()
        return None
    return Incident(
        "error-uncaught",
        f"no boundary event catches the error “{code}”",
        error=code,
        **({"text": message} if message else {}),
    )


def _catcher(token: Token, code: str) -> Token | None:
    """Walk out through the sub-processes to a boundary event for `code`."""
    place: Token | None = token
    while place is not None:
        waiting = [
            boundary
            for boundary in place.workflow.boundaries(place)
            if isinstance(boundary.task_spec.event_definition, ErrorEventDefinition)
        ]
        for wanted in (code, None):
            for boundary in waiting:
                if boundary.task_spec.event_definition.code == wanted:
                    return boundary
        place = place.workflow.host
    return None
