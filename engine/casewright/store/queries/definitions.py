"""Deployed processes, decisions and their files: everyone who is signed in may read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, select, tuple_

from casewright.domain.people import Scope
from casewright.store.queries import values
from casewright.store.queries.paging import Page, checked, decode, page
from casewright.store.statements import Statement, every, first
from casewright.store.tables import Decision, Definition, Deployment, Resource

_table = Definition.__table__  # type: ignore[attr-defined]
_deployment = Deployment.__table__  # type: ignore[attr-defined]
_resource = Resource.__table__  # type: ignore[attr-defined]
_decision = Decision.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class DefinitionView:
    """A version of a process; `startable` tells that a person can start it by hand."""

    id: str
    deployment: str
    app: str
    process: str
    version: int
    latest: bool
    name: str
    path: str
    startable: bool
    start_form: str | None
    created: datetime


@dataclass(frozen=True, slots=True)
class DeploymentView:
    """A release of an app."""

    id: str
    app: str
    version: int
    hash: str
    title: str
    created: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class ResourceView:
    """A file of a deployment, byte for byte."""

    deployment: str
    path: str
    kind: str
    hash: str
    content: bytes


@dataclass(frozen=True, slots=True)
class DecisionVersion:
    """A version of a decision."""

    id: str
    deployment: str
    app: str
    decision: str
    version: int
    name: str
    path: str


_COLUMNS = (
    _table.c.id, _table.c.deployment_id, _table.c.app, _table.c.process_id, _table.c.version,
    _table.c.latest, _table.c.name, _table.c.path, _table.c.startable, _table.c.start_form,
    _table.c.created_at,
)  # fmt: skip
_FILE = (
    _resource.c.deployment_id, _resource.c.path, _resource.c.kind, _resource.c.hash,
    _resource.c.content,
)  # fmt: skip


def _view(row: Any) -> DefinitionView:
    return DefinitionView(*values.typed(row, latest=bool, startable=bool, created_at=values.at))


@cache
def _definitions(process: bool, app: bool, latest: bool, after: bool) -> Statement:
    rows = select(*_COLUMNS)
    if process:
        rows = rows.where(_table.c.process_id == bindparam("process"))
    if app:
        rows = rows.where(_table.c.app == bindparam("app"))
    if latest:
        rows = rows.where(_table.c.latest == 1)
    order = (_table.c.process_id, -_table.c.version)
    if after:
        limits = [bindparam(f"after_{i}", type_=c.type) for i, c in enumerate(order)]
        rows = rows.where(tuple_(*order) > tuple_(*limits))
    rows = rows.order_by(*order).limit(bindparam("rows", type_=Integer()))
    return Statement(rows)


def definitions(
    scope: Scope,
    conn: Connection,
    *,
    process: str | None = None,
    app: str | None = None,
    all_versions: bool = False,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[DefinitionView]:
    """Return processes by their id; with `all_versions` every version, the newest first."""
    after = decode(cursor, (str, int)) if cursor else ()
    bound: dict[str, Any] = {"process": process, "app": app, "rows": checked(limit) + 1}
    bound |= {f"after_{i}": part for i, part in enumerate(after)}
    statement = _definitions(process is not None, app is not None, not all_versions, bool(cursor))
    return page(every(statement, conn, **bound), limit, _view, lambda row: (row[3], -row[4]))


_one = Statement(select(*_COLUMNS).where(_table.c.id == bindparam("id")))
_latest = Statement(
    select(*_COLUMNS)
    .where(_table.c.process_id == bindparam("process"), _table.c.latest == 1)
    .order_by(_table.c.version.desc())
    .limit(1)
)
_versioned = Statement(
    select(*_COLUMNS).where(
        _table.c.process_id == bindparam("process"),
        _table.c.version == bindparam("version", type_=Integer()),
    )
)
_startable = Statement(
    select(*_COLUMNS)
    .where(_table.c.latest == 1, _table.c.startable == 1)
    .order_by(_table.c.name, _table.c.process_id)
)


def definition(scope: Scope, conn: Connection, id: str) -> DefinitionView | None:
    """Return a definition by its id."""
    row = first(_one, conn, id=id)
    return None if row is None else _view(row)


def of_process(
    scope: Scope, conn: Connection, process: str, version: int | None = None
) -> DefinitionView | None:
    """Return a version of the process, the latest when `version` is None."""
    if version is None:
        row = first(_latest, conn, process=process)
    else:
        row = first(_versioned, conn, process=process, version=version)
    return None if row is None else _view(row)


def startable(scope: Scope, conn: Connection) -> tuple[DefinitionView, ...]:
    """Return the latest versions of the processes that a person can start by hand."""
    return tuple(_view(row) for row in every(_startable, conn))


_deployments = Statement(
    select(
        _deployment.c.id, _deployment.c.app, _deployment.c.version, _deployment.c.hash,
        _deployment.c.title, _deployment.c.created_at, _deployment.c.created_by,
    ).order_by(_deployment.c.app, _deployment.c.version.desc())
)  # fmt: skip


def deployments(
    scope: Scope, conn: Connection, *, app: str | None = None
) -> tuple[DeploymentView, ...]:
    """Return the releases of `app`, or of every app; the newest of each app first."""
    rows = every(_deployments, conn)
    return tuple(
        DeploymentView(*values.typed(row, created_at=values.at))
        for row in rows
        if app is None or row.app == app
    )


_file = Statement(
    select(*_FILE).where(
        _resource.c.deployment_id == bindparam("deployment"), _resource.c.path == bindparam("path")
    )
)
_files = Statement(
    select(*_FILE)
    .where(_resource.c.deployment_id == bindparam("deployment"))
    .order_by(_resource.c.path)
)


def _resource_view(row: Any) -> ResourceView:
    return ResourceView(*values.typed(row, content=bytes))


def resource(scope: Scope, conn: Connection, deployment: str, path: str) -> ResourceView | None:
    """Return one file of a deployment."""
    row = first(_file, conn, deployment=deployment, path=path)
    return None if row is None else _resource_view(row)


def resources(
    scope: Scope, conn: Connection, deployment: str, kind: str | None = None
) -> tuple[ResourceView, ...]:
    """Return the files of a deployment, all or those of one kind."""
    rows = every(_files, conn, deployment=deployment)
    return tuple(_resource_view(row) for row in rows if kind is None or row.kind == kind)


_decisions = Statement(
    select(
        _decision.c.id, _decision.c.deployment_id, _decision.c.app, _decision.c.decision_id,
        _decision.c.version, _decision.c.name, _decision.c.path,
    ).order_by(_decision.c.decision_id, _decision.c.version.desc())
)  # fmt: skip


def decisions(scope: Scope, conn: Connection) -> tuple[DecisionVersion, ...]:
    """Return every version of every decision, the newest of each first."""
    return tuple(DecisionVersion(*row) for row in every(_decisions, conn))
