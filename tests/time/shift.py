"""A process whose clock is wrong: what Python and Django tell it is off by so many seconds."""

import time
from datetime import datetime, timedelta

import pytest
from django.utils import timezone


def wrong_clock(patch: pytest.MonkeyPatch, seconds: float) -> None:
    """From now on this process reads another time; sleeping and measuring durations stay as they are."""
    read, now = time.time, timezone.now
    patch.setattr(time, "time", lambda: read() + seconds)
    patch.setattr(timezone, "now", lambda: now() + timedelta(seconds=seconds))


def it_is(patch: pytest.MonkeyPatch, moment: datetime) -> None:
    """This moment begins now, for this process."""
    wrong_clock(patch, (moment - timezone.now()).total_seconds())
