"""The studio in one process, step by step: a person at the browser, a worker, and the sweep."""

import json
import re
import threading
import time
from concurrent.futures import wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

from django.conf import settings
from django.db.models import Q
from django.test import Client
from django.utils.module_loading import import_string
from django_q.models import OrmQ

from studio.models import Attempt, Project, ProviderState, Task
from studio.models.clock import db_now
from studio.sweep import Sweep
from tests.chaos.judge import ENDED
from tests.crash.bomb import Bomb
from tests.hostile.hooks import _body as hook_body
from tests.hostile.hooks import _headers as hook_headers

PATIENCE_S = 30
QUIET_S = 0.2  # longer than the short waits of tests/crash/sweep.py
NOT_YET_SENT = ("queued", "held", "submitting", "unknown")


@dataclass
class Studio:
    """`memory` is a file that outlives the process, as the person's browser does."""

    title: str
    upstream: str
    session: str
    memory: Path
    bomb: Bomb

    def __post_init__(self) -> None:
        self.sweep = Sweep()
        self.browser = Client(enforce_csrf_checks=True)
        self.browser.cookies[settings.SESSION_COOKIE_NAME] = self.session

    def close(self) -> None:
        """End all threads."""
        self.sweep.stop()
        for thread in threading.enumerate():
            if thread is not threading.main_thread():
                thread.join(timeout=10)

    def count(self, on: bool = True) -> None:
        """From here on points count, or no longer."""
        self.bomb.arm(on)

    # -- The person -------------------------------------------------------------------------------

    def order(self) -> None:
        """Fill in the form once, and send it until it is taken."""
        page = f"/projects/{Project.objects.get().pk}/new-song/"
        if not self.memory.exists():
            self.memory.write_text(json.dumps(self._hidden(page)))
        fields = json.loads(self.memory.read_text())
        self._click(page, fields | {"sound": "quiet folk", "title": self.title})

    def cancel(self) -> None:
        task = Task.objects.get()
        fields = self._hidden(f"/tasks/{task.pk}/")
        self._click(f"/tasks/{task.pk}/cancel/", fields)

    def _hidden(self, page: str) -> dict[str, str]:
        text = self.browser.get(page).content.decode()
        token = self.browser.cookies[settings.CSRF_COOKIE_NAME].value
        hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text)
        return dict(hidden) | {"cookie": token}

    def _click(self, page: str, fields: dict[str, str]) -> None:
        self.browser.cookies[settings.CSRF_COOKIE_NAME] = fields["cookie"]
        self.bomb.reach("before the person's click")
        answer = self.browser.post(page, fields)
        self.bomb.reach("after the person's click")
        assert answer.status_code == 302, answer.content.decode()

    # -- The worker and the sweep -----------------------------------------------------------------

    def send(self) -> None:
        """Run what is queued. A job leaves the queue after it was run: killed in between it runs again."""
        while row := OrmQ.objects.order_by("id").first():
            job = row.task
            import_string(job["func"])(*job["args"], **job["kwargs"])
            row.delete()

    def work(self, until: str = "the end") -> None:
        """Jobs and sweep in turn, until the order has ended and nothing is due, or it was accepted."""
        end = time.monotonic() + PATIENCE_S
        while self._is_at_work() if until == "the end" else self._is_not_yet_accepted():
            assert time.monotonic() < end, list(Task.objects.values("status", "reason"))
            self.send()
            self._tick()
            time.sleep(0.03)

    def settle(self) -> None:
        """The next look at the balance, when all is quiet there: it books what a lost order cost."""
        if Attempt.objects.filter(status=Attempt.Status.LOST).exists():
            time.sleep(QUIET_S)
            ProviderState.objects.update(check_after=None)
            self._tick()

    def _tick(self) -> None:
        """As the sweep does it, but it waits for answers, so that points come in the same order each time."""
        self.sweep.decide()
        self.sweep.ring()
        self.sweep.poll()
        wait(self.sweep.polls)
        self.sweep.store_polls()
        self.sweep.look_at_balances()
        wait(self.sweep.balances)
        self.sweep.store_balances()

    def _is_at_work(self) -> bool:
        due = Q(poll_after__lte=db_now()) | Q(archive_after__isnull=False) | ~Q(status__in=ENDED)
        return Task.objects.filter(due).exists() or OrmQ.objects.exists()

    def _is_not_yet_accepted(self) -> bool:
        return Task.objects.filter(status__in=NOT_YET_SENT).exists()

    # -- The upstream -----------------------------------------------------------------------------

    def ring(self) -> None:
        """The upstream rings for what it has accepted, at the address that it was told; again and again."""
        for order in self.books()["rings"].get(self.title, []):
            body = hook_body(order["id"], "song.completed")
            headers = hook_headers(order["secret"], body)
            path = urlsplit(order["url"]).path
            self.bomb.reach("before the upstream rings")
            answer = Client().post(path, body, content_type=headers.pop("Content-Type"), headers=headers)
            self.bomb.reach("after the upstream rings")
            assert answer.status_code == 200, answer.content.decode()

    def times_accepted(self) -> int:
        orders = self.books()["orders"].items()
        return sum(row["accepted"] for marker, row in orders if marker.startswith(f"{self.title}/"))

    def books(self) -> dict[str, Any]:
        with urlopen(f"{self.upstream}/hostile/ledger", timeout=10) as answer:
            books: dict[str, Any] = json.load(answer)
        return books
