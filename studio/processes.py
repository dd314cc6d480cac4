"""Starting, watching and ending the studio's processes from a command."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TextIO
from urllib.parse import urlsplit

from django.conf import settings

PR_SET_PDEATHSIG = 1  # linux/prctl.h
MANAGE = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py")]


def web_command() -> list[str]:
    address = urlsplit(settings.PUBLIC_URL)
    # Granian takes a number only; passkeys need the name.
    host = "127.0.0.1" if address.hostname == "localhost" else address.hostname
    granian = str(Path(sys.executable).with_name("granian"))
    return [
        granian,
        *("--interface", "wsgi", "--workers", "2", "--blocking-threads", "8", "--no-ws"),
        *("--host", host or "127.0.0.1", "--port", str(address.port or 80)),
        # Its access log would show the tokens in addresses; ours does not.
        *("--no-access-log", "--log-level", "error"),
        *("--respawn-failed-workers", "--workers-kill-timeout", "3"),
        "studio.wsgi:application",
    ]


def is_listening(url: str) -> bool:
    """Whether anybody accepts connections at this address."""
    address = urlsplit(url)
    try:
        with socket.create_connection((address.hostname, address.port or 80), timeout=1):
            return True
    except OSError:
        return False


def _end_with_parent() -> None:
    """In the new process: SIGTERM when our parent dies, so that a kill -9 of it leaves nobody behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """A process in a session of its own: Ctrl-C in the terminal reaches only us, and we end it in order.

    All that it writes goes to `output`, its name before each line unless a machine is to read them.
    """

    def __init__(self, name: str, command: list[str], *, output: TextIO = sys.stdout) -> None:
        self.name = name
        self.started = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - our own command lines
            command,
            start_new_session=True,
            preexec_fn=_end_with_parent,
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,  # ends when we do, whatever ends us
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        Thread(target=self._print_lines, args=[output], daemon=True).start()

    def _print_lines(self, output: TextIO) -> None:
        assert self.process.stdout
        before = "" if settings.LOG_FORMAT == "json" else f"{self.name:<8}| "
        with self.process.stdout as lines:
            for line in lines:
                output.write(f"{before}{line.decode(errors='replace').rstrip()}\n")
                output.flush()

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    @property
    def age(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self.started

    def ask_to_stop(self) -> None:
        """SIGTERM to the process itself: its whole group would hang django-q's cluster."""
        if self.is_running:
            self.process.terminate()

    def stop(self, grace: float) -> None:
        """Wait up to `grace` seconds after asking, then kill the group."""
        self.ask_to_stop()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=max(grace, 0.1))
        self.kill_group()

    def kill_group(self) -> None:
        """Kill what is left of it and its children; safe, since every step can be done again."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
