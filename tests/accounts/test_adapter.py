"""Who tries too often at the door waits; nobody else does."""

import itertools
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse

from accounts.models import Throttle, TrailEvent, User
from accounts.services import throttles
from tests.accounts.hashers import Counting
from tests.accounts.knocking import AWAY, HOME, SIGN_IN, Clock, addresses, codes, ends, knock, sign_in, tries
from tests.canaries import PASSWORD
from tests.threads import at_once

What = TrailEvent.What


# -- Signing in -----------------------------------------------------------------------------------


def test_the_sixth_try_waits_and_says_until_when(member: User, clock: Clock) -> None:
    assert tries(5) == [200] * 5
    clock.goes_on(minutes=5)
    answer = sign_in(PASSWORD)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "600")
    page = answer.content.decode()
    assert "Try again in 10 minutes." in page
    assert 'value="mara@example.org"' in page
    assert tries(1, password=PASSWORD, address=AWAY) == [302]
    clock.goes_on(minutes=10)
    assert tries(1, password=PASSWORD) == [302]


def test_an_address_that_nobody_has_waits_as_well(member: User) -> None:
    known, unknown = (
        [sign_in(email=email) for _ in range(6)] for email in ("mara@example.org", "nobody@example.org")
    )
    assert codes(known) == codes(unknown) == [*[200] * 5, 429]
    assert known[-1].context["form"].non_field_errors() == unknown[-1].context["form"].non_field_errors()


def test_however_an_address_is_written_it_is_one_account(member: User) -> None:
    written = [
        "mara@example.org",
        "MARA@example.org",
        " Mara@Example.Org",
        "mara@EXAMPLE.org",
        "mAra@example.org",
    ]
    assert [sign_in(email=each).status_code for each in (*written, "marA@example.org")] == [*[200] * 5, 429]


def test_signing_in_forgets_what_went_wrong_here(member: User) -> None:
    assert tries(4) == [200] * 4
    assert tries(1, password=PASSWORD) == [302]
    assert tries(6) == [*[200] * 5, 429]


def test_tries_from_everywhere_are_counted_together_but_lock_nobody_out(member: User) -> None:
    assert tries(1, password=PASSWORD) == [302]
    assert [knock(each) for _, each in zip(range(21), addresses(), strict=False)] == [*[200] * 20, 429]
    assert tries(1, password=PASSWORD, address=AWAY) == [429]
    assert tries(1, password=PASSWORD) == [302]  # from where she signed in before


def test_where_somebody_signed_in_a_month_ago_is_no_longer_theirs(member: User, clock: Clock) -> None:
    TrailEvent.objects.write(What.SIGNED_IN, by=member)
    clock.goes_on(days=30)
    for _, each in zip(range(20), addresses(), strict=False):
        knock(each)
    assert tries(1, password=PASSWORD) == [429]


def test_one_address_tries_no_more_than_a_hundred_times_an_hour(db: None, clock: Clock) -> None:
    emails = [f"person{number}@example.org" for number in range(101)]
    assert [knock(HOME, email) for email in emails] == [*[200] * 100, 429]
    assert tries(1, address=AWAY) == [200]
    clock.goes_on(hours=1)
    assert tries(1) == [200]


def test_a_house_full_of_people_who_sign_in_is_no_attack(member: User) -> None:
    place = Throttle.objects.filter(key=throttles._key(throttles.ADDRESS, HOME))
    sign_in()
    place.update(count=99)
    assert tries(3, password=PASSWORD) == [302] * 3
    assert place.get().count == 99


def test_a_neighbour_in_the_same_64_bits_is_the_same(member: User) -> None:
    found = [sign_in(address=f"2001:db8::{number}").status_code for number in range(1, 7)]
    assert found == [*[200] * 5, 429]
    assert tries(1, address="2001:db8:0:1::1") == [200]


@pytest.mark.parametrize(("proxies", "expected"), [(0, [*[200] * 5, 429]), (1, [*[200] * 5, 429])])
def test_a_forged_header_changes_nothing(
    proxies: int, expected: list[int], member: User, settings: Any
) -> None:
    """Behind a proxy its own entry comes last, whatever was sent."""
    settings.PROXIES = proxies
    seen = "" if proxies == 0 else f", {HOME}"
    forged = [{"X-Forwarded-For": f"10.1.2.{number}{seen}"} for number in range(6)]
    assert [sign_in(headers=headers).status_code for headers in forged] == expected


@pytest.mark.parametrize("throttled", [True, False])
@pytest.mark.django_db(transaction=True)
def test_of_two_hundred_wrong_passwords_few_reach_the_hasher(
    throttled: bool, member: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From ten addresses, fifty of them at once. Without the throttle all of them do."""
    settings.PASSWORD_HASHERS = ["tests.accounts.hashers.Counting"]
    member.set_password(PASSWORD)
    member.save()
    Counting.encoded = 0
    if not throttled:
        monkeypatch.setattr(throttles, "take", lambda *_, **__: None)
    places = itertools.cycle(f"192.0.2.{number}" for number in range(10))
    one_by_one = [knock(next(places)) for _ in range(150)]
    answers = one_by_one + at_once(lambda: knock(next(places)), 50)
    assert answers.count(200) == (throttles.ACCOUNT.tries if throttled else 200)
    assert set(answers) == ({200, 429} if throttled else {200})
    assert Counting.encoded == (throttles.ACCOUNT.tries if throttled else 200)


# -- The password, once one is in, and second factors ------------------------------------------------

CHANGE = "/account/password/change/"


@pytest.mark.parametrize(
    ("path", "form"),
    [
        (CHANGE, {"oldpassword": "wrong", "password1": "staple horse", "password2": "staple horse"}),
        ("/account/confirm/", {"password": "wrong"}),
    ],
)
def test_an_unlocked_screen_is_no_place_to_guess(
    path: str, form: dict[str, str], member: User, client: Client
) -> None:
    client.force_login(member)
    answers = [client.post(path, form, REMOTE_ADDR=HOME) for _ in range(6)]
    assert codes(answers) == [*[200] * 5, 429]
    assert "Try again in 15 minutes." in answers[-1].content.decode()
    assert tries(1, password=PASSWORD) == [429]
    assert ends(What.SIGN_IN_FAILED) == [member] * 5


@pytest.fixture
def with_codes(member: User) -> list[str]:
    """Mara has an authenticator app and recovery codes."""
    TOTP.activate(member, generate_totp_secret())
    return list(RecoveryCodes.activate(member).generate_codes())


def test_codes_run_out_for_the_person_from_everywhere(
    with_codes: list[str], member: User, clock: Clock
) -> None:
    clients = [Client(REMOTE_ADDR=address) for _, address in zip(range(6), addresses(), strict=False)]
    for client in clients:
        assert client.post(SIGN_IN, {"login": member.email, "password": PASSWORD}).status_code == 302
    where = reverse("mfa_authenticate")
    answers = [client.post(where, {"code": "000000"}) for client in clients]
    assert codes(answers) == [*[422] * 5, 429]
    assert "Try again in 15 minutes." in answers[-1].content.decode()
    assert clients[0].post(where, {"code": with_codes[0]}).status_code == 429
    clock.goes_on(minutes=15)
    assert clients[0].post(where, {"code": with_codes[0]}).status_code == 302
    assert Throttle.objects.get(key=throttles._key(throttles.CODE, f"user {member.pk}")).count == 0


# -- What the trail tells -----------------------------------------------------------------------------


def test_the_trail_tells_of_each_failure_and_once_of_a_throttle(member: User, clock: Clock) -> None:
    tries(9)
    tries(2, email="nobody@example.org")
    assert ends(What.SIGN_IN_FAILED) == [None, None, *[member] * 5]
    assert ends(What.THROTTLED) == [member]
    clock.goes_on(minutes=15)
    tries(7)
    assert ends(What.THROTTLED) == [member] * 2
    told = TrailEvent.objects.filter(what=What.THROTTLED).first()
    assert told
    assert told.facts == {"purpose": "password", "limit": "pair"}
    assert told.address == HOME
