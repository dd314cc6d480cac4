"""The verbs of tasks. `move()` is the only writer of `Task.status`."""

import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django_q.tasks import async_task

from accounts.models import User
from studio.errors import InvalidOrder, NotEnoughCredits, Refusal, TooLate
from studio.models import Attempt, Clip, Comment, CreditEntry, LyricRevision, Project, Task, TaskEvent
from studio.models.clock import db_now
from studio.music_api.providers import PROVIDERS
from studio.services import credits, finals, limits, notices, pauses, quotas

SUBMIT_JOB = "studio.jobs.submit_next"  # by name: services never import jobs
# A hung POST must end before the attempt's lease, so that the lease is what decides.
SUBMIT_TIMEOUT_S = 80
MAX_TAKES = 4
STORED_AS = "upload"  # of an order for a file: where it lies is drawn anew each time it is sent
LOOK_FOR_LATE_SONG_EVERY = timedelta(hours=1)

Status = Task.Status


class PlacedAlready(Refusal):
    """The form was sent before, and said something else then."""


def lock(*tasks: Task | None) -> None:
    """Lock these tasks for this transaction.

    Who needs several kinds of rows takes them in this order, or two people wait for each other in a circle:
    tasks (by their ids), the accounts, a project, lyric sheets, the team, a clip. Tasks come first since
    `move` refunds. Rows that are only to stay as they are while others point to them are taken with `no_key`.
    """
    ids = {task.pk for task in tasks if task}
    list(Task.objects.filter(pk__in=ids).select_for_update(no_key=True).order_by("pk").values_list("pk"))


def placed(
    by: User, *, form_key: uuid.UUID, provider: str, params: dict[str, Any], takes: int = 1, **_: Any
) -> list[Task]:
    """The tasks of a form that was sent before; none of a new one. For who holds the person's account.

    It takes what `order` takes. Raises PlacedAlready when the form says something else by now, as after an
    answer that was lost.
    """
    known = list(Task.objects.filter(created_by=by, form_key=form_key).order_by("take"))
    asked = _params_of_take(params, 1) if params.get("seed") else params
    if known and _asked(known[0]) != (provider, takes, {n: asked[n] for n in asked if n != STORED_AS}):
        raise PlacedAlready("That order was placed already; send this again to order another.")
    return known


def _asked(first: Task) -> tuple[str, int, dict[str, Any]]:
    """What the person gave, told from the first take."""
    drawn = (STORED_AS, "seed") if first.seed_drawn else (STORED_AS,)
    return first.provider, first.takes, {n: value for n, value in first.params.items() if n not in drawn}


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
    lyric_revision: LyricRevision | None = None,
    comment: Comment | None = None,
) -> list[Task]:
    """Start one task for each take and charge for all, or for none. Raises Refusals: Paused,
    NotEnoughCredits, Blocked, Full, IsFinal.

    `source` is the clip it works on, `parent` the task it repeats, `lyric_revision` the saved words that it
    sings, `comment` the remark that it answers. The same `form_key` is the same order, or PlacedAlready.
    """
    lock(parent)  # what points to it waits at the end for whoever moves it, who may wait for the account
    credits.lock(by)  # the same form sent twice at once is read one after the other
    if known := placed(by, form_key=form_key, provider=provider, params=params, takes=takes):
        return known
    offer = PROVIDERS[provider].operation(operation)
    _check(project, by, operation, takes, offer.price)
    now = db_now()  # one moment for what is counted and for the tasks: no midnight lies in between
    reached = limits.check_order(by, project, takes * offer.price, now)
    finals.hold_open(source)
    who = {"project": project, "created_by": by, "created_at": now, "form_key": form_key, "parent": parent}
    what = {"provider": provider, "operation": operation, "takes": takes, "price": offer.price}
    words = lyric_revision or _words_of(source, operation, params)
    is_drawn = bool(offer.field("seed")) and not params.get("seed")
    why = {"source": source, "comment": comment, "lyric_revision": words}
    common = {**who, **what, **why, "seed_drawn": is_drawn}
    each = _params_of_take if offer.field("seed") else lambda params, _: params
    started = [_start(**common, take=take, params=each(params, take)) for take in range(1, takes + 1)]
    notices.low_person(by, offer.price * takes)
    limits.tell(reached, by)
    return started


def _check(project: Project, by: User, operation: str, takes: int, price: int) -> None:
    """The whole order must be paid for: who can't is told so of all its takes, not of the one that failed."""
    pauses.check()
    quotas.check_order(project, operation)
    if not 1 <= takes <= MAX_TAKES:
        raise InvalidOrder(f"An order has 1 to {MAX_TAKES} takes.")
    if price * takes > (balance := credits.balance(by)):
        raise NotEnoughCredits(price * takes, balance)


def _words_of(source: Clip | None, operation: str, params: dict[str, Any]) -> LyricRevision | None:
    """A cover sings what its song sings, and so does a song with a new part that brings no words."""
    sings_on = operation in ("cover_music", "replace_music") and not params.get("lyrics")
    if source is None or source.task is None or not sings_on:
        return None
    return source.task.lyric_revision


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
    if new in Task.ENDED:
        notices.finished(task)
    if old in Task.IN_FLIGHT and new not in Task.IN_FLIGHT and Task.objects.queued(task.provider).exists():
        ring_submit(task.provider)  # a place at the provider has become free
    return task


def fail(
    task_id: int,
    reason: str,
    *,
    house: str = "",
    only_from: tuple[str, ...] = (),
    actor: User | None = None,
) -> Task | None:
    """End a task with its refund. `house` says what the accepted attempt meant for the provider's account:
    `upstream_refund` (the provider gave it back) or `loss` (the team bears it; a late song is welcome).

    `reason` names nobody: the ledger keeps it when the person has long taken their name along."""
    with transaction.atomic():
        task = move(task_id, Status.FAILED, only_from=only_from, note=reason, actor=actor, reason=reason)
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
GIVEN_UP = "Given up by hand."  # by whom, the task's history tells


def give_up(task: Task, *, by: User) -> None:
    """Stop waiting for a song that takes too long. The house bears it; a late song is still delivered."""
    if not can_give_up(task):
        raise TooLate("A song may be given up after an hour of composing.")
    reason = f"{GIVEN_UP} If the song still comes, it is yours at no cost."
    if not fail(task.pk, reason, house=CreditEntry.Kind.LOSS, only_from=(Status.RUNNING,), actor=by):
        raise TooLate("The song has moved on meanwhile.")


def can_give_up(task: Task) -> bool:
    """Whether the song is being composed for longer than an hour."""
    if task.status != Status.RUNNING or task.submitted_at is None:
        return False
    return (db_now() - task.submitted_at).total_seconds() > GIVE_UP_AFTER_S
