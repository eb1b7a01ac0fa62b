"""Compiled deployments, loaded once and shared: starting an instance parses nothing."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from casewright import bpmn, dmn, forms
from casewright.domain.errors import Refused
from casewright.forms import FormSchema
from casewright.store import Connection, deployments
from casewright.store.deployments import DefinitionRow


@dataclass(frozen=True, slots=True)
class Release:
    """The compiled files of one deployment; immutable, so it is kept for ever."""

    id: str
    app: str
    processes: Mapping[str, bpmn.Definition]
    forms: Mapping[str, forms.FormSchema]
    decisions: Mapping[str, dmn.Model]
    versions: Mapping[str, int]
    settings: Mapping[str, Any] = field(default_factory=dict)

    def form(self, form_id: str) -> FormSchema:
        """Return the form of this deployment, or refuse with its name."""
        found = self.forms.get(form_id)
        if found is None:
            raise Refused("form-unknown", form=form_id)
        return found

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The app's parameters, read as `parameters.x` in FEEL."""
        found = self.settings.get("parameters")
        return found if isinstance(found, dict) else {}


class Definitions:
    """The cache of releases; safe between threads."""

    def __init__(self) -> None:
        self._releases: dict[str, Release] = {}
        self._rows: dict[str, DefinitionRow] = {}
        self._lock = threading.Lock()

    def row(self, connection: Connection, definition: str) -> DefinitionRow:
        """Return the stored row of a definition id."""
        found = self._rows.get(definition)
        if found is None:
            row = deployments.definition(connection, definition)
            if row is None:
                raise Refused("process-unknown", process=definition)
            found = self._rows[definition] = row
        return found

    def release(self, connection: Connection, deployment: str) -> Release:
        """Return the compiled deployment, compiling it when this process sees it first."""
        found = self._releases.get(deployment)
        if found is None:
            with self._lock:
                found = self._releases.get(deployment)
                if found is None:
                    found = _compile(connection, deployment)
                    self._releases[deployment] = found
        return found

    def of(self, connection: Connection, definition: str) -> tuple[bpmn.Definition, Release]:
        """Return a compiled process with the release it belongs to."""
        row = self.row(connection, definition)
        release = self.release(connection, row.deployment_id)
        return release.processes[row.process_id], release

    def decision(
        self, connection: Connection, release: Release, ref: bpmn.DecisionRef
    ) -> bpmn.BoundDecision | None:
        """Return the decision that `ref` means for an instance of `release`.

        "deployment" binds to the release itself, "latest" to the newest version anywhere.
        """
        wanted = ref.decision_id
        if ref.binding == "deployment":
            home: Release | None = release
        else:
            deployment = deployments.latest_decision(connection, wanted)
            home = None if deployment is None else self.release(connection, deployment)
        if home is None or wanted not in home.decisions:
            return None
        return bpmn.BoundDecision(home.decisions[wanted], wanted, home.versions.get(wanted, 0))


def _compile(connection: Connection, deployment: str) -> Release:
    row = deployments.deployment(connection, deployment)
    if row is None:
        raise Refused("not-found", deployment)
    processes: dict[str, bpmn.Definition] = {}
    schemas: dict[str, forms.FormSchema] = {}
    tables: list[tuple[str, bytes]] = []
    for resource in deployments.resources(connection, deployment):
        if resource.kind == "bpmn":
            compiled = bpmn.compile(resource.content, resource.path)
            processes |= {d.process_id: d for d in compiled.definitions}
        elif resource.kind == "dmn":
            tables.append((resource.path, resource.content))
        elif resource.kind == "form":
            schema = forms.load(resource.content, resource.path)
            schemas[schema.id] = schema
    # All at once: one file may import another.
    model = dmn.load(tables)
    decisions = dict.fromkeys(model.decisions, model)
    versions = deployments.decision_versions(connection, deployment)
    return Release(
        deployment, row.app, processes, schemas, decisions, versions, orjson.loads(row.settings)
    )
