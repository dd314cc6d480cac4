import os
from datetime import timedelta
from functools import partial
from typing import Any

from django.apps import AppConfig


class ChaosConfig(AppConfig):
    """Turns minutes into seconds, and takes a protection away when CHAOS_CONTROL names one."""

    name = "tests.chaos"

    def ready(self) -> None:
        _short_calls()
        _short_waits()
        from tests.chaos.controls import CONTROLS

        CONTROLS[os.environ.get("CHAOS_CONTROL", "")]()


def _short_calls() -> None:
    """The proportions stay as they are: a POST ends before its lease, a lease before the deadline."""
    from studio import archive
    from studio.audio.fetch import FetchRules
    from studio.music_api import client

    defaults: Any = client.Client.__init__.__kwdefaults__
    defaults |= {"connect_timeout": 0.5, "post_timeout": 2, "get_timeout": 2}
    client.BODY_SECONDS = 1.0
    client.LISTEN_S = 4.0
    archive.MAX_BYTES = 4 * 1024 * 1024
    archive.FetchRules = partial(FetchRules, deadline_s=8, grace_s=2)  # type: ignore[misc, assignment]


def _short_waits() -> None:
    from studio.services import attempts, balances, clips, lines, polls, proofs, providers

    attempts.LEASE = timedelta(seconds=6)
    lines.SETTLED_AFTER = timedelta(seconds=5)  # the hostile upstream charges up to 3.5 s late
    lines.SONG_TAKES = timedelta(seconds=7)  # up to 2.5 s
    lines.DOUBT_LASTS = timedelta(seconds=15)  # a poll that fails is repeated after 5 s
    lines.SILENCE_LASTS = timedelta(seconds=60)
    attempts.DECIDE_AFTER = timedelta(seconds=float(os.environ.get("CHAOS_DECIDE_S", "45")))
    balances.EVERY = timedelta(seconds=5)
    balances.BLIND_AFTER = timedelta(seconds=4)
    balances.WHILE_STOPPED = timedelta(seconds=2)
    balances.AFTER_A_TASK = timedelta(seconds=1)
    proofs.WHILE_UNKNOWN = timedelta(seconds=1)
    proofs.RETURN_TAKES = timedelta(seconds=1)
    clips.LEASE = timedelta(seconds=6)
    clips.KEEP_TRYING = timedelta(seconds=150)
    clips.MAX_WAIT_S = 5
    polls.LEASE = timedelta(seconds=5)
    providers.RECHECK = timedelta(seconds=2)
    providers.MAX_PAUSE_S = 5
    providers.LONGEST_PAUSE = timedelta(seconds=10)
