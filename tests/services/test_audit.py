"""The audit: quiet while all is well, and every rule it knows can be seen to be broken."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from accounts.models import User
from studio.models import Asset, Attempt, Clip, CreditAccount, CreditEntry, CreditSum, Task
from studio.services import audit, credits, media, proofs, tasks
from tests.conftest import Order
from tests.factories import PRICE, ago, bring_to, earlier, send, unknown
from tests.services.test_clips import kept

Status = Task.Status
World = SimpleNamespace


@pytest.fixture
def world(order: Order, member: User, editor: User) -> World:
    """One order in every state, the finished one with its clip."""
    found = {}
    for status in (Status.CANCELLED, Status.FAILED, Status.DONE, Status.RUNNING, Status.UNKNOWN):
        found[status] = bring_to(order()[0], status)
    sent = order()[0]
    send()
    clip = kept(found[Status.DONE])
    queued = order()[0]
    return World(**found, submitting=sent, queued=queued, clip=clip, member=member, editor=editor)


@pytest.fixture
def unguarded(db: None) -> Iterator[Callable[[str], None]]:
    """Takes a rule out of the database, so that it can be broken; the test's end brings it back."""
    on_postgresql = connection.vendor == "postgresql"

    def drop(rule: str) -> None:
        with connection.cursor() as cursor:
            if rule == "append-only":
                table = " ON studio_creditentry" if on_postgresql else ""
                for event in ("update", "delete"):
                    cursor.execute(f"DROP TRIGGER credit_entry_no_{event}{table}")
            elif rule.endswith("_negative"):
                if on_postgresql:  # which alters no table while checks of it are put off
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(
                    f"ALTER TABLE studio_creditaccount DROP CONSTRAINT {rule}"
                    if on_postgresql
                    else "PRAGMA ignore_check_constraints = ON"
                )
            else:
                cursor.execute(f"DROP INDEX {rule}")

    yield drop
    if not on_postgresql:
        connection.cursor().execute("PRAGMA ignore_check_constraints = OFF")


def without(entries: Any) -> None:
    """Make entries vanish, and let the cached balance hide it."""
    for entry in list(entries):
        CreditAccount.objects.filter(pk=entry.account_id).update(balance=F("balance") - entry.amount)
        entry.delete()


def overdraw(world: World) -> None:
    CreditAccount.objects.filter(user=world.member).update(balance=-1)


def overcharge(world: World) -> None:
    credits.charge(world.queued)


def refund_too_much(world: World) -> None:
    refund = world.failed.credit_entries.filter(kind="refund")
    refund.update(amount=PRICE + 1)
    CreditAccount.objects.filter(user=world.member).update(balance=F("balance") + 1)


def attempt_again(world: World) -> None:
    now = ago(timedelta(0))
    Attempt.objects.create(
        task=world.running, provider="sandbox", token="t", sent_at=now, lease_until=now + audit.GRACE
    )


def monthly(world: World, kind: str, amount: int) -> None:
    credits.monthly(world.member, kind, amount, period=date(2027, 1, 1), reason="January 2027")


def becomes(task: Task, operation: str) -> None:
    """As if this had been ordered, and its result lost."""
    Task.objects.filter(pk=task.pk).update(operation=operation)
    task.assets.update(task=None)


# rule -> what the database must forget first, what breaks it, what else that breaks
BREAKS: dict[str, tuple[str, Callable[[World], Any], set[str]]] = {
    "a balance is the sum of its entries": (
        "",
        lambda w: CreditAccount.objects.filter(user=w.member).update(balance=F("balance") + 1),
        set(),
    ),
    "nobody's balance is below zero": (
        "balance_never_negative",
        overdraw,
        {"a balance is the sum of its entries"},
    ),
    "a task has exactly one charge": ("charge_and_refund_once", overcharge, set()),
    "a refund equals its charge": ("append-only", refund_too_much, set()),
    "only failed and cancelled tasks are refunded": ("", lambda w: credits.refund(w.done, "oops"), set()),
    "failed and cancelled tasks are refunded": (
        "append-only",
        lambda w: without(w.failed.credit_entries.filter(kind="refund")),
        set(),
    ),
    "a task has at most one live attempt": ("attempt_one_live_per_task", attempt_again, set()),
    "a running or done task has an accepted attempt with its id": (
        "",
        lambda w: Task.objects.filter(pk=w.running.pk).update(upstream_id="another"),
        set(),
    ),
    "a waiting task has no live attempt": (
        "",
        lambda w: Task.objects.filter(pk=w.running.pk).update(status=Status.QUEUED),
        set(),
    ),
    "charge and refund are on the account of who ordered": (
        "",
        lambda w: Task.objects.filter(pk=w.queued.pk).update(created_by=w.editor),
        set(),
    ),
    "an accepted attempt is in the house's account": (
        "append-only",
        lambda w: without(CreditEntry.objects.filter(task=w.running, kind="spend")),
        set(),
    ),
    "no attempt is being sent past its lease": (
        "",
        lambda w: earlier(w.submitting.attempts.get(), lease_until=2 * audit.GRACE),
        set(),
    ),
    "no attempt is unknown past its deadline": (
        "",
        lambda w: earlier(w.unknown.attempts.get(), decide_at=2 * audit.GRACE),
        set(),
    ),
    "a clip has a master": ("", lambda w: w.clip.assets.all().delete(), set()),
    "a finished song is in the library": ("", lambda w: w.clip.delete(), set()),
    "finished lyrics are kept": ("", lambda w: becomes(w.done, "make_lyrics"), set()),
    "a fetched file is with its clip": ("", lambda w: becomes(w.done, "video_clip"), set()),
    "an allowance comes and goes once a month": (
        "allowance_once_per_period",
        lambda w: [monthly(w, "allowance", 10) for _ in range(2)],
        set(),
    ),
    "no more expires than the allowance was": (
        "",
        lambda w: [monthly(w, "allowance", 10), monthly(w, "expire", -11)],
        set(),
    ),
    "the sums by month are those of the ledger": (
        "",
        lambda w: CreditSum.objects.create(month=date(2027, 1, 1), kind="grant", amount=1, entries=1),
        set(),
    ),
}


def test_all_is_well_whatever_has_happened(world: World) -> None:
    assert audit.audit() == {}


def test_every_rule_is_broken_below() -> None:
    assert set(BREAKS) == set(audit.RULES)


@pytest.mark.parametrize("rule", BREAKS)
def test_a_broken_rule_is_told_by_its_name(rule: str, world: World, unguarded: Callable[[str], None]) -> None:
    guard, break_it, also = BREAKS[rule]
    if guard:
        unguarded(guard)
    break_it(world)
    found = audit.audit()
    assert set(found) == {rule, *also}
    assert len(found[rule]) == 1


def test_the_broken_row_is_named(world: World) -> None:
    Task.objects.filter(pk=world.running.pk).update(upstream_id="another")
    assert [*audit.audit().values()] == [[f"task {world.running.pk} (running)"]]


def test_a_missing_charge_is_told(world: World, unguarded: Callable[[str], None]) -> None:
    unguarded("append-only")
    without(world.queued.credit_entries.all())
    assert set(audit.audit()) == {"a task has exactly one charge"}


@pytest.mark.parametrize("seconds", [1, 59])
def test_a_due_time_has_a_moment_of_grace(seconds: int, order: Order) -> None:
    order(takes=2)
    earlier(send(), lease_until=timedelta(seconds=seconds))
    earlier(unknown(Task.objects.get(take=2)), decide_at=timedelta(seconds=seconds))
    assert audit.audit() == {}


# -- Files ----------------------------------------------------------------------------------------


@pytest.fixture
def clip(world: World) -> Clip:
    clip: Clip = world.clip
    return clip


def test_files_and_rows_agree(clip: Clip) -> None:
    assert audit.audit_files() == {}


def test_a_file_that_is_gone_is_told(clip: Clip) -> None:
    asset = clip.assets.get()
    media.path_of(asset.name).unlink()
    assert audit.audit_files() == {"an asset's file is there, whole": [asset.name]}


def test_a_file_that_is_cut_short_is_told(clip: Clip) -> None:
    asset = clip.assets.get()
    path = media.path_of(asset.name)
    path.write_bytes(path.read_bytes()[:-1])
    assert audit.audit_files() == {"an asset's file is there, whole": [asset.name]}


def test_a_file_without_a_row_is_told(clip: Clip) -> None:
    media.path_of("clips/999").mkdir()
    media.path_of("clips/999/stray.m4a").write_bytes(b"x")
    assert audit.audit_files() == {"a file has an asset": ["clips/999/stray.m4a"]}


def test_parts_that_are_being_fetched_are_no_files_yet(clip: Clip) -> None:
    media.incoming("part").write_bytes(b"x")
    assert audit.audit_files() == {}


def test_other_bytes_of_the_same_length_show_when_all_are_read(clip: Clip) -> None:
    asset = clip.assets.get()
    path = media.path_of(asset.name)
    path.write_bytes(bytes(path.stat().st_size))
    assert audit.audit_files() == {}
    assert audit.audit_files(deep=True) == {"a file has the bytes it was kept with": [asset.name]}


def test_work_that_goes_on_is_nothing_wrong(clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file and its row came after the files were listed, and another's both went before the rows were."""
    listed = list(media.names())
    monkeypatch.setattr(media, "names", lambda: iter([]))
    assert audit.audit_files() == {}
    monkeypatch.setattr(media, "names", lambda: iter(listed))
    asset, rows = clip.assets.get(), audit._rows_of_files
    answers = [{**rows(), "clips/binned.m4a": (1, "")}, rows()]
    monkeypatch.setattr(audit, "_rows_of_files", lambda: answers.pop(0))
    assert audit.audit_files() == {}
    assert asset.name in dict(listed)


def test_a_studio_without_media_has_none(db: None, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "nothing here"
    assert audit.audit_files() == {}
    assert not Asset.objects.exists()


# -- Against the provider -------------------------------------------------------------------------


def test_a_provider_that_was_never_seen_explains_nothing(db: None) -> None:
    assert audit.unexplained("sandbox", 100) is None


def test_an_end_after_the_fact_is_explained(world: World) -> None:
    """What the house bears was spent: the loss itself moves nothing at the provider."""
    spent = -proofs.explained("sandbox", 0, 0)
    tasks.fail(world.running.pk, "Gone.", house=CreditEntry.Kind.LOSS)
    assert -proofs.explained("sandbox", 0, 0) == spent
