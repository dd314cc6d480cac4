"""Sums by month: a cache that is always the ledger's, whatever happens to the job that makes it."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import DatabaseError
from django_q.models import OrmQ

from accounts.models import User
from studio.models import Clip, CreditAccount, CreditEntry, CreditSum, Project, SongSum, SumMark, Task, Team
from studio.services import audit, credits, spending, sum_proofs, sums, team
from studio.services.spending import Period
from studio.services.sums import ENTRIES

Kind = CreditEntry.Kind
NOW = datetime.now(UTC)
OLD = NOW - timedelta(hours=1)


@pytest.fixture(autouse=True)
def _any_time() -> Iterator[None]:
    """Lines of last year are written today."""
    at = CreditEntry._meta.get_field("at")
    at.auto_now_add = False
    at._get_default = lambda: datetime.now(UTC)  # `default` is looked at once, by whichever test comes first
    yield
    at.auto_now_add = True
    del at._get_default


def entry(account: CreditAccount, at: datetime = OLD, amount: int = 5, **fields: Any) -> CreditEntry:
    known = {"kind": Kind.ADJUST, "reason": "for the test", **fields}
    return CreditEntry.objects.create(account=account, amount=amount, at=at, **known)


def some(count: int, user: User, project: Project, seed: int = 1) -> None:
    """Lines of any kind and month, with and without an order."""
    random = Random(seed)
    own, house = credits.account_of(user), credits.house()
    for number in range(count):
        model = random.choice(("FUZZ-1.0", "FUZZ-2.0", ""))
        status = random.choice((Task.Status.FAILED, Task.Status.CANCELLED))
        task = Task.objects.create(
            project=project,
            created_by=user,
            form_key=f"00000000-0000-0000-{seed:04}-{number:012}",
            provider="sandbox",
            operation=random.choice(("create_music", "cover_music")),
            params={"mv": model} if model else {},
            price=7,
            status=status,
            ended_at=NOW,
        )
        at = OLD - timedelta(days=random.randrange(700))
        facts = {"task": task, "project": project}
        entry(own, at, -7, kind=Kind.CHARGE, **facts)
        if random.random() < 0.5:
            entry(own, at, 7, kind=Kind.REFUND, **facts)
        if random.random() < 0.5:
            entry(house, at, -7, kind=Kind.LOSS, provider="sandbox", **facts)
        entry(own, at, random.choice((3, -2)))


def ledger() -> Counter[tuple[Any, ...]]:
    """What the sums must be, line by line."""
    found: Counter[tuple[Any, ...]] = Counter()
    for each in CreditEntry.objects.select_related("task", "account"):
        task = each.task
        kind = "cancelled" if each.kind == Kind.REFUND and task.status == "cancelled" else each.kind
        user = task.created_by_id if task else each.account.user_id
        what = (task.provider, task.operation, task.params.get("mv", "")) if task else ("", "", "")
        key = (each.at.date().replace(day=1), user, each.project_id, *what, kind)
        found[*key, "amount"] += each.amount
        found[*key, "entries"] += 1
    return found


def summed() -> Counter[tuple[Any, ...]]:
    found: Counter[tuple[Any, ...]] = Counter()
    keys = ("month", "user", "project", "provider", "operation", "model", "kind")
    for *key, amount, entries in CreditSum.objects.values_list(*keys, "amount", "entries"):
        assert (*key, "amount") not in found
        found[*key, "amount"] += amount
        found[*key, "entries"] += entries
    return found


def test_they_are_those_of_the_ledger(member: User, project: Project, monkeypatch: Any) -> None:
    monkeypatch.setattr(sums, "CHUNK", 17)
    monkeypatch.setattr(sums, "SETTLED_AFTER", timedelta(0))
    some(20, member, project)
    sums.add_up()
    assert summed() == ledger()
    some(10, member, project, seed=2)
    sums.add_up()
    sums.add_up()  # twice is once
    assert summed() == ledger()
    assert sum_proofs.differing() == []
    sums.rebuild()
    assert summed() == ledger()


def test_what_is_young_waits_with_all_that_follows_it(member: User) -> None:
    account = credits.account_of(member)
    granted = CreditEntry.objects.latest("pk")  # what the fixture gave, just now
    entry(account, OLD)
    sums.add_up()
    assert not CreditSum.objects.exists()
    assert granted.pk > SumMark.objects.get(name="entries").up_to


def test_a_job_that_dies_has_added_nothing(member: User, project: Project, monkeypatch: Any) -> None:
    monkeypatch.setattr(sums, "CHUNK", 10)
    monkeypatch.setattr(sums, "SETTLED_AFTER", timedelta(0))
    some(10, member, project)
    save = SumMark.save

    def die(mark: SumMark, *args: Any, **more: Any) -> None:
        if mark.up_to and CreditSum.objects.count() > 12:
            raise DatabaseError("killed")
        save(mark, *args, **more)

    monkeypatch.setattr(SumMark, "save", die)
    with pytest.raises(DatabaseError):
        sums.add_up()
    assert sum_proofs.differing() == []  # what it had done before stands with its mark
    assert 0 < SumMark.objects.get(name="entries").up_to < CreditEntry.objects.latest("pk").pk
    monkeypatch.setattr(SumMark, "save", save)
    sums.add_up()
    assert summed() == ledger()


def test_months_are_those_of_the_teams_time_zone(member: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(sums, "SETTLED_AFTER", timedelta(0))
    Team.get()
    Team.objects.update(time_zone="Pacific/Auckland")
    entry(credits.account_of(member), datetime(2025, 3, 31, 10, 59, tzinfo=UTC), amount=31)
    entry(credits.account_of(member), datetime(2025, 3, 31, 11, 1, tzinfo=UTC), amount=41)
    sums.add_up()
    amounts = CreditSum.objects.filter(kind=Kind.ADJUST).values_list("month", "amount")
    assert dict(amounts) == {date(2025, 3, 1): 31, date(2025, 4, 1): 41}


def test_a_page_is_right_while_the_sums_move_on_and_the_time_zone_changes(
    member: User, project: Project, monkeypatch: Any
) -> None:
    """All are made anew: whenever a page looks, the mark has moved until it holds it."""
    monkeypatch.setattr(sums, "SETTLED_AFTER", timedelta(0))
    monkeypatch.setattr(sums, "CHUNK", 5)
    account = credits.account_of(member)
    some(8, member, project)
    task = Task.objects.latest("pk")
    entry(account, datetime(2026, 1, 31, 20, tzinfo=UTC), -7, kind=Kind.LOSS, task=task, project=project)
    spent = -sum(each.amount for each in CreditEntry.objects.filter(kind__in=(Kind.CHARGE, Kind.REFUND)))
    asked = Period(date(NOW.year - 2, 1, 1), date(NOW.year, NOW.month, 1), sums.team_zone())
    held, read = [], spending._read_sums

    def move_first(months: dict[date, Any]) -> None:
        if not held:
            sums.advance(ENTRIES)
            team.change(by=member, time_zone="Asia/Tokyo")
            sums.advance(ENTRIES)
        read(months)

    lock = sums.lock
    monkeypatch.setattr(sums, "lock", lambda: (held.append(1), lock()))
    monkeypatch.setattr(spending, "_read_sums", move_first)
    found = spending.summary(asked)
    assert found.total.spent == spent
    assert str(found.period.zone) == "Asia/Tokyo"
    lost = -sum(
        each.amount
        for each in CreditEntry.objects.filter(kind=Kind.LOSS)
        if each.at.astimezone(found.period.zone).strftime("%Y-%m") == "2026-02"
    )
    assert found.months[date(2026, 2, 1)].total.lost == lost > 0


def test_songs_count_where_they_were_paid(member: User, project: Project, monkeypatch: Any) -> None:
    monkeypatch.setattr(sums, "SETTLED_AFTER", timedelta(0))
    some(1, member, project)
    task = Task.objects.get()
    elsewhere = Project.objects.create(name="Elsewhere", owner=member)
    known = {"project": elsewhere, "created_by": member, "loudness": 0, "true_peak": 0, "peaks": b""}
    for seconds, of in ((60, task), (90, task), (500, None)):  # one came from the disk
        Clip.objects.create(task=of, title="Blue", duration=seconds, **known)
    asked = spending.period()
    assert spending.summary(asked).total.seconds == 150
    sums.add_up()
    assert SongSum.objects.values_list("project", "songs", "seconds").get() == (project.pk, 2, 150)
    assert spending.summary(asked).total.seconds == 150


def test_the_audit_finds_a_sum_that_is_wrong(member: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(sums, "SETTLED_AFTER", timedelta(0))
    sums.add_up()
    assert audit.audit() == {}
    CreditSum.objects.update(amount=99)
    assert audit.audit() == {
        "the sums by month are those of the ledger": [
            "grant: sums (99, 1), ledger (100, 1) (credits, entries)"
        ]
    }


def test_it_is_rung_for_once_a_minute_and_only_when_there_is_something(member: User) -> None:
    assert not sums.ring_due()  # what there is is too young
    CreditSum.objects.all().delete()
    SumMark.objects.update(at=None)
    old = entry(credits.account_of(member), OLD)
    SumMark.objects.update(up_to=old.pk - 1)
    assert sums.ring_due()
    assert not sums.ring_due()
    assert OrmQ.objects.count() == 1


def test_a_page_is_the_ledgers_with_and_without_sums(
    member: User, project: Project, monkeypatch: Any
) -> None:
    """The tail and the sums together, against a plain walk over the lines."""
    some(12, member, project)
    zone = sums.team_zone()
    asked = Period(date(NOW.year - 2, 1, 1), date(NOW.year, NOW.month, 1), zone)
    paid = (Kind.CHARGE, Kind.REFUND)
    spent = -sum(each.amount for each in CreditEntry.objects.filter(kind__in=paid))
    lost = -sum(each.amount for each in CreditEntry.objects.filter(kind=Kind.LOSS))
    failed = CreditEntry.objects.filter(kind=Kind.REFUND, task__status="failed").count()

    def figures() -> tuple[Any, ...]:
        found = spending.summary(asked)
        tally = found.by["person"][member.pk]
        return found.total.spent, tally.spent, tally.lost, found.total.failed, found.total.orders

    assert figures() == (spent, spent, lost, failed, 12)
    monkeypatch.setattr(sums, "SETTLED_AFTER", timedelta(0))
    monkeypatch.setattr(sums, "CHUNK", 20)
    assert sums.advance(ENTRIES)
    assert figures() == (spent, spent, lost, failed, 12)
    sums.add_up()
    assert figures() == (spent, spent, lost, failed, 12)
