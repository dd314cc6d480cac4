"""The verbs of hints: an id that a webhook or a person named for an attempt whose answer we do not have.

A hint is believed only when a poll of it answers.
"""

from datetime import timedelta

from django.db.models import QuerySet
from django_q.tasks import async_task

from studio.errors import TooLate
from studio.models import Attempt, Task
from studio.models.clock import db_now
from studio.music_api.types import PollResult

CONFIRM_JOB = "studio.jobs.confirm_hint"
NOT_VISIBLE_YET = timedelta(minutes=10)  # so long a provider may not know what it has just accepted
WORTH_ASKING = timedelta(days=3)

Status = Attempt.Status
OPEN = (Status.SENT, Status.UNKNOWN, Status.LOST, Status.REJECTED)


def waiting() -> QuerySet[Attempt]:
    """Attempts with a hint that no poll has confirmed yet."""
    young = Attempt.objects.filter(status__in=OPEN, sent_at__gt=db_now() - WORTH_ASKING)
    return young.exclude(hinted_id="").select_related("task")


def take(attempt: Attempt, upstream_id: str) -> bool:
    """Remember the id and ring for its poll. False when the attempt is settled by now."""
    if not Attempt.objects.filter(pk=attempt.pk, status__in=OPEN).update(hinted_id=upstream_id):
        return False
    ring_confirm(attempt)
    return True


def ring_confirm(attempt: Attempt) -> None:
    """Queue the job that asks the provider about the id that an attempt was told."""
    async_task(CONFIRM_JOB, attempt.pk)


def enter(task: Task, upstream_id: str) -> None:
    """A person read the id at the provider. Raises TooLate."""
    attempt = task.attempts.filter(status__in=(Status.UNKNOWN, Status.LOST)).first()
    if attempt is None or not take(attempt, upstream_id):
        raise TooLate("It has been decided meanwhile.")


def doubt(attempt: Attempt) -> None:
    """The provider does not know the id: forget it, unless the order is too young to be sure."""
    if attempt.sent_at < db_now() - NOT_VISIBLE_YET:
        drop(attempt)


def drop(attempt: Attempt, why: str = "") -> None:
    """The hint was wrong: nobody asks for it again, and the provider's balance may decide once more."""
    outcome = why or attempt.outcome
    Attempt.objects.filter(pk=attempt.pk, hinted_id=attempt.hinted_id).update(hinted_id="", outcome=outcome)


def is_another(attempt: Attempt, answer: PollResult) -> bool:
    """Whether an id that a person typed is that of another song: a finished one echoes the seed of its order.

    A webhook is signed with the attempt's own secret and needs no echo.
    """
    if attempt.deliveries.filter(upstream_id=attempt.hinted_id).exists():
        return False
    echoed = {item.seed for item in answer.items if item.seed}
    ours = attempt.task.params.get("seed")
    return bool(echoed and ours and str(ours) not in echoed)
