"""Going on where a step spent its budget, and stopping what never comes to a wait."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from casewright import bpmn
from casewright.commands import access
from casewright.commands.jobs import held
from casewright.commands.unit import Answer, handles
from casewright.commands.work import Case, Work
from casewright.domain import events as e
from casewright.store import incidents, jobs

STILL = 3
LONGEST = 100
CODE = "no-wait"
# `stalls` of an instance counts both: rounds in a row, and those of them that moved nothing.
_ROUND = 10


@dataclass(frozen=True, slots=True)
class ContinueInstance:
    """Give an instance the next budget, by the job that stands for it."""

    job: str
    fence: int


@handles(ContinueInstance, roots=lambda connection, command: jobs.root_of(connection, command.job))
def continue_instance(work: Work, command: ContinueInstance) -> Answer:
    """Go on; an instance that goes in circles gets an incident instead of another budget."""
    access.engine(work.principal)
    row = held(work, command.job, command.fence)
    jobs.drop(work.connection, row.id)
    case = work.case(row.instance_id)
    if case.row.state != "active":
        return {"instance": case.row.id, "more": False}
    go_on(work, case)
    return {"instance": case.row.id, "more": case.more}


def go_on(work: Work, case: Case) -> None:
    """Run one budget of a case."""
    before = _picture(case)
    work.step(case, bpmn.Continue())
    if not case.more:
        case.row.stalls = 0
        return
    rounds, still = divmod(case.row.stalls, _ROUND)
    rounds += 1
    still = 0 if _moved(before, _picture(case)) else still + 1
    case.row.stalls = rounds * _ROUND + still
    if still >= STILL or rounds >= LONGEST:
        case.more = False
        case.row.stalls = 0
        if not incidents.is_open(work.connection, case.row.id, ""):
            case.events.append(_circling(case))


def _picture(case: Case) -> tuple[Counter[str], int]:
    """Return what waits at which element, and how many tokens run."""
    tokens = bpmn.tokens(case.row.snapshot)
    waiting = Counter(token.element for token in tokens if token.state in ("waiting", "incident"))
    ready = sum(token.state == "ready" for token in tokens)
    # What a repeated activity has behind it is progress too.
    return waiting, ready - sum(max(token.done, 0) for token in tokens)


def _moved(before: tuple[Counter[str], int], after: tuple[Counter[str], int]) -> bool:
    """Tell whether a budget brought something on: another wait, or fewer tokens to run."""
    return before[0] != after[0] or after[1] < before[1]


def _circling(case: Case) -> e.IncidentRaised:
    ready = [t.element for t in bpmn.tokens(case.row.snapshot) if t.state == "ready"]
    element = ready[0] if ready else ""
    return e.IncidentRaised(
        "",
        element,
        CODE,
        "the process goes on and on without ever waiting for anything",
        {"elements": sorted(set(ready))[:20]},
    )
