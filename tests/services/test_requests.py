"""Asking for more: one open request, one answer, whoever is first."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import TrailEvent, User
from studio.models import CreditEntry, CreditRequest, Limit, LimitRaise, Notice
from studio.models.clock import db_now
from studio.services import credits, limits, requests, standings
from tests.conftest import Order
from tests.threads import at_once

Status = CreditRequest.Status


@pytest.fixture
def asked(member: User) -> CreditRequest:
    return requests.ask(by=member, credits_wanted=50, reason="An album")


@pytest.fixture
def limit(member: User, owner: User) -> Limit:
    return limits.put(by=owner, credits=0, period="day", action="block", user=member)


def grants(user: User) -> list[int]:
    mine = CreditEntry.objects.filter(account__user=user, kind="grant", reason__startswith="Asked for")
    return list(mine.values_list("amount", flat=True))


def test_owners_are_told(owner: User, asked: CreditRequest, member: User) -> None:
    assert Notice.objects.get(user=owner).kind == Notice.Kind.ASKED
    assert requests.open_of(member) == asked
    assert list(requests.waiting()) == [asked]


def test_one_request_is_open_at_a_time(asked: CreditRequest, member: User, editor: User) -> None:
    with pytest.raises(requests.AskedAlready):
        requests.ask(by=member, credits_wanted=1, reason="More")
    requests.ask(by=editor, credits_wanted=1, reason="Another person's")
    assert requests.withdraw(by=member)
    assert requests.ask(by=member, credits_wanted=1, reason="Now")


def test_a_yes_gives_the_credits_and_names_its_entry(asked: CreditRequest, owner: User, member: User) -> None:
    done = requests.grant(asked.pk, by=owner, amount=30, limit_id=None, word="For the first half")
    assert (done.status, done.answered_by, done.answer) == (Status.GRANTED, owner, "For the first half")
    assert done.entry
    assert (done.entry.amount, done.entry.actor) == (30, owner)
    assert credits.balance(member) == 130
    assert Notice.objects.filter(user=member, kind=Notice.Kind.ANSWERED).exists()
    assert list(requests.waiting()) == []


def test_a_no_gives_nothing(asked: CreditRequest, owner: User, member: User) -> None:
    requests.decline(asked.pk, by=owner, word="Next month")
    asked.refresh_from_db()
    assert (asked.status, asked.answer, asked.entry) == (Status.DECLINED, "Next month", None)
    assert credits.balance(member) == 100
    assert list(requests.earlier_of(member)) == [asked]


def test_a_yes_to_a_limit_raises_it_for_now(limit: Limit, order: Order, owner: User, member: User) -> None:
    asked = requests.ask(by=member, credits_wanted=10, reason="One more", limit=limit)
    requests.grant(asked.pk, by=owner, amount=20, limit_id=limit.pk)
    given = LimitRaise.objects.get()
    assert (given.limit, given.credits, given.request) == (limit, 20, asked)
    assert given.period == standings.spans_at(db_now())["day"].first
    order(takes=2)
    with pytest.raises(limits.Blocked):
        order()
    assert grants(member) == []


def test_a_limit_that_was_raised_is_told_anew_with_its_height(
    limit: Limit, order: Order, owner: User, member: User
) -> None:
    for _ in range(2):
        asked = requests.ask(by=member, credits_wanted=10, reason="One more", limit=limit)
        requests.grant(asked.pk, by=owner, amount=10, limit_id=limit.pk)
        order()
    told = Notice.objects.filter(user=owner, kind=Notice.Kind.LIMIT).order_by("pk")
    assert [(each.facts["used"], each.facts["credits"]) for each in told] == [(10, 10), (20, 20)]


@pytest.mark.parametrize("first", ["grant", "decline", "withdraw"])
@pytest.mark.parametrize("second", ["grant", "decline", "withdraw"])
def test_the_second_answer_changes_nothing(
    first: str, second: str, asked: CreditRequest, owner: User, member: User
) -> None:
    verbs: dict[str, Callable[[], Any]] = {
        "grant": lambda: requests.grant(asked.pk, by=owner, amount=50, limit_id=None),
        "decline": lambda: requests.decline(asked.pk, by=owner),
        "withdraw": lambda: requests.withdraw(by=member),
    }
    verbs[first]()
    asked.refresh_from_db()
    before = (asked.status, asked.answered_at, credits.balance(member))
    if second == "withdraw":
        assert not verbs[second]()
    else:
        with pytest.raises(requests.Answered, match="Mara Member has" if first == "withdraw" else "Olga"):
            verbs[second]()
    asked.refresh_from_db()
    assert (asked.status, asked.answered_at, credits.balance(member)) == before


def test_a_request_about_a_limit_never_becomes_a_grant(limit: Limit, owner: User, member: User) -> None:
    asked = requests.ask(by=member, credits_wanted=10, reason="One more", limit=limit)
    with pytest.raises(requests.Answered):
        requests.grant(asked.pk, by=owner, amount=20, limit_id=None)
    Limit.objects.all().delete()  # the row goes, and the request with it from its limit
    with pytest.raises(requests.Answered):
        requests.grant(asked.pk, by=owner, amount=20, limit_id=limit.pk)
    assert credits.balance(member) == 100
    assert not LimitRaise.objects.exists()


def test_a_limit_that_is_gone_can_t_be_asked_about(limit: Limit, owner: User, member: User) -> None:
    limits.remove(limit.pk, by=owner)
    with pytest.raises(requests.Answered):
        requests.ask(by=member, credits_wanted=10, reason="One more", limit=limit)
    assert not CreditRequest.objects.exists()


def test_all_of_it_is_in_the_trail(asked: CreditRequest, owner: User, member: User) -> None:
    requests.grant(asked.pk, by=owner, amount=30, limit_id=None)
    lines = TrailEvent.objects.filter(what=TrailEvent.What.REQUEST).order_by("pk")
    told = [(line.facts["done"], line.facts["credits"], line.actor, line.subject) for line in lines]
    assert told == [("asked", 50, member, member), ("granted", 30, owner, member)]


# -- At once --------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_windows_ask_once(member: User) -> None:
    answers = at_once(lambda: requests.ask(by=member, credits_wanted=5, reason="x"), 4)
    assert [type(each) for each in answers].count(requests.AskedAlready) == 3
    assert CreditRequest.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_owners_grant_once(owner: User, member: User) -> None:
    asked = requests.ask(by=member, credits_wanted=50, reason="x")
    answers = at_once(lambda: requests.grant(asked.pk, by=owner, amount=50, limit_id=None), 6)
    assert [type(each) for each in answers].count(requests.Answered) == 5
    assert grants(member) == [50]
    assert credits.balance(member) == 150


@pytest.mark.django_db(transaction=True)
def test_removing_a_limit_while_owners_answer(owner: User, member: User) -> None:
    """Either is first; nobody waits in a circle, and a limit's raise never becomes credits."""
    for _ in range(3):
        limit = limits.put(by=owner, credits=0, period="day", action="block", user=member)
        asked = requests.ask(by=member, credits_wanted=5, reason="x", limit=limit)
        verbs = [
            lambda limit=limit: limits.remove(limit.pk, by=owner),
            lambda limit=limit, asked=asked: requests.grant(asked.pk, by=owner, amount=5, limit_id=limit.pk),
        ]
        answers = at_once(lambda verbs=verbs: verbs.pop()(), 2)
        bad = [each for each in answers if isinstance(each, Exception)]
        assert all(isinstance(each, requests.Answered) for each in bad), answers
        asked.refresh_from_db()
        assert asked.status == Status.GRANTED
    assert grants(member) == []
