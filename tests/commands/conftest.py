"""A system on each database, with a frozen clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from casewright.bootstrap import System, build
from casewright.domain.clock import FrozenClock
from casewright.settings import Settings
from commands.scripted import World
from commands.scripted import world as made

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def system(migrated_url: str, tmp_path: Path) -> Iterator[System]:
    """A migrated, empty system whose clock stands at 2026-03-02 09:00 UTC."""
    settings = Settings(
        database_url=migrated_url,
        secret_key="a secret key that is long enough",
        data_dir=tmp_path / "data",
    )
    built = build(settings, clock=FrozenClock(START))
    yield built
    built.close()


@pytest.fixture
def world(migrated_url: str, tmp_path: Path) -> Iterator[World]:
    """A system with a worker and a scripted other side."""
    with made(migrated_url, tmp_path) as ready:
        yield ready
