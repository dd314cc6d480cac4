"""What costs nothing leaves no line in the ledger, whatever becomes of it."""

import pytest

from accounts.models import User
from studio.models import CreditEntry, Task
from studio.music_api.errors import Rejected
from studio.services import attempts, audit, credits, tasks
from tests.conftest import Order
from tests.factories import accepted, again, send

SONG = {"id": "0a1b2c3d", "download_format": "mp3"}


@pytest.fixture
def free(order: Order, settings: object, member: User) -> Task:
    """An import: useapi.net gives its songs out for nothing."""
    settings.PROVIDERS = {"useapi": ("http://127.0.0.1:9", "key")}  # type: ignore[attr-defined]
    credits.adjust(member, -100, reason="spent elsewhere")
    [task] = order(provider="useapi", operation="download", params=SONG)
    return task


def lines(task: Task) -> list[str]:
    return [entry.kind for entry in CreditEntry.objects.filter(task=task)]


def test_it_can_be_ordered_without_a_credit(free: Task, member: User) -> None:
    assert (free.price, free.status, credits.balance(member)) == (0, Task.Status.QUEUED, 0)
    assert lines(free) == []


def test_its_acceptance_is_no_spending(free: Task) -> None:
    accepted(free)
    assert again(free).status == Task.Status.RUNNING
    assert lines(free) == []
    assert audit.audit() == {}


def test_its_failure_gives_nothing_back(free: Task, member: User) -> None:
    attempts.record_failure(send("useapi").pk, Rejected("No such song."))
    assert again(free).status == Task.Status.FAILED
    assert (lines(free), credits.balance(member)) == ([], 0)
    assert audit.audit() == {}


def test_it_can_be_cancelled(free: Task, member: User) -> None:
    tasks.cancel(free, by=member)
    assert (lines(free), credits.balance(member)) == ([], 0)


def test_a_provider_that_grew_or_shrank_by_itself_is_in_the_house_s_account(db: None) -> None:
    grown = credits.topup("sandbox", 500, "Bought")
    assert (grown.kind, grown.amount, grown.provider, grown.account.house) == ("topup", 500, "sandbox", True)
    shrunk = credits.topup("sandbox", -20, "Expired")
    assert (shrunk.kind, shrunk.amount, credits.house().balance) == ("adjust", -20, 480)
    assert audit.audit() == {}
