"""Processes that a test starts, and that never outlive it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .caller import KEY, Caller

Process = subprocess.Popen[str]


@contextmanager
def running(*arguments: str) -> Iterator[Process]:
    """Runs Python in a session of its own; killed at the end of the block, also when the test fails."""
    pipe = subprocess.PIPE
    command = [sys.executable, *arguments]
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, start_new_session=True) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def sandbox_command(folder: Path, *options: str, key: str = KEY) -> Iterator[tuple[Process, Caller, str]]:
    """`manage.py sandbox` on a free port: the process, a caller and the line that it starts with."""
    given = ["--port", "0", "--dir", str(folder), "--key", key, *options]
    with running("manage.py", "sandbox", *given) as process:
        assert process.stderr
        first_line = process.stderr.readline()
        yield process, Caller(first_line.split()[2].rstrip(","), key), first_line
