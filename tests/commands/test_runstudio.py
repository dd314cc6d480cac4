"""`manage.py runstudio`: what it refuses before anything is started, and Ctrl-C at any moment."""

import signal
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from django.conf import settings

from tests.running import MANAGE, ROOT, RunningStudio, drop_database, postgres_url


@pytest.fixture
def stranger() -> Iterator[str]:
    """Somebody else's web server, which answers 501 to everything."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def database() -> Iterator[str]:
    url = postgres_url(settings.DATABASE_URL)
    yield url
    drop_database(url)


def refusal(studio: RunningStudio) -> str:
    done = subprocess.run(
        [*MANAGE, "runstudio"], env=studio.environment, cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    return done.stderr


def test_a_port_that_is_taken(tmp_path: Path, database: str, stranger: str) -> None:
    told = refusal(RunningStudio(tmp_path, database, PUBLIC_URL=stranger))
    assert f"Somebody listens on {stranger} already" in told


def test_a_stranger_where_the_sandbox_should_be(tmp_path: Path, database: str, stranger: str) -> None:
    told = refusal(RunningStudio(tmp_path, database, SANDBOX_URL=stranger))
    assert f"What listens on {stranger} is not our sandbox" in told


def test_an_address_that_it_cannot_serve(tmp_path: Path, database: str) -> None:
    told = refusal(RunningStudio(tmp_path, database, PUBLIC_URL="https://studio.example"))
    assert "This speaks plain HTTP" in told


def test_ctrl_c_during_the_start_greets_nobody(tmp_path: Path, database: str) -> None:
    studio = RunningStudio(tmp_path, database)
    studio.migrate()
    process = subprocess.Popen(
        [*MANAGE, "runstudio"], env=studio.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    while not studio.children("granian"):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    told, _ = process.communicate(timeout=30)
    assert "Studio is ready" not in told
    assert studio.children() == []
