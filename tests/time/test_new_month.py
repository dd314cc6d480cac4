"""The provider resets its balance in the middle of everything: that proves nothing, and breaks nothing."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.models import User
from studio.management.commands import audit as command
from studio.models import Attempt, CreditEntry, ProviderState, Task
from studio.music_api.types import Balance
from studio.services import attempts, audit, balances, credits, lines, polls
from tests.conftest import Order
from tests.factories import PRICE, accepted, again, earlier, song, unknown

BEFORE, AFTER = 215, 1000


@pytest.fixture(autouse=True)
def _charges_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "SETTLED_AFTER", timedelta(0))


def read(total: int) -> None:
    ProviderState.objects.update(check_after=None)
    [marker] = balances.claim_checks()
    balances.record(marker, total)


def read_for_long(total: int, attempt: Attempt) -> None:
    for _ in range(4):
        read(total)
        earlier(attempt, reading_at=timedelta(seconds=11))


@pytest.fixture
def doubtful(order: Order) -> Attempt:
    read(BEFORE)
    return unknown(order()[0])


@pytest.mark.parametrize("charged", [0, PRICE])
def test_a_reset_proves_nothing_of_an_order_in_doubt(charged: int, doubtful: Attempt, member: User) -> None:
    read_for_long(AFTER - charged, doubtful)
    assert again(doubtful).status == Attempt.Status.UNKNOWN
    assert not doubtful.credit_entries.exists()
    assert credits.balance(member) == 100 - PRICE
    assert audit.audit() == {}


def test_the_order_ends_at_its_deadline_and_the_song_may_still_come(doubtful: Attempt, member: User) -> None:
    read_for_long(AFTER - PRICE, doubtful)
    earlier(doubtful, decide_at=timedelta(minutes=1))
    attempts.decide_unknown()
    assert credits.balance(member) == 100
    assert attempts.accept(doubtful.pk, "up-1", source="a webhook")
    assert credits.balance(member) == 100
    assert audit.audit() == {}


def test_the_audit_says_by_how_much_the_balance_moved(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    read(BEFORE)
    task = order()[0]
    accepted(task)
    assert audit.unexplained("sandbox", BEFORE - PRICE) == 0
    told = told_upstream(AFTER, monkeypatch)
    assert f"sandbox: has {AFTER}, which is {AFTER - BEFORE + PRICE:+d} from what our books explain" in told


def told_upstream(total: int, patch: pytest.MonkeyPatch) -> str:
    class Provider:
        def balance(self) -> Balance:
            return Balance(total, 0)

    patch.setattr(command, "client_for", lambda _: Provider())
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("audit", "--upstream", stdout=out)
    return out.getvalue()


def test_after_it_the_balance_proves_again(order: Order, doubtful: Attempt) -> None:
    """The next quiet reading is the new beginning."""
    attempts.accept(doubtful.pk, "up-1", source="a webhook")
    polls.record([(doubtful.task_id, song())])
    read(AFTER)
    another = unknown(order()[0])
    read_for_long(AFTER, another)
    assert again(another).status == Attempt.Status.REJECTED
    assert again(another.task).status == Task.Status.QUEUED
    spent = CreditEntry.objects.filter(kind=CreditEntry.Kind.SPEND)
    assert [entry.attempt for entry in spent] == [doubtful]
