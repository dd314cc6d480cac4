import functools
import os
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.utils.module_loading import import_string


class CrashConfig(AppConfig):
    """CRASH_AT is "before studio.archive._measure" or "after ..."; CRASH_FLAG shows that it went off."""

    name = "tests.crash"

    def ready(self) -> None:
        _hurry()
        when, _, path = os.environ.get("CRASH_AT", "").partition(" ")
        if path:
            _plant(when, path)


def _hurry() -> None:
    """Wait seconds, not minutes, for what only time decides."""
    from studio.services import attempts, clips, lines, polls, proofs

    attempts.LEASE = timedelta(seconds=4)
    proofs.WHILE_UNKNOWN = timedelta(seconds=1)
    lines.SETTLED_AFTER = timedelta(seconds=5)
    clips.LEASE = timedelta(seconds=4)
    polls.LEASE = timedelta(seconds=4)


def _plant(when: str, path: str) -> None:
    owner_path, _, name = path.rpartition(".")
    owner = _load(owner_path)
    function = getattr(owner, name)

    @functools.wraps(function)
    def bomb(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            _go_off()
        answer = function(*args, **kwargs)
        if when == "after":
            _go_off()
        return answer

    setattr(owner, name, bomb)


def _load(path: str) -> Any:
    try:
        return import_string(path)
    except ImportError:
        from importlib import import_module

        return import_module(path)


def _go_off() -> None:
    """Only once, and only in the cluster: the web server must go on."""
    if not _is_worker():
        return
    try:
        Path(os.environ["CRASH_FLAG"]).touch(exist_ok=False)
    except FileExistsError:
        return
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _is_worker() -> bool:
    return b"manage.py\0cluster" in Path("/proc/self/cmdline").read_bytes()
