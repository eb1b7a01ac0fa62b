"""Deploying: whole or not at all, versions, conflicts."""

from __future__ import annotations

from typing import Any

import pytest

from casewright.bootstrap import System
from casewright.commands.deployments import Deploy, content_hash
from casewright.commands.instances import StartInstance
from casewright.domain.errors import Refused
from casewright.domain.people import SYSTEM, Kind, Permission, Principal
from commands import apps

FILES = {"processes/a/one.bpmn": apps.ONE_TASK}
APP_YAML = b"title: A\nroles:\n  - name: clerks\n    permissions: [start]\nretention: P5Y\n"


def _count(system: System, table: str) -> int:
    with system.database.read() as connection:
        found: Any = connection.exec_driver_sql(f"select count(*) from {table}").scalar()
        return int(found)


def test_a_deployment_stores_files_and_versions(system: System) -> None:
    """Every file is kept byte for byte; the process gets version 1."""
    answer = system.unit.run(Deploy("a", FILES), SYSTEM)
    assert answer["version"] == 1
    assert answer["hash"] == content_hash(FILES)
    assert [(d["process"], d["version"]) for d in answer["definitions"]] == [("simple", 1)]
    with system.database.read() as connection:
        row = connection.exec_driver_sql("select path, kind, content from resource").one()
    assert (row[0], row[1], bytes(row[2])) == ("processes/a/one.bpmn", "bpmn", apps.ONE_TASK)


def test_the_same_files_again_change_nothing(system: System) -> None:
    """A repeated deployment is no new release."""
    system.unit.run(Deploy("a", FILES), SYSTEM)
    again = system.unit.run(Deploy("a", FILES), SYSTEM)
    assert again["unchanged"] is True
    assert _count(system, "deployment") == 1


def test_a_changed_file_is_a_new_version_and_running_cases_stay(system: System) -> None:
    """New instances take the new version; the old one keeps its own."""
    system.unit.run(Deploy("a", FILES), SYSTEM)
    old = system.unit.run(StartInstance("simple"), SYSTEM)
    changed = {"processes/a/one.bpmn": apps.ONE_TASK.replace(b"check", b"review")}
    system.unit.run(Deploy("a", changed), SYSTEM)
    new = system.unit.run(StartInstance("simple"), SYSTEM)
    assert (old["version"], new["version"]) == (1, 2)
    assert (old["tasks"][0]["element"], new["tasks"][0]["element"]) == ("check", "review")
    oldest = system.unit.run(StartInstance("simple", version=1), SYSTEM)
    assert oldest["tasks"][0]["element"] == "check"


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"p/x.bpmn": b"<definitions"}, "xml-syntax"),
        ({"p/x.bpmn": b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'}, "xml-doctype"),
        ({"p/../x.bpmn": apps.ONE_TASK}, "file-name"),
        ({"p/x\x00.bpmn": apps.ONE_TASK}, "file-name"),
        ({"p/app.yaml": b"a: ["}, "yaml-syntax"),
        ({"p/app.yaml": b"colour: red"}, "app-unknown"),
        ({"p/app.yaml": b"roles: 5"}, "app-shape"),
        ({"p/app.yaml": b"roles:\n- name: a\n  permissions: 5"}, "app-shape"),
        ({"p/app.yaml": b"parameters:\n  1: a"}, "app-shape"),
        ({"p/app.yaml": b"parameters:\n  a: 99999999999999999999"}, "app-shape"),
        ({"p/app.yaml": b"parameters: &a\n  x: *a"}, "yaml-alias"),
        ({"p/app.yaml": b"title: [\xff"}, "yaml-syntax"),
        ({"p/app.yaml": b"roles:\n  - name: x\n    permissions: [fly]"}, "role-permission"),
        ({"p/x.bpmn": apps.ONE_TASK, "p/y.bpmn": apps.ONE_TASK}, "process-twice"),
        (
            {
                "p/x.bpmn": apps.process(
                    '<startEvent id="s"/>'
                    + apps.task("t", form="nowhere")
                    + '<endEvent id="e"/>'
                    + apps.flow("s", "t", "e")
                )
            },
            "form-unknown",
        ),
    ],
)
def test_a_broken_file_stores_nothing(system: System, files: dict[str, bytes], code: str) -> None:
    """The refusal lists every finding with its file; tables stay as they were."""
    with pytest.raises(Refused) as refused:
        system.unit.run(Deploy("a", files), SYSTEM)
    assert refused.value.code == "deploy-refused"
    findings = refused.value.details["findings"]
    assert code in {finding.code for finding in findings}
    assert all(finding.file for finding in findings)
    assert _count(system, "deployment") == _count(system, "resource") == 0


def test_a_deployment_from_an_old_copy_is_refused_with_what_differs(system: System) -> None:
    """Somebody released meanwhile: 409 with the paths, and the newer release stays."""
    first = system.unit.run(Deploy("a", FILES), SYSTEM)
    newer = {"processes/a/one.bpmn": apps.ONE_TASK.replace(b"check", b"review")}
    system.unit.run(Deploy("a", newer, first["hash"]), SYSTEM)
    mine = {"processes/a/one.bpmn": apps.ONE_TASK.replace(b"check", b"look")}
    with pytest.raises(Refused) as refused:
        system.unit.run(Deploy("a", mine, first["hash"]), SYSTEM)
    assert refused.value.code == "deploy-conflict"
    assert refused.value.details["files"] == ["processes/a/one.bpmn"]


def test_the_roles_of_an_app_become_groups(system: System) -> None:
    """A missing group is made once and keeps what an administrator changed later."""
    files = {**FILES, "processes/a/app.yaml": APP_YAML}
    system.unit.run(Deploy("a", files), SYSTEM)
    with system.database.read() as connection:
        rows = connection.exec_driver_sql("select name, permissions from people_group").all()
    assert [tuple(row) for row in rows] == [("clerks", "start")]


def test_deploying_needs_the_right_to(system: System) -> None:
    """A person who may only start processes is refused by the permission's name."""
    anna = Principal(Kind.PERSON, "anna", "anna", permissions=frozenset({Permission.START}))
    with pytest.raises(Refused) as refused:
        system.unit.run(Deploy("a", FILES), anna)
    assert refused.value.code == "forbidden"
    assert refused.value.details["permission"] == "deploy"


def _named(key: str) -> bytes:
    return apps.ONE_TASK.replace(b'id="simple"', f'id="{key}"'.encode())


def test_an_app_cannot_take_over_a_process_of_another(system: System) -> None:
    """Whoever may deploy one app does not change what another one starts."""
    system.unit.run(Deploy("a", FILES), SYSTEM)
    with pytest.raises(Refused, match="deploy-refused") as refused:
        system.unit.run(Deploy("b", FILES), SYSTEM)
    found = refused.value.details["findings"]
    assert [f.code for f in found if f.severity == "error"] == ["process-taken"]
    assert _count(system, "deployment") == 1


def test_a_process_that_left_its_app_is_no_longer_started(system: System) -> None:
    """Its cases go on, and another app may have the name."""
    both = {"p/a.bpmn": _named("one"), "p/b.bpmn": _named("two")}
    system.unit.run(Deploy("a", both), SYSTEM)
    system.unit.run(StartInstance("two"), SYSTEM)
    system.unit.run(Deploy("a", {"p/a.bpmn": _named("one")}), SYSTEM)
    with pytest.raises(Refused, match="process-unknown"):
        system.unit.run(StartInstance("two"), SYSTEM)
    assert _count(system, "user_task where state = 'open'") == 1
    system.unit.run(Deploy("b", {"p/b.bpmn": _named("two")}), SYSTEM)
    assert system.unit.run(StartInstance("two"), SYSTEM)["version"] == 2


@pytest.mark.parametrize("right", ["admin", "deploy"])
def test_who_may_deploy_cannot_hand_out_more(system: System, right: str) -> None:
    """A group with such rights is made by an administrator, or brought by one."""
    settings = f"roles:\n- name: clerks\n  permissions: [{right}]\n".encode()
    files = {**FILES, "p/app.yaml": settings}
    developer = Principal(Kind.PERSON, "d", "d", permissions=frozenset({Permission.DEPLOY}))
    with pytest.raises(Refused, match="forbidden"):
        system.unit.run(Deploy("a", files), developer)
    assert _count(system, "people_group") == _count(system, "deployment") == 0
    system.unit.run(Deploy("a", files), SYSTEM)
    newer = {**files, "p/more.bpmn": _named("more")}
    assert system.unit.run(Deploy("a", newer), developer)["version"] == 2
