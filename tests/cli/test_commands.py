"""The command line: what it does, what it says when it cannot, and its exit codes."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from casewright.cli import main
from dmn.dmn_files import decision, definitions, table
from parts import ROOT


class Ran(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `casewright` with arguments, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CASEWRIGHT_DEBUG", raising=False)
    monkeypatch.setenv("COLUMNS", "200")

    def ran(*args: str, stdin: str = "") -> Ran:
        monkeypatch.setattr(sys, "argv", ["casewright", *args])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as left:
            main()
        code = left.value.code
        shown = capsys.readouterr()
        assert "Traceback" not in shown.out + shown.err
        return Ran(code if isinstance(code, int) else 0, shown.out, shown.err)

    return ran


@pytest.fixture
def ready(run: Run) -> Run:
    """Run commands in a folder that `init` and `migrate` have prepared."""
    assert run("init").code == 0
    assert run("migrate").code == 0
    return run


def _app(folder: Path) -> Path:
    """Copy the bundled apps into a folder."""
    for name in ("processes", "forms"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


def test_init_writes_a_key_for_its_owner_only_and_only_once(run: Run, tmp_path: Path) -> None:
    assert run("init").code == 0
    file = tmp_path / "casewright.toml"
    assert file.stat().st_mode & 0o077 == 0
    before = file.read_text("utf-8")
    again = run("init")
    assert (again.code, "nothing was changed" in again.err) == (1, True)
    assert file.read_text("utf-8") == before


def test_without_a_key_the_next_step_is_named(run: Run) -> None:
    for command in ("verify", "serve", "user list"):
        ran = run(*command.split())
        assert ran.code == 1
        assert "casewright init" in ran.err


def test_a_system_is_looked_after(ready: Run) -> None:
    assert "already" in ready("migrate").out
    verified = ready("verify")
    assert (verified.code, "0 broken" in verified.out) == (0, True)
    assert "BAD" not in ready("doctor").out.replace("BAD  front-end bundle", "")


def test_an_old_database_is_refused(run: Run) -> None:
    run("init")
    ran = run("verify")
    assert (ran.code, "schema-unknown" in ran.err) == (1, True)
    assert "casewright migrate" in ran.err


def test_bad_settings_are_named(ready: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEWRIGHT_PORT", "99999")
    ran = ready("verify")
    assert (ran.code, "PORT" in ran.err) == (1, True)


def test_the_bundled_apps_are_checked_and_deployed(ready: Run) -> None:
    assert ready("check", str(ROOT)).code == 0
    first = ready("deploy", str(ROOT))
    assert (first.code, "version 1 deployed" in first.out) == (0, True)
    assert "is there already" in ready("deploy", str(ROOT), "--app", "common").out


def test_a_broken_file_is_named_with_element_line_and_reason(ready: Run, tmp_path: Path) -> None:
    folder = _app(tmp_path / "apps")
    file = folder / "processes" / "common" / "offer-approval.bpmn"
    text = file.read_text("utf-8")
    file.write_text(text.replace("bpmn:userTask", "bpmn:globalTask"), "utf-8")
    for command in ("check", "deploy"):
        ran = ready(command, str(folder))
        assert ran.code == 1
        assert "processes/common/offer-approval.bpmn:" in ran.err
        assert " error [" in ran.err
    file.write_text("<!DOCTYPE a []><a/>", "utf-8")
    assert "[xml-doctype]" in ready("deploy", str(folder)).err
    (folder / "processes/common/app.yaml").write_text("a: [", "utf-8")
    assert "app.yaml:1: error [yaml-syntax]" in ready("check", str(folder)).err
    deployed = ready("deploy", str(ROOT))
    assert "version 1 deployed" in deployed.out, "nothing of the broken files was stored"


CAMUNDA = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn"><process id="p" isExecutable="true">'
    '<userTask id="look" camunda:assignee="${boss}" camunda:formKey="a"/></process></definitions>'
)


def test_files_of_other_engines_are_translated(run: Run, tmp_path: Path) -> None:
    source, target = tmp_path / "a.bpmn", tmp_path / "b.bpmn"
    source.write_text(CAMUNDA, "utf-8")
    ran = run("import", str(source), "--out", str(target))
    assert (ran.code, ran.out) == (0, "")
    assert "a.bpmn:1: look warning [import-left] camunda:formKey “a”" in ran.err
    assert "vocabulary camunda, 1 left to translate" in ran.err
    assert 'assignee="= boss"' in target.read_text("utf-8")
    assert 'assignee="= boss"' in run("import", str(source), "--from", "camunda").out
    assert run("import", str(tmp_path / "none.bpmn")).code == 2
    source.write_text("<a/>", "utf-8")
    assert run("import", str(source)).code == 1


def test_findings_stand_by_element_and_notes_when_asked_for(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "processes" / "a" / "a.bpmn"
    file.parent.mkdir(parents=True)
    text = CAMUNDA.replace("<process ", '<itemDefinition id="i"/><process ')
    data = '<dataObject id="o" isCollection="true" itemSubjectRef="i"/></process>'
    file.write_text(text.replace("</process>", data), "utf-8")
    ran = run("check", str(tmp_path))
    assert ran.code == 1
    first = "processes/a/a.bpmn:1: look (assignee) error [bpmn-unsupported] "
    assert ran.err.splitlines()[0].startswith(first)
    assert ran.err.splitlines()[1].startswith("    (formKey) error [bpmn-unsupported] ")
    assert "collection-differs" not in ran.out
    assert "o note [collection-differs]" in run("check", str(tmp_path), "--notes").out


def test_a_newer_release_is_not_overwritten(ready: Run, tmp_path: Path) -> None:
    ready("deploy", str(ROOT))
    folder = _app(tmp_path / "apps")
    file = folder / "processes" / "common" / "app.yaml"
    file.write_text(file.read_text("utf-8").replace("Sales and offers", "Offers"), "utf-8")
    ran = ready("deploy", str(folder), "--parent", "0" * 64)
    assert (ran.code, "deploy-conflict" in ran.err) == (1, True)
    assert "processes/common/app.yaml" in ran.err


def test_people_are_added_and_changed(ready: Run) -> None:
    good = "a long password"
    added = ready("user", "add", "Jan", "--admin", "--password", "-", stdin=f"{good}\n")
    assert (added.code, "added jan" in added.out) == (0, True)
    assert "administrators" in ready("user", "list").out
    assert ready("user", "add", "jan", "--password", good).code == 1
    assert "weak-password" in ready("user", "add", "ola", "--password", "x").err
    assert ready("user", "add", "ola").code == 2
    assert ready("user", "password", "jan", "--password", good).code == 0
    ready("deploy", str(ROOT))
    assert "jan" in ready("user", "groups", "jan", "--add", "sales").out
    assert "sales" not in ready("user", "groups", "jan", "--remove", "sales").out
    assert ready("user", "groups", "nobody", "--add", "sales").code == 1
    assert len(ready("user", "token", "jan", "--name", "ci").out.strip()) > 20
    assert ready("user", "disable", "jan").code == 0
    assert ready("user", "enable", "jan").code == 0


@pytest.mark.parametrize(
    ("args", "code", "out"),
    [
        (("1 + 2.50 * a", "--context", '{"a": 2}'), 0, "6.00\n"),
        (("1 +",), 1, "null\n"),
        (("x",), 1, "null\n"),
        (("date(\"2026-01-31\") + duration(\"P1M\")",), 0, '"2026-02-28"\n'),
        (("a", "--context", "{"), 2, ""),
    ],
)  # fmt: skip
def test_feel_is_tried(run: Run, args: tuple[str, ...], code: int, out: str) -> None:
    ran = run("feel", *args)
    assert (ran.code, ran.out) == (code, out)
    assert bool(ran.err) == (code != 0)


def test_a_decision_is_tried(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "size.dmn"
    rules = [["< 10", '"small"'], [">= 10", '"large"']]
    file.write_bytes(definitions(decision(table([("x", "number")], ["o"], rules), "Size")))
    inputs = tmp_path / "in.json"
    inputs.write_text('{"x": 12}')
    asked = ("dmn", str(file), "--decision", "Size", "--input")
    assert run(*asked, '{"x": 5}').out == '"small"\n'
    assert run(*asked, str(inputs)).out == '"large"\n'
    assert '"index":2' in run(*asked, str(inputs), "--trace").out
    assert run(*asked, "nowhere.json").code == 2
    wrong = run("dmn", str(file), "--decision", "Sice")
    assert (wrong.code, "“Size” (size)" in wrong.err) == (2, True)
    assert run("dmn", "nowhere.dmn").code == 2


@pytest.mark.parametrize(
    "args", [("bogus",), ("deploy",), ("deploy", "/nowhere"), ("check", "/nowhere"), ("test", "/x")]
)
def test_wrong_use_has_exit_code_2(ready: Run, args: tuple[str, ...]) -> None:
    assert ready(*args).code == 2


def test_scenarios_are_played(ready: Run) -> None:
    ran = ready("test", str(ROOT))
    assert ran.code == 0, ran.err
    assert "scenarios hold" in ran.out
