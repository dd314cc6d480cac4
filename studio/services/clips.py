"""The verbs of copying: who copies what a finished task made, when it is tried again, and how it ends."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F

from studio.models import CreditEntry, Task
from studio.models.clock import db_now
from studio.music_api.types import PollResult
from studio.services import polls, providers, tasks
from studio.services.results import Work, works_of

LEASE = timedelta(seconds=45)  # renewed while the copy goes on
KEEP_TRYING = timedelta(hours=72)
MAX_WAIT_S = 3600
RING_AGAIN = timedelta(seconds=10)
MAX_CRASHES = 3  # a file that stops its worker three times is set aside
EXTRAS_AFTER_TRIES = 4  # then the song is kept without the extra that can't be fetched


@transaction.atomic
def claim_archive(task_id: int) -> list[Work]:
    """Take a task whose answer waits to be copied; empty when it is not due or somebody is at it.

    The try is counted before it is made; a task that stops its worker three times is failed by the sweep.
    """
    task = Task.objects.select_for_update().get(pk=task_id)
    now = db_now()
    if task.answer is None or task.archive_after is None or task.archive_after > now:
        return []
    if task.claims >= MAX_CRASHES:
        set_aside(task)
        return []
    Task.objects.filter(pk=task_id).update(archive_after=now + LEASE, claims=F("claims") + 1)
    return works_of(task)


def renew(task_id: int) -> None:
    """The copy goes on: nobody else needs to start it."""
    now = db_now()
    Task.objects.filter(pk=task_id, archive_after__gt=now).update(archive_after=now + LEASE)


def set_aside(task: Task) -> None:
    """The copy of this song stops its worker each time: refund, and let an owner look."""
    Task.objects.filter(pk=task.pk).update(parked=True, archive_after=None)
    if task.status == Task.Status.ARCHIVING:
        tasks.fail(task.pk, "The audio could not be stored.", house=CreditEntry.Kind.LOSS)


@transaction.atomic
def retry_archive(task_id: int, why: str) -> None:
    """The copy failed: try again in 10 s, doubled up to an hour, for three days. The task is polled again
    before the next try, since the media's addresses may have expired."""
    task = Task.objects.select_for_update().get(pk=task_id)
    now = db_now()
    if task.archive_after is None:
        return
    if now - (task.submitted_at or task.created_at) > KEEP_TRYING:
        Task.objects.filter(pk=task_id).update(archive_after=None)
        if task.status == Task.Status.ARCHIVING:
            tasks.fail(task_id, "The provider's audio could not be copied.", house=CreditEntry.Kind.LOSS)
        return
    wait = min(10 * 2 ** min(task.poll_failures, 9), MAX_WAIT_S)
    waits = f"The audio can't be copied yet: {why} It is tried again."
    Task.objects.filter(pk=task_id).update(
        archive_after=now + timedelta(seconds=wait),
        poll_failures=F("poll_failures") + 1,
        claims=0,  # it ended by itself: this was no crash
        version=F("version") + 1,
        reason=waits if task.status == Task.Status.ARCHIVING else task.reason,
    )


@transaction.atomic
def abandon(task_id: int, why: str) -> None:
    """The provider gives nothing out until a person has been there: mark it, and end this order."""
    providers.needs_attention(Task.objects.values_list("provider", flat=True).get(pk=task_id), why)
    task = Task.objects.select_for_update().get(pk=task_id)
    Task.objects.filter(pk=task_id).update(archive_after=None)
    if task.status == Task.Status.ARCHIVING:
        tasks.fail(task_id, why, house=CreditEntry.Kind.LOSS)


@transaction.atomic
def refresh_answer(task_id: int, answer: PollResult) -> None:
    """Fresh addresses of the media, from a poll made because the stored ones did not answer."""
    Task.objects.filter(pk=task_id, archive_after__isnull=False).update(answer=answer.as_dict())


@transaction.atomic
def finish(task_id: int) -> None:
    """All clips of the task are kept: it is done. A late song of a refunded task is simply there."""
    task = Task.objects.select_for_update().get(pk=task_id)
    Task.objects.filter(pk=task_id).update(archive_after=None, poll_failures=0, parked=False)
    if task.status == Task.Status.ARCHIVING:
        tasks.move(task_id, Task.Status.DONE, reason="")
    else:
        Task.objects.filter(pk=task_id).update(version=F("version") + 1)


def due_archives() -> list[int]:
    """Tasks whose copy is due and that nobody has rung for."""
    return list(Task.objects.filter(archive_after__lte=db_now()).values_list("pk", flat=True)[:50])


def ring_due_archives() -> None:
    """Ring again for copies that nobody woke lately."""
    now = db_now()
    for task_id in due_archives():
        fresh = Task.objects.filter(pk=task_id).exclude(woken_at__gt=now - RING_AGAIN)
        if fresh.update(woken_at=now):
            polls.ring_archive(task_id)
