"""The providers' page: what an owner learns there, and can do about it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from studio.models import ProviderState, Task
from studio.music_api.errors import NeedsAttention, Retired
from studio.services import attempts, balances, providers
from tests.conftest import Order
from tests.factories import again, ago, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def read(total: int) -> None:
    [marker] = balances.claim_checks()
    balances.record(marker, total)
    ProviderState.objects.update(check_after=None)


def page(client: Client, name: str = "providers") -> str:
    return client.get(reverse(name)).content.decode()


def test_the_balance_is_shown_with_its_age(olga: Client, upstream: Any) -> None:
    read(9_000)
    ProviderState.objects.update(balance_at=ago(timedelta(minutes=7)))
    shown = page(olga)
    assert "9\u2009000" in shown
    assert ">7 min ago<" in shown


@pytest.mark.parametrize(("left", "warned"), [(201, False), (200, True), (0, True)])
def test_a_fifth_of_what_there_was_is_little(olga: Client, upstream: Any, left: int, warned: bool) -> None:
    read(1_000)
    read(left)
    assert ("A fifth or less is left" in page(olga)) is warned
    assert (f"Sandbox: {left} credits are left there." in page(olga, "credits")) is warned


def test_a_top_up_is_what_little_is_measured_by(olga: Client, upstream: Any) -> None:
    for total in (10_000, 300, 1_000, 300):
        read(total)
    assert ProviderState.objects.get().balance_high == 1_000
    assert "A fifth or less" not in page(olga)


def test_what_answered_410_is_off_for_all_until_an_owner_switches_it_on(
    olga: Client, order: Order, member: User, upstream: Any
) -> None:
    task = order()[0]
    attempts.record_failure(send().pk, Retired("Gone."))
    assert again(task).status == Task.Status.FAILED
    assert providers.is_offered("sandbox", "create_music") == "Sandbox no longer offers this."
    assert "Sandbox no longer offers: New song." in page(olga, "credits")
    assert "Switch New song on again" in page(olga)
    olga.post(reverse("provider_offer_again", args=["sandbox", "create_music"]))
    assert providers.is_offered("sandbox", "create_music") == ""
    assert "no longer offers" not in page(olga, "credits")


def test_what_waits_for_a_person_says_so_until_it_is_done(olga: Client, order: Order, upstream: Any) -> None:
    order()
    attempts.record_failure(send().pk, NeedsAttention("Post the cookie anew."))
    assert "Sandbox: Post the cookie anew." in page(olga, "credits")
    assert providers.is_offered("sandbox", "create_music") == "Post the cookie anew."
    olga.post(reverse("provider_attended", args=["sandbox"]))
    assert providers.is_offered("sandbox", "create_music") == ""


def test_members_see_nothing_of_it(client: Client, member: User, upstream: Any) -> None:
    read(1_000)
    read(1)
    client.force_login(member)
    assert "credits are left there" not in page(client, "credits")


def test_a_provider_that_is_not_on_is_not_found(olga: Client, upstream: Any) -> None:
    assert olga.post(reverse("provider_attended", args=["useapi"])).status_code == 404
