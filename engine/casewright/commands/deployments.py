"""Deploying an app: all its files are checked and stored, or none is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from casewright import bpmn
from casewright.commands import access, start_timers
from casewright.commands.check import Checked, check
from casewright.commands.unit import Answer, Kind, handles
from casewright.commands.work import Ports, Work
from casewright.domain.errors import Refused
from casewright.domain.ids import new_id
from casewright.domain.people import Permission
from casewright.store import deployments, people
from casewright.xml.findings import Finding

# Who may deploy must not become somebody who may do anything.
_STRONG = frozenset({Permission.ADMIN.value, Permission.DEPLOY.value})


@dataclass(frozen=True, slots=True)
class Deploy:
    """Deploy the files of an app, given by path; `parent_hash` is the release they came from.

    Where the app has meanwhile a release that is not `parent_hash`, the deployment is refused
    with what differs; None does not ask.
    """

    app: str
    files: Mapping[str, bytes] = field(repr=False)
    parent_hash: str | None = None


def content_hash(files: Mapping[str, bytes]) -> str:
    """Return the one hash of a deployment: SHA-256 over paths and contents, in path order."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path}\x00{len(files[path])}\x00".encode())
        digest.update(files[path])
    return digest.hexdigest()


def _prepare(ports: Ports, command: Deploy) -> Checked:
    return check(command.app, command.files, operations=ports.operations)


@handles(Deploy, Kind.ADMIN, prepare=_prepare)
def deploy(work: Work, command: Deploy, checked: Checked) -> Answer:
    """Store a release; the same files again change nothing."""
    access.require(work.principal, Permission.DEPLOY)
    if checked.errors:
        raise Refused("deploy-refused", findings=checked.told, count=len(checked.errors))
    digest = content_hash(command.files)
    before = deployments.newest(work.connection, command.app)
    if before is not None and before.hash == digest:
        return _answer(before.id, before.version, digest, [], checked, unchanged=True)
    if before is not None and command.parent_hash not in (None, before.hash):
        raise Refused("deploy-conflict", files=_differing(work, before.id, command.files))
    _refuse_what_is_not_theirs(work, command.app, checked)
    key = new_id(work.now)
    version = before.version + 1 if before else 1
    deployments.add(
        work.connection,
        "deployment",
        id=key,
        app=command.app,
        version=version,
        hash=digest,
        parent_hash=before.hash if before else "",
        title=str(checked.settings.get("title", command.app)),
        settings=orjson.dumps(checked.settings, default=str).decode(),
        created_at=work.at,
        created_by=work.principal.effective,
    )
    for path, content in sorted(command.files.items()):
        deployments.add(
            work.connection,
            "resource",
            deployment_id=key,
            path=path,
            kind=checked.kinds[path],
            hash=hashlib.sha256(content).hexdigest(),
            content=content,
        )
    retired = _retire_missing(work, command.app, checked)
    brought = [_add_process(work, command.app, key, p) for p in checked.processes]
    _add_decisions(work, command.app, key, checked)
    _add_groups(work, checked.settings.get("roles") or [])
    work.record = {"app": command.app, "version": version, "hash": digest, "deployment": key}
    if retired:
        work.record["retired"] = retired
    work.topics.add("definitions")
    return _answer(key, version, digest, brought, checked)


def _refuse_what_is_not_theirs(work: Work, app: str, checked: Checked) -> None:
    """Refuse names that another app uses, and groups with rights that the deployer cannot give."""
    findings: list[Finding] = []
    for process in checked.processes:
        latest = deployments.latest(work.connection, process.process_id)
        if latest is not None and latest.app != app:
            message = f"the app “{latest.app}” has a process of this name"
            element = process.process_id
            findings.append(Finding(process.file, element, 0, "process-taken", message, "error"))
    for key, (_, path) in sorted(checked.decisions.items()):
        owner = deployments.decision_app(work.connection, key)
        if owner not in (None, app):
            message = f"the app “{owner}” has a decision of this name"
            findings.append(Finding(path, key, 0, "decision-taken", message, "error"))
    if findings:
        found = [*checked.told, *findings]
        raise Refused("deploy-refused", findings=found, count=len(findings))
    for role in checked.settings.get("roles") or ():
        strong = _STRONG.intersection(role.get("permissions") or ())
        if strong and not people.group_exists(work.connection, role["name"]):
            access.require(work.principal, Permission.ADMIN)


def _retire_missing(work: Work, app: str, checked: Checked) -> list[str]:
    """Let nobody start what the new release no longer has; running cases end as they began."""
    kept = {process.process_id for process in checked.processes}
    gone = [p for p in deployments.latest_of_app(work.connection, app) if p not in kept]
    for process in gone:
        deployments.retire(work.connection, process)
    return gone


def _add_process(work: Work, app: str, deployment: str, process: bpmn.Definition) -> dict[str, Any]:
    number = deployments.next_version(work.connection, process.process_id)
    deployments.retire(work.connection, process.process_id)
    key = new_id(work.now)
    plain = process.none_start
    deployments.add(
        work.connection,
        "definition",
        id=key,
        deployment_id=deployment,
        app=app,
        process_id=process.process_id,
        version=number,
        latest=1,
        name=process.name or process.process_id,
        path=process.file,
        startable=1 if plain is not None else 0,
        start_form=plain.form if plain is not None else None,
        created_at=work.at,
        desugaring=process.desugar_version,
    )
    for kind, starts in (("message", process.message_starts), ("signal", process.signal_starts)):
        for start in starts:
            _subscribe(work, kind, start, key, process.process_id)
    start_timers.schedule(work, key, process)
    return {"definition": key, "process": process.process_id, "version": number}


def _subscribe(
    work: Work, kind: str, start: bpmn.MessageStart | bpmn.SignalStart, key: str, process: str
) -> None:
    deployments.add(
        work.connection,
        "subscription",
        id=new_id(work.now),
        name=start.name,
        correlation_key="",
        definition_id=key,
        process_id=process,
        instance_id=None,
        root_id=None,
        token="",
        element=start.element,
        created_at=work.at,
        kind=kind,
    )


def _add_decisions(work: Work, app: str, deployment: str, checked: Checked) -> None:
    for decision_id, (name, path) in sorted(checked.decisions.items()):
        deployments.add(
            work.connection,
            "decision",
            id=new_id(work.now),
            deployment_id=deployment,
            app=app,
            decision_id=decision_id,
            version=deployments.next_decision_version(work.connection, decision_id),
            name=name,
            path=path,
        )


def _add_groups(work: Work, roles: Iterable[Any]) -> None:
    for role in roles:
        if isinstance(role, dict) and role.get("name"):
            people.ensure_group(
                work.connection,
                str(role["name"]),
                str(role.get("title") or role["name"]),
                ",".join(str(p) for p in role.get("permissions") or ()),
            )


def _differing(work: Work, deployment: str, files: Mapping[str, bytes]) -> list[str]:
    stored = {r.path: r.content for r in deployments.resources(work.connection, deployment)}
    paths = set(stored) | set(files)
    return sorted(path for path in paths if stored.get(path) != files.get(path))


def _answer(
    deployment: str,
    version: int,
    digest: str,
    brought: list[dict[str, Any]],
    checked: Checked,
    unchanged: bool = False,
) -> Answer:
    return {
        "deployment": deployment,
        "version": version,
        "hash": digest,
        "unchanged": unchanged,
        "definitions": brought,
        "warnings": [
            {
                "file": f.file,
                "element": f.element,
                "line": f.line,
                "code": f.code,
                "message": f.message,
            }
            for f in checked.told
        ],
    }
