"""Sequences that nobody thought of: after every step the books are right and nothing was paid twice.

`make machine RUNS=2000 STEPS=50` runs it for long; the seed is printed, so that a run can be repeated.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from accounts.models import Role, User
from studio import jobs, sweep
from studio.clients import client_for
from studio.services import credits
from tests.conftest import person
from tests.machine.machine import Machine

RUNS = int(os.environ.get("MACHINE_RUNS", "0"))
STEPS = int(os.environ.get("MACHINE_STEPS", "50"))
SHORT = (10, 30) if connection.vendor == "sqlite" else (6, 30)  # the same examples on both


@pytest.fixture
def stage(db: None, settings: Any) -> Iterator[type[Machine]]:
    settings.PROVIDERS = {"sandbox": ("http://127.0.0.1:8100", "test-key")}
    Machine.people = [_person(name, has) for name, has in (("mara", 100), ("edda", 35), ("vito", 10))]
    yield Machine
    jobs.client_for = sweep.client_for = client_for


def _person(name: str, has: int) -> User:
    user = person(f"{name}@example.org", Role.MEMBER, name.title())
    credits.grant(user, has, reason="for the test")
    return user


def profile(runs: int, steps: int, **more: Any) -> settings:
    return settings(
        max_examples=runs,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        **more,
    )


def test_whatever_happens_the_books_are_right(stage: type[Machine]) -> None:
    """The same examples each time, unless a long run asks for others."""
    chosen = profile(RUNS, STEPS) if RUNS else profile(*SHORT, derandomize=True)
    run_state_machine_as_test(stage, settings=chosen)
