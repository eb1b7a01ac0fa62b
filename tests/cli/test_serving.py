"""`demo` as a process of its own: it serves, says whom to be, and stops when told."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from casewright.bootstrap import System, build
from casewright.cli.demo import fill
from casewright.cli.serving import prepare
from casewright.settings import Settings


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A running demo in an empty folder."""
    command = [sys.executable, "-c", "from casewright.cli import main; main()"]
    process = subprocess.Popen(
        [*command, "demo", "--port", "0", "--password", "a demo password"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def test_the_demo_serves_and_stops(demo: subprocess.Popen[str], tmp_path: Path) -> None:
    assert demo.stdout is not None
    first = demo.stdout.readline()
    url = re.search(r"http://[\d.:]+", first)
    assert url is not None, first
    shown = []
    while "Ctrl-C" not in (line := demo.stdout.readline()):
        assert line, "the demo ended"
        shown.append(line)
    assert "a demo password" in shown[0]
    assert {line.split()[0] for line in shown[1:]} >= {"anna", "barbara", "admin"}
    with urllib.request.urlopen(f"{url[0]}/health/ready") as answer:
        assert json.load(answer) == {"status": "ok"}
        assert "server" not in answer.headers
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"{url[0]}/api/v1/tasks")
    stream = socket.create_connection(("127.0.0.1", int(url[0].rsplit(":", 1)[1])))
    stream.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
    assert stream.recv(100).startswith(b"HTTP/1.1 200")
    demo.send_signal(signal.SIGTERM)
    demo.wait(20)
    stream.close()
    assert (tmp_path / "var/demo/secret").stat().st_mode & 0o077 == 0


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-c", "from casewright.cli import main; main()"]
        ran = subprocess.run(
            [*command, "demo", "--port", port, "--password", "a demo password"],
            cwd=tmp_path, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
    assert ran.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_the_demo_can_be_filled_twice(tmp_path: Path) -> None:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'a.db'}",
        secret_key="a secret key that is long enough",
        data_dir=tmp_path,
    )
    system: System = build(settings)
    try:
        prepare(system)
        first = fill(system, "a demo password")
        assert fill(system, "another password") == first
    finally:
        system.close()
