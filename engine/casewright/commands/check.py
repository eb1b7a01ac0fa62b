"""Checking the files of an app before they are deployed: each alone, then all together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from casewright import bpmn, dmn, forms
from casewright.commands import appfile
from casewright.domain.people import Permission
from casewright.xml.findings import Finding

FILE_BYTES = 10 * 1024 * 1024
APP_FILES = 2_000
_KINDS = {".bpmn": "bpmn", ".dmn": "dmn", ".form": "form"}
PERMISSIONS = frozenset(permission.value for permission in Permission)


@dataclass(slots=True)
class Checked:
    """What the files hold, and everything found in them."""

    kinds: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    processes: list[bpmn.Definition] = field(default_factory=list)
    decisions: dict[str, tuple[str, str]] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)
    tables: list[tuple[str, bytes]] = field(default_factory=list, repr=False)
    findings: list[Finding] = field(default_factory=list)

    @property
    def errors(self) -> list[Finding]:
        """The findings that refuse a deployment."""
        return [f for f in self.findings if f.severity == "error"]

    @property
    def told(self) -> list[Finding]:
        """The findings that matter to a deployment: all but notes."""
        return [f for f in self.findings if f.severity != "note"]


def check(
    app: str,
    files: Mapping[str, bytes],
    *,
    operations: frozenset[str] | None = None,
    notes: bool = False,
) -> Checked:
    """Read and check all files of `app`; None for `operations` knows no connectors to check.

    `notes` asks for what concerns the exchange of files only, too.
    """
    checked = Checked()
    if not files or len(files) > APP_FILES:
        _found(checked, app, "app-files", f"an app has between 1 and {APP_FILES} files")
        return checked
    for path, content in sorted(files.items()):
        checked.kinds[path] = kind = _kind(path)
        if not _safe(path):
            _found(checked, path, "file-name", "this file name cannot be stored")
        elif len(content) > FILE_BYTES:
            _found(checked, path, "file-size", f"the file is larger than {FILE_BYTES} bytes")
        else:
            _READERS[kind](checked, path, content)
            if kind == "bpmn":
                _lint(checked, path, files, notes=notes)
    _check_together(checked, operations)
    return checked


def _kind(path: str) -> str:
    name = path.rsplit("/", 1)[-1]
    if name == "app.yaml":
        return "app"
    return next((kind for suffix, kind in _KINDS.items() if name.endswith(suffix)), "other")


def _safe(path: str) -> bool:
    parts = path.split("/")
    return (
        0 < len(path) <= 300
        and path.isprintable()
        and "\\" not in path
        and all(part not in ("", ".", "..") for part in parts)
    )


def _found(
    checked: Checked, file: str, code: str, message: str, element: str = "", severity: str = "error"
) -> None:
    level: Any = severity
    checked.findings.append(Finding(file, element, 0, code, message, level))


def _read_bpmn(checked: Checked, path: str, content: bytes) -> None:
    compiled = bpmn.compile(content, path)
    checked.findings.extend(compiled.findings)
    known = {p.process_id: p.file for p in checked.processes}
    for definition in compiled.definitions:
        if definition.process_id in known:
            where = known[definition.process_id]
            _found(
                checked,
                path,
                "process-twice",
                f"the process is in {where} too",
                definition.process_id,
            )
        checked.processes.append(definition)


def _lint(checked: Checked, path: str, files: Mapping[str, bytes], *, notes: bool) -> None:
    known = [found for found in checked.findings if found.file == path]
    checked.findings += bpmn.lint(files[path], path, files=files, known=known, notes=notes)


def _read_dmn(checked: Checked, path: str, content: bytes) -> None:
    try:
        alone = dmn.load([(path, content)])
    except dmn.DmnProblem as problem:
        checked.findings.append(
            Finding(path, "", getattr(problem, "line", 0), problem.code, problem.message)
        )
        return
    for key, decision in alone.decisions.items():
        if key in checked.decisions:
            where = checked.decisions[key][1]
            _found(checked, path, "decision-twice", f"the decision is in {where} too", key)
        checked.decisions[key] = (decision.name or key, path)
    checked.tables.append((path, content))


def _read_form(checked: Checked, path: str, content: bytes) -> None:
    findings = forms.check(content, path)
    checked.findings.extend(findings)
    if any(f.severity == "error" for f in findings):
        return
    schema = forms.load(content, path)
    if schema.id in checked.forms:
        _found(checked, path, "form-twice", f"the form is in {checked.forms[schema.id]} too")
    checked.forms[schema.id] = path


def _read_app(checked: Checked, path: str, content: bytes) -> None:
    try:
        settings = appfile.read(content)
    except appfile.AppProblem as problem:
        code, line, message = problem.code, problem.line, problem.message
        checked.findings.append(Finding(path, problem.setting, line, code, message))
        return
    for role in settings.get("roles", []):
        for permission in role.get("permissions", []):
            if permission not in PERMISSIONS:
                known = ", ".join(sorted(PERMISSIONS))
                message = f"there is no permission “{permission}”; there are {known}"
                _found(checked, path, "role-permission", message, role["name"])
    checked.settings = settings
    if "retention" not in settings:
        _found(checked, path, "no-retention", "no retention time is set", severity="warning")


def _read_other(checked: Checked, path: str, content: bytes) -> None:
    """Keep a file that the engine itself does not read, such as a scenario."""


_READERS = {
    "bpmn": _read_bpmn,
    "dmn": _read_dmn,
    "form": _read_form,
    "app": _read_app,
    "other": _read_other,
}


def _check_together(checked: Checked, operations: frozenset[str] | None) -> None:
    groups = {
        role["name"]
        for role in checked.settings.get("roles") or []
        if isinstance(role, dict) and isinstance(role.get("name"), str)
    }
    # All decision files at once, since one may import another.
    checked.findings.extend(dmn.load(checked.tables).problems)
    for process in checked.processes:
        for form in process.forms:
            if form.form_id not in checked.forms:
                message = f"there is no form “{form.form_id}” in this app"
                _found(checked, process.file, "form-unknown", message, form.element)
        for decision in process.decisions:
            _check_decision(checked, process, decision)
        for operation in process.operations:
            literal = not operation.type.startswith("=")
            if literal and operations is not None and operation.type not in operations:
                message = f"there is no connector operation “{operation.type}”"
                _found(checked, process.file, "operation-unknown", message, operation.element)
        for group in process.groups:
            if group not in groups:
                message = f"the group “{group}” is no role of this app"
                _found(checked, process.file, "group-unknown", message, severity="warning")


def _check_decision(checked: Checked, process: bpmn.Definition, ref: bpmn.DecisionRef) -> None:
    if ref.decision_id.startswith("=") or ref.decision_id in checked.decisions:
        if ref.binding == "latest" and not ref.decision_id.startswith("="):
            message = "the decision binds to its latest version; running cases would follow it"
            _found(checked, process.file, "binding-latest", message, ref.element, "warning")
        return
    severity = "error" if ref.binding == "deployment" else "warning"
    message = f"there is no decision “{ref.decision_id}” in this app"
    _found(checked, process.file, "decision-unknown", message, ref.element, severity)
