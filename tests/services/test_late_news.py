"""News of an attempt that had been settled as not accepted: the order is never paid for again unseen."""

from datetime import timedelta

import pytest

from studio.models import Attempt, Task
from studio.services import attempts, audit, proofs
from tests.conftest import Order
from tests.factories import accepted, again, bring_to, unknown, until
from tests.services.test_hooks import ring

Status, Sent = Task.Status, Attempt.Status


def disproved(order: Order) -> Attempt:
    """An attempt that the balance showed as not accepted, wrongly."""
    attempt = unknown(order()[0])
    assert proofs.prove_not_accepted(attempt.pk)
    return attempt


def test_a_ring_after_a_wrong_proof_takes_the_order_out_of_the_line(order: Order) -> None:
    attempt = disproved(order)
    assert ring(attempt) == 200
    assert again(attempt).hinted_id == "up-1"
    assert attempts.accept(attempt.pk, "up-1", source="a webhook")
    assert (again(attempt).status, again(attempt.task).status) == (Sent.ACCEPTED, Status.RUNNING)
    assert attempts.claim_next("sandbox") is None
    assert audit.audit() == {}


def test_a_ring_after_the_order_was_sent_again_is_an_alarm_and_in_the_books(
    order: Order, caplog: pytest.LogCaptureFixture
) -> None:
    attempt = disproved(order)
    accepted(attempt.task, "up-2")
    assert attempts.accept(attempt.pk, "up-1", source="a webhook")
    assert again(attempt).status == Sent.LATE
    assert again(attempt.task).upstream_id == "up-2"
    assert "paid twice" in caplog.text
    kinds = attempt.credit_entries.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["spend", "loss"]
    assert audit.audit() == {}


def test_a_ring_for_a_refused_order_delivers_its_song_free(order: Order) -> None:
    task = bring_to(order()[0], Status.FAILED)
    attempt = task.attempts.get()
    assert attempts.accept(attempt.pk, "up-1", source="a webhook")
    assert (again(attempt).status, again(task).status) == (Sent.LATE, Status.FAILED)
    assert until(again(task).poll_after) <= timedelta(0)
    assert audit.audit() == {}
