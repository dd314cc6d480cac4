"""The history of balances: written when something changed, and thinned after a year."""

from datetime import timedelta
from typing import Any

from studio.models import BalanceReading, ProviderState
from studio.services import audit, balances, credits, proofs, readings
from tests.factories import accepted, send

MINUTE = timedelta(minutes=1)


def read(total: int) -> None:
    balances.record(proofs.marker_of("sandbox"), total)


def kept() -> list[tuple[int, int]]:
    return list(BalanceReading.objects.order_by("pk").values_list("balance", "ours"))


def pass_by(age: timedelta) -> None:
    for reading in BalanceReading.objects.all():
        BalanceReading.objects.filter(pk=reading.pk).update(at=reading.at - age)


def test_one_is_kept_when_something_changed(db: None) -> None:
    read(500)
    read(480)
    assert kept() == [(500, 500)]  # five minutes are not over
    pass_by(6 * MINUTE)
    read(480)
    pass_by(6 * MINUTE)
    read(480)
    assert kept() == [(500, 500), (480, 500)]  # nothing has changed since
    pass_by(60 * MINUTE)
    read(480)
    assert kept() == [(500, 500), (480, 500), (480, 500)]


def test_an_order_moves_both_sides(order: Any) -> None:
    read(500)
    accepted(order()[0])
    pass_by(6 * MINUTE)
    read(490)
    assert kept() == [(500, 500), (490, 490)]


def test_an_order_being_sent_is_in_doubt(order: Any) -> None:
    read(500)
    order()
    send()
    pass_by(6 * MINUTE)
    read(490)
    last = BalanceReading.objects.latest("pk")
    assert (last.balance - last.ours, last.in_doubt) == (-10, 10)


def test_after_a_year_one_of_each_day_is_left(db: None) -> None:
    read(500)
    first = BalanceReading.objects.get()
    for hours in range(1, 50):
        BalanceReading.objects.create(
            provider="sandbox", at=first.at - timedelta(days=400, hours=hours), balance=hours, ours=0
        )
    pass_by(timedelta(days=1))
    days = {reading.at.date() for reading in BalanceReading.objects.exclude(pk=first.pk)}
    read(500)
    old = BalanceReading.objects.filter(balance__lt=50)
    assert sorted(reading.at.date() for reading in old) == sorted(days)
    assert 1 in old.values_list("balance", flat=True)  # the last of its day


def test_the_page_explains_what_the_audit_explains(order: Any, settings: Any) -> None:
    read(500)
    accepted(order()[0])
    credits.topup("sandbox", 50, "Bought")
    read(530)
    [account] = [each for each in readings.accounts() if each.provider.name == "sandbox"]
    assert [(step.label, step.amount) for step in account.steps] == [
        ("Topped up", 50),
        ("Spent at the provider", -10),
    ]
    assert account.difference == audit.unexplained("sandbox", 530) == -10
    assert account.unsettled == 1
    assert not account.is_alarming  # the order may still move something


def test_a_difference_at_rest_is_an_alarm(db: None) -> None:
    read(500)
    read(470)
    [account] = readings.accounts()
    assert account.is_alarming
    ProviderState.objects.update(balance=500)
    [account] = readings.accounts()
    assert account.difference == 0
    assert not account.is_alarming
