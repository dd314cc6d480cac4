"""The verbs of tasks. `move()` is the only writer of `Task.status`."""

import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django_q.tasks import async_task

from accounts.models import User
from studio.errors import InvalidOrder, NotEnoughCredits, TooLate
from studio.models import Attempt, Clip, CreditEntry, Project, Task, TaskEvent
from studio.models.clock import db_now
from studio.music_api.providers import PROVIDERS
from studio.services import credits, quotas

SUBMIT_JOB = "studio.jobs.submit_next"  # by name: services never import jobs
# A hung POST must end before the attempt's lease, so that the lease is what decides.
SUBMIT_TIMEOUT_S = 80
MAX_TAKES = 4
LOOK_FOR_LATE_SONG_EVERY = timedelta(hours=1)

Status = Task.Status


@transaction.atomic
def order(
    *,
    project: Project,
    by: User,
    provider: str,
    operation: str,
    params: dict[str, Any],
    takes: int = 1,
    form_key: uuid.UUID,
    parent: Task | None = None,
    source: Clip | None = None,
) -> list[Task]:
    """Start one task for each take and charge for all, or for none. Raises NotEnoughCredits or Full.

    `source` is the clip it works on, `parent` the task it repeats. The same `form_key` is the same order.
    """
    if not 1 <= takes <= MAX_TAKES:
        raise InvalidOrder(f"An order has 1 to {MAX_TAKES} takes.")
    credits.lock(by)  # the same form sent twice at once is read one after the other
    if known := list(Task.objects.filter(created_by=by, form_key=form_key).order_by("take")):
        return known
    quotas.check_order(project, operation)
    offer = PROVIDERS[provider].operation(operation)
    draws_lots = offer.field("seed") is not None
    if offer.price * takes > (balance := credits.balance(by)):
        raise NotEnoughCredits(offer.price * takes, balance)  # the whole order, not the take that failed
    common = {
        "project": project,
        "created_by": by,
        "provider": provider,
        "operation": operation,
        "seed_drawn": draws_lots and not params.get("seed"),
        "takes": takes,
        "price": offer.price,
        "form_key": form_key,
        "parent": parent,
        "source": source,
    }
    orders = [_params_of_take(params, take) if draws_lots else params for take in range(1, takes + 1)]
    return [_start(**common, take=take, params=each) for take, each in enumerate(orders, 1)]


def _start(**fields: Any) -> Task:
    now = db_now()
    task = Task.objects.create(woken_at=now, **fields)
    credits.charge(task)
    TaskEvent.objects.create(task=task, at=now, new=task.status, actor=task.created_by)
    ring_submit(task.provider)
    return task


def _params_of_take(params: dict[str, Any], take: int) -> dict[str, Any]:
    """A seed makes a song repeatable, so each further take counts it on: equal seeds would be equal songs.

    Where the person gave none we draw one: it comes back with the result and so tells what was ours.
    """
    seed = params.get("seed")
    number = int(seed) + take - 1 if seed else uuid.uuid4().int % 10**9
    return {**params, "seed": str(number % 10**10)}  # ten digits: more is no seed


def ring_submit(provider: str) -> None:
    """Queue the sending of the provider's next order."""
    async_task(SUBMIT_JOB, provider, q_options={"timeout": SUBMIT_TIMEOUT_S})


@transaction.atomic
def move(
    task_id: int,
    new: str,
    *,
    only_from: tuple[str, ...] = (),
    note: str = "",
    actor: User | None = None,
    **fields: Any,
) -> Task | None:
    """Move a task to another status: event, times, refund and wake-ups with it, in one transaction.

    None when the table or `only_from` does not allow it from where the task is now: someone else was first.
    """
    task = Task.objects.select_for_update().get(pk=task_id)
    old = task.status
    if new not in Task.TRANSITIONS[old] or (only_from and old not in only_from):
        Task.objects.filter(pk=task_id).update(ignored_moves=F("ignored_moves") + 1)
        return None
    now = db_now()
    fields |= {"status": new, "version": task.version + 1, "woken_at": now}
    if new in Task.ENDED:
        fields |= {"ended_at": now, "poll_after": None, "archive_after": None, "send_after": None}
    for name, value in fields.items():
        setattr(task, name, value)
    task.save(update_fields=list(fields))
    TaskEvent.objects.create(task=task, at=now, old=old, new=new, note=note, actor=actor)
    if new in (Status.FAILED, Status.CANCELLED):
        credits.refund(task, note)
    if old in Task.IN_FLIGHT and new not in Task.IN_FLIGHT and Task.objects.queued(task.provider).exists():
        ring_submit(task.provider)  # a place at the provider has become free
    return task


def fail(task_id: int, reason: str, *, house: str = "", only_from: tuple[str, ...] = ()) -> Task | None:
    """End a task with its refund. `house` says what the accepted attempt meant for the provider's account:
    `upstream_refund` (the provider gave it back) or `loss` (the team bears it; a late song is welcome)."""
    with transaction.atomic():
        task = move(task_id, Status.FAILED, only_from=only_from, note=reason, reason=reason)
        if task and house:
            attempt = task.attempts.filter(status=Attempt.Status.ACCEPTED).get()
            credits.house_entry(attempt, house, reason)
        if task and house == CreditEntry.Kind.LOSS and task.answer is None:
            Task.objects.filter(pk=task_id).update(poll_after=db_now() + LOOK_FOR_LATE_SONG_EVERY)
        return task


def cancel(task: Task, *, by: User) -> None:
    """Cancel an order that was not sent yet; the credits come back. Raises TooLate."""
    if not move(task.pk, Status.CANCELLED, note="Cancelled.", actor=by, reason="Cancelled."):
        raise TooLate("It is too late to cancel: the order is already with the provider.")


GIVE_UP_AFTER_S = 3600


def give_up(task: Task, *, by: User) -> None:
    """Stop waiting for a song that takes too long. The house bears it; a late song is still delivered."""
    if not can_give_up(task):
        raise TooLate("A song may be given up after an hour of composing.")
    reason = f"Given up by {by}. If the song still comes, it is yours at no cost."
    if not fail(task.pk, reason, house=CreditEntry.Kind.LOSS, only_from=(Status.RUNNING,)):
        raise TooLate("The song has moved on meanwhile.")


def can_give_up(task: Task) -> bool:
    """Whether the song is being composed for longer than an hour."""
    if task.status != Status.RUNNING or task.submitted_at is None:
        return False
    return (db_now() - task.submitted_at).total_seconds() > GIVE_UP_AFTER_S
