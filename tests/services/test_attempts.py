"""One POST and what we come to know of it: every outcome, every witness, and the deadline."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from studio.errors import TooLate
from studio.models import Attempt, CreditEntry, Task
from studio.music_api import errors
from studio.services import attempts, audit, credits, proofs, providers
from tests.conftest import Order
from tests.factories import PRICE, accepted, again, earlier, lost, send, unknown, until
from tests.threads import at_once

Status, Sent = Task.Status, Attempt.Status

# error -> (task, attempt, what is written to the ledger besides the charge)
OUTCOMES: dict[type[errors.MusicApiError], tuple[str, str, list[str]]] = {
    errors.NotSent: (Status.QUEUED, Sent.REJECTED, []),
    errors.RateLimited: (Status.QUEUED, Sent.REJECTED, []),
    errors.Rejected: (Status.FAILED, Sent.REJECTED, ["refund"]),
    errors.NeedsAttention: (Status.FAILED, Sent.REJECTED, ["refund"]),
    errors.Retired: (Status.FAILED, Sent.REJECTED, ["refund"]),
    errors.Held: (Status.HELD, Sent.REJECTED, []),
    errors.OutOfCredits: (Status.HELD, Sent.REJECTED, []),
    errors.KeyRefused: (Status.HELD, Sent.REJECTED, []),
    # Whatever else there is may have been accepted.
    errors.Ambiguous: (Status.UNKNOWN, Sent.UNKNOWN, []),
    errors.Unavailable: (Status.UNKNOWN, Sent.UNKNOWN, []),
    errors.BalanceUnknown: (Status.UNKNOWN, Sent.UNKNOWN, []),
    errors.NotFound: (Status.UNKNOWN, Sent.UNKNOWN, []),
    errors.MusicApiError: (Status.UNKNOWN, Sent.UNKNOWN, []),
}


def ledger(task: Task) -> list[str]:
    return [entry.kind for entry in task.credit_entries.order_by("pk")]


def balanced(task: Task, status: str, attempt: str, entries: list[str]) -> None:
    """The task and its last attempt stand so, and the books agree."""
    assert again(task).status == status
    assert task.attempts.last().status == attempt
    assert ledger(task) == ["charge", *entries]
    assert audit.audit() == {}


# -- What the answer decides ----------------------------------------------------------------------


def test_every_error_has_an_outcome() -> None:
    def below(error: type[Exception]) -> set[type[Exception]]:
        return {error}.union(*map(below, error.__subclasses__()))

    assert below(errors.MusicApiError) - below(errors.BadDelivery) == set(OUTCOMES)


@pytest.mark.parametrize("error", OUTCOMES, ids=lambda error: error.__name__)
def test_the_kind_of_error_decides_what_follows(error: type[errors.MusicApiError], order: Order) -> None:
    task = order()[0]
    attempts.record_failure(send().pk, error("So it says."))
    balanced(task, *OUTCOMES[error])


@pytest.mark.parametrize("error", OUTCOMES, ids=lambda error: error.__name__)
def test_an_error_after_the_attempt_was_settled_changes_nothing(
    error: type[errors.MusicApiError], order: Order
) -> None:
    task = order()[0]
    attempt = accepted(task)
    attempts.record_failure(attempt.pk, error("Too late."))
    balanced(task, Status.RUNNING, Sent.ACCEPTED, ["spend"])


def test_an_accepted_order_runs_and_is_the_house_s_expense(order: Order) -> None:
    task = order()[0]
    attempt = accepted(task, "up-7")
    balanced(task, Status.RUNNING, Sent.ACCEPTED, ["spend"])
    assert (attempt.upstream_id, again(task).upstream_id) == ("up-7", "up-7")
    assert attempt.ended_at is not None
    assert timedelta(0) < until(again(task).poll_after) <= timedelta(seconds=5)


def test_an_accepted_order_ends_the_pause_and_gives_a_place_back(order: Order) -> None:
    order()
    attempt = send()
    providers.pause("sandbox", retry_after=None, busy=True)
    attempts.accept(attempt.pk, "up-1", source="the answer")
    state = providers.state_of("sandbox")
    assert (state.failures, state.paused_until, state.in_flight_limit) == (0, None, 3)


def test_the_words_of_a_refusal_reach_the_person(order: Order) -> None:
    task = order()[0]
    attempts.record_failure(send().pk, errors.Rejected("title is too long"))
    assert again(task).reason == "The provider refused the order: title is too long"


def test_what_was_not_sent_waits_its_turn_again(order: Order) -> None:
    task = order()[0]
    attempts.record_failure(send().pk, errors.NotSent("Connection refused.", retry_after=30))
    assert timedelta(seconds=29) < until(again(task).send_after) < timedelta(seconds=37)
    assert "can't be reached" in again(task).reason
    assert attempts.claim_next("sandbox") is None


def test_what_was_not_sent_may_be_sent_again_as_often_as_it_takes(order: Order) -> None:
    task = order()[0]
    for _ in range(5):
        attempts.record_failure(send().pk, errors.NotSent("Connection refused."))
        Task.objects.update(send_after=None)
        providers.accepted("sandbox")
    accepted(task)
    assert not again(task).parked


def test_after_a_day_without_the_service_the_credits_come_back(order: Order) -> None:
    task = order()[0]
    attempt = send()
    earlier(attempt, sent_at=timedelta(hours=25))
    attempts.record_failure(attempt.pk, errors.NotSent("Connection refused."))
    balanced(task, Status.FAILED, Sent.REJECTED, ["refund"])


def test_what_is_no_longer_offered_is_switched_off(order: Order) -> None:
    order()
    attempts.record_failure(send().pk, errors.Retired("Gone."))
    assert providers.is_offered("sandbox", "create_music") == "Sandbox no longer offers this."


@pytest.mark.parametrize(("error", "needed"), [(errors.OutOfCredits, PRICE), (errors.KeyRefused, 0)])
def test_a_hold_stops_everything_sent_to_that_provider(
    error: type[errors.MusicApiError], needed: int, order: Order
) -> None:
    order(takes=2)
    attempts.record_failure(send().pk, error("No."))
    state = providers.state_of("sandbox")
    assert (bool(state.hold), state.needed_credits) == (True, needed)
    assert attempts.claim_next("sandbox") is None


# -- Settled twice --------------------------------------------------------------------------------


def test_the_same_news_twice_has_one_effect(order: Order) -> None:
    task = order()[0]
    attempt = accepted(task, "up-1")
    assert not attempts.accept(attempt.pk, "up-1", source="a webhook")
    balanced(task, Status.RUNNING, Sent.ACCEPTED, ["spend"])


def test_another_id_for_a_settled_attempt_is_an_alarm(order: Order, caplog: Any) -> None:
    attempt = accepted(order()[0], "up-1")
    assert not attempts.accept(attempt.pk, "up-2", source="a webhook")
    assert again(attempt).upstream_id == "up-1"
    assert "names another id" in caplog.text


def test_the_id_of_another_order_is_not_believed(order: Order, caplog: Any) -> None:
    first, second = order(takes=2)
    accepted(first, "up-1")
    attempt = send()
    assert not attempts.accept(attempt.pk, "up-1", source="the answer")
    assert "belongs to another attempt" in caplog.text
    balanced(second, Status.SUBMITTING, Sent.SENT, [])


def test_no_id_is_no_acceptance(order: Order) -> None:
    task = order()[0]
    assert not attempts.accept(send().pk, "", source="the answer")
    balanced(task, Status.SUBMITTING, Sent.SENT, [])


@pytest.mark.django_db(transaction=True)
def test_an_attempt_that_many_settle_at_once_is_settled_once(order: Order) -> None:
    task = order()[0]
    attempt = send()
    settled = at_once(lambda: attempts.accept(attempt.pk, "up-1", source="a webhook"), 8)
    assert sorted(settled) == [False] * 7 + [True]
    balanced(task, Status.RUNNING, Sent.ACCEPTED, ["spend"])


# -- Nobody knows ---------------------------------------------------------------------------------


def test_a_lease_that_ran_out_is_unknown_and_never_queued_again(order: Order) -> None:
    task = order()[0]
    earlier(send(), lease_until=timedelta(seconds=1))
    assert attempts.expire_leases() == 1
    balanced(task, Status.UNKNOWN, Sent.UNKNOWN, [])
    assert attempts.expire_leases() == 0
    assert attempts.claim_next("sandbox") is None


def test_a_lease_that_still_runs_is_left_alone(order: Order) -> None:
    task = order()[0]
    send()
    assert attempts.expire_leases() == 0
    balanced(task, Status.SUBMITTING, Sent.SENT, [])


def test_an_answer_after_the_lease_still_settles_it(order: Order) -> None:
    task = order()[0]
    attempt = unknown(task)
    assert attempts.accept(attempt.pk, "up-1", source="the answer")
    balanced(task, Status.RUNNING, Sent.ACCEPTED, ["spend"])
    assert again(task).reason == ""


def test_at_the_deadline_the_person_is_refunded_and_the_house_bears_it(order: Order, member: User) -> None:
    task = order()[0]
    attempt = unknown(task)
    assert timedelta(minutes=19) < until(attempt.decide_at) <= timedelta(minutes=20)
    earlier(attempt, decide_at=timedelta(seconds=1))
    assert attempts.decide_unknown() == 1
    balanced(task, Status.FAILED, Sent.LOST, ["refund", "loss"])
    assert credits.balance(member) == 100
    assert attempts.decide_unknown() == 0


def test_before_the_deadline_nothing_is_decided(order: Order) -> None:
    task = order()[0]
    unknown(task)
    assert attempts.decide_unknown() == 0
    balanced(task, Status.UNKNOWN, Sent.UNKNOWN, [])


def test_a_song_that_comes_after_the_refund_is_delivered_free(order: Order, member: User) -> None:
    task = order()[0]
    attempt = lost(task)
    assert attempts.accept(attempt.pk, "up-9", source="a webhook")
    balanced(task, Status.FAILED, Sent.LATE, ["refund", "loss", "spend"])
    assert until(again(task).poll_after) <= timedelta(0)
    assert (again(task).upstream_id, credits.balance(member)) == ("up-9", 100)


def test_proof_that_nothing_was_accepted_sends_it_again(order: Order) -> None:
    task = order()[0]
    attempt = unknown(task)
    assert proofs.prove_not_accepted(attempt.pk)
    balanced(task, Status.QUEUED, Sent.REJECTED, [])
    accepted(task)
    assert task.attempts.count() == 2


def test_proof_comes_too_late_for_a_settled_attempt(order: Order) -> None:
    task = order()[0]
    attempt = accepted(task)
    assert not proofs.prove_not_accepted(attempt.pk)
    balanced(task, Status.RUNNING, Sent.ACCEPTED, ["spend"])


def test_an_order_that_stops_its_worker_is_sent_once_more_then_set_aside(order: Order, member: User) -> None:
    task = order()[0]
    for crash in (1, 2):
        attempt = send()
        assert again(task).claims == crash
        earlier(attempt, lease_until=timedelta(seconds=1))
        attempts.expire_leases()
        proofs.prove_not_accepted(attempt.pk)
    balanced(task, Status.FAILED, Sent.REJECTED, ["refund"])
    assert again(task).parked
    assert credits.balance(member) == 100


# -- A person's hand ------------------------------------------------------------------------------


def test_a_person_may_stop_waiting_for_the_decision(order: Order, member: User) -> None:
    task = order()[0]
    unknown(task)
    attempts.give_up(task, by=member)
    balanced(task, Status.FAILED, Sent.LOST, ["refund", "loss"])
    assert "Given up by hand." in again(task).reason
    assert task.events.get(new=Status.FAILED).actor == member


def test_what_is_decided_can_not_be_given_up(order: Order, member: User) -> None:
    task = order()[0]
    accepted(task)
    with pytest.raises(TooLate):
        attempts.give_up(task, by=member)
    balanced(task, Status.RUNNING, Sent.ACCEPTED, ["spend"])


def test_every_loss_is_written_once(order: Order, member: User) -> None:
    task = order()[0]
    attempt = lost(task)
    with pytest.raises(TooLate):
        attempts.give_up(task, by=member)
    assert CreditEntry.objects.filter(attempt=attempt, kind="loss").count() == 1
