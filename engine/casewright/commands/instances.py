"""Instances: start, cancel, edit variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from casewright import bpmn, feel
from casewright.commands import access
from casewright.commands.tasks import checked
from casewright.commands.unit import Answer, handles
from casewright.commands.work import Work
from casewright.domain.errors import Refused
from casewright.domain.people import Kind as Who
from casewright.domain.people import Permission
from casewright.store import Connection, deployments, instances
from casewright.store.deployments import DefinitionRow


@dataclass(frozen=True, slots=True)
class StartInstance:
    """Start a process, by its start form's values where it has one; latest version if None.

    `instance` is given by callers that need the same id on a repeat.
    """

    process: str
    values: Mapping[str, Any] = field(default_factory=dict)
    business_key: str = ""
    version: int | None = None
    instance: str = ""


@dataclass(frozen=True, slots=True)
class CancelInstance:
    """End a case early, with the reason that its history shows."""

    instance: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SetVariables:
    """Write variables of a running instance; `version` refuses when it changed meanwhile."""

    instance: str
    values: Mapping[str, Any]
    scope: str = ""
    version: int | None = None


def root(connection: Connection, instance: str) -> list[str]:
    """Return the root to lock for an instance; empty when there is no such instance."""
    found = instances.root_of(connection, instance)
    return [] if found is None else [found]


def _target(connection: Connection, command: StartInstance) -> DefinitionRow:
    if command.version is None:
        found = deployments.latest(connection, command.process)
    else:
        found = deployments.version(connection, command.process, command.version)
    if found is None:
        raise Refused("process-unknown", process=command.process)
    return found


@handles(StartInstance)
def start_instance(work: Work, command: StartInstance) -> Answer:
    """Start; needs the right to start processes."""
    access.require(work.principal, Permission.START)
    if command.instance and instances.root_of(work.connection, command.instance) is not None:
        # Its key was forgotten meanwhile, so nobody can tell whether it is the same request.
        raise Refused("key-reused", "Idempotency-Key")
    target = _target(work.connection, command)
    definition, release = work.ports.definitions.of(work.connection, target.id)
    if definition.none_start is None:
        raise Refused("not-startable", process=command.process)
    values: Mapping[str, Any] = command.values
    if definition.none_start.form:
        values = checked(work, release.form(definition.none_start.form), values, {})
    elif values and work.principal.kind is not Who.SYSTEM:
        access.require(work.principal, Permission.OPERATE)
    case = work.begin(
        target,
        bpmn.Start(values),
        business_key=command.business_key,
        instance=command.instance,
    )
    return {"definition": target.id, "version": target.version, **work.summary(case)}


@handles(CancelInstance, roots=lambda connection, command: root(connection, command.instance))
def cancel_instance(work: Work, command: CancelInstance) -> Answer:
    """Cancel a case with all it called; needs the right to operate cases."""
    access.require(work.principal, Permission.OPERATE)
    case = work.case(command.instance)
    if case.row.state != "active":
        raise Refused("instance-ended")
    if case.row.parent_id is not None:
        raise Refused("not-startable", process=case.row.process_id)
    work.step(case, bpmn.Cancel(command.reason))
    return {"instance": case.row.id, "state": "cancelled"}


@handles(SetVariables, roots=lambda connection, command: root(connection, command.instance))
def set_variables(work: Work, command: SetVariables) -> Answer:
    """Edit variables; needs the right to operate cases."""
    access.require(work.principal, Permission.OPERATE)
    case = work.case(command.instance)
    if case.row.state != "active":
        raise Refused("instance-ended")
    if command.version is not None and command.version != case.row.version:
        raise Refused("version-conflict")
    values = {name: feel.values.from_python(value) for name, value in command.values.items()}
    work.step(case, bpmn.SetVariables(values, command.scope))
    changed = bool(case.events or case.more)
    return {"instance": case.row.id, "version": case.row.version + changed}
