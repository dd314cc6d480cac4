"""What the balance proves of several orders, of charged ones, and of those that were given up."""

from datetime import timedelta
from typing import Any

import pytest

from studio.models import Attempt, CreditEntry, ProviderState, Task
from studio.services import attempts, audit, balances, credits, hints, lines, proofs
from tests.conftest import Order
from tests.factories import PRICE, again, earlier, lost, unknown
from tests.services.readings import START, read

Status, Sent = Task.Status, Attempt.Status
OVER = lines.SONG_TAKES + timedelta(minutes=1)


def read_twice(total: int) -> None:
    read(total)
    Attempt.objects.filter(reading_at__isnull=False).update(reading_at=Attempt.objects.first().sent_at)  # type: ignore[union-attr]
    read(total)


@pytest.fixture(autouse=True)
def _known(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider was seen with a thousand credits, and charges at once."""
    settings.WEBHOOKS = "off"
    monkeypatch.setattr(lines, "SETTLED_AFTER", timedelta(0))
    monkeypatch.setattr(proofs, "WHILE_UNKNOWN", timedelta(0))
    read(START)


def two_unknown(order: Order) -> list[Attempt]:
    return [unknown(task) for task in order(takes=2)]


def statuses(found: list[Attempt]) -> list[str]:
    return [again(attempt).status for attempt in found]


def booked(kind: str) -> int:
    return CreditEntry.objects.filter(kind=kind).count()


# -- Several at once ------------------------------------------------------------------------------


def test_an_unchanged_balance_proves_for_all_of_them(order: Order) -> None:
    found = two_unknown(order)
    read_twice(START)
    assert statuses(found) == [Sent.REJECTED] * 2


def test_a_balance_lower_by_all_of_them_proves_that_they_were_charged(order: Order) -> None:
    found = two_unknown(order)
    read_twice(START - 2 * PRICE)
    assert statuses(found) == [Sent.UNKNOWN] * 2
    assert booked("spend") == 2
    assert audit.unexplained("sandbox", START - 2 * PRICE) == 0
    assert "not told us which song" in again(found[0].task).reason


def test_a_balance_lower_by_one_of_two_does_not_tell_which(order: Order) -> None:
    found = two_unknown(order)
    read_twice(START - PRICE)
    read_twice(START - PRICE)
    assert (statuses(found), booked("spend")) == ([Sent.UNKNOWN] * 2, 0)


def test_one_that_was_sent_a_moment_ago_keeps_all_waiting(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "SETTLED_AFTER", timedelta(minutes=2))
    found = two_unknown(order)
    earlier(found[0], sent_at=timedelta(minutes=3))
    read_twice(START)
    assert statuses(found) == [Sent.UNKNOWN] * 2


# -- A charged order whose id is not known ----------------------------------------------------------


@pytest.fixture
def charged(order: Order) -> Attempt:
    attempt = unknown(order()[0])
    read_twice(START - PRICE)
    assert booked("spend") == 1
    return attempt


def test_a_charged_order_is_never_sent_again(charged: Attempt) -> None:
    """Its credits come back because it failed: that is no proof that it was never there."""
    read_twice(START)
    read_twice(START)
    assert again(charged).status == Sent.UNKNOWN


def test_its_id_may_still_be_told_and_is_spent_once(charged: Attempt) -> None:
    assert attempts.accept(charged.pk, "up-1", source="a webhook")
    assert (again(charged.task).status, booked("spend")) == (Status.RUNNING, 1)


def test_while_it_may_have_been_returned_no_other_is_proved(charged: Attempt, order: Order) -> None:
    """Its return and the charge of the other would look as if nothing had happened."""
    other = unknown(order()[0])
    read_twice(START - PRICE)
    earlier(charged, sent_at=OVER)
    read_twice(START - PRICE)
    assert again(other).status == Sent.UNKNOWN


def test_a_quiet_look_after_its_end_settles_it(charged: Attempt, order: Order) -> None:
    earlier(charged, sent_at=OVER)
    read(START)
    assert booked("upstream_refund") == 1
    other = unknown(order()[0])
    read_twice(START)
    assert again(other).status == Sent.REJECTED


def test_what_came_back_for_it_is_booked_when_it_is_over(charged: Attempt) -> None:
    earlier(charged, sent_at=OVER)
    read(START)
    assert booked("upstream_refund") == 1
    assert audit.unexplained("sandbox", START) == 0


# -- Given up without an id -----------------------------------------------------------------------


@pytest.fixture
def given_up(order: Order) -> list[Attempt]:
    found = [lost(task) for task in order(takes=2)]
    for attempt in found:
        earlier(attempt, sent_at=OVER)
    return found


@pytest.mark.parametrize(
    ("total", "charges", "rest"),
    [(START, 0, 0), (START - PRICE, 1, 0), (START - 2 * PRICE, 2, 0), (START - 3 * PRICE, 0, -3 * PRICE)],
)
def test_the_balance_tells_how_many_were_charged(
    total: int, charges: int, rest: int, given_up: list[Attempt]
) -> None:
    read(total)
    assert booked("spend") == charges
    assert audit.unexplained("sandbox", total) == rest
    assert audit.audit() == {}


def test_an_order_that_was_just_given_up_may_still_be_charged(order: Order) -> None:
    attempt = lost(order()[0])
    read(START)
    earlier(attempt, sent_at=OVER)
    read(START - PRICE)
    assert audit.unexplained("sandbox", START - PRICE) == 0


def test_the_balance_named_the_wrong_one_of_two(given_up: list[Attempt]) -> None:
    """Which of two was charged it can't tell; when the id comes, the books follow, and so does the proof."""
    read(START - PRICE)
    assert attempts.accept(given_up[1].pk, "up-1", source="a webhook")
    assert audit.unexplained("sandbox", START - PRICE) == 0
    assert audit.audit() == {}


def test_a_charge_that_the_baseline_has_seen_spoils_the_next_proof(
    order: Order, given_up: list[Attempt]
) -> None:
    ProviderState.objects.update(baseline=START - PRICE)
    assert attempts.accept(given_up[0].pk, "up-1", source="a webhook")
    other = unknown(order()[0])
    read_twice(START - 2 * PRICE)
    assert again(other).status == Sent.UNKNOWN


def test_a_top_up_that_is_booked_while_we_ask_spoils_the_reading(order: Order) -> None:
    ProviderState.objects.update(check_after=None)
    [marker] = balances.claim_checks()
    credits.topup("sandbox", 500, "bought")
    ProviderState.objects.update(baseline=None)
    balances.record(marker, START)
    assert ProviderState.objects.get().baseline is None


def test_without_a_baseline_the_first_look_of_all_explains_what_was_charged(given_up: list[Attempt]) -> None:
    ProviderState.objects.update(baseline=None)
    read(START - PRICE)
    assert booked("spend") == 1
    assert audit.unexplained("sandbox", START - PRICE) == 0


# -- The line waits -------------------------------------------------------------------------------


def claim(order: Order) -> Attempt | None:
    order()
    return attempts.claim_next("sandbox")


def test_after_an_order_without_an_answer_the_line_waits_for_the_proof(order: Order) -> None:
    attempt = unknown(order()[0])
    read(START)
    assert claim(order) is None
    read_twice(START)
    assert again(attempt).status == Sent.REJECTED
    assert attempts.claim_next("sandbox")


def test_where_webhooks_tell_nobody_waits(order: Order, settings: Any) -> None:
    settings.WEBHOOKS = "on"
    unknown(order()[0])
    read(START)
    assert claim(order)


def test_an_order_whose_id_was_named_is_not_sent_again_before_that_is_looked_up(order: Order) -> None:
    attempt = unknown(order()[0])
    assert proofs.prove_not_accepted(attempt.pk)
    hints.take(again(attempt), "up-1")
    assert attempts.claim_next("sandbox") is None
    hints.drop(again(attempt))
    assert attempts.claim_next("sandbox")


def test_it_waits_only_for_a_while(order: Order) -> None:
    attempt = unknown(order()[0])
    earlier(attempt, sent_at=lines.DOUBT_LASTS)
    read(START - 1)
    assert claim(order)


def test_it_does_not_wait_for_an_order_whose_id_is_known(order: Order) -> None:
    attempt = unknown(order()[0])
    hints.take(attempt, "up-1")
    read(START)
    assert claim(order)


@pytest.mark.parametrize("end", [unknown, lost])
def test_a_provider_that_does_not_tell_its_balance_gets_no_more_orders(order: Order, end: Any) -> None:
    attempt = end(order()[0])
    earlier(attempt, sent_at=lines.DOUBT_LASTS)
    ProviderState.objects.update(balance_at=again(attempt).sent_at - timedelta(minutes=1))
    assert claim(order) is None
    read(START)
    assert attempts.claim_next("sandbox")


def test_but_not_for_ever(order: Order) -> None:
    attempt = lost(order()[0])
    earlier(attempt, sent_at=lines.SILENCE_LASTS)
    ProviderState.objects.update(balance_at=None)
    assert claim(order)


def test_an_unknown_order_keeps_its_place_as_long_as_a_song_takes(order: Order) -> None:
    task = order()[0]
    attempt = unknown(task)
    assert lines.places_taken("sandbox", attempt.sent_at) == 1
    assert lines.places_taken("sandbox", attempt.sent_at + OVER) == 0


def test_who_waits_is_told_why(order: Order, member: Any, client: Any) -> None:
    unknown(order()[0])
    order()
    client.force_login(member)
    page = client.get("/tasks/").content.decode()
    assert "An earlier order got no answer." in page
