"""The studio on two hosts: the clock of the one with the workers is off by CLOCK_OFF seconds."""

import os
from pathlib import Path

import pytest
from django.apps import AppConfig

from tests.time.shift import wrong_clock


class TimeConfig(AppConfig):
    name = "tests.time"

    def ready(self) -> None:
        if self._is_worker():
            wrong_clock(pytest.MonkeyPatch(), float(os.environ["CLOCK_OFF"]))

    def _is_worker(self) -> bool:
        line = Path("/proc/self/cmdline").read_bytes()
        return b"manage.py\0work" in line or b"manage.py\0cluster" in line
