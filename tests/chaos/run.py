"""One chaos run from the first process to the verdict."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from urllib.request import urlopen

from tests.chaos.desk import Desk
from tests.chaos.judge import ENDED, TASKS, Verdict, judge
from tests.chaos.killer import SHARES, Killer
from tests.chaos.people import PASSWORD, Person
from tests.chaos.postgres import OwnPostgres
from tests.running import ROOT, RunningStudio, drop_database, free_port, wait_for
from tests.visitor import owner_of

KEY = "key-of-the-hostile-upstream"
PEOPLE = 5
EVERY_S = 2.0
AUDIT_S = 40
PLACES = 16  # orders in flight: unknown ones keep theirs until the deadline
MAKE_PEOPLE = """
from accounts.models import User
from studio.services import credits
for n in range({people}):
    user = User.objects.create_user(f"p{{n}}@example.org", "{password}", name=f"P {{n}}", role="owner")
    credits.grant(user, {credits}, reason="for the run")
"""
PROJECTS = (
    "list(Project.objects.filter(owner__email__startswith='p').order_by('pk').values_list('pk', flat=True))"
)
PROVED = (
    'list(CreditEntry.objects.filter(reason__startswith="The provider\'s balance shows")'
    ".values_list('reason', flat=True))"
)
ATTEMPTS = "list(Attempt.objects.values_list('status', 'outcome'))"
OPEN = f"Task.objects.exclude(status__in={ENDED}).count()"


@dataclass(frozen=True)
class Options:
    tasks: int
    seconds: float
    seed: int = 1
    control: str = ""
    hooks: bool = True
    quiet_s: float = 180  # the longest wait for the end of everything after the last kill
    decide_s: float = 45
    server_kills: int = 0  # of PostgreSQL
    desk: bool = False  # an owner enters the ids of orders whose answer was lost
    swallows: bool = True  # the upstream charges orders without telling their ids

    @property
    def shares(self) -> dict[str, int]:
        """Without the watchdog every other death would restart the cluster and so hide that it is missed."""
        return {"child": 1} if self.control == "no-watchdog" else SHARES

    @property
    def ids_are_told(self) -> bool:
        """Something besides the answer tells them, or the answer comes."""
        return self.hooks or self.desk or not self.swallows


class ChaosRun:
    """Use as a context manager: all that was started ends with it."""

    def __init__(
        self, folder: Path, options: Options, database: str = "", server: OwnPostgres | None = None
    ) -> None:
        self.folder, self.options, self.database, self.server = folder, options, database, server
        self.random = Random(options.seed)
        self.lines: list[str] = []
        self.restarts = 0

    def __enter__(self) -> "ChaosRun":
        with ExitStack() as stack:
            stack.callback(drop_database, self.database)
            self.upstream = self._start_upstream(stack)
            self.studio = RunningStudio(self.folder, self.database, **self._environment())
            stack.callback(self._stop_studio)
            self.studio.start()
            self._ends = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    def _start_upstream(self, stack: ExitStack) -> str:
        options = self.options
        command = ["--port", str(free_port()), "--key", KEY, "--seed", str(options.seed)]
        command += ["--journal", str(self.folder / "upstream.jsonl")] + ["--no-hooks"] * (not options.hooks)
        command += ["--outages", "20"] + ["--aloud"] * (not options.swallows)
        process = stack.enter_context(
            subprocess.Popen(
                [sys.executable, "-m", "tests.hostile", *command], cwd=ROOT, stdout=subprocess.PIPE, text=True
            )
        )
        stack.callback(process.terminate)
        assert process.stdout
        return process.stdout.readline().strip()

    def _environment(self) -> dict[str, str]:
        limits = self.folder / "providers.toml"
        limits.write_text(f"[sandbox]\nconcurrency = {PLACES}\n")
        return {
            "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
            "SANDBOX_URL": self.upstream,
            "SANDBOX_KEY": KEY,
            "PROVIDERS_FILE": str(limits),
            "POLL_SECONDS": "1",
            "WEBHOOKS": "auto" if self.options.hooks else "off",
            "CHAOS_CONTROL": self.options.control,
            "CHAOS_DECIDE_S": str(self.options.decide_s),
        }

    # -- The run ----------------------------------------------------------------------------------

    def run(self) -> Verdict:
        people = self._people()
        if self.options.desk:
            self.desk = self._ends.enter_context(Desk(self.studio.url, "p0@example.org", self._books))
        threads = [person.start() for person in people]
        killer = Killer(self.studio, self.random, self.options.shares)
        start = time.monotonic()
        while (passed := time.monotonic() - start) < self.options.seconds:
            time.sleep(EVERY_S)
            self._keep_running()
            killer.strike()
            self._kill_server(passed / self.options.seconds)
        for thread in threads:
            while thread.is_alive():
                self._keep_running()
                thread.join(1)
        quiet_after = self._wait_for_quiet()
        return self._judge(people, killer.kills, quiet_after)

    def _people(self) -> list[Person]:
        """Each has a project and credits for all their orders, and takes four fifths of the time for them."""
        owner_of(self.studio.url, self.studio.owner_link).close()
        options = self.options
        made = MAKE_PEOPLE.format(people=PEOPLE, password=PASSWORD, credits=20 * options.tasks)
        self.studio.manage("shell", "--verbosity", "0", "--command", made)
        counts = [options.tasks // PEOPLE + (n < options.tasks % PEOPLE) for n in range(PEOPLE)]
        pause = 0.8 * options.seconds / max(counts)
        projects = self.studio.query(PROJECTS)
        return [
            Person(self.studio.url, f"p{n}@example.org", project, count, pause)
            for n, (project, count) in enumerate(zip(projects, counts, strict=True))
        ]

    def _keep_running(self) -> None:
        """`runstudio` gives up when a process dies within seconds of its start; its owner starts it again."""
        if self.studio.process.poll() is None:
            return
        self.restarts += 1
        self._stop_studio()
        self.studio.lines = []
        self._books()  # not in one of the upstream's outages: it would be taken for a sandbox that is missing
        self.studio.start()

    def _kill_server(self, progress: float) -> None:
        """The deaths of the database are spread evenly over the run; `progress` goes from 0 to 1."""
        if self.server and self.server.kills + 0.5 < progress * self.options.server_kills:
            self.server.kill()

    def _stop_studio(self) -> None:
        if hasattr(self.studio, "process"):
            self.studio.stop()
            for pid in self.studio.children():
                os.kill(pid, 9)
        self.lines += self.studio.lines

    def _wait_for_quiet(self) -> float | None:
        """Seconds until every order had ended; None when that did not happen."""
        start = time.monotonic()
        while time.monotonic() < start + self.options.quiet_s:
            self._keep_running()
            if self.studio.query(OPEN) == 0:
                return round(time.monotonic() - start, 1)
            time.sleep(2)
        return None

    # -- The verdict ------------------------------------------------------------------------------

    def _judge(self, people: list[Person], kills: Counter[str], quiet_after: float | None) -> Verdict:
        seen: Counter[str] = sum((person.seen for person in people), Counter())
        audit = self._audit()  # first: what was given up is only booked by the next quiet look at the balance
        tasks = self.studio.query(TASKS)
        # Signing in is a form, too.
        books = self._books()
        ordered = seen["taken"] - len(people)
        verdict = judge(tasks, books, ordered, all_known=self.options.ids_are_told)
        broken, figures = verdict.broken, verdict.figures
        figures |= {"kills": sum(kills.values()), **{f"  {name}": n for name, n in kills.items()}}
        figures |= {"kills of PostgreSQL": self.server.kills} if self.server else {}
        figures |= {"studio started again": self.restarts, "quiet after, s": quiet_after}
        figures |= {f"people saw: {name}": n for name, n in seen.items() if name != "taken"}
        figures |= {"ids entered by an owner": self.desk.entered} if self.options.desk else {}
        figures |= self._attempts()
        figures |= {f"upstream: {name}": n for name, n in sorted(books["seen"].items())}
        broken += [f"audit: {rule}: {rows[:5]}" for rule, rows in audit.items()]
        broken += [f"people saw {name}, {n} times" for name, n in seen.items() if self._is_bad(name)]
        if not self.database:
            broken += self._integrity()
        (self.folder / "tasks.json").write_text(json.dumps(tasks))
        (self.folder / "seen.txt").write_text("\n".join(line for person in people for line in person.odd))
        (self.folder / "studio.log").write_text("".join([*self.lines, *self.studio.lines]))
        return verdict

    def _audit(self) -> dict[str, list[str]]:
        """What is still broken when the last credits have come back, and the balance was read once more."""
        end = time.monotonic() + AUDIT_S
        while True:
            said = json.loads(self.studio.manage("audit", "--files", "--upstream", "--json", check=False))
            if said["clean"] or self.options.control or time.monotonic() > end:
                return dict(said["broken"])
            time.sleep(2)

    def _attempts(self) -> dict[str, int]:
        """How attempts ended, and what brought the lost ones to light."""
        found: Counter[str] = Counter()
        for status, outcome in self.studio.query(ATTEMPTS):
            found[f"attempts: {status}"] += 1
            if "balance shows" in outcome or outcome.startswith("Accepted, known from an id"):
                found[f"  {outcome}"] += 1
        found.update(f"  {reason}" for reason in self.studio.query(PROVED))
        return dict(sorted(found.items()))

    def _books(self) -> dict[str, Any]:
        def ask() -> dict[str, Any]:
            with suppress(OSError), urlopen(f"{self.upstream}/hostile/ledger", timeout=10) as answer:
                return dict(json.load(answer))
            return {}  # one of its outages

        return wait_for(ask)

    def _integrity(self) -> list[str]:
        connection = sqlite3.connect(self.folder / "studio.sqlite3")
        said = connection.execute("PRAGMA integrity_check").fetchone()[0]
        connection.close()
        return [] if said == "ok" else [f"SQLite: {said}"]

    def _is_bad(self, seen: str) -> bool:
        """503 says "one moment", and is true only while the database is away."""
        if seen == "HTTP 503":
            return self.options.server_kills == 0
        return seen in ("given up", "database is locked") or seen.startswith("HTTP 5")
