"""The lock file is in step with pyproject.toml, and names no place to fetch from."""

from __future__ import annotations

import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from parts import ROOT


def _asked() -> dict[str, Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    texts = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    return {canonicalize_name((asked := Requirement(text)).name): asked for text in texts}


def _locked() -> dict[str, tuple[str, bool]]:
    """Return version, and whether asked for by us, of each package in the lock file."""
    locked: dict[str, tuple[str, bool]] = {}
    name = ""
    for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines():
        if line and not line.startswith((" ", "#")):
            pinned = Requirement(line)
            (pin,) = pinned.specifier
            name = canonicalize_name(pinned.name)
            locked[name] = (pin.version, False)
        elif line.endswith("casewright (pyproject.toml)"):
            locked[name] = (locked[name][0], True)
    return locked


def test_lock_has_what_pyproject_asks_for() -> None:
    locked = _locked()
    asked = _asked()
    assert {name for name, (_, ours) in locked.items() if ours} == set(asked), "run `make lock`"
    for name, requirement in asked.items():
        assert requirement.specifier.contains(locked[name][0], prereleases=True), "run `make lock`"


def test_lock_files_name_no_place_to_fetch_from() -> None:
    frontend = ROOT / "engine/casewright/web/frontend/package-lock.json"
    for path in (ROOT / "requirements.lock", frontend):
        text = path.read_text("utf-8")
        assert "--index-url" not in text
        assert "--find-links" not in text
        assert '"resolved"' not in text


def test_http_client_is_the_living_one() -> None:
    assert "httpx2" in _asked()
    assert "httpx" not in _locked()
