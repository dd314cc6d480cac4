"""An hour without the provider: nothing is lost, nothing is paid twice, and there is no rush after it."""

from collections.abc import Callable, Iterator
from concurrent.futures import wait
from typing import Any

import pytest

from accounts.models import User
from studio.clients import client_for
from studio.models import Attempt, ProviderState, Task
from studio.sandbox.server import Sandbox
from studio.services import audit, credits
from studio.sweep import Sweep
from tests.conftest import Order
from tests.factories import PRICE
from tests.machine.clock import forward
from tests.music_api.upstream import Upstream, says
from tests.running import free_port
from tests.sandbox.caller import Caller

HOUR, STEP = 3600, 240
SOON = 30  # seconds after the outage
LIMIT = 4  # songs at once at the sandbox


class World:
    """The cluster, minute by minute, with a provider whose address can be changed."""

    def __init__(self, settings: Any, run_jobs: Callable[[], int]) -> None:
        self.settings, self.run_jobs, self.sweep = settings, run_jobs, Sweep()
        self.key = settings.PROVIDERS["sandbox"][1]
        self.most = 0

    def point_to(self, url: str) -> None:
        self.settings.PROVIDERS = {"sandbox": (url, self.key)}
        client_for.cache_clear()

    def live(self, seconds: int, step: int = STEP) -> None:
        for _ in range(0, seconds, step):
            forward(step)
            self.sweep.tick()
            wait([*self.sweep.polls, *self.sweep.balances], 30)
            self.sweep.tick()
            self.run_jobs()
            self.most = max(self.most, Task.objects.in_flight("sandbox").count())


@pytest.fixture
def world(upstream: Sandbox, settings: Any, run_jobs: Callable[[], int]) -> Iterator[World]:
    world = World(settings, run_jobs)
    yield world
    world.sweep.stop()


@pytest.fixture(params=["refused", "502"])
def nowhere(request: pytest.FixtureRequest) -> Iterator[str]:
    """An address where nobody listens, or where somebody is sorry."""
    if request.param == "refused":
        yield f"http://127.0.0.1:{free_port()}"
        return
    sorry = Upstream(says(502, b"<html>Bad Gateway"))
    yield sorry.url
    sorry.close()


def test_an_hour_without_the_provider(
    nowhere: str, world: World, order: Order, upstream: Sandbox, member: User
) -> None:
    order(takes=3)
    world.run_jobs()
    accepted = Attempt.objects.filter(status=Attempt.Status.ACCEPTED).count()
    order(takes=4)
    world.point_to(nowhere)
    world.live(HOUR)
    assert not Task.objects.filter(status=Task.Status.DONE).exists()
    state = ProviderState.objects.get(name="sandbox")
    assert (state.hold, state.attention, state.retired) == ("", "", []), "no reason to call for a person"

    world.point_to(upstream.url)
    waiting = Task.objects.queued("sandbox").count()
    world.live(SOON, step=10)
    assert Task.objects.queued("sandbox").count() < waiting, "the first goes soon"
    world.live(2400, step=120)
    assert not Task.objects.moving().exists()
    assert accepted == 3
    assert 0 < world.most <= LIMIT
    ended_well = Task.objects.filter(status=Task.Status.DONE).count()
    assert len(Caller(upstream.url).ledger()["tasks"]) == ended_well
    assert credits.balance(member) == 100 - PRICE * ended_well
    assert ended_well >= 6, "at most the one that was on its way is given up"
    assert audit.audit() == {}
    assert audit.unexplained("sandbox", upstream.balance) == 0
