"""Reading and writing deployments, as commands need them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from casewright.store.statements import Statement, hot, hots
from casewright.store.tables import (
    Decision,
    Definition,
    Deployment,
    Resource,
    StartTimer,
    Subscription,
)

_deployment = Deployment.__table__  # type: ignore[attr-defined]
_resource = Resource.__table__  # type: ignore[attr-defined]
_definition = Definition.__table__  # type: ignore[attr-defined]
_decision = Decision.__table__  # type: ignore[attr-defined]
_subscription = Subscription.__table__  # type: ignore[attr-defined]
_timer = StartTimer.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class DeploymentRow:
    """A release of an app."""

    id: str
    app: str
    version: int
    hash: str
    parent_hash: str
    title: str
    settings: str
    created_at: int
    created_by: str


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """A file of a release; `kind` is bpmn, dmn, form, app or other."""

    deployment_id: str
    path: str
    kind: str
    hash: str
    content: bytes


@dataclass(frozen=True, slots=True)
class DefinitionRow:
    """A version of a process."""

    id: str
    deployment_id: str
    app: str
    process_id: str
    version: int
    latest: int
    name: str
    path: str
    startable: int
    start_form: str | None
    created_at: int
    desugaring: int


_by_id = Statement(select(_deployment).where(_deployment.c.id == bindparam("id")))
_newest = Statement(
    select(_deployment)
    .where(_deployment.c.app == bindparam("app"))
    .order_by(_deployment.c.version.desc())
    .limit(1)
)
_resources = Statement(
    select(_resource)
    .where(_resource.c.deployment_id == bindparam("deployment"))
    .order_by(_resource.c.path)
)
_definition_by_id = Statement(select(_definition).where(_definition.c.id == bindparam("id")))
_latest_of = Statement(
    select(_definition).where(
        _definition.c.process_id == bindparam("process"), _definition.c.latest == 1
    )
)
_version_of = Statement(
    select(_definition).where(
        _definition.c.process_id == bindparam("process"),
        _definition.c.version == bindparam("version"),
    )
)
_in_deployment = Statement(
    select(_definition).where(
        _definition.c.process_id == bindparam("process"),
        _definition.c.deployment_id == bindparam("deployment"),
    )
)
_newest_version = Statement(
    select(func.coalesce(func.max(_definition.c.version), 0)).where(
        _definition.c.process_id == bindparam("process")
    )
)
_age = Statement(
    update(_definition)
    .where(_definition.c.process_id == bindparam("process"), _definition.c.latest == 1)
    .values(latest=0)
)
_latest_of_app = Statement(
    select(_definition.c.process_id)
    .where(_definition.c.app == bindparam("app"), _definition.c.latest == 1)
    .order_by(_definition.c.process_id)
)
_release = _deployment.alias("release")
# A decision that its app has dropped is found by nobody any more but by running cases.
_latest_decision = Statement(
    select(_decision.c.deployment_id, _decision.c.app)
    .join(_deployment, _deployment.c.id == _decision.c.deployment_id)
    .where(
        _decision.c.decision_id == bindparam("decision"),
        _deployment.c.version
        == select(func.max(_release.c.version))
        .where(_release.c.app == _decision.c.app)
        .scalar_subquery(),
    )
    .order_by(_decision.c.version.desc())
    .limit(1)
)
_newest_decision = Statement(
    select(func.coalesce(func.max(_decision.c.version), 0)).where(
        _decision.c.decision_id == bindparam("decision")
    )
)
_decision_versions = Statement(
    select(_decision.c.decision_id, _decision.c.version).where(
        _decision.c.deployment_id == bindparam("deployment")
    )
)
_add = {
    "deployment": Statement(insert(_deployment)),
    "resource": Statement(insert(_resource)),
    "definition": Statement(insert(_definition)),
    "decision": Statement(insert(_decision)),
    "subscription": Statement(insert(_subscription)),
}
_drop_timers = Statement(delete(_timer).where(_timer.c.process_id == bindparam("process")))
_drop_starts = Statement(
    delete(_subscription).where(
        _subscription.c.process_id == bindparam("process"), _subscription.c.instance_id.is_(None)
    )
)


def deployment(connection: Connection, key: str) -> DeploymentRow | None:
    """Return a deployment by its id."""
    found = hot(_by_id, connection, id=key)
    return None if found is None else DeploymentRow(*found)


def newest(connection: Connection, app: str) -> DeploymentRow | None:
    """Return the newest deployment of an app."""
    found = hot(_newest, connection, app=app)
    return None if found is None else DeploymentRow(*found)


def resources(connection: Connection, deployment_id: str) -> Sequence[ResourceRow]:
    """Return the files of a deployment, by path."""
    rows = hots(_resources, connection, deployment=deployment_id)
    return [ResourceRow(r[0], r[1], r[2], r[3], bytes(r[4])) for r in rows]


def definition(connection: Connection, key: str) -> DefinitionRow | None:
    """Return a definition by its id."""
    found = hot(_definition_by_id, connection, id=key)
    return None if found is None else DefinitionRow(*found)


def latest(connection: Connection, process: str) -> DefinitionRow | None:
    """Return the latest version of a process."""
    found = hot(_latest_of, connection, process=process)
    return None if found is None else DefinitionRow(*found)


def version(connection: Connection, process: str, number: int) -> DefinitionRow | None:
    """Return one version of a process."""
    found = hot(_version_of, connection, process=process, version=number)
    return None if found is None else DefinitionRow(*found)


def in_deployment(connection: Connection, process: str, key: str) -> DefinitionRow | None:
    """Return the version of a process that a deployment brought."""
    found = hot(_in_deployment, connection, process=process, deployment=key)
    return None if found is None else DefinitionRow(*found)


def next_version(connection: Connection, process: str) -> int:
    """Return the number of the process's next version."""
    found = hot(_newest_version, connection, process=process)
    assert found is not None
    return int(found[0]) + 1


def next_decision_version(connection: Connection, decision: str) -> int:
    """Return the number of the decision's next version."""
    found = hot(_newest_decision, connection, decision=decision)
    assert found is not None
    return int(found[0]) + 1


def latest_decision(connection: Connection, decision: str) -> str | None:
    """Return the deployment that holds the newest version of a decision."""
    found = hot(_latest_decision, connection, decision=decision)
    return None if found is None else str(found[0])


def decision_app(connection: Connection, decision: str) -> str | None:
    """Return the app whose newest release has the decision."""
    found = hot(_latest_decision, connection, decision=decision)
    return None if found is None else str(found[1])


def latest_of_app(connection: Connection, app: str) -> list[str]:
    """Return the processes of an app that have a latest version."""
    return [str(row[0]) for row in hots(_latest_of_app, connection, app=app)]


def decision_versions(connection: Connection, deployment_id: str) -> dict[str, int]:
    """Return the version of every decision of a deployment."""
    rows = hots(_decision_versions, connection, deployment=deployment_id)
    return {str(row[0]): int(row[1]) for row in rows}


def add(connection: Connection, table: str, **values: Any) -> None:
    """Insert a row of a deployment: deployment, resource, definition, decision, subscription."""
    _add[table].run(connection, values)


def retire(connection: Connection, process: str) -> None:
    """Take "latest" and all that starts it by itself from the process's present version."""
    _age.run(connection, {"process": process})
    _drop_timers.run(connection, {"process": process})
    _drop_starts.run(connection, {"process": process})
