"""What must be true after every step, whatever happened: the whole audit, and the upstream's own ledger."""

from collections import Counter
from collections.abc import Iterator

from django.db.models import Sum

from accounts.models import User
from studio.models import Attempt, CreditEntry, Task
from studio.services import audit, credits
from tests.machine.upstream import Song, Upstream

Status, Sent, Kind = Task.Status, Attempt.Status, CreditEntry.Kind
GIVEN_BACK = (Status.FAILED, Status.CANCELLED)


def check(upstream: Upstream, given: dict[int, int], ordered: dict[int, int]) -> set[str]:
    """`given` are the credits that each person was given, `ordered` how many songs each has ordered.

    Gives the states that tasks are in.
    """
    assert not (broken := audit.audit()), broken
    rows = list(Task.objects.values_list("created_by", "status", "price"))
    for person, credit in given.items():
        kept = [price for by, status, price in rows if by == person and status not in GIVEN_BACK]
        has, count = credits.balance(User(pk=person)), sum(by == person for by, _, _ in rows)
        assert has == credit - sum(kept), f"{person} has {has}, was given {credit}, paid {kept}"
        assert count == ordered[person], f"{person} has {count} orders, not {ordered[person]}"
    _check_songs(upstream)
    return {status for _, status, _ in rows}


def _check_songs(upstream: Upstream) -> None:
    songs = {song.attempt.pk: song for song in upstream.songs}
    alive = Counter(song.attempt.task_id for song in upstream.songs if song.is_alive(upstream.now))
    twice = [task for task, count in alive.items() if count > 1]
    assert not twice, f"paid twice: {twice}"
    for attempt in Attempt.objects.all():
        _check_attempt(attempt, songs.get(attempt.pk), upstream.now)


def _check_attempt(attempt: Attempt, song: Song | None, now: float) -> None:
    if attempt.status == Sent.REJECTED:
        assert song is None or not song.is_alive(now), f"{attempt} is paid for: {attempt.outcome}"
    if attempt.status in (Sent.ACCEPTED, Sent.LATE):
        assert song is not None, f"{attempt} was never taken"
        assert attempt.upstream_id == song.id, f"{attempt} has the song of another"


def check_end(upstream: Upstream) -> None:
    """Once all is quiet: every order has ended, and every credit at the provider is explained."""
    unfinished = Task.objects.moving().values_list("pk", "status", "reason")
    assert not unfinished, f"these never end: {list(unfinished)}"
    for task in Task.objects.prefetch_related("attempts", "credit_entries"):
        assert not (wrong := list(_wrong(task, upstream))), wrong


def _wrong(task: Task, upstream: Upstream) -> Iterator[str]:
    songs = [song for song in upstream.songs if song.attempt.task_id == task.pk]
    kept = sum(song.kept(upstream.now) for song in songs)
    booked = dict(task.credit_entries.values_list("kind").annotate(sum=Sum("amount")).order_by())
    if task.status == Status.DONE and kept != task.price:
        yield f"{task} is done, but the upstream kept {kept}"
    if task.status == Status.CANCELLED and kept:
        yield f"{task} was cancelled, but the upstream kept {kept}"
    if task.status == Status.FAILED and kept not in (0, -booked.get(Kind.LOSS, 0)):
        yield f"{task} has failed ({task.reason}), the upstream kept {kept}, and no loss is booked"
