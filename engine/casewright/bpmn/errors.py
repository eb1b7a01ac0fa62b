"""BPMN errors: caught by the nearest boundary event outwards, or an incident."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import ErrorEventDefinition
from SpiffWorkflow.util.task import TaskState

from casewright.bpmn.incidents import Incident
from casewright.bpmn.results import UncaughtError
from casewright.bpmn.tokens import Token
from casewright.domain.events import ErrorCaught


def throw(token: Token, code: str, message: str, variables: Mapping[str, Any]) -> Incident | None:
    """Throw an error at a token; return the incident for it when nobody catches it.

    A called instance ends in an error that nobody catches, for its caller to catch it.
    """
    catcher = _catcher(token, code)
    if catcher is not None:
        token.task_spec.thrown(token)
        _deliver(token, catcher, code, message, variables)
        return None
    if token.top.context.parent is not None:
        token.task_spec.thrown(token)
        token.top.error = UncaughtError(code, message, dict(variables))
        token.top.clear()
        return None
    return Incident(
        "error-uncaught",
        f"no boundary event catches the error “{code}”",
        error=code,
        **({"text": message} if message else {}),
    )


def _deliver(
    token: Token, catcher: Token, code: str, message: str, variables: Mapping[str, Any]
) -> None:
    token.top.tell(
        ErrorCaught(element=token.element, code=code, catcher=catcher.element, message=message)
    )
    catcher.outcome = dict(variables)
    catcher._ready()
    # At once, not in its turn: nothing inside may go on after the error.
    catcher.run()


def _catcher(token: Token, code: str) -> Token | None:
    """Walk out to a boundary event for `code`, or an event sub-process of the scope."""
    place: Token | None = token
    while place is not None:
        waiting = place.workflow.boundaries(place)
        found = _best(waiting, code)
        if found is None and place.body is None:
            found = _best(place.workflow.watching(), code)
        if found is not None:
            return found
        place = place.enclosing
    return None


def _best(waiting: list[Token], code: str) -> Token | None:
    """Return the catcher of this code, else one of all codes."""
    found = [
        token
        for token in waiting
        if isinstance(token.task_spec.event_definition, ErrorEventDefinition)
        and token._state == TaskState.WAITING
    ]
    for wanted in (code, None):
        for token in found:
            if token.task_spec.event_definition.code == wanted:
                return token
    return None
