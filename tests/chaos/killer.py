"""kill -9 of one random process of the studio after the other."""

import os
import signal
from collections import Counter
from contextlib import suppress
from pathlib import Path
from random import Random

from tests.running import RunningStudio

SHARES = {"child": 70, "sentinel": 8, "group": 8, "supervisor": 7, "web": 7}


class Killer:
    def __init__(self, studio: RunningStudio, random: Random, shares: dict[str, int] = SHARES) -> None:
        self._studio = studio
        self._random = random
        self._shares = shares
        self.kills: Counter[str] = Counter()

    def strike(self) -> None:
        """Kill one process, or nobody when those of the kind that was drawn are just being replaced."""
        kind = self._random.choices([*self._shares], [*self._shares.values()])[0]
        pids = _processes(self._studio)[kind]
        if not pids:
            return
        pid = self._random.choice(sorted(pids))
        with suppress(ProcessLookupError):
            (os.killpg if kind == "group" else os.kill)(pid, signal.SIGKILL)
            self.kills[kind] += 1


def _processes(studio: RunningStudio) -> dict[str, list[int]]:
    """django-q's cluster is a head, its sentinel, and the sentinel's workers, pusher and monitor."""
    cluster = studio.children("manage.py", "cluster")
    parents = {pid: _parent(pid) for pid in cluster}
    heads = [pid for pid in cluster if parents[pid] not in cluster]
    sentinels = [pid for pid in cluster if parents[pid] in heads]
    return {
        "child": [pid for pid in cluster if parents[pid] in sentinels],
        "sentinel": sentinels,
        "group": heads,
        "supervisor": studio.children("manage.py", "work", "--grace"),
        "web": studio.children("granian"),
    }


def _parent(pid: int) -> int:
    with suppress(OSError):
        # The name in brackets may hold blanks; the parent is the second word after it.
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0
