"""Ad-hoc sub-processes: a person chooses what begins next, or says that it is finished."""

from __future__ import annotations

from dataclasses import dataclass

from casewright import bpmn
from casewright.commands import access
from casewright.commands.instances import root
from casewright.commands.unit import Answer, handles
from casewright.commands.work import Case, Work
from casewright.domain.errors import Refused


@dataclass(frozen=True, slots=True)
class ChooseActivity:
    """Begin activities, by their element ids, in the ad-hoc sub-process of a token."""

    instance: str
    token: str
    elements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FinishActivity:
    """Say that the ad-hoc sub-process of a token is finished."""

    instance: str
    token: str


@handles(ChooseActivity, roots=lambda connection, command: root(connection, command.instance))
def choose_activity(work: Work, command: ChooseActivity) -> Answer:
    """Choose; for those in whose lane the sub-process stands, and operators."""
    case = _open(work, command.instance, command.token)
    work.step(case, bpmn.Choose(command.token, command.elements))
    return {"instance": case.row.id, **work.summary(case)}


@handles(FinishActivity, roots=lambda connection, command: root(connection, command.instance))
def finish_activity(work: Work, command: FinishActivity) -> Answer:
    """Finish; for those who may choose."""
    case = _open(work, command.instance, command.token)
    work.step(case, bpmn.Finish(command.token))
    return {"instance": case.row.id, **work.summary(case)}


def _open(work: Work, instance: str, token: str) -> Case:
    case = work.case(instance)
    if case.row.state != "active":
        raise Refused("instance-ended")
    found = [item.element for item in bpmn.tokens(case.row.snapshot) if item.id == token]
    if not found or found[0] not in case.definition.elements:
        raise Refused("token-not-open", token)
    if not access.may_choose(work.principal, case.definition.elements[found[0]].lane):
        raise Refused("forbidden", permission="operate")
    return case
