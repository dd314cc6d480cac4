"""The ledger's rules stand in the database: no code and no person gets round them."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import User
from studio.models import CreditAccount, CreditEntry, Task
from studio.services import credits
from tests import factories
from tests.conftest import Order
from tests.factories import PRICE
from tests.models.rules import broken_rule

Kind = CreditEntry.Kind
MONTHLY = (Kind.ALLOWANCE, Kind.EXPIRE)
SIGNS = [(kind, -1) for kind in CreditEntry.PLUS] + [(kind, 1) for kind in CreditEntry.MINUS]


def enter(user: User, kind: str, amount: int, **fields: Any) -> CreditEntry:
    """An entry that goes past the services."""
    given = {"reason": "by hand", "period": date(2026, 1, 1) if kind in MONTHLY else None, **fields}
    return CreditEntry.objects.create(account=credits.account_of(user), kind=kind, amount=amount, **given)


@pytest.mark.parametrize("kind", MONTHLY)
def test_what_comes_by_the_month_names_it_and_comes_once(kind: str, member: User) -> None:
    amount = 5 if kind == Kind.ALLOWANCE else -5
    with broken_rule("allowance_names_its_period"):
        enter(member, kind, amount, period=None)
    enter(member, kind, amount)
    with broken_rule("allowance_once_per_period", "studio_creditentry.period"):
        enter(member, kind, amount)


@pytest.fixture
def task(order: Order) -> Task:
    return order()[0]


def test_every_kind_of_entry_has_a_sign() -> None:
    assert {*CreditEntry.PLUS, *CreditEntry.MINUS, Kind.ADJUST} == set(Kind)
    assert not set(CreditEntry.PLUS) & set(CreditEntry.MINUS)


@pytest.mark.parametrize(("kind", "sign"), SIGNS)
def test_the_wrong_sign_is_refused(kind: str, sign: int, member: User, task: Task) -> None:
    with broken_rule("sign_follows_kind"):
        enter(member, kind, 5 * sign, task=None if kind in (Kind.GRANT, Kind.ALLOWANCE) else task)


@pytest.mark.parametrize("kind", Kind.values)
def test_an_entry_of_nothing_is_refused(kind: str, member: User, task: Task) -> None:
    with broken_rule("sign_follows_kind"):
        enter(member, kind, 0, task=task)


def test_a_correction_without_a_reason_is_refused(member: User) -> None:
    with broken_rule("sign_follows_kind"):
        enter(member, Kind.ADJUST, 5, reason="")
    assert enter(member, Kind.ADJUST, 5, reason="counted wrong").pk


def test_a_second_charge_is_refused(member: User, task: Task) -> None:
    with broken_rule("charge_and_refund_once", "task_id"):
        enter(member, Kind.CHARGE, -PRICE, task=task)


def test_a_second_refund_is_refused(member: User, task: Task) -> None:
    credits.refund(task, "once")
    with broken_rule("charge_and_refund_once", "task_id"):
        credits.refund(task, "twice")


@pytest.mark.parametrize(("kind", "amount"), [(Kind.CHARGE, -1), (Kind.REFUND, 1)])
def test_a_charge_and_a_refund_name_their_task(kind: str, amount: int, member: User) -> None:
    with broken_rule("charge_names_its_task"):
        enter(member, kind, amount)


@pytest.mark.parametrize("kind", [Kind.SPEND, Kind.LOSS, Kind.UPSTREAM_REFUND])
def test_an_attempt_is_booked_once_for_the_house(kind: str, task: Task) -> None:
    attempt = factories.accepted(task)
    fields = {"account": credits.house(), "attempt": attempt, "task": task, "kind": kind}
    amount = PRICE if kind in CreditEntry.PLUS else -PRICE
    credits.house_entry(attempt, kind)
    with broken_rule("house_entry_once_per_attempt", "attempt_id"):
        CreditEntry.objects.create(amount=amount, **fields)


def test_a_balance_below_zero_is_refused(member: User) -> None:
    with broken_rule("balance_never_negative"):
        CreditAccount.objects.filter(user=member).update(balance=-1)


def test_the_house_may_owe(db: None) -> None:
    house = credits.house()
    CreditAccount.objects.filter(pk=house.pk).update(balance=-1)
    assert credits.house().balance == -1


def test_there_is_one_house(db: None) -> None:
    credits.house()
    with broken_rule("one_house", "creditaccount.house"):
        CreditAccount.objects.create(house=True)


@pytest.mark.parametrize("house", [True, False])
def test_an_account_is_a_person_s_or_the_house_s(house: bool, member: User) -> None:
    with broken_rule("account_of_a_person_or_the_house"):
        CreditAccount.objects.create(house=house, user=member if house else None)


# -- Append-only ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE studio_creditentry SET amount = 1000 WHERE id = {id}",
        "UPDATE studio_creditentry SET reason = 'nicer'",
        "DELETE FROM studio_creditentry WHERE id = {id}",
        "DELETE FROM studio_creditentry",
    ],
)
def test_the_database_itself_refuses_to_change_the_past(statement: str, member: User) -> None:
    entry = CreditEntry.objects.get(account__user=member)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement.format(id=entry.pk))
    assert CreditEntry.objects.get(account__user=member).amount == 100


def test_the_models_can_not_change_the_past_either(member: User) -> None:
    entry = CreditEntry.objects.get(account__user=member)
    entry.amount = 1000
    for change in (entry.save, entry.delete, CreditEntry.objects.all().delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert CreditEntry.objects.get(pk=entry.pk).amount == 100


@pytest.mark.parametrize("noun", ["project", "task"])
def test_what_the_ledger_names_can_not_be_deleted(noun: str, member: User, task: Task) -> None:
    row = {"project": task.project, "task": task}[noun]
    with pytest.raises(IntegrityError):
        row.delete()


def test_a_person_with_an_account_can_not_be_deleted(member: User) -> None:
    with pytest.raises(IntegrityError):
        member.delete()
