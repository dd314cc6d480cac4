"""Counting who tries too often: right for many at once, and for no longer than a window."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import Throttle, TrailEvent, User
from accounts.services import throttles
from accounts.services.throttles import Limit, TooMany
from tests.accounts.knocking import AWAY, HOME, Clock, addresses, sign_in
from tests.threads import at_once

RESET = "/account/password/reset/"
THREE = Limit("three", 3, timedelta(minutes=15))
What = TrailEvent.What


# -- Counting -------------------------------------------------------------------------------------


def is_let(what: str = "x", limit: Limit = THREE) -> bool:
    try:
        throttles.take([(limit, what)], about=None, purpose="password")
    except TooMany:
        return False
    return True


def test_a_window_lets_so_many_through(db: None, clock: Clock) -> None:
    assert [is_let() for _ in range(5)] == [True, True, True, False, False]
    assert is_let("y")
    clock.goes_on(minutes=14, seconds=59)
    assert not is_let()
    clock.goes_on(seconds=1)
    assert [is_let() for _ in range(4)] == [True, True, True, False]


def test_who_is_refused_hears_how_long(db: None, clock: Clock) -> None:
    for _ in range(3):
        is_let()
    clock.goes_on(minutes=3, seconds=30)
    with pytest.raises(TooMany, match=r"Try again in 12 minutes\.$") as refused:
        throttles.take([(THREE, "x")], about=None, purpose="password")
    assert refused.value.wait == timedelta(minutes=11, seconds=30)
    clock.goes_on(minutes=11)
    with pytest.raises(TooMany, match=r"Try again in a minute\.$"):
        throttles.take([(THREE, "x")], about=None, purpose="password")


def test_a_refused_try_counts_nowhere(db: None) -> None:
    for _ in range(3):
        is_let()
    for _ in range(5):
        with pytest.raises(TooMany):
            throttles.take(
                [(Limit("other", 3, THREE.window), "z"), (THREE, "x")], about=None, purpose="password"
            )
    assert is_let("z", Limit("other", 3, THREE.window))
    assert Throttle.objects.get(key=throttles._key(Limit("other", 3, THREE.window), "z")).count == 1


@pytest.mark.django_db(transaction=True)
def test_of_fifty_at_once_as_many_get_through_as_may() -> None:
    assert sum(let is True for let in at_once(is_let, 50)) == 3
    assert TrailEvent.objects.filter(what=What.THROTTLED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_fifty_at_once_after_a_window_as_well() -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    Throttle.objects.create(key=throttles._key(THREE, "x"), since=long_ago, count=3)
    assert sum(let is True for let in at_once(is_let, 50)) == 3


def test_what_is_long_over_is_forgotten(db: None, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    is_let("old")
    clock.goes_on(hours=24)
    monkeypatch.setattr(throttles.random, "randrange", lambda _: 1)
    is_let("new")
    assert Throttle.objects.count() == 2
    monkeypatch.setattr(throttles.random, "randrange", lambda _: 0)
    is_let("new")
    assert Throttle.objects.get().count == 2


def test_what_is_kept_tells_no_address(member: User) -> None:
    sign_in()
    kept = str(list(Throttle.objects.values_list()))
    assert HOME not in kept
    assert "mara" not in kept


# -- Mails ----------------------------------------------------------------------------------------


def ask(email: str, address: str = HOME) -> int:
    return Client().post(RESET, {"email": email}, REMOTE_ADDR=address).status_code


def test_nobody_gets_more_than_three_links_an_hour(
    member: User, run_jobs: Callable[[], int], clock: Clock
) -> None:
    written = [member.email, "Mara@example.org", member.email, member.email]
    assert [ask(each, address) for each, address in zip(written, addresses(), strict=False)] == [
        302,
        302,
        302,
        429,
    ]
    run_jobs()
    assert len(mail.outbox) == 3
    assert ask("nobody@example.org") == 302
    clock.goes_on(hours=1)
    assert ask(member.email) == 302


def test_nobody_sends_more_than_twenty_an_hour(db: None) -> None:
    asked = [ask(f"person{number}@example.org") for number in range(21)]
    assert asked == [*[302] * 20, 429]
    assert ask("person@example.org", AWAY) == 302
