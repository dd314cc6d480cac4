"""Leases: held by one, renewed by its holder, and free when their time is over."""

from datetime import timedelta

import pytest

from studio.models import Lease
from studio.services import workers
from tests.factories import earlier, until
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def lease() -> Lease:
    return Lease.objects.get(name="work")


def test_a_lease_is_held_by_one() -> None:
    assert workers.take("work", "me")
    assert not workers.take("work", "you")
    assert lease().holder == "me"


def test_its_holder_renews_it() -> None:
    workers.take("work", "me")
    earlier(lease(), until=timedelta(seconds=1), beat_at=timedelta(seconds=4))
    assert workers.renew("work", "me")
    assert until(lease().until) > timedelta(seconds=4)
    assert workers.seconds_since_beat("work") < 1


def test_a_lease_that_ran_out_is_free() -> None:
    workers.take("work", "me")
    earlier(lease(), until=timedelta(seconds=1))
    assert workers.take("work", "you")
    assert not workers.take("work", "me")


def test_a_lease_that_was_given_back_is_free_at_once() -> None:
    workers.take("work", "me")
    assert workers.release("work", "me")
    assert workers.take("work", "you")


def test_nobody_gives_back_what_another_holds() -> None:
    workers.take("work", "me")
    assert not workers.release("work", "you")
    assert lease().holder == "me"


def test_an_interrupted_holder_loses_it_and_another_may_take_over_a_moment_later() -> None:
    workers.take("work", "me")
    workers.interrupt("work")
    assert not workers.take("work", "you")
    earlier(lease(), until=timedelta(seconds=1))
    assert not workers.renew("work", "me"), "however late it asks"
    assert workers.take("work", "you")


def test_who_never_beat_has_no_age() -> None:
    assert workers.seconds_since_beat("work") is None


def test_two_leases_have_nothing_to_do_with_each_other() -> None:
    assert workers.take("work", "me")
    assert workers.take("play", "you")


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_takes_it() -> None:
    names = iter(range(100))
    taken = at_once(lambda: workers.take("work", f"worker {next(names)}"), 8)
    assert taken.count(True) == 1
    assert taken.count(False) == 7
