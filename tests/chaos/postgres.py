"""A PostgreSQL server of the run's own, so that to kill it harms nobody else."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg

from tests.running import free_port, wait_for


class OwnPostgres:
    """A context manager; `url` is that of its maintenance database."""

    def __init__(self) -> None:
        self.kills = 0
        self._port = free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self._port}/postgres"
        # The server refuses to run as root.
        self._user = "postgres" if os.geteuid() == 0 else None

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="chaos-postgres-"))
        if self._user:
            shutil.chown(self._folder, self._user)
        self._data = self._folder / "data"
        made = [
            _program("initdb"),
            "--auth",
            "trust",
            "--username",
            "postgres",
            "--no-sync",
            "-D",
            self._data,
        ]
        subprocess.run(made, user=self._user, cwd=self._folder, check=True, stdout=subprocess.DEVNULL)
        self._start()
        return self

    def kill(self) -> None:
        """kill -9 of the whole server, as when its machine loses power; then it is started again."""
        self.kills += 1
        self._process.kill()
        self._process.wait()
        self._start()

    def _start(self) -> None:
        command = [_program("postgres"), "-D", self._data, "-p", str(self._port), "-k", self._folder]
        command += ["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200"]

        def attempt() -> bool:
            # The children of a killed server take a moment to end; until then there can't be another.
            with (self._folder / "log").open("ab") as log:
                self._process = subprocess.Popen(
                    command, user=self._user, cwd=self._folder, stdout=log, stderr=log
                )
            return _until(lambda: self._process.poll() is not None or self._answers()) and self._answers()

        wait_for(attempt, within=60, every=0.5)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.wait(timeout=30)
        shutil.rmtree(self._folder)


def _until(what: Callable[[], bool], within: float = 20) -> bool:
    end = time.monotonic() + within
    while not (answer := what()) and time.monotonic() < end:
        time.sleep(0.1)
    return answer


def _program(name: str) -> Path:
    """Debian keeps the server's programs out of the way of people's PATH."""
    found = [*Path("/usr/lib/postgresql").glob(f"*/bin/{name}")]
    where = shutil.which(name)
    return Path(where) if where else max(found)
