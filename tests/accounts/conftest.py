"""A clock that goes on when it is told to."""

import pytest
from django.utils import timezone

from tests.accounts.knocking import Clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock)
    return clock
