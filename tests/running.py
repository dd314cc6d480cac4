"""The real studio in its own processes, for tests that use it as people do."""

import fcntl
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import urlsplit

from tests import canaries

ROOT = Path(__file__).resolve().parent.parent
MANAGE = [sys.executable, str(ROOT / "manage.py")]
OF_ONE_STUDIO = ("DJANGO_SETTINGS_MODULE", "CRASH_AT", "CRASH_FLAG")
T = TypeVar("T")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for(what: Callable[[], T], within: float = 30, every: float = 0.1) -> T:
    """The first true answer of `what`; fails with its last answer when the time is over."""
    end = time.monotonic() + within
    while not (answer := what()):
        assert time.monotonic() < end, f"still {answer!r} after {within} s"
        time.sleep(every)
    return answer


class RunningStudio:
    """`manage.py runstudio` with a database, a media folder and ports of its own."""

    # Where the workers of a test run keep a migrated database: the migrations take seconds, a copy none.
    shelf: Path | None = None

    def __init__(self, folder: Path, database_url: str = "", **environment: str) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self.sandbox_url = f"http://127.0.0.1:{free_port()}"
        self.key = "sandbox-key-of-the-tests"
        self.media = folder / "media"
        self.environment = os.environ | {
            "DATABASE_URL": database_url or f"sqlite:///{folder / 'studio.sqlite3'}",
            "MEDIA_DIR": str(self.media),
            "SECRET_KEY": "only-for-tests-" + "k" * 50,
            "PUBLIC_URL": self.url,
            "SANDBOX_URL": self.sandbox_url,
            "SANDBOX_KEY": self.key,
            "SPT_NOENV": "1",  # else the cluster's process titles overwrite what `children` looks for
            **environment,
        }
        self.lines: list[str] = []

    def start(self, command: str = "runstudio") -> "RunningStudio":
        self.migrate()
        self.process = subprocess.Popen(
            [*MANAGE, command],
            env=self.environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = Thread(target=self._read)
        self._reader.start()
        wait_for(lambda: any("Studio is ready" in line for line in self.lines) or self._ended())
        return self

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as lines:
            self.lines.extend(lines)

    def _ended(self) -> None:
        assert self.process.poll() is None, "".join(self.lines)

    @property
    def owner_link(self) -> str:
        return wait_for(lambda: next((m[0] for m in map(self._link, self.lines) if m), ""))

    def _link(self, line: str) -> re.Match[str] | None:
        return re.search(rf"{self.url}\S*/welcome/\S+", line)

    def stop(self) -> float:
        """Ctrl-C. Gives the seconds it took."""
        started = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=15)
        self._reader.join()
        canaries.keep("studio", "".join(self.lines))
        return time.monotonic() - started

    def migrate(self) -> None:
        """Make the tables: as a copy of the run's first, where there is one and nothing is there yet."""
        if not (RunningStudio.shelf and is_empty(self.environment["DATABASE_URL"])):
            self.manage("migrate", "--verbosity", "0")
            return
        copy_tables(RunningStudio.shelf, self.environment["DATABASE_URL"], self.environment)

    def manage(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(
            [*MANAGE, *arguments], env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def query(self, expression: str) -> Any:
        """The value of a Python expression over the models, from a process of its own."""
        models = "from studio.models import *; from accounts.models import *"
        code = f"import json; {models}; print(json.dumps({expression}))"
        return json.loads(self.manage("shell", "--verbosity", "0", "--command", code).splitlines()[-1])

    def ledger(self) -> dict[str, Any]:
        """The sandbox's own books: what it accepted, charged and refunded."""
        request = urllib.request.Request(
            f"{self.sandbox_url}/sandbox/ledger", headers={"Authorization": f"Bearer {self.key}"}
        )
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)

    def turn(self, **knobs: Any) -> None:
        """Turn the sandbox's knobs."""
        request = urllib.request.Request(
            f"{self.sandbox_url}/sandbox/knobs",
            data=json.dumps(knobs).encode(),
            method="PUT",
            headers={"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"},
        )
        urllib.request.urlopen(request, timeout=5).close()

    def children(self, *words: str) -> list[int]:
        """Processes of this studio whose command line holds all the words."""
        return [pid for pid, line in self._processes() if all(word in line for word in words)]

    def _processes(self) -> list[tuple[int, str]]:
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                environment = (entry / "environ").read_bytes()
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if f"PUBLIC_URL={self.url}".encode() in environment:
                found.append((int(entry.name), line))
        return found


def postgres_url(database_url: str) -> str:
    """A fresh PostgreSQL database beside the one of the tests, or "" on SQLite."""
    if not database_url.startswith("postgres"):
        return ""
    import psycopg

    name = f"studio_run_{uuid.uuid4().hex[:10]}"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    parts = urlsplit(database_url)
    return parts._replace(path=f"/{name}").geturl()


def is_empty(url: str) -> bool:
    """No table is there, or not even a file."""
    if not url.startswith("postgres"):
        return not Path(url.removeprefix("sqlite:///")).exists()
    import psycopg

    with psycopg.connect(url) as connection:
        return connection.execute("SELECT to_regclass('django_migrations')").fetchone() == (None,)


def copy_tables(shelf: Path, url: str, environment: Mapping[str, str]) -> None:
    """Fill the database with what the shelf keeps, which the first who asks has migrated."""
    note = shelf / url.partition(":")[0]
    with (shelf / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not note.exists():
            first = postgres_url(url) or f"sqlite:///{shelf / 'empty.sqlite3'}"
            plain = {name: value for name, value in environment.items() if name not in OF_ONE_STUDIO}
            command = [*MANAGE, "migrate", "--verbosity", "0"]
            subprocess.run(command, env={**plain, "DATABASE_URL": first}, cwd=ROOT, check=True)
            note.write_text(first)
        copy_database(note.read_text(), url)


def copy_database(first: str, url: str) -> None:
    """What `first` holds, under the other's name. Nobody may be connected to either."""
    if not url.startswith("postgres"):
        # Complete in its one file: who migrated it has closed it.
        shutil.copyfile(first.removeprefix("sqlite:///"), url.removeprefix("sqlite:///"))
        return
    import psycopg

    drop_database(url)
    parts = urlsplit(url)
    with psycopg.connect(parts._replace(path="/postgres").geturl(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {parts.path[1:]} TEMPLATE {urlsplit(first).path[1:]}")


def drop_database(url: str) -> None:
    if not url:
        return
    import psycopg

    parts = urlsplit(url)
    with psycopg.connect(parts._replace(path="/postgres").geturl(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {parts.path[1:]} WITH (FORCE)")
