"""Copying while the process is killed and while the disk is full: no row without its file, and all ends well.

A few rounds here; `make media KILLS=200 FULL=20 FILES=1000` is the long run.
"""

import hashlib
import os
import resource
import signal
import time
import traceback
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import connections

from accounts.models import User
from studio import archive, jobs, sweep
from studio.models import Asset, Clip, Task
from studio.sandbox.server import Sandbox
from studio.services import audit, credits, media, polls
from tests.conftest import Order
from tests.factories import again, earlier
from tests.sandbox.caller import Caller

KILLS = int(os.environ.get("KILLS", "6"))
FULL = int(os.environ.get("FULL", "3"))
A_COPY_TAKES_S = 60  # at the very most
SECOND = timedelta(seconds=1)

pytestmark = pytest.mark.django_db(transaction=True)
Ready = Callable[[], Task]


@pytest.fixture
def ready(order: Order, upstream: Sandbox, member: User) -> Ready:
    """A song that is ready at the sandbox and waits to be copied."""
    credits.grant(member, 200 * KILLS, reason="for the test")

    def make() -> Task:
        task = order()[0]
        jobs.submit_next("sandbox")
        Caller(upstream.url).end(again(task).upstream_id)
        earlier(task, poll_after=SECOND)
        polls.record([(due.task_id, sweep._poll(due)) for due in polls.claim_due()])
        assert again(task).status == Task.Status.ARCHIVING
        return again(task)

    return make


def in_a_process(do: Callable[[], Any], *, kill_after: float = A_COPY_TAKES_S) -> int:
    """Run it in a process of its own and kill -9 that when the time is over. Gives how the process ended."""
    connections.close_all()  # two processes must not talk on one connection
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            do()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    end = time.monotonic() + kill_after
    while (ended := os.waitpid(pid, os.WNOHANG))[0] == 0:
        if time.monotonic() > end:
            os.kill(pid, signal.SIGKILL)
            ended = os.waitpid(pid, 0)
            break
        time.sleep(0.002)
    return os.waitstatus_to_exitcode(ended[1])


def take_up_again(task: Task) -> None:
    """Its lease is over, and nobody counts how often that happened."""
    Task.objects.filter(pk=task.pk, archive_after__isnull=False).update(claims=0)
    if again(task).archive_after is not None:
        earlier(task, archive_after=SECOND)


def every_row_has_its_file() -> bool:
    return all(
        hashlib.sha256(media.path_of(asset.name).read_bytes()).hexdigest() == asset.sha256
        and media.path_of(asset.name).stat().st_size == asset.size
        for asset in Asset.objects.all()
    )


def nothing_is_left_over() -> bool:
    """Once the parts that dead processes left are a day old."""
    incoming = media.incoming("x").parent
    for path in incoming.iterdir():
        os.utime(path, (time.time() - 25 * 3600,) * 2)
    media.forget_parts()
    return list(incoming.iterdir()) == [] and audit.audit_files() == {} and audit.audit() == {}


def test_a_copy_that_is_killed_again_and_again_ends_whole(ready: Ready) -> None:
    random, task, kills, takes = Random(KILLS), ready(), 0, float(A_COPY_TAKES_S)
    while kills < KILLS:
        start = time.monotonic()
        code = in_a_process(partial(jobs.archive_task, task.pk), kill_after=random.uniform(0, takes))
        assert code in (0, -signal.SIGKILL)
        assert every_row_has_its_file()
        kills += code == -signal.SIGKILL
        if code == 0:  # quicker than its killer, who learns from it
            takes = min(takes, time.monotonic() - start)
        take_up_again(task)
        if again(task).status == Task.Status.DONE:
            task = ready()
    jobs.archive_task(task.pk)
    assert kills == KILLS
    assert not Task.objects.exclude(status=Task.Status.DONE).exists()
    assert Clip.objects.count() == Task.objects.count()
    assert every_row_has_its_file()
    assert nothing_is_left_over()


def on_a_full_disk(limit: int, task_id: int) -> Callable[[], None]:
    """Copy where no file can grow beyond so many bytes; the database has room."""

    def do() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        copy, room = archive._copy, resource.getrlimit(resource.RLIMIT_FSIZE)

        def short_of_room(*given: Any) -> Any:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, room[1]))
            try:
                return copy(*given)
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, room)

        archive._copy = short_of_room
        jobs.archive_task(task_id)

    return do


def test_a_disk_that_is_full_keeps_nothing_and_loses_nothing(ready: Ready, tmp_path: Path) -> None:
    random, task = Random(FULL), ready()
    smallest = min(path.stat().st_size for path in (tmp_path / "sandbox" / "media").glob("*.m4a"))
    for number in range(1, FULL + 1):
        limit = random.randrange(smallest)
        assert in_a_process(on_a_full_disk(limit, task.pk)) == 0
        now = again(task)
        assert (now.status, now.claims, now.poll_failures) == (Task.Status.ARCHIVING, 0, number)
        assert "storage" in now.reason
        assert (list(media.incoming("x").parent.iterdir()), Clip.objects.count()) == ([], 0)
        take_up_again(task)
    jobs.archive_task(task.pk)
    assert again(task).status == Task.Status.DONE
    assert every_row_has_its_file()
    assert nothing_is_left_over()
