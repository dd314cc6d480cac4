"""Ringing for orders that wait: a queued job is only a bell, and a bell may get lost."""

from datetime import timedelta

from django.db.models import Q

from studio.models import Task
from studio.models.clock import db_now
from studio.services import attempts, hints, lines, providers, tasks

RING_AGAIN = timedelta(seconds=5)


def ring_waiting() -> None:
    """Wake what waits and was not woken lately: queued orders, and ids that nobody confirmed yet."""
    now = db_now()
    stale = Q(woken_at=None) | Q(woken_at__lte=now - RING_AGAIN)
    for name in providers.enabled():
        state = providers.state_of(name)
        if not lines.takes_orders(state, now):
            continue
        free = state.in_flight_limit - lines.places_taken(name, now)
        if providers.named(name).min_interval_s:
            free = min(free, 1)  # the others would ring in vain, and count as woken for a while
        due = Task.objects.queued(name).filter(stale, Q(send_after=None) | Q(send_after__lte=now))
        waiting = list(due.order_by("pk").values_list("pk", flat=True)[: max(free, 0)])
        if Task.objects.filter(pk__in=waiting).update(woken_at=now):
            for _ in waiting:
                tasks.ring_submit(name)
    for attempt in hints.waiting().filter(stale_task(now)):
        Task.objects.filter(pk=attempt.task_id).update(woken_at=now)
        hints.ring_confirm(attempt)


def end_what_cannot_be_sent() -> None:
    """Orders a day old for a provider that is switched off: nobody will send them, so they are refunded."""
    a_day_ago = db_now() - attempts.SEND_FOR
    waiting = Task.objects.filter(status__in=(Task.Status.QUEUED, Task.Status.HELD), created_at__lt=a_day_ago)
    for task in waiting.exclude(provider__in=providers.enabled()):
        tasks.fail(task.pk, "The provider is switched off.", only_from=(Task.Status.QUEUED, Task.Status.HELD))


def stale_task(now: object) -> Q:
    """Attempts whose task nobody has woken since RING_AGAIN before `now`."""
    return Q(task__woken_at=None) | Q(task__woken_at__lte=now - RING_AGAIN)  # type: ignore[operator]
