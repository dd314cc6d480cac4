"""What a provider's answers teach us: pauses, its limit, what it has stopped offering."""

from datetime import timedelta
from typing import Any

import pytest

from studio.models import ProviderState
from studio.music_api.providers import PROVIDERS
from studio.services import balances, providers, tasks
from tests.conftest import Order
from tests.factories import until
from tests.threads import at_once

SECOND = timedelta(seconds=1)
pytestmark = pytest.mark.django_db


def state() -> ProviderState:
    return providers.state_of("sandbox")


def test_only_what_is_switched_on_is_offered(settings: Any) -> None:
    settings.PROVIDERS = {"aimusicapi": ("https://api.example", "key")}
    assert list(providers.enabled()) == ["aimusicapi"]
    assert providers.is_offered("sandbox", "create_music") == "Sandbox is switched off."
    assert providers.is_offered("aimusicapi", "create_music") == ""
    assert providers.is_offered("aimusicapi", "make_tea") == "AI Music API does not offer this."


def test_a_provider_that_is_switched_off_keeps_its_name(settings: Any) -> None:
    settings.PROVIDERS = {}
    assert providers.named("sandbox").label == "Sandbox"


def test_each_trouble_in_a_row_doubles_the_pause_up_to_five_minutes() -> None:
    waits = [providers.pause("sandbox", retry_after=None, busy=False) for _ in range(10)]
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert 299 * SECOND < until(state().paused_until) <= 300 * SECOND


@pytest.mark.parametrize(("asked", "given"), [(30.0, 30), (0.0, 1), (9999.0, 300)])
def test_the_provider_may_name_the_pause_within_reason(asked: float, given: float) -> None:
    assert providers.pause("sandbox", retry_after=asked, busy=True) == given


def test_a_busy_provider_gets_half_as_many_orders_but_one() -> None:
    limits = []
    for _ in range(4):
        providers.pause("sandbox", retry_after=None, busy=True)
        limits.append(state().in_flight_limit)
    assert limits == [2, 1, 1, 1]


def test_a_provider_that_can_not_be_reached_keeps_its_places() -> None:
    providers.pause("sandbox", retry_after=None, busy=False)
    assert state().in_flight_limit == PROVIDERS["sandbox"].concurrency


def test_each_accepted_order_gives_a_place_back_up_to_the_limit() -> None:
    for _ in range(3):
        providers.pause("sandbox", retry_after=None, busy=True)
    limits = []
    for _ in range(5):
        providers.accepted("sandbox")
        limits.append(state().in_flight_limit)
    assert limits == [2, 3, 4, 4, 4]
    assert (state().failures, state().paused_until) == (0, None)


def test_what_is_retired_stays_retired() -> None:
    for _ in range(2):
        providers.retire("sandbox", "create_music")
    assert state().retired == ["create_music"]
    assert providers.is_offered("sandbox", "create_music") == "Sandbox no longer offers this."


def test_a_hold_says_why_and_is_looked_at_soon() -> None:
    providers.hold("sandbox", "No credits.", 10)
    assert (state().hold, state().needed_credits) == ("No credits.", 10)
    assert until(state().check_after) <= 30 * SECOND


@pytest.mark.django_db(transaction=True)
def test_troubles_at_once_are_all_counted() -> None:
    state()
    at_once(lambda: providers.pause("sandbox", retry_after=None, busy=False), 6)
    assert state().failures == 6


def test_a_task_that_ended_has_the_balance_read_soon(order: Order) -> None:
    [marker] = balances.claim_checks()
    balances.record(marker, 1000)
    balances.hurry_for_settled()
    assert until(state().check_after) > balances.AFTER_A_TASK
    task = order()[0]
    tasks.cancel(task, by=task.created_by)
    balances.hurry_for_settled()
    assert until(state().check_after) <= balances.AFTER_A_TASK
