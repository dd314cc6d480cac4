"""Credits: what each verb writes, and a balance that always equals the sum of its entries."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Role, User
from studio.errors import NotEnoughCredits, Refusal
from studio.models import Attempt, CreditAccount, CreditEntry, Task
from studio.services import attempts, credits, tasks, team
from tests import factories
from tests.conftest import Order
from tests.factories import PRICE, bring_to
from tests.threads import at_once

Kind, Status = CreditEntry.Kind, Task.Status


def last_entry(user: User) -> CreditEntry:
    return credits.statement(user)[0]


def sums_are_right() -> bool:
    accounts = CreditAccount.objects.annotate(sum=Sum("entries__amount", default=0))
    return all(account.balance == account.sum for account in accounts)


def test_a_grant_says_who_gave_it_and_why(member: User, owner: User) -> None:
    credits.grant(member, 50, reason="For the album", by=owner)
    entry = last_entry(member)
    assert (entry.kind, entry.amount, entry.reason, entry.actor) == ("grant", 50, "For the album", owner)
    assert credits.balance(member) == 150


@pytest.mark.parametrize("amount", [0, -5])
def test_a_grant_is_more_than_nothing(amount: int, member: User) -> None:
    with pytest.raises(IntegrityError, match="sign_follows_kind"), transaction.atomic():
        credits.grant(member, amount, reason="by mistake")
    assert credits.balance(member) == 100


def test_a_correction_goes_both_ways(member: User, owner: User) -> None:
    credits.adjust(member, -30, reason="counted twice", by=owner)
    credits.adjust(member, 10, reason="no, once and a half", by=owner)
    assert credits.balance(member) == 80


def test_a_correction_never_goes_below_zero(member: User) -> None:
    with pytest.raises(NotEnoughCredits) as refusal:
        credits.adjust(member, -101, reason="too much")
    assert (refusal.value.price, refusal.value.balance) == (101, 100)
    assert (credits.balance(member), credits.statement(member).count()) == (100, 1)


def test_the_refusal_is_a_sentence_for_the_person(member: User) -> None:
    with pytest.raises(Refusal) as refusal:
        credits.adjust(member, -101, reason="too much")
    assert refusal.value.message == "This costs 101 credits and you have 100. Ask an owner for more."


def test_a_charge_and_its_refund_stand_on_the_account_of_who_ordered(order: Order, member: User) -> None:
    task = bring_to(order()[0], Status.FAILED)
    refund, charge = credits.statement(member)[:2]
    assert (charge.kind, charge.amount, charge.task, charge.project) == ("charge", -PRICE, task, task.project)
    assert (refund.kind, refund.amount, refund.task, refund.project) == ("refund", PRICE, task, task.project)
    assert charge.actor == member


def test_a_price_that_changes_later_changes_no_refund(
    order: Order, member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = order()[0]
    monkeypatch.setattr(tasks, "PROVIDERS", {})
    tasks.cancel(task, by=member)
    assert credits.balance(member) == 100


def test_a_very_long_reason_is_cut_to_what_the_ledger_holds(member: User) -> None:
    credits.grant(member, 1, reason="x" * 500)
    assert last_entry(member).reason == "x" * 200


def test_the_house_books_each_kind_once_per_attempt(order: Order) -> None:
    attempt = factories.accepted(order()[0])
    for _ in range(2):
        credits.house_entry(attempt, Kind.SPEND)
        credits.house_entry(attempt, Kind.UPSTREAM_REFUND, "given back")
    entries = attempt.credit_entries.order_by("pk")
    assert [(e.kind, e.amount, e.provider) for e in entries] == [
        ("spend", -PRICE, "sandbox"),
        ("upstream_refund", PRICE, "sandbox"),
    ]
    assert credits.house().balance == 0


def booked(attempt: Attempt) -> list[str]:
    return list(attempt.credit_entries.order_by("pk").values_list("kind", flat=True))


def test_an_order_whose_charge_was_guessed_right_is_booked_once(order: Order) -> None:
    attempt = factories.lost(order()[0])
    credits.house_entry(attempt, Kind.SPEND, credits.CHARGED)
    assert attempts.accept(attempt.pk, "up-1", source="a webhook")
    assert booked(attempt) == ["loss", "spend"]


def test_a_charge_that_was_guessed_to_be_anothers_moves_to_whose_it_was(order: Order) -> None:
    guessed, charged = (factories.lost(task) for task in order(takes=2))
    credits.house_entry(guessed, Kind.SPEND, credits.CHARGED)
    assert attempts.accept(charged.pk, "up-1", source="a webhook")
    assert booked(guessed) == ["loss", "spend", "upstream_refund"]
    assert booked(charged) == ["loss", "spend"]
    assert sums_are_right()


def test_credits_at_work_are_those_of_orders_that_have_not_ended(order: Order, member: User) -> None:
    first, *_ = order(takes=3)
    assert credits.at_work(member) == 3 * PRICE
    tasks.cancel(first, by=member)
    assert credits.at_work(member) == 2 * PRICE


def test_spent_this_month_counts_what_was_not_given_back(order: Order, member: User) -> None:
    first, *_ = order(takes=3)
    tasks.cancel(first, by=member)
    assert credits.spent_this_month(member) == 2 * PRICE


def test_last_month_is_not_this_month(order: Order, member: User, monkeypatch: pytest.MonkeyPatch) -> None:
    order()
    later = timezone.now() + timedelta(days=32)
    monkeypatch.setattr(team, "db_now", lambda: later)
    assert credits.spent_this_month(member) == 0


def test_a_person_without_an_account_has_nothing(member: User, stranger: User) -> None:
    CreditAccount.objects.filter(user=stranger).delete()
    assert (credits.balance(stranger), credits.at_work(stranger), credits.spent_this_month(stranger)) == (
        0,
        0,
        0,
    )


def test_the_statement_is_one_s_own(order: Order, member: User, editor: User) -> None:
    order()
    assert {entry.account.user for entry in credits.statement(member)} == {member}
    assert [entry.kind for entry in credits.statement(member)] == ["charge", "grant"]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("grant"), st.integers(1, 60)),
        st.tuples(st.just("adjust"), st.integers(-150, 150).filter(bool)),
        st.tuples(st.just("order"), st.integers(1, 4)),
        st.tuples(st.just("end"), st.sampled_from(sorted(Task.ENDED))),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens_a_balance_is_the_sum_of_its_entries(
    steps: list[tuple[str, int | str]], order: Order, member: User
) -> None:
    verbs = {
        "grant": lambda amount: credits.grant(member, amount, reason="more"),
        "adjust": lambda amount: credits.adjust(member, amount, reason="counted wrong"),
        "order": lambda takes: order(takes=takes),
        "end": lambda status: [
            bring_to(task, status) for task in Task.objects.filter(status="queued").order_by("pk")[:1]
        ],
    }
    with transaction.atomic():
        for verb, value in steps:
            try:
                with transaction.atomic():
                    verbs[verb](value)
            except NotEnoughCredits:
                pass
            assert sums_are_right()
            assert credits.balance(member) >= 0
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_grants_and_corrections_at_once_all_count(member: User) -> None:
    at_once(lambda: credits.adjust(member, -1, reason="one"), 8)
    at_once(lambda: credits.grant(member, 2, reason="two"), 8)
    assert credits.balance(member) == 108
    assert sums_are_right()


@pytest.mark.django_db(transaction=True)
def test_a_task_that_ends_twice_at_once_is_refunded_once(order: Order, member: User) -> None:
    task = bring_to(order()[0], Status.RUNNING)
    ends = at_once(lambda: tasks.fail(task.pk, "It broke.", house=Kind.UPSTREAM_REFUND), 8)
    assert sum(end is not None for end in ends) == 1
    assert credits.balance(member) == 100
    assert factories.again(task).ignored_moves == 7


@pytest.mark.django_db(transaction=True)
def test_an_account_that_two_need_at_once_is_made_once(stranger: User) -> None:
    CreditAccount.objects.filter(user=stranger).delete()
    accounts = at_once(lambda: credits.account_of(stranger).pk, 6)
    assert len(set(accounts)) == 1


def test_only_the_first_owner_begins_with_something(owner: User) -> None:
    other = User.objects.create_user("pia@example.org", name="Pia", role=Role.OWNER)
    assert (credits.balance(owner), credits.balance(other)) == (1000, 0)
