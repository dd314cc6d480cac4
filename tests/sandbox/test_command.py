"""`manage.py sandbox` as a stranger meets it."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from .caller import Caller


def run(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "sandbox", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_help_names_every_option() -> None:
    told = run("--help").stdout
    for option in ("host", "port", "dir", "key", "credits", "latency", "failure-rate", "capacity"):
        assert f"--{option} " in told
    assert "without network or key" in told


def test_it_serves_and_its_log_has_one_line_for_a_task_and_no_key(tmp_path: Path) -> None:
    options = [
        "--port",
        "0",
        "--dir",
        str(tmp_path),
        "--key",
        "k-canary",
        "--failure-rate",
        "1",
        "--credits",
        "50",
    ]
    command = [sys.executable, "manage.py", "sandbox", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        first = process.stderr.readline()
        caller = Caller(first.split()[2].rstrip(","), "k-canary")
        task_id = caller.submit(title="Canary title")
        assert caller.end(task_id)["status"] == "FAILED"
        assert caller.credits() == 50
        process.send_signal(signal.SIGTERM)
        rest = process.stderr.read()
    assert process.returncode == 0
    assert "50 credits" in first
    assert rest.count("\n") == 1
    assert f"task {task_id} FAILED" in rest
    assert "anary" not in first + rest


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        result = run("--port", port, "--dir", str(tmp_path))
    assert result.returncode == 1
    assert result.stderr.strip() == f"CommandError: Can't listen on 127.0.0.1:{port}: Address already in use"


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--failure-rate", "2", "failure_rate is a number from 0 to 1"),
        ("--capacity", "-1", "capacity is a whole number, 0 or more"),
        ("--latency", "nan", "latency_s is a number of seconds from 0 to 3600"),
        ("--key", "", "The sandbox needs a key."),
    ],
)
def test_a_value_that_makes_no_sense(tmp_path: Path, option: str, value: str, said: str) -> None:
    result = run("--port", "0", "--dir", str(tmp_path), option, value)
    assert result.returncode == 1
    assert result.stderr.strip() == f"CommandError: {said}"
