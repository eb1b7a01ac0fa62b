"""A system with a worker and a scripted other side, on each database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.scripted import World
from commands.scripted import world as made


@pytest.fixture
def world(migrated_url: str, tmp_path: Path) -> Iterator[World]:
    """A system with a worker and a scripted other side."""
    with made(migrated_url, tmp_path) as ready:
        yield ready
