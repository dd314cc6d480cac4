"""Counts everything an order leaves behind, and kills the process after the n-th of it.

Counted are commits that wrote something, HTTP requests (before one, and when its answer begins), the steps of
a file (made, on the disk, renamed, removed), and what the person's browser sends and sees.
"""

import functools
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from studio.audio import files
from studio.music_api import client

WRITES = ("INSERT", "UPDATE", "DELETE")
Function = Callable[..., Any]


class Bomb:
    """Goes off when `at` points were seen since it was armed, and notes where; 0: it only counts."""

    def __init__(self, at: int = 0, note: Path | None = None) -> None:
        self._at, self._note = at, note
        self.seen: list[str] = []
        self._armed = False
        self._tables: list[str] = []  # that the open transaction wrote to

    def arm(self, on: bool = True) -> None:
        """From here on points count. What came before is another story's."""
        self._armed = on

    def reach(self, name: str) -> None:
        # Not on the threads that beat: what they write comes by the clock, not by the order.
        if not self._armed or "repeat" in threading.current_thread().name:
            return
        self.seen.append(name)
        if len(self.seen) == self._at and self._note:
            self._note.write_text(name)
            os.kill(os.getpid(), signal.SIGKILL)

    def plant(self) -> None:
        """Watch this process. It is never undone: the process is made for one run."""
        self._watch_commits()
        self._wrap(client.HTTPAdapter, "send", before=_method, after=_method)
        self._wrap(files, "_write", before=lambda *_: "a part is filled")
        self._wrap(os, "fsync", after=lambda *_: "a sync")
        self._wrap(os, "replace", after=lambda *_: "a rename")
        self._wrap(os, "unlink", after=lambda *_: "a removal")

    def _wrap(
        self, owner: Any, name: str, before: Function | None = None, after: Function | None = None
    ) -> None:
        real = getattr(owner, name)

        @functools.wraps(real)
        def watched(*args: Any, **kwargs: Any) -> Any:
            if before:
                self.reach(f"before {before(*args)}")
            answer = real(*args, **kwargs)
            if after:
                self.reach(f"after {after(*args)}")
            return answer

        setattr(owner, name, watched)

    def _watch_commits(self) -> None:
        ours = connections["default"]  # this thread's; those that beat have their own
        ours.execute_wrappers.append(self._statement)
        commit, rollback = BaseDatabaseWrapper.commit, BaseDatabaseWrapper.rollback

        def committed(wrapper: BaseDatabaseWrapper) -> None:
            commit(wrapper)
            if wrapper is ours:
                self._committed()

        def rolled_back(wrapper: BaseDatabaseWrapper) -> None:
            rollback(wrapper)
            if wrapper is ours:
                self._tables.clear()

        BaseDatabaseWrapper.commit = committed  # type: ignore[method-assign]
        BaseDatabaseWrapper.rollback = rolled_back  # type: ignore[method-assign]

    def _statement(self, execute: Function, sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        words = sql.split(maxsplit=3)
        if words[0] in WRITES and context["cursor"].rowcount:
            table = next(word for word in words[1:] if word.startswith('"')).strip('"')
            self._tables.append(f"{words[0].lower()} {table}")
            if not context["connection"].in_atomic_block:
                self._committed()
        return answer

    def _committed(self) -> None:
        tables, self._tables = self._tables, []
        if tables:
            self.reach(f"after the commit of {tables[0]}")


def _method(adapter: Any, request: Any, *rest: Any) -> str:
    return f"{request.method} {_path(request.url)}"


def _path(url: str) -> str:
    """Without ids, which change from run to run."""
    parts = url.split("/")[3:]
    return parts[-1].rpartition(".")[2] if parts[0] == "media" else "/".join(parts[2:4])
