"""Sessions: how long they last, who sees and ends them, and what their cookie allows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import sessions as watch
from accounts.devices import device
from accounts.models import TrailEvent, User
from accounts.services import sessions
from tests.test_settings import home as home
from tests.test_settings import values
from tests.threads import at_once

PASSWORD = "correct horse battery"
SIGN_IN, SECURITY = "/account/sign-in/", "/account/security/"
END_OTHERS = f"{SECURITY}sessions/end/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"


def signed_in(user: User, agent: str = FIREFOX) -> Client:
    client = Client(headers={"User-Agent": agent})
    client.post(SIGN_IN, {"login": user.email, "password": PASSWORD})
    assert is_in(client)
    return client


def is_in(client: Client) -> bool:
    return client.get(SECURITY).status_code == 200


def row_of(client: Client) -> UserSession:
    return UserSession.objects.get(session_key=client.session.session_key)


def trail() -> list[dict[str, Any]]:
    return [event.facts for event in TrailEvent.objects.filter(what="session_ended")]


# -- How long ---------------------------------------------------------------------------------------


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    moment = timezone.now()

    def later(**time: float) -> None:
        nonlocal moment
        moment += timedelta(**time)
        monkeypatch.setattr("accounts.sessions.timezone.now", lambda: moment)

    return later


def test_twelve_hours_without_the_person_end_it(member: User, wait: Any) -> None:
    client = signed_in(member)
    key = client.session.session_key
    wait(hours=11, minutes=55)
    assert is_in(client)
    wait(hours=12, minutes=5)
    assert client.get(SECURITY).headers["Location"].startswith(SIGN_IN)
    assert not Session.objects.filter(session_key=key).exists()
    assert not UserSession.objects.exists()


def test_fourteen_days_end_it_in_any_case(member: User, wait: Any) -> None:
    client = signed_in(member)
    session = client.session
    session[watch.BEGUN] -= timedelta(days=13, hours=23).total_seconds()  # and used all the time
    session.save()
    assert is_in(client)
    wait(hours=1, minutes=1)
    assert not is_in(client)


def test_a_page_left_open_does_not_keep_it(member: User, wait: Any) -> None:
    client = signed_in(member)
    for _ in range(3):
        wait(hours=5)
        client.get("/live/")
    assert not is_in(client)


def test_an_ended_one_shows_a_fragment_the_way_to_sign_in(member: User, wait: Any) -> None:
    client = signed_in(member)
    wait(hours=13)
    assert client.get("/live/", headers={"HX-Request": "true"}).status_code == 401


def test_one_of_before_there_were_times_gets_them(member: User, wait: Any) -> None:
    client = signed_in(member)
    session = client.session
    del session[watch.BEGUN], session[watch.SEEN]
    session.save()
    assert is_in(client)
    wait(hours=13)
    assert not is_in(client)


def writes(client: Client) -> int:
    with CaptureQueriesContext(connection) as seen:
        client.get(SECURITY)
    return sum(query["sql"].startswith(("UPDATE", "INSERT")) for query in seen)


def test_it_is_written_down_every_ten_minutes_and_not_with_every_page(member: User, wait: Any) -> None:
    client = signed_in(member)
    client.get(SECURITY)
    wait(minutes=9)
    assert writes(client) == 0
    wait(minutes=2)
    assert writes(client) == 2  # the session, and the row that the list shows
    assert row_of(client).last_seen_at == timezone.now()
    assert writes(client) == 0


def test_a_stolen_old_cookie_opens_nothing_after_signing_out(member: User) -> None:
    client = signed_in(member)
    thief = Client()
    thief.cookies = client.cookies.copy()
    assert is_in(thief)
    client.post("/account/sign-out/")
    assert not is_in(thief)
    assert not UserSession.objects.exists()


def test_whoever_was_deactivated_is_nobody_at_once(member: User) -> None:
    client = signed_in(member)
    User.objects.filter(pk=member.pk).update(is_active=False)
    assert not is_in(client)


# -- The list -----------------------------------------------------------------------------------------


def test_the_list_tells_the_sessions_apart(member: User, stranger: User) -> None:
    here, phone = signed_in(member), signed_in(member, IPHONE)
    signed_in(stranger, "curl/8")
    rows = here.get(SECURITY).context["rows"]
    assert [(row["device"], row["is_here"]) for row in rows] == [
        ("Firefox on Linux", True),
        ("Safari on an iPhone", False),
    ]
    assert rows[0]["session"].ip == "127.0.0.1"
    assert [row["is_here"] for row in phone.get(SECURITY).context["rows"]] == [True, False]


def test_one_that_ran_out_is_not_in_it(member: User) -> None:
    here, idle, old, gone = (signed_in(member) for _ in range(4))
    now = timezone.now()
    UserSession.objects.filter(pk=row_of(idle).pk).update(last_seen_at=now - timedelta(hours=13))
    UserSession.objects.filter(pk=row_of(old).pk).update(created_at=now - timedelta(days=15))
    Session.objects.filter(session_key=gone.session.session_key).delete()
    assert [each.pk for each in sessions.of(member)] == [row_of(here).pk]


def test_it_takes_as_many_queries_for_many_as_for_two(member: User) -> None:
    here, counts = signed_in(member), []
    for _ in range(2):
        signed_in(member)
        with CaptureQueriesContext(connection) as seen:
            here.get(SECURITY)
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (IPHONE, "Safari on an iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/141.0 Safari/537.36 Edg/141.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/141.0 Safari/537.36", "Chrome on a Mac"),
        ("Mozilla/5.0 (Linux; Android 15) SamsungBrowser/28 Chrome/1", "Samsung Internet on Android"),
        ("Mozilla/5.0 (Windows NT 10.0)", "A browser on Windows"),
        ("curl/8", "An unknown device"),
        ("", "An unknown device"),
    ],
)
def test_a_device_has_words(agent: str, words: str) -> None:
    assert device(agent) == words


# -- Their ends -----------------------------------------------------------------------------------------


def test_a_person_ends_one_elsewhere_at_once(member: User) -> None:
    here, elsewhere = signed_in(member), signed_in(member)
    path = f"{SECURITY}sessions/{row_of(elsewhere).pk}/end/"
    assert here.post(path).headers["Location"] == SECURITY
    assert (is_in(here), is_in(elsewhere)) == (True, False)
    assert trail() == [{"sessions": 1}]
    assert here.post(path).status_code == 404
    assert len(trail()) == 1


def test_nobody_ends_somebody_else_s(member: User, owner: User) -> None:
    hers, boss = signed_in(member), signed_in(owner)
    assert boss.post(f"{SECURITY}sessions/{row_of(hers).pk}/end/").status_code == 404
    boss.post(END_OTHERS)
    assert is_in(hers)
    assert trail() == []


def test_all_others_end_together(member: User) -> None:
    here, *others = (signed_in(member) for _ in range(3))
    here.post(END_OTHERS)
    assert [is_in(each) for each in (here, *others)] == [True, False, False]
    assert trail() == [{"sessions": 2}]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_end_the_same_one_is_counted(member: User) -> None:
    row = row_of(signed_in(member))
    answers = at_once(lambda: sessions.end(row.pk, by=member), 4)
    assert sum(answer is None for answer in answers) == 1
    assert sum(isinstance(answer, sessions.NoSuchSession) for answer in answers) == 3
    assert len(trail()) == 1


def test_a_new_password_leaves_nothing_of_the_others(member: User) -> None:
    here, elsewhere = signed_in(member), signed_in(member)
    key = elsewhere.session.session_key
    better = "staple horse battery"
    form = {"oldpassword": PASSWORD, "password1": better, "password2": better}
    here.post("/account/password/change/", form)
    assert not Session.objects.filter(session_key=key).exists()  # also before anybody comes with it
    assert (is_in(here), is_in(elsewhere)) == (True, False)
    assert [row["is_here"] for row in here.get(SECURITY).context["rows"]] == [True]


# -- The cookie -----------------------------------------------------------------------------------------


def test_the_cookie_is_for_this_host_alone_and_for_no_script(member: User) -> None:
    cookie = signed_in(member).cookies["studio_session"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (
        True,
        "Lax",
        "/",
        "",
    )


def test_with_https_browsers_insist_on_that(home: dict[str, str]) -> None:
    names = [f"{kind}_COOKIE_{what}" for kind in ("SESSION", "CSRF") for what in ("NAME", "SECURE")]
    assert values(*names, PUBLIC_URL="https://studio.example", **home) == [
        "__Host-session",
        "True",
        "__Host-csrf",
        "True",
    ]
