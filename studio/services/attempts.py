"""The verbs of attempts: claim the next order, send it once, and keep what its outcome was.

An attempt is committed as `sent` before the POST. From then on only evidence changes it: an answer, a
webhook, the provider's balance, a person, or the deadline. It is never sent a second time.
"""

import logging
import random
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from accounts.models import User
from studio.errors import TooLate
from studio.models import Attempt, CreditEntry, Task
from studio.models.clock import db_now
from studio.music_api import errors
from studio.music_api.errors import Held, MusicApiError, NotSent, Rejected
from studio.services import credits, lines, providers, tasks

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)  # longer than any POST may take
DECIDE_AFTER = timedelta(minutes=20)  # ten times the longest normal song
SEND_FOR = timedelta(hours=24)

ANSWER = "the answer"

Status = Attempt.Status


# -- Before the POST ------------------------------------------------------------------------------


@transaction.atomic
def claim_next(provider: str) -> Attempt | None:
    """Take the next order of this provider's line and write down that it is being sent.

    None when the line is empty, the provider takes no orders now, or its places are taken.
    """
    state = providers.lock(provider)
    now = db_now()
    if not lines.takes_orders(state, now):
        return None
    if lines.places_taken(provider, now) >= state.in_flight_limit:
        return None
    task = lines.next_in_line(provider, now).first()
    if task is None or not tasks.move(
        task.pk, Task.Status.SUBMITTING, claims=task.claims + 1, submitted_at=now
    ):
        return None
    return Attempt.objects.create(
        # With all that the POST needs: nothing may fail between this commit and that.
        task=Task.objects.select_related("upload").get(pk=task.pk),
        provider=provider,
        token=secrets.token_urlsafe(32),
        sent_at=now,
        lease_until=now + LEASE,
    )


# -- After the POST -------------------------------------------------------------------------------


@transaction.atomic
def accept(attempt_id: int, upstream_id: str, *, source: str) -> bool:
    """The attempt was accepted under this id. `source` says how we know: the answer, a webhook, a person.

    False when it was settled before, or when the id belongs to another attempt (which is logged as an alarm).
    """
    attempt = lock(attempt_id)
    if attempt.status in (Status.ACCEPTED, Status.LATE):
        if attempt.upstream_id != upstream_id:
            log.error("attempt %s was settled as %s; %s names another id", attempt.pk, attempt.status, source)
        return False
    others = Attempt.objects.filter(provider=attempt.provider, upstream_id=upstream_id)
    if not upstream_id or others.exists():
        log.error("attempt %s: the id told by %s belongs to another attempt", attempt.pk, source)
        return False
    task = Task.objects.select_for_update().get(pk=attempt.task_id)
    # A waiting task: what said that nothing was accepted was wrong, and it was not sent again yet.
    waits = task.status in (Task.Status.QUEUED, Task.Status.HELD)
    in_time = attempt.status in (Status.SENT, Status.UNKNOWN) or waits
    if attempt.status in (Status.LOST, Status.REJECTED):
        credits.correct_guess(attempt)
    settle(
        attempt, Status.ACCEPTED if in_time else Status.LATE, f"Accepted, known from {source}", upstream_id
    )
    credits.house_entry(attempt, CreditEntry.Kind.SPEND)
    if source == ANSWER:  # news of an order of some time ago says nothing of now
        providers.accepted(attempt.provider)
    if in_time:
        _run(attempt, upstream_id, source)
        _bear_others(attempt)
    elif task.status in (Task.Status.FAILED, Task.Status.CANCELLED):
        # The person was refunded: the song is delivered all the same, and the task stays as it is.
        Task.objects.filter(pk=task.pk).update(upstream_id=upstream_id, poll_after=db_now())
        credits.house_entry(attempt, CreditEntry.Kind.LOSS, "Accepted, found out after the refund")
    elif task.status not in (Task.Status.SUBMITTING, Task.Status.UNKNOWN):  # else its next attempt tells
        _bear_others(task.attempts.get(status=Status.ACCEPTED))
    return True


def _bear_others(accepted: Attempt) -> None:
    """Two attempts of a task were accepted after all: the house bears those that it does not run on."""
    for attempt in accepted.task.attempts.filter(status=Status.LATE).exclude(pk=accepted.pk):
        log.error("attempts %s and %s of one task were accepted: paid twice", attempt.pk, accepted.pk)
        credits.house_entry(attempt, CreditEntry.Kind.LOSS, "Accepted beside another attempt")


def adopt_earlier(task: Task) -> bool:
    """An earlier attempt turned out to be accepted while the next one was on its way, which came to nothing:
    its song is the task's. False when there is none."""
    earlier = task.attempts.filter(status=Status.LATE).exclude(upstream_id="").select_related("task").first()
    if earlier is None:
        return False
    Attempt.objects.filter(pk=earlier.pk).update(status=Status.ACCEPTED)
    _run(earlier, earlier.upstream_id, "an earlier attempt")
    return True


def _run(attempt: Attempt, upstream_id: str, source: str) -> None:
    if attempt.task.status == Task.Status.HELD:
        tasks.move(attempt.task_id, Task.Status.QUEUED)
    if attempt.task.status in (Task.Status.QUEUED, Task.Status.HELD):
        tasks.move(attempt.task_id, Task.Status.SUBMITTING, note="It had been accepted after all.")
    has_rung = attempt.hinted_id == upstream_id  # quicker than the answer: there is news to look at
    tasks.move(
        attempt.task_id,
        Task.Status.RUNNING,
        note=f"Accepted, known from {source}.",
        upstream_id=upstream_id,
        reason="",
        poll_after=db_now() + timedelta(seconds=0 if has_rung else settings.POLL_SECONDS),
    )


@transaction.atomic
def record_failure(attempt_id: int, error: MusicApiError) -> None:
    """Store how the POST failed, if nobody settled the attempt meanwhile, and what follows for the task."""
    attempt = lock(attempt_id)
    # A late answer is as certain as an early one, if it is one.
    certain = attempt.status == Status.UNKNOWN and isinstance(error, NotSent | Rejected)
    if attempt.status != Status.SENT and not certain:
        return
    if isinstance(error, NotSent):
        _not_sent(attempt, error)
    elif isinstance(error, Rejected):
        _rejected(attempt, error)
    elif isinstance(error, Held):
        _held(attempt, error)
    else:
        _unknown(attempt, str(error))


def _not_sent(attempt: Attempt, error: NotSent) -> None:
    """Proven not accepted: back into the line, after a pause of the provider."""
    settle(attempt, Status.REJECTED, str(error))
    if adopt_earlier(attempt.task):
        return
    busy = isinstance(error, errors.RateLimited)
    wait = providers.pause(attempt.provider, retry_after=error.retry_after, busy=busy)
    reason = "The service is busy." if busy else "Waiting for the service: it can't be reached."
    first = attempt.task.attempts.order_by("pk").values_list("sent_at", flat=True)[0]
    if db_now() - first > SEND_FOR:  # what waited longer was not tried before, as while spending was paused
        tasks.fail(attempt.task_id, "The service could not be reached for a day.")
        return
    send_after = db_now() + timedelta(seconds=wait * random.uniform(1, 1.2))
    tasks.move(
        attempt.task_id,
        Task.Status.QUEUED,
        note=f"{reason} {error}",
        reason=reason,
        send_after=send_after,
        claims=0,
    )


def _rejected(attempt: Attempt, error: Rejected) -> None:
    settle(attempt, Status.REJECTED, str(error))
    if adopt_earlier(attempt.task):
        return
    if isinstance(error, errors.Retired):
        providers.retire(attempt.provider, attempt.task.operation)
        tasks.fail(attempt.task_id, "The provider no longer offers this.")
    elif isinstance(error, errors.NeedsAttention):
        providers.needs_attention(attempt.provider, str(error))
        tasks.fail(attempt.task_id, str(error))
    else:
        tasks.fail(attempt.task_id, f"The provider refused the order: {error}")


def _held(attempt: Attempt, error: Held) -> None:
    # A second 403 after the key was found good again is about the order: words that are not allowed, say.
    if error.status == 403 and attempt.task.events.filter(new=Task.Status.HELD).exists():
        settle(attempt, Status.REJECTED, str(error))
        tasks.fail(attempt.task_id, f"The provider refused the order: {error}")
        return
    is_key = isinstance(error, errors.KeyRefused)
    settle(attempt, Status.REJECTED, f"{providers.KEY_REFUSED}{error}" if is_key else str(error))
    if adopt_earlier(attempt.task):
        return
    if isinstance(error, errors.OutOfCredits):
        reason = "The studio is out of credits at the provider. Yours are kept; the order goes on by itself."
        price, left = attempt.task.price, error.remaining
        # What is left was not enough: the provider's price must have risen above ours.
        providers.hold(attempt.provider, reason, price if left is None or left < price else left + 1)
    else:
        reason = "The provider does not let the studio in. The owners know; the order goes on by itself."
        providers.hold_for_key(attempt.provider, reason)
    tasks.move(attempt.task_id, Task.Status.HELD, note=f"{reason} {error}", reason=reason, claims=0)


def _unknown(attempt: Attempt, why: str) -> None:
    attempt.decide_at = db_now() + DECIDE_AFTER
    attempt.status, attempt.outcome = Status.UNKNOWN, why
    attempt.save(update_fields=["status", "outcome", "decide_at"])
    tasks.move(
        attempt.task_id,
        Task.Status.UNKNOWN,
        note=why,
        reason="The order was sent, but its answer did not arrive. It is not sent twice.",
    )


def lock(attempt_id: int) -> Attempt:
    """The provider's row first, as everywhere: two orders of locks would be a deadlock."""
    providers.lock(Attempt.objects.values_list("provider", flat=True).get(pk=attempt_id))
    return Attempt.objects.select_for_update(of=("self",)).select_related("task").get(pk=attempt_id)


def settle(attempt: Attempt, status: str, outcome: str, upstream_id: str = "") -> None:
    attempt.status, attempt.outcome, attempt.upstream_id = status, outcome, upstream_id
    attempt.ended_at = db_now()
    attempt.save(update_fields=["status", "outcome", "upstream_id", "ended_at"])


# -- What the sweep decides -----------------------------------------------------------------------


def expire_leases() -> int:
    """Attempts whose worker died or hangs become unknown, never queued. Gives how many."""
    due = Attempt.objects.filter(status=Status.SENT, lease_until__lte=db_now()).values_list("pk", flat=True)
    return sum(_expire(attempt_id) for attempt_id in list(due))


@transaction.atomic
def _expire(attempt_id: int) -> bool:
    attempt = lock(attempt_id)
    if attempt.status != Status.SENT:
        return False
    _unknown(attempt, "The worker stopped while it was sending.")
    return True


def decide_unknown() -> int:
    """At the deadline the person is refunded and the house bears the loss. Gives how many."""
    due = Attempt.objects.filter(status=Status.UNKNOWN, decide_at__lte=db_now()).values_list("pk", flat=True)
    return sum(
        _lose(attempt_id, "Nobody could tell whether the order was accepted.") for attempt_id in list(due)
    )


@transaction.atomic
def _lose(attempt_id: int, reason: str, actor: User | None = None) -> bool:
    attempt = lock(attempt_id)
    if attempt.status != Status.UNKNOWN:
        return False
    settle(attempt, Status.LOST, reason)
    if adopt_earlier(attempt.task):
        credits.house_entry(attempt, CreditEntry.Kind.LOSS, reason)
        return True
    # The person's account before the house's, as everywhere: two orders of locks would be a deadlock.
    why = f"{reason} If the song still comes, it is yours at no cost."
    tasks.fail(attempt.task_id, why, actor=actor)
    credits.house_entry(attempt, CreditEntry.Kind.LOSS, reason)
    return True


def park(task_id: int, why: str) -> None:
    """Set aside what stopped its worker again and again; the person is refunded."""
    Task.objects.filter(pk=task_id).update(parked=True)
    tasks.fail(task_id, why)


def give_up(task: Task, *, by: User) -> None:
    """A person would rather have the credits back than wait for the decision. Raises TooLate."""
    attempt = task.attempts.filter(status=Status.UNKNOWN).first()
    if attempt is None or not _lose(attempt.pk, tasks.GIVEN_UP, by):
        raise TooLate("It has been decided meanwhile.")
