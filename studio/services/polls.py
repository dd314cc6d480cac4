"""The verbs of polling: which tasks are due, and what their answers mean.

The work between the two, asking the provider, is the job's: no transaction is open meanwhile.
"""

import logging
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django_q.tasks import async_task

from studio.models import Attempt, CreditEntry, Task
from studio.models.clock import db_now
from studio.music_api.errors import MusicApiError, NeedsAttention, NotFound, Unavailable
from studio.music_api.types import PollResult, PollState
from studio.services import credits, providers, tasks

log = logging.getLogger(__name__)

ARCHIVE_JOB = "studio.jobs.archive_task"
ARCHIVE_TIMEOUT_S = 900

LEASE = timedelta(seconds=30)  # longer than any poll may take: after it the asker has died
BRISK = timedelta(minutes=2)
SLOW_S, HOUR_S = 15, 60
GIVE_UP = timedelta(hours=24)
VANISHED = timedelta(minutes=10)
VANISHED_TRIES = 5
HOLLOW = timedelta(minutes=10)
LATE_SONGS = timedelta(days=3)
NO_TROUBLE: dict[str, Any] = {"poll_failures": 0, "not_found_since": None, "hollow_since": None}

Answer = PollResult | MusicApiError


@dataclass(frozen=True)
class Due:
    task_id: int
    provider: str
    operation: str
    upstream_id: str


def providers_due() -> list[str]:
    """The providers of tasks whose poll is due."""
    due = Task.objects.filter(poll_after__lte=db_now())
    return list(due.order_by("provider").values_list("provider", flat=True).distinct())


@transaction.atomic
def claim_due(limit: int = 100, provider: str = "") -> list[Due]:
    """Tasks whose poll is due. Each is pushed on, so that no one else asks until the lease is over."""
    now = db_now()
    waiting = Task.objects.filter(poll_after__lte=now)
    due = list(
        (waiting.filter(provider=provider) if provider else waiting)
        .order_by("poll_after")
        .select_for_update(skip_locked=True)
        .values_list("pk", "provider", "operation", "upstream_id")[: max(limit, 0)]
    )
    Task.objects.filter(pk__in=[row[0] for row in due]).update(poll_after=now + LEASE)
    return [Due(*row) for row in due]


@transaction.atomic
def record(answers: Iterable[tuple[int, Answer]]) -> None:
    """Store what the provider said of each task, in one transaction."""
    said = dict(answers)
    _mark_providers(said)
    # All tasks before any account: a person who gives one up at this moment locks in the same order.
    asked = Task.objects.select_for_update().filter(pk__in=said, poll_after__isnull=False).order_by("pk")
    news = [(task, said[task.pk]) for task in asked]  # the others have ended meanwhile
    now = db_now()
    credits.lock_all(task.created_by_id for task, answer in news if _may_refund(task, answer, now))
    _store_no_news([task for task, answer in news if _is_no_news(task, answer, now)], now)
    for task, answer in news:
        if not _is_no_news(task, answer, now):
            _store_news(task, answer)


def _may_refund(task: Task, answer: Answer, now: datetime) -> bool:
    """Trouble may be the last there is, and ends the song as well."""
    is_ready = isinstance(answer, PollResult) and answer.state is PollState.SUCCESS
    return not is_ready and not _is_no_news(task, answer, now)


def _is_no_news(task: Task, answer: Answer, now: datetime) -> bool:
    """What nearly every answer says: it runs as before."""
    return (
        isinstance(answer, PollResult)
        and answer.state is PollState.RUNNING
        and not _is_hollow(answer)
        and task.status == Task.Status.RUNNING
        and now - (task.submitted_at or now) <= GIVE_UP
    )


def _store_no_news(running: list[Task], now: datetime) -> None:
    """A statement for each interval, instead of several for each task: this bounds how many can be asked."""
    again: dict[datetime, list[int]] = defaultdict(list)
    for task in running:
        again[next_poll(task, now)].append(task.pk)
    for poll_after, ids in again.items():
        Task.objects.filter(pk__in=ids).update(poll_after=poll_after, **NO_TROUBLE)


def _store_news(task: Task, answer: Answer) -> None:
    try:
        with transaction.atomic():
            _store(task, answer)
    except Exception:  # one bad answer must not undo the others, nor keep its task from its deadlines
        log.exception("task %s: what the provider said could not be stored", task.pk)
        _no_answer(task, Unavailable("The answer could not be stored."))


def _mark_providers(said: Mapping[int, Answer]) -> None:
    """Before any task is locked, as everywhere: two orders of locks would be a deadlock."""
    for task_id, answer in said.items():
        if isinstance(answer, NeedsAttention):
            name = Task.objects.values_list("provider", flat=True).get(pk=task_id)
            providers.needs_attention(name, str(answer))


def _store(task: Task, answer: Answer) -> None:
    if isinstance(answer, NeedsAttention) and task.status == Task.Status.RUNNING:
        _bear(task, str(answer))
    elif isinstance(answer, MusicApiError):
        _no_answer(task, answer)
    elif answer.state is PollState.SUCCESS:
        _succeeded(task, answer)
    elif answer.state is PollState.FAILED:
        _failed(task, answer)
    else:
        _still_running(task, answer)


def _succeeded(task: Task, answer: PollResult) -> None:
    """The result is stored before anything is fetched: a paid answer must survive a crash."""
    stored: dict[str, Any] = {"answer": answer.as_dict(), "archive_after": db_now(), "poll_after": None}
    if task.status == Task.Status.RUNNING:
        tasks.move(task.pk, Task.Status.ARCHIVING, claims=0, poll_failures=0, **stored)
    else:  # a late song of a task that was refunded
        Task.objects.filter(pk=task.pk).update(claims=0, poll_failures=0, **stored)
    ring_archive(task.pk)


def ring_archive(task_id: int) -> None:
    """Queue the copying of a task's result."""
    async_task(ARCHIVE_JOB, task_id, q_options={"timeout": ARCHIVE_TIMEOUT_S})


def _failed(task: Task, answer: PollResult) -> None:
    """The provider returns the credits of a failed song by itself (upstream.md 3.5)."""
    if task.status == Task.Status.RUNNING:
        reason = answer.message or "The provider could not make this song."
        tasks.fail(task.pk, reason, house=CreditEntry.Kind.UPSTREAM_REFUND)
    else:  # refunded before: now it is known that the house got its credits back as well
        Task.objects.filter(pk=task.pk).update(poll_after=None)
        attempt = task.attempts.get(upstream_id=task.upstream_id)
        credits.house_entry(attempt, CreditEntry.Kind.UPSTREAM_REFUND, answer.message)


def _still_running(task: Task, answer: PollResult) -> None:
    now = db_now()
    if task.status != Task.Status.RUNNING:
        _look_again_later(task, now)
        return
    hollow = _is_hollow(answer)
    since = {"hollow_since": task.hollow_since or now} if hollow else {}
    Task.objects.filter(pk=task.pk).update(**{**NO_TROUBLE, **since, "poll_after": next_poll(task, now)})
    if hollow and task.hollow_since and now - task.hollow_since > HOLLOW:
        _bear(task, "The provider says it is ready, but gives no audio.")
    elif now - (task.submitted_at or now) > GIVE_UP:
        _bear(task, "The song did not end within a day.")


def _is_hollow(answer: PollResult) -> bool:
    """A SUCCESS without what was ordered."""
    return answer.unknown_status.startswith("success")


def _no_answer(task: Task, error: MusicApiError) -> None:
    """Trouble on the way is no verdict: ask again, more slowly. Only 404 for good is one."""
    now = db_now()
    if task.status != Task.Status.RUNNING:
        _look_again_later(task, now)
        return
    wait = min(5.0 * 2 ** min(task.poll_failures, 5), 60)
    gone = isinstance(error, NotFound)
    Task.objects.filter(pk=task.pk).update(
        poll_failures=F("poll_failures") + 1,
        not_found_since=(task.not_found_since or now) if gone else None,
        poll_after=now + timedelta(seconds=wait * random.uniform(1, 1.2)),
    )
    gone_for = now - (task.not_found_since or now)
    if gone and gone_for > VANISHED and task.poll_failures >= VANISHED_TRIES:
        _bear(task, "The provider no longer knows this song.")
    elif now - (task.submitted_at or now) > GIVE_UP:
        _bear(task, "The provider did not answer for a day.")


def _look_again_later(task: Task, now: datetime) -> None:
    """A refunded task whose song may still come: once an hour, for three days."""
    over = task.ended_at is None or now - task.ended_at > LATE_SONGS
    again = None if over else now + tasks.LOOK_FOR_LATE_SONG_EVERY
    Task.objects.filter(pk=task.pk).update(poll_after=again)


def _bear(task: Task, reason: str) -> None:
    """The person gets the credits back and the house bears what the provider kept."""
    tasks.fail(task.pk, reason, house=CreditEntry.Kind.LOSS)


def next_poll(task: Task, now: datetime) -> datetime:
    """Brisk for the first two minutes, slower after, once a minute beyond an hour."""
    age = now - (task.submitted_at or now)
    if age < BRISK:
        return now + timedelta(seconds=settings.POLL_SECONDS)
    return now + timedelta(seconds=SLOW_S if age < timedelta(hours=1) else HOUR_S)


def poll_now(attempt: Attempt) -> None:
    """Somebody rang: look at once, also for a song that was given up."""
    waiting = Task.objects.filter(pk=attempt.task_id, answer__isnull=True).exclude(upstream_id="")
    waiting.update(poll_after=db_now())
