"""`manage.py sandbox` as a stranger meets it."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Start
from .process import sandbox_command


def run(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "sandbox", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_help_names_every_option() -> None:
    told = run("--help").stdout
    options = "host port dir key credits latency failure-rate capacity profile dialect"
    for option in options.split():
        assert f"--{option} " in told
    assert "without network or key" in told


def test_it_serves_and_its_log_has_one_line_for_a_task_and_no_key(tmp_path: Path) -> None:
    options = ["--failure-rate", "1", "--credits", "50"]
    with sandbox_command(tmp_path, *options, key="k-canary") as (process, caller, first):
        task_id = caller.submit(title="Canary title")
        assert caller.end(task_id)["status"] == "FAILED"
        assert caller.credits() == 50
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=30)[1]
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
    assert result.stderr.strip() == f"CommandError: Can't use 127.0.0.1:{port}: Address already in use"


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    result = run("--port", "0", "--dir", str(file))
    assert result.returncode == 1
    assert result.stderr.strip() == f"CommandError: Can't use {file}: File exists"


def test_a_folder_in_use(tmp_path: Path, start: Start) -> None:
    start()
    result = run("--port", "0", "--dir", str(tmp_path / "sandbox"))
    assert result.returncode == 1
    store = tmp_path / "sandbox" / "sandbox.sqlite3"
    assert result.stderr.strip() == f"CommandError: Another sandbox is using {store}."


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--failure-rate", "2", "failure_rate is a number from 0 to 1"),
        ("--capacity", "-1", "capacity is a whole number, 0 or more"),
        ("--latency", "nan", "latency_s is a number of seconds from 0 to 3600"),
        ("--key", "", "The sandbox needs a key."),
        ("--port", "70000", "bind(): port must be 0-65535."),
        ("--credits", "10000000000", "credits is a whole number from 0 to 1,000,000,000"),
    ],
)
def test_a_value_that_makes_no_sense(tmp_path: Path, option: str, value: str, said: str) -> None:
    result = run("--port", "0", "--dir", str(tmp_path), option, value)
    assert result.returncode == 1
    assert result.stderr.strip() == f"CommandError: {said}"
