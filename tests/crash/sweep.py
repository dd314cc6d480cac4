"""Kills the process at every point of every story, lets another one go on, and compares the books.

One warm process forks two for each point: the first dies at it, the second tells the same story to its end.
"""

import gc
import json
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import Client

from accounts.models import Role, User
from studio.models import Task
from studio.services import (
    attempts,
    audit,
    balances,
    clips,
    credits,
    dispatch,
    lines,
    polls,
    proofs,
    providers,
)
from tests.chaos.controls import CONTROLS
from tests.chaos.judge import TASKS, judge
from tests.crash.bomb import Bomb
from tests.crash.databases import Databases
from tests.crash.stories import STORIES
from tests.crash.studio import Studio
from tests.crash.upstream import KEY


@dataclass(frozen=True)
class Run:
    """One kill and what came of it. Without a `name` nothing was killed: point 0 only counts the points."""

    story: str
    point: int
    name: str
    status: str
    broken: list[str]
    seconds: float


def shorten() -> None:
    """Tenths of seconds for what only time decides."""
    for owner, name, seconds in (
        (attempts, "LEASE", 0.05),
        (lines, "SETTLED_AFTER", 0.05),
        (lines, "SONG_TAKES", 0.05),
        (lines, "DOUBT_LASTS", 0.3),
        (balances, "EVERY", 60),
        (balances, "WHILE_STOPPED", 0.05),
        (balances, "AFTER_A_TASK", 0.05),
        (proofs, "WHILE_UNKNOWN", 0.05),
        (proofs, "RETURN_TAKES", 0.05),
        (clips, "LEASE", 0.15),
        (clips, "RING_AGAIN", 0.05),
        (polls, "LEASE", 0.05),
        (providers, "RECHECK", 0.05),
        (dispatch, "RING_AGAIN", 0.05),
    ):
        setattr(owner, name, timedelta(seconds=seconds))
    settings.POLL_SECONDS, providers.MAX_PAUSE_S = 0.02, 0.05


class CrashSweep:
    """`databases` is where each run gets a copy; `control` takes a protection away, as in the chaos run."""

    def __init__(self, databases: Databases, folder: Path, upstream: str, control: str = "") -> None:
        self.databases, self.folder, self.upstream = databases, folder, upstream
        settings.PROVIDERS = {"sandbox": (upstream, KEY)}
        settings.ALLOWED_HOSTS = ["testserver"]
        shorten()
        CONTROLS[control]()
        self.session = self._prepare()
        self._warm_up()

    def _prepare(self) -> str:
        """A migrated database with a person who is signed in."""
        _use(self.databases.template)
        call_command("migrate", verbosity=0)
        user = User.objects.create_user("mara@example.org", name="Mara", role=Role.MEMBER)
        credits.grant(user, 100, reason="for the run")
        client = Client()
        client.force_login(user)
        connections.close_all()
        return client.cookies[settings.SESSION_COOKIE_NAME].value

    def _warm_up(self) -> None:
        """Tell one story here: every module and template that it needs is then there for all forks."""
        studio = self._tell("song", "song warm", self.databases.copy(), Bomb())
        verdict(studio)
        studio.close()
        connections.close_all()
        assert threading.active_count() == 1, "who forks should have no other threads"
        gc.collect()
        gc.freeze()
        gc.disable()

    def run(self, name: str, only: str = "") -> Iterator[Run]:
        """First the run that counts, then one for each point whose name contains `only`."""
        self.counted: list[str] = []
        yield self._run(name, 0)
        for point, seen in enumerate(self.counted, 1):
            if only in seen:
                yield self._run(name, point)

    def _run(self, name: str, point: int) -> Run:
        began = time.monotonic()
        title, database = f"{name} {point}", self.databases.copy()

        def tell(bomb: Bomb) -> Studio:
            bomb.plant()
            return self._tell(name, title, database, bomb)

        note = self.folder / f"killed {title}"
        seen, code = in_a_fork(lambda: tell(Bomb(point, note)).bomb.seen)
        # The clock decides how often a balance is read: now and then a run is over before its last points.
        broken = [f"the first ended with {code}: {seen}"] if code not in (0, -signal.SIGKILL) else []
        if not point:
            self.counted = seen
        found, code = in_a_fork(lambda: verdict(tell(Bomb())))
        broken += [f"the second ended with {code}: {found}"] if code else found["broken"]
        where = note.read_text() if note.exists() else ""
        status = "" if code else found["status"]
        return Run(name, point, where, status, broken, round(time.monotonic() - began, 3))

    def _tell(self, name: str, title: str, database: str, bomb: Bomb) -> Studio:
        _use(database)
        place = self.folder / title
        place.mkdir(exist_ok=True)
        settings.MEDIA_ROOT = place / "media"
        settings.WEBHOOKS = "on" if STORIES[name].webhooks else "off"
        studio = Studio(title, self.upstream, self.session, place / "browser.json", bomb)
        # When the upstream has it and we don't know, nothing but the deadline ends it: let that come soon.
        soon = name == "lost" or studio.times_accepted()
        attempts.DECIDE_AFTER = timedelta(seconds=0.3 if soon else 30)
        STORIES[name].tell(studio)
        return studio


def verdict(studio: Studio) -> dict[str, Any]:
    """How the order ended, and what is wrong in our books, among our files, and by the upstream's books."""
    studio.settle()
    tasks = eval(TASKS)  # the same rows as the chaos run's
    books = studio.books()
    mine = {marker: row for marker, row in books["orders"].items() if marker.startswith(f"{studio.title}/")}
    broken = judge(tasks, {**books, "orders": mine}, ordered=1).broken
    broken += [f"{rule}: {rows}" for rule, rows in (audit.audit() | audit.audit_files()).items()]
    status = Task.objects.get().status
    story = STORIES[studio.title.partition(" ")[0]]
    if status not in (story.ends, story.in_doubt):
        broken.append(f"it ended {status}")
    if studio.times_accepted() not in story.accepted:
        broken.append(f"the upstream took it {studio.times_accepted()} times")
    return {"status": status, "broken": broken}


def _use(database: str) -> None:
    connections["default"].settings_dict["NAME"] = database


def in_a_fork(do: Callable[[], Any]) -> tuple[Any, int]:
    """What `do` gave in a process of its own, as JSON; and its exit code, or the signal as a negative one."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            answer, code = do(), 0
        except BaseException:
            answer, code = traceback.format_exc(), 1
        with os.fdopen(writing, "w") as pipe:
            json.dump(answer, pipe)
        os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return json.loads(said) if said else None, code
