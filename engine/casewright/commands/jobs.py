"""Jobs: claimed, carried out with no transaction open, and brought home under their fence.

    ClaimJobs → `execute` (the connector's call) → CompleteJob or FailJob

A job is claimed under a lease; its fence rises with every claim, so a worker that lost it
cannot bring a late result. Whether a call had an effect may be unknown after a crash: then
the other side is asked before the call is repeated, with the same key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson
from pydantic import ValidationError

from casewright import bpmn
from casewright.commands import access, catalogue
from casewright.commands.unit import Answer, Kind, handles
from casewright.commands.work import Case, Work
from casewright.domain import events as e
from casewright.domain.clock import micros
from casewright.domain.errors import Refused
from casewright.domain.retry import LONGEST, RetryPolicy
from casewright.feel import codec
from casewright.feel.problems import FeelError
from casewright.feel.values import from_python
from casewright.store import Connection, jobs
from casewright.store.jobs import JobRow
from casewright_connectors.contract import (
    Business,
    CannotTell,
    Connector,
    Context,
    Failure,
    Found,
    Model,
    NotFound,
    Operation,
    Outcome,
    Permanent,
    Result,
    Transient,
    Unknown,
)
from casewright_connectors.registry import Registry

# How a worker is told to carry out a job; tests and the player hand in their own.
Execute = Callable[[JobRow], Outcome | None]
Connectors = Registry

LEASE = timedelta(seconds=30)
PATIENCE = timedelta(hours=24)
MOST = 64


@dataclass(frozen=True, slots=True)
class ClaimJobs:
    """Claim up to `limit` jobs that are due, for this worker."""

    worker: str
    limit: int


@dataclass(frozen=True, slots=True)
class RenewJobs:
    """Keep claimed jobs, (id, fence) each, for another lease."""

    held: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class ReturnJob:
    """Give a claimed job back whose call was not begun."""

    job: str
    fence: int


@dataclass(frozen=True, slots=True)
class CompleteJob:
    """The other side did it."""

    job: str
    fence: int
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PerformJob:
    """Let the engine itself do a builtin job, and complete it, in one transaction."""

    job: str
    fence: int
    input: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FailJob:
    """The attempt failed; `outcome` is the kind of failure, "unreachable" is not counted."""

    job: str
    fence: int
    outcome: str
    message: str = ""
    retry_after: timedelta | None = None
    code: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)


# -- the call, with no transaction open


def execute(job: JobRow, registry: Registry) -> Outcome | None:
    """Carry out a job by its connector; None says that the engine itself does it.

    Whatever a connector raises beside the contract's failures counts as `Unknown`: it may
    have been sent.
    """
    operation = registry.operation(job.operation)
    if operation is None:
        return Permanent(f"there is no connector operation “{job.operation}”")
    connector = registry.connector(operation)
    try:
        given = checked_input(operation, job)
    except Permanent as failure:
        return failure
    if connector is None:
        return None
    ctx = registry.context(job.key, job.attempt + 1, orjson.loads(job.headers))
    if job.outcome == "unknown":
        before = _look_up(connector, operation, ctx)
        if isinstance(before, Result):
            return _checked_output(operation, before)
        if isinstance(before, CannotTell) and not connector.keyed:
            return Unknown(f"an earlier attempt may have had its effect: {before.reason}")
    outcome = _call(connector, operation, given, ctx)
    if isinstance(outcome, Unknown):
        return _settled(connector, operation, ctx, outcome)
    return outcome


def _call(connector: Connector, operation: Operation, given: Model, ctx: Context) -> Outcome:
    try:
        result = connector.execute(operation, given, ctx)
    except (Business, Transient, Permanent, Unknown) as failure:
        return failure
    except Exception as problem:
        return Unknown(f"the connector itself failed: {type(problem).__name__}")
    return _checked_output(operation, result)


def _look_up(connector: Connector, operation: Operation, ctx: Context) -> Found:
    try:
        return connector.look_up(operation, ctx.key, ctx)
    except Failure as failure:
        return CannotTell(failure.message)
    except Exception as problem:
        return CannotTell(f"the connector itself failed: {type(problem).__name__}")


def _settled(connector: Connector, operation: Operation, ctx: Context, unknown: Unknown) -> Outcome:
    """Ask what became of a call; one that may be repeated is `Transient`."""
    found = _look_up(connector, operation, ctx)
    if isinstance(found, Result):
        return _checked_output(operation, found)
    if isinstance(found, NotFound) or connector.keyed:
        return Transient(unknown.message)
    return unknown


def checked_input(operation: Operation, job: JobRow) -> Model:
    """Return a job's input as the operation's model; `Permanent` names the wrong fields."""
    values = {name: codec.from_json(value) for name, value in orjson.loads(job.input).items()}
    try:
        return operation.input.model_validate(values)
    except ValidationError as problem:
        raise Permanent(f"the input does not fit “{operation.type}”: {_fields(problem)}") from None


def _checked_output(operation: Operation, result: Result) -> Outcome:
    try:
        model = operation.output.model_validate(dict(result.values))
    except ValidationError as problem:
        return Permanent(
            f"it was done, but the answer does not fit “{operation.type}”: {_fields(problem)}"
        )
    return Result(model.model_dump())


def _fields(problem: ValidationError) -> str:
    """Return which fields are wrong and how, without their values."""
    found = problem.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(
        f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}" for error in found
    )


def ending(job: JobRow, outcome: Outcome | None, registry: Registry) -> Any:
    """Return the command that brings an outcome home."""
    if outcome is None:
        operation = registry.operation(job.operation)
        assert operation is not None
        return PerformJob(job.id, job.fence, checked_input(operation, job).model_dump())
    if isinstance(outcome, Result):
        return CompleteJob(job.id, job.fence, outcome.values)
    if isinstance(outcome, Business):
        return FailJob(
            job.id, job.fence, outcome.kind, outcome.message, None, outcome.code, outcome.variables
        )
    if isinstance(outcome, Transient):
        kind = outcome.kind if outcome.answered else "unreachable"
        return FailJob(job.id, job.fence, kind, outcome.message, outcome.retry_after)
    return FailJob(job.id, job.fence, outcome.kind, outcome.message)


# -- the commands


def _roots(connection: Connection, command: CompleteJob | PerformJob | FailJob) -> list[str]:
    return jobs.root_of(connection, command.job)


@handles(ClaimJobs, Kind.HOUSEKEEPING)
def claim_jobs(work: Work, command: ClaimJobs) -> Answer:
    """Claim; the answer holds the rows themselves and is for this process only."""
    access.engine(work.principal)
    limit = max(0, min(command.limit, MOST))
    lease = LEASE // timedelta(microseconds=1)
    return {"jobs": jobs.claim(work.connection, command.worker, work.at, lease, limit)}


@handles(RenewJobs, Kind.HOUSEKEEPING)
def renew_jobs(work: Work, command: RenewJobs) -> Answer:
    """Renew leases; the answer names the jobs that were lost."""
    access.engine(work.principal)
    until = micros(work.now + LEASE)
    kept = {job: jobs.renew(work.connection, job, fence, until) for job, fence in command.held}
    return {"lost": [job for job, held in kept.items() if not held]}


@handles(ReturnJob, Kind.HOUSEKEEPING)
def return_job(work: Work, command: ReturnJob) -> Answer:
    """Give back; others may claim it at once."""
    access.engine(work.principal)
    if jobs.give_back(work.connection, command.job, command.fence):
        work.topics.add("jobs")
    return {"job": command.job}


def held(work: Work, job: str, fence: int) -> JobRow:
    """Return a job that the caller still holds, or refuse."""
    row = jobs.load(work.connection, job)
    if row is None or row.state != "running" or row.fence != fence:
        raise Refused("job-lost", job)
    return row


@handles(CompleteJob, roots=_roots)
def complete_job(work: Work, command: CompleteJob) -> Answer:
    """Complete a job and move its case."""
    access.engine(work.principal)
    row = held(work, command.job, command.fence)
    case = work.case(row.instance_id)
    return _bring_home(work, case, row, lambda: _completed(row, command.variables))


@handles(PerformJob, roots=_roots)
def perform_job(work: Work, command: PerformJob) -> Answer:
    """Let the builtin provider write its effect, and complete the job."""
    access.engine(work.principal)
    row = held(work, command.job, command.fence)
    case = work.case(row.instance_id)
    result = catalogue.BUILTIN[row.operation](work, case, row, command.input)
    return _bring_home(work, case, row, lambda: _completed(row, result))


def _completed(row: JobRow, variables: Mapping[str, Any]) -> bpmn.CompleteJob:
    return bpmn.CompleteJob(row.token, _typed(variables))


def _bring_home(
    work: Work, case: Case, row: JobRow, change: Callable[[], bpmn.CompleteJob | bpmn.ThrowError]
) -> Answer:
    """Move the case by an answer; one that no variable can hold is a permanent failure.

    Refusing it would only bring the job back when its lease runs out, and call again.
    """
    begun = len(case.events)
    try:
        work.step(case, change())
    except FeelError as problem:
        reason = problem.message
    except Refused as refused:
        if refused.code != "value-too-large" or len(case.events) > begun:
            raise
        reason = refused.text()
    else:
        return work.summary(case)
    message = f"the other side answered, but the answer cannot be kept: {reason}"
    return _failed(work, case, row, FailJob(row.id, row.fence, Permanent.kind, message))


@handles(FailJob, roots=_roots)
def fail_job(work: Work, command: FailJob) -> Answer:
    """Plan the next attempt, throw the BPMN error, or raise an incident."""
    access.engine(work.principal)
    row = held(work, command.job, command.fence)
    case = work.case(row.instance_id)
    if row.kind in (jobs.CONTINUE, jobs.SIGNAL):
        jobs.drop(work.connection, row.id)
        case.events.append(e.IncidentRaised("", "", "job-refused", command.message))
        return work.summary(case)
    if command.outcome == Business.kind:
        failed = e.JobFailed(row.token, row.attempt + 1, command.outcome, command.message)
        case.events.append(failed)
        return _bring_home(work, case, row, lambda: _error(row, command))
    return _failed(work, case, row, command)


def _error(row: JobRow, command: FailJob) -> bpmn.ThrowError:
    return bpmn.ThrowError(row.token, command.code, command.message, _typed(command.variables))


def _failed(work: Work, case: Case, row: JobRow, command: FailJob) -> Answer:
    counted = command.outcome != "unreachable"
    attempt = row.attempt + 1 if counted else row.attempt
    delay = _delay(work, row, command, attempt)
    again = None if delay is None else micros(work.now + delay)
    case.events.append(e.JobFailed(row.token, attempt, command.outcome, command.message, again))
    if again is None:
        case.events.append(_incident(row, command, attempt))
    return {"job": row.id, "state": "failed" if again is None else "ready", "next": again}


def _delay(work: Work, row: JobRow, command: FailJob, attempt: int) -> timedelta | None:
    if command.outcome == Transient.kind:
        return RetryPolicy(retries=row.retries).delay(attempt, command.retry_after)
    if command.outcome != "unreachable":
        return None
    # Not counted, so the backoff follows the time that has passed: it doubles it.
    since = row.unreachable_since or work.at
    waited = timedelta(microseconds=max(0, work.at - since))
    if waited >= PATIENCE:
        return None
    return min(max(waited, RetryPolicy().first), LONGEST)


_CODES = {
    Transient.kind: ("job-failed", "it failed {tries} times; last: {text}"),
    "unreachable": ("job-unreachable", "nobody could be reached for a day; last: {text}"),
    Permanent.kind: ("job-refused", "{text}"),
    Unknown.kind: ("outcome-unknown", "whether it had its effect is not known: {text}"),
}


def _incident(row: JobRow, command: FailJob, attempt: int) -> e.IncidentRaised:
    code, text = _CODES[command.outcome]
    details: dict[str, Any] = {"job": row.id, "operation": row.operation}
    message = text.format(tries=attempt, text=command.message)
    if row.order_key:
        details["order_key"] = row.order_key
        message += "; later jobs of the same order wait for it"
    return e.IncidentRaised(row.token, row.element, code, message, details)


def _typed(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: from_python(value) for name, value in values.items()}
