"""`manage.py topup`: what moved a provider's balance without us is booked, and proves nothing by itself."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from studio.clients import client_for
from studio.models import CreditEntry, ProviderState
from studio.sandbox.server import Sandbox
from studio.services import audit, balances
from tests.conftest import Order
from tests.factories import accepted, earlier, lost, unknown

Settle = Callable[[], None]


@pytest.fixture
def finished(order: Order, settle: Settle) -> None:
    order()
    settle()


def unexplained(moved: int) -> int | None:
    """The figure of `audit --upstream`, had the provider's balance moved by so much."""
    return audit.unexplained("sandbox", client_for("sandbox").balance().total + moved)


def topup(amount: int, reason: str = "Bought in May") -> None:
    call_command("topup", "sandbox", "--reason", reason, "--", str(amount))


def read(total: int) -> ProviderState:
    """A reading of the balance."""
    ProviderState.objects.update(check_after=None)
    [marker] = balances.claim_checks()
    balances.record(marker, total)
    return ProviderState.objects.get()


@pytest.mark.parametrize(("amount", "kind"), [(500, "topup"), (-300, "adjust")])
def test_the_books_agree_again(
    finished: None, upstream: Sandbox, amount: int, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert unexplained(amount) == amount
    topup(amount)
    assert unexplained(amount) == 0
    entry = CreditEntry.objects.latest("pk")
    assert (entry.kind, entry.amount, entry.provider) == (kind, amount, "sandbox")
    assert (entry.account.house, entry.reason) == (True, "Bought in May")
    left = client_for("sandbox").balance().total + amount
    assert capsys.readouterr().out == f"Booked. By our books Sandbox has {left} credits now.\n"
    assert audit.audit() == {}


def test_nothing_is_proved_from_a_reading_before_it(order: Order, upstream: Sandbox, member: Any) -> None:
    """The reset was seen by the last reading and is booked late. An order that was taken, and of which the
    answer was lost, must not look as if it had cost nothing."""
    read(1_000)
    read(990)  # reset by 10
    topup(-10, "Reset")
    assert ProviderState.objects.get().baseline is None
    unknown(order()[0])
    state = read(980)
    assert (state.balance, state.baseline) == (980, None)
    assert CreditEntry.objects.filter(kind="spend").count() == 0


def test_the_next_quiet_reading_is_a_beginning(order: Order, upstream: Sandbox, member: Any) -> None:
    read(1_000)
    topup(500)
    before = CreditEntry.objects.count()
    state = read(1_500)
    assert (state.baseline, state.snapshot) == (1_500, 1_000)
    assert CreditEntry.objects.count() == before
    accepted(order()[0])
    assert audit.unexplained("sandbox", 1_490) == 0


def test_the_first_reading_after_it_charges_nobody(order: Order, upstream: Sandbox, member: Any) -> None:
    """The reading has nothing to be compared with, so it says nothing of the order that was given up."""
    read(1_000)
    attempt = lost(order()[0])
    earlier(attempt, sent_at=timedelta(hours=2))
    topup(990)
    read(980)
    assert CreditEntry.objects.filter(kind="spend").count() == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nobody", "5", "--reason", "x"), "No provider 'nobody' is switched on"),
        (("musicapi", "5", "--reason", "x"), "No provider 'musicapi' is switched on"),
        (("sandbox", "5", "--reason", "x"), "was not read yet"),
        (("sandbox", "0", "--reason", "x"), "not 0"),
        (("sandbox", "9999999999", "--reason", "x"), "whole number"),
        (("sandbox", "many", "--reason", "x"), "invalid int"),
        (("sandbox", "5"), "--reason"),
        (("sandbox", "5", "--reason", " "), "Say the reason"),
    ],
)
def test_it_refuses_in_words(arguments: tuple[str, ...], sentence: str, upstream: Sandbox, db: None) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("topup", *arguments)
    assert CreditEntry.objects.count() == 0
