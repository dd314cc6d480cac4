"""Every rule the books must obey, each as a query for the rows that break it. No row: all is well."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django_q.tasks import async_task

from studio.errors import Refusal
from studio.models import (
    Asset,
    Attempt,
    AuditState,
    Clip,
    CreditAccount,
    CreditEntry,
    ProviderState,
    Task,
    Upload,
)
from studio.models.clock import db_now
from studio.services import credits, media, proofs, providers, sum_proofs

AUDIT_JOB = "studio.jobs.run_audit"
AUDIT_TIMEOUT_S = 900
BOOKS = "books"
FIRST_AFTER = timedelta(minutes=5)
EVERY = timedelta(hours=1)
AGAIN_AFTER = timedelta(minutes=10)  # when it was unclean, or nobody came back with a result

Kind, State, Sent = CreditEntry.Kind, Task.Status, Attempt.Status
GRACE = timedelta(seconds=60)


def audit() -> dict[str, list[str]]:
    """{rule: broken rows}, only for rules that are broken."""
    found = {name: [str(row) for row in rule()[:100]] for name, rule in RULES.items()}
    return {name: rows for name, rows in found.items() if rows}


def run() -> dict[str, list[str]]:
    """Audit, and remember when and how it ended: `/healthz` tells."""
    found = audit()
    now = db_now()
    fields: dict[str, Any] = {
        "ended_at": now,
        "due_at": now + (AGAIN_AFTER if found else EVERY),
        "broken": {name: len(rows) for name, rows in found.items()},
    }
    if not found:
        fields["clean_at"] = now
    AuditState.objects.update_or_create(
        name=BOOKS, defaults=fields, create_defaults={**fields, "name": BOOKS, "since": now}
    )
    return found


def ring_due() -> bool:
    """Ring for the hourly audit when it is due: a job of its own, since it may take long."""
    now = db_now()
    state = AuditState.objects.filter(name=BOOKS).first()
    if state is None:
        AuditState.objects.get_or_create(name=BOOKS, defaults={"since": now, "due_at": now + FIRST_AFTER})
        return False
    if state.due_at > now:
        return False
    due = AuditState.objects.filter(pk=state.pk, due_at=state.due_at)
    if not due.update(due_at=now + AGAIN_AFTER):
        return False
    async_task(AUDIT_JOB, q_options={"timeout": AUDIT_TIMEOUT_S})
    return True


def _balances() -> QuerySet[CreditAccount]:
    return CreditAccount.objects.annotate(sum=Coalesce(Sum("entries__amount"), 0)).exclude(balance=F("sum"))


def _overdrawn() -> QuerySet[CreditAccount]:
    return CreditAccount.objects.filter(house=False, balance__lt=0)


def _entries(kind: str) -> QuerySet[CreditEntry]:
    return CreditEntry.objects.filter(task=OuterRef("pk"), kind=kind)


def _charged_once() -> QuerySet[Task]:
    charges = Count("credit_entries", filter=Q(credit_entries__kind=Kind.CHARGE))
    return Task.objects.filter(price__gt=0).annotate(charges=charges).exclude(charges=1)


def _refund_equals_charge() -> QuerySet[Task]:
    moved = Sum("credit_entries__amount", filter=Q(credit_entries__kind__in=(Kind.CHARGE, Kind.REFUND)))
    return Task.objects.filter(Exists(_entries(Kind.REFUND))).annotate(moved=moved).exclude(moved=0)


def _open_or_done_refunded() -> QuerySet[Task]:
    return Task.objects.filter(Exists(_entries(Kind.REFUND))).exclude(
        status__in=(State.FAILED, State.CANCELLED)
    )


def _failed_not_refunded() -> QuerySet[Task]:
    ended = Task.objects.filter(status__in=(State.FAILED, State.CANCELLED), price__gt=0)
    return ended.filter(~Exists(_entries(Kind.REFUND)))


def _two_live_attempts() -> QuerySet[Task]:
    live = Count("attempts", filter=Q(attempts__status__in=Attempt.LIVE))
    return Task.objects.annotate(live=live).filter(live__gt=1)


def _running_without_attempt() -> QuerySet[Task]:
    accepted = Attempt.objects.filter(
        task=OuterRef("pk"), status=Sent.ACCEPTED, upstream_id=OuterRef("upstream_id")
    ).exclude(upstream_id="")
    accepted_states = (State.RUNNING, State.ARCHIVING, State.DONE)
    return Task.objects.filter(~Exists(accepted), status__in=accepted_states)


def _queued_with_attempt() -> QuerySet[Attempt]:
    return Attempt.objects.filter(status__in=Attempt.LIVE, task__status__in=(State.QUEUED, State.HELD))


def _entry_of_other_account() -> QuerySet[CreditEntry]:
    of_people = CreditEntry.objects.filter(kind__in=(Kind.CHARGE, Kind.REFUND))
    return of_people.exclude(account__user=F("task__created_by"))


def _accepted_not_spent() -> QuerySet[Attempt]:
    spent = CreditEntry.objects.filter(attempt=OuterRef("pk"), kind=Kind.SPEND)
    return Attempt.objects.filter(~Exists(spent), status__in=(Sent.ACCEPTED, Sent.LATE), task__price__gt=0)


def _lease_overdue() -> QuerySet[Attempt]:
    return Attempt.objects.filter(status=Sent.SENT, lease_until__lt=db_now() - GRACE)


def _unknown_overdue() -> QuerySet[Attempt]:
    return Attempt.objects.filter(status=Sent.UNKNOWN, decide_at__lt=db_now() - GRACE)


def _clip_without_master() -> QuerySet[Clip]:
    master = Asset.objects.filter(clip=OuterRef("pk"), kind=Asset.Kind.MASTER)
    return Clip.objects.filter(~Exists(master), purged_at=None)


def _done_without_clip() -> QuerySet[Task]:
    songs = ("create_music", "extend_music", "replace_music", "cover_music", "upload")
    return Task.objects.filter(status=State.DONE, operation__in=songs, clips=None)


def _done_without_words() -> QuerySet[Task]:
    bare = Task.objects.filter(status=State.DONE, operation="make_lyrics", lyric_revisions=None)
    return bare.filter(proposal=None)


def _done_without_file() -> QuerySet[Task]:
    bare = Task.objects.filter(status=State.DONE, operation__in=("video_clip", "download"), assets=None)
    # With a clip goes everything that was fetched for it, also for one that had been imported by its id, and
    # perhaps was imported once more.
    named = {"provider": OuterRef("provider"), "upstream_id": KeyTextTransform("id", OuterRef("params"))}
    anew = Q(purged_at__isnull=False) | Q(task__gt=OuterRef("pk"))
    gone = Clip.objects.filter(anew, **named)
    return bare.exclude(source__purged_at__isnull=False).exclude(Exists(gone))


def _allowance_twice() -> QuerySet[CreditEntry]:
    monthly = CreditEntry.objects.filter(kind__in=(Kind.ALLOWANCE, Kind.EXPIRE)).order_by()
    rows = monthly.values("account", "period", "kind").annotate(count=Count("pk"), last=Max("pk"))
    return CreditEntry.objects.filter(pk__in=rows.filter(count__gt=1).values("last"))


def _more_expired_than_allowed() -> QuerySet[CreditEntry]:
    same = {"account": OuterRef("account"), "period": OuterRef("period"), "kind": Kind.ALLOWANCE}
    enough = CreditEntry.objects.filter(**same, amount__gte=-OuterRef("amount"))
    return CreditEntry.objects.filter(~Exists(enough), kind=Kind.EXPIRE)


RULES: dict[str, Callable[[], QuerySet | list[str]]] = {
    "a balance is the sum of its entries": _balances,
    "nobody's balance is below zero": _overdrawn,
    "a task has exactly one charge": _charged_once,
    "a refund equals its charge": _refund_equals_charge,
    "only failed and cancelled tasks are refunded": _open_or_done_refunded,
    "failed and cancelled tasks are refunded": _failed_not_refunded,
    "a task has at most one live attempt": _two_live_attempts,
    "a running or done task has an accepted attempt with its id": _running_without_attempt,
    "a waiting task has no live attempt": _queued_with_attempt,
    "charge and refund are on the account of who ordered": _entry_of_other_account,
    "an accepted attempt is in the house's account": _accepted_not_spent,
    "no attempt is being sent past its lease": _lease_overdue,
    "no attempt is unknown past its deadline": _unknown_overdue,
    "a clip has a master": _clip_without_master,
    "a finished song is in the library": _done_without_clip,
    "finished lyrics are kept": _done_without_words,
    "a fetched file is with its clip": _done_without_file,
    "an allowance comes and goes once a month": _allowance_twice,
    "no more expires than the allowance was": _more_expired_than_allowed,
    "the sums by month are those of the ledger": sum_proofs.differing,
}


def audit_files(*, deep: bool = False) -> dict[str, list[str]]:
    """Rows without their file (or of another size), and files without a row. `deep` reads every byte too.

    Work may go on meanwhile: what looks wrong is looked at once more by itself. Raises OSError.
    """
    files = dict(media.names())
    rows = _rows_of_files()
    broken = {name for name, (size, _) in rows.items() if files.get(name) != size}
    broken = {name for name in broken if media.size(name) != rows[name][0]}
    if broken:
        broken &= _rows_of_files().keys()
    found = {
        "an asset's file is there, whole": broken,
        "a file has an asset": files.keys() - rows.keys(),
        "a file has the bytes it was kept with": _changed(rows, broken) if deep else (),
    }
    return {name: sorted(names) for name, names in found.items() if names}


def _rows_of_files() -> dict[str, tuple[int, str]]:
    """Name -> size and SHA-256 of everything that should be there."""
    kinds: tuple[type[Asset] | type[Upload], ...] = (Upload, Asset)
    facts = (row for kind in kinds for row in kind.objects.values_list("name", "size", "sha256").iterator())
    return {name: (size, sha256) for name, size, sha256 in facts}


def _changed(rows: dict[str, tuple[int, str]], broken: set[str]) -> list[str]:
    whole = [(name, sha256) for name, (_, sha256) in rows.items() if name not in broken]
    return [name for name, sha256 in whole if not _reads_as(name, sha256)]


def _reads_as(name: str, sha256: str) -> bool:
    """Raises OSError when the storage as a whole does not answer: one bad file does not end the audit."""
    try:
        return media.sha256(name) == sha256
    except OSError:
        media.exists(name)
        return False


def unexplained(name: str, total: int) -> int | None:
    """The provider's balance less what our own books lead to, since it was first seen; None before that.

    What our own sums can't see is double spending: it shows here as a negative figure.
    """
    state = ProviderState.objects.filter(name=name).first()
    if state is None or state.snapshot is None:
        return None
    return total - proofs.explained(name, state.snapshot, state.snapshot_entry)


class NothingToExplain(Refusal):
    """The provider has no balance that our books could lead to."""


@transaction.atomic
def book(name: str, amount: int, *, reason: str) -> int:
    """Note that the provider's balance moved by `amount` without an order of ours: bought, or reset.

    Gives the balance that our books lead to now. Raises NothingToExplain.
    """
    if name not in providers.enabled():
        raise NothingToExplain(f"No provider {name!r} is switched on.")
    state = providers.lock(name)
    if state.snapshot is None:
        raise NothingToExplain("Its balance was not read yet; what it shows first is booked by itself.")
    credits.topup(name, amount, reason)
    # Nobody knows whether the last reading had seen it already. Without that reading nothing is proved from
    # the balance until the next quiet one: a wrong proof would send an order twice.
    ProviderState.objects.filter(pk=state.pk).update(baseline=None)
    return proofs.explained(name, state.snapshot, state.snapshot_entry)
