"""Asking for more, and the owners' one click."""

from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from studio.models import CreditRequest, Limit, LimitRaise, Project
from studio.services import credits, limits, requests
from tests.conftest import person

ASK = {"credits": "50", "reason": "An album", "limit": ""}


@pytest.fixture
def asked(member: User) -> CreditRequest:
    return requests.ask(by=member, credits_wanted=50, reason="An album")


@pytest.fixture
def olga(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def text(answer: Any) -> str:
    return " ".join(unescape(answer.content.decode()).split())


def answer(client: Client, asked: CreditRequest, **fields: str) -> Any:
    given = {"answer": "grant", "credits": "50", "word": "", "limit": str(asked.limit_id or "")}
    return client.post(reverse("credit_request_answer", args=[asked.pk]), {**given, **fields})


# -- Who asks -------------------------------------------------------------------------------------


def test_asking_shows_the_open_request_with_its_withdrawal(mara: Client, member: User) -> None:
    assert mara.post(reverse("credit_ask"), ASK).status_code == 302
    page = text(mara.get(reverse("credit_ask")))
    assert "Waiting for an answer" in page
    assert "An album" in page
    mara.post(reverse("credit_ask_withdraw"))
    assert requests.open_of(member) is None
    assert "Withdrawn" in text(mara.get(reverse("credit_ask")))


def test_a_second_one_is_refused_and_shown(mara: Client, asked: CreditRequest) -> None:
    page = mara.post(reverse("credit_ask"), {**ASK, "reason": "And a video"})
    assert page.status_code == 422
    assert "You have asked already." in text(page)
    assert "And a video" in text(page)
    assert CreditRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("credits", "", "Say how many credits."),
        ("credits", "0", "At least 1"),
        ("credits", "1e9", "Enter a whole number."),
        ("reason", "", "Say what you need them for."),
        ("reason", "x" * 201, "at most 200 characters"),
        ("reason", "a\0b", "invisible control character"),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_kept(
    mara: Client, member: User, field: str, value: str, said: str
) -> None:
    page = mara.post(reverse("credit_ask"), {**ASK, field: value})
    assert page.status_code == 422
    assert said in text(page)
    assert ("An album" if field == "credits" else 'value="50"') in text(page)
    assert not CreditRequest.objects.exists()


def test_more_of_a_limit_is_asked_for_by_its_address(mara: Client, member: User, owner: User) -> None:
    limit = limits.put(by=owner, credits=10, period="month", action="block", user=member)
    page = text(mara.get(f"{reverse('credit_ask')}?limit={limit.pk}"))
    assert "You have spent 0 of 10 credits this month." in page
    mara.post(reverse("credit_ask"), {**ASK, "limit": str(limit.pk)})
    assert CreditRequest.objects.get().limit == limit


def test_limits_of_others_stay_hidden(mara: Client, owner: User, stranger: User) -> None:
    closed = Project.objects.create(name="Hush", owner=stranger)
    for scope in ({"user": stranger}, {"project": closed}):
        limit = limits.put(by=owner, credits=10, period="day", action="block", **scope)
        page = text(mara.get(f"{reverse('credit_ask')}?limit={limit.pk}"))
        assert "Hush" not in page
        assert "credits today" not in page
        assert mara.post(reverse("credit_ask"), {**ASK, "limit": str(limit.pk)}).status_code == 422
    assert not CreditRequest.objects.exists()


def test_a_limit_that_went_meanwhile_is_said(mara: Client, member: User) -> None:
    page = mara.post(reverse("credit_ask"), {**ASK, "limit": "999"})
    assert page.status_code == 422
    assert "This limit was removed meanwhile." in text(page)
    assert 'name="limit" id="id_limit"' in text(page).replace(' value=""', "")


# -- Owners ---------------------------------------------------------------------------------------


def test_one_click_grants(olga: Client, mara: Client, asked: CreditRequest, member: User) -> None:
    page = text(olga.get(reverse("credit_requests")))
    assert "Mara Member asks for 50 credits" in page
    assert "has 100, spent 0 this month" in page
    assert answer(olga, asked, word="Enjoy").status_code == 302
    assert credits.balance(member) == 150
    assert "Enjoy" in text(mara.get(reverse("credit_ask")))
    assert "Nobody waits for an answer." in text(olga.get(reverse("credit_requests")))


def test_the_second_click_is_told_who_was_first(olga: Client, asked: CreditRequest, member: User) -> None:
    answer(olga, asked)
    answer(olga, asked)
    assert "Olga Owner has granted this already." in text(olga.get(reverse("credit_requests")))
    assert credits.balance(member) == 150


def test_another_amount_and_a_no(olga: Client, asked: CreditRequest, member: User, editor: User) -> None:
    answer(olga, asked, credits="20")
    assert credits.balance(member) == 120
    other = requests.ask(by=editor, credits_wanted=5, reason="Me too")
    answer(olga, other, answer="decline", credits="", word="Next month")
    other.refresh_from_db()
    assert (other.status, other.answer) == ("declined", "Next month")


def test_one_click_raises_a_limit(olga: Client, member: User, owner: User) -> None:
    limit = limits.put(by=owner, credits=10, period="day", action="block", user=member)
    asked = requests.ask(by=member, credits_wanted=50, reason="An album", limit=limit)
    page = text(olga.get(reverse("credit_requests")))
    assert "Raise for today" in page
    assert "Block: 0 of 10 used today" in page
    answer(olga, asked)
    assert LimitRaise.objects.get().credits == 50
    assert "0 of 60 used today, 50 of them added for today only" in text(olga.get(reverse("limits")))
    assert credits.balance(member) == 100


@pytest.mark.parametrize("fields", [{"credits": ""}, {"credits": "0"}, {"answer": ""}, {"answer": "maybe"}])
def test_a_wrong_answer_stands_in_its_line(
    fields: dict[str, str], olga: Client, asked: CreditRequest, member: User
) -> None:
    page = answer(olga, asked, word="Dear Mara", **fields)
    assert page.status_code == 422
    assert 'value="Dear Mara"' in text(page)
    assert "error" in text(page)
    asked.refresh_from_db()
    assert (asked.status, credits.balance(member)) == ("open", 100)


def test_the_page_asks_as_often_for_many(olga: Client, asked: CreditRequest, owner: User) -> None:
    limits.put(by=owner, credits=10, period="day", action="block", user=asked.user)
    with CaptureQueriesContext(connection) as few:
        olga.get(reverse("credit_requests"))
    for number in range(5):
        user = person(f"p{number}@example.org", "member", f"P{number}")
        limit = limits.put(by=owner, credits=10, period="day", action="block", user=user)
        requests.ask(by=user, credits_wanted=5, reason="x", limit=limit)
    with CaptureQueriesContext(connection) as many:
        olga.get(reverse("credit_requests"))
    assert len(few) == len(many)
    assert Limit.objects.count() == 6


def test_older_ones_are_a_page_away(olga: Client, member: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.views.requests.PAGE", 2)
    for number in range(3):
        requests.ask(by=member, credits_wanted=5, reason=f"Reason {number}")
        requests.withdraw(by=member)
    page = olga.get(reverse("credit_requests"))
    assert "Reason 0" not in text(page)
    assert "Reason 0" in text(olga.get(f"{reverse('credit_requests')}?before={page.context['older']}"))
