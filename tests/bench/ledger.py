"""A ledger of any length, the same each time: `python -m tests.bench.ledger COUNT` fills the database that
DATABASE_URL names. It needs the studio's first owner and project, and adds the sums up at the end."""

import json
import os
import sys
import time
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Role, User  # noqa: E402
from studio.models import CreditAccount, CreditEntry, CreditSum, Project, Task  # noqa: E402
from studio.services import credits, sums  # noqa: E402

BATCH = 4000
PEOPLE, PROJECTS, MONTHS = 60, 40, 24
AT_ONCE = 3  # projects that a person works in during a month
PRICE = 10
OPERATIONS = ("create_music",) * 12 + ("extend_music",) * 3 + ("cover_music", "replace_music", "make_lyrics")
MODELS = ("FUZZ-2.0", "FUZZ-2.0 Pro", "FUZZ-1.1 Pro", "FUZZ-1.0")
PER_ORDER = 2.2  # lines: a charge and what the provider took, and of some the way back
Kind, Status = CreditEntry.Kind, Task.Status


def main(count: int) -> None:
    CreditEntry._meta.get_field("at").auto_now_add = False  # two years of orders, not all of today
    random = Random(1)
    people, projects = _people(), _projects()
    accounts = _accounts(people)
    orders = _orders(random, people, projects, count)
    left = count
    while left > 0:
        left -= _write(random, list(islice(orders, BATCH)), accounts, left)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    sums.SETTLED_AFTER = timedelta(0)  # what the first owner began with is as old as this studio
    start = time.perf_counter()
    sums.rebuild()
    facts = {"entries": CreditEntry.objects.count(), "sums": CreditSum.objects.count()}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(json.dumps({"seconds": time.perf_counter() - start, **facts}))


def _people() -> list[User]:
    owner = User.objects.order_by("pk").first()
    others = [
        User(email=f"p{n}@example.org", name=f"Person {n}", role=Role.MEMBER, password="!")
        for n in range(1, PEOPLE)
    ]
    return [owner, *User.objects.bulk_create(others)]


def _projects() -> list[Project]:
    first = Project.objects.order_by("pk").first()
    others = [Project(name=f"Project {n}", owner=first.owner) for n in range(1, PROJECTS)]
    return [first, *Project.objects.bulk_create(others)]


def _accounts(people: list[User]) -> dict[int | None, CreditAccount]:
    """By person, and the house's under None. Their balances are no sums here: nobody audits a benchmark."""
    return {None: credits.house(), **{each.pk: credits.account_of(each) for each in people}}


def _orders(random: Random, people: list[User], projects: list[Project], count: int) -> Iterator[Task]:
    """In the order of time. Whoever works at something stays with a few projects and a model for a month."""
    now = timezone.now()
    total = int(count / PER_ORDER * 1.1)
    for number in range(total):
        at = now - timedelta(days=MONTHS * 30.4 * (1 - number / total), hours=1)
        who = random.randrange(PEOPLE)
        place = (who * 7 + at.month * 3 + random.randrange(AT_ONCE)) % PROJECTS
        own = (who + at.month) % len(MODELS)
        model = MODELS[own if random.random() < 0.8 else (own + 1) % len(MODELS)]
        status = random.choices((Status.DONE, Status.FAILED, Status.CANCELLED), (88, 10, 2))[0]
        params = {"sound": "quiet folk, brushed drums", "title": f"Song {number}", "mv": model}
        yield Task(
            project=projects[place],
            created_by=people[who],
            created_at=at,
            form_key=uuid.UUID(int=random.getrandbits(128)),
            provider="sandbox",
            operation=random.choice(OPERATIONS),
            params=params,
            price=PRICE,
            status=status,
            ended_at=at + timedelta(minutes=1),
        )


@transaction.atomic
def _write(random: Random, tasks: list[Task], accounts: dict[int | None, CreditAccount], most: int) -> int:
    tasks = Task.objects.bulk_create(tasks)
    entries = [entry for task in tasks for entry in _entries(random, task, accounts)]
    CreditEntry.objects.bulk_create(entries[:most])
    return len(entries[:most])


def _entries(random: Random, task: Task, accounts: dict[int | None, CreditAccount]) -> Iterator[CreditEntry]:
    own, house = accounts[task.created_by_id], accounts[None]
    yield _entry(task, own, Kind.CHARGE, task.created_at, actor=task.created_by)
    if task.status != Status.CANCELLED:
        yield _entry(task, house, Kind.SPEND, task.created_at)
    if task.status != Status.DONE:
        yield _entry(task, own, Kind.REFUND, task.ended_at, reason="The model stumbled.")
    if task.status == Status.FAILED:
        kind = Kind.LOSS if random.random() < 0.05 else Kind.UPSTREAM_REFUND
        yield _entry(task, house, kind, task.ended_at)


def _entry(task: Task, account: CreditAccount, kind: str, at: datetime, **fields: Any) -> CreditEntry:
    amount = PRICE if kind in CreditEntry.PLUS else -PRICE
    provider = task.provider if kind in CreditEntry.HOUSE else ""
    known = {"task": task, "project": task.project, "provider": provider, "at": at}
    return CreditEntry(account=account, amount=amount, kind=kind, **known, **fields)


if __name__ == "__main__":
    main(int(sys.argv[1]))
