"""`manage.py cluster`: django-q2's cluster of workers, which ends when its supervisor does."""

import os
import signal
import sys
import time
from threading import Thread
from typing import Any

from django_q.management.commands import qcluster

AGAIN_S = 3
AT_MOST_S = 15


class Command(qcluster.Command):
    help = "The cluster that `manage.py work` starts and watches. Ends when its standard input does."

    def handle(self, *args: Any, **options: Any) -> None:
        Thread(target=_end_with_supervisor, args=[sys.stdin.fileno()], daemon=True).start()
        super().handle(*args, **options)


def _end_with_supervisor(pipe: int) -> None:
    """A pipe tells of every end of the supervisor, kill -9 as well. django-q drops a SIGTERM that comes while
    it forks, and two in one breath may stop it for good, so we repeat it slowly, and then kill the group:
    every job can be done again."""
    while os.read(pipe, 1024):
        pass
    for _ in range(0, AT_MOST_S, AGAIN_S):
        time.sleep(AGAIN_S)
        os.kill(os.getpid(), signal.SIGTERM)
    os.killpg(os.getpgrp(), signal.SIGKILL)
