"""What people are told: once for each cause, with it or not at all, and by mail as they have chosen."""

from datetime import UTC, datetime, time
from typing import Any

import pytest
from django.db import transaction

from accounts.models import Role, User
from studio.models import CreditRequest, Limit, Notice, NoticeChoice, Project, Task, Team
from studio.models.clock import db_now
from studio.services import balances, credits, mails, notice_words, notices, proofs, tasks
from tests.conftest import Order
from tests.factories import bring_to
from tests.threads import at_once

pytestmark = pytest.mark.django_db
Kind, Status = Notice.Kind, Task.Status


def told(user: User) -> list[str]:
    rows = notices.of(user).order_by("pk")
    return [each.text for each in notice_words.words_of(rows, user)]


# -- A finished order -----------------------------------------------------------------------------


def end(task: Task, status: str) -> None:
    Task.objects.filter(pk=task.pk).update(
        status=Status.ARCHIVING if status == Status.DONE else Status.QUEUED
    )
    assert tasks.move(task.pk, status)


TITLED = {"sound": "folk", "title": "Rain"}
ENDS = {
    (Status.DONE, Status.DONE): "“Rain” is ready: 2 takes.",
    (Status.DONE, Status.FAILED): "“Rain”: 1 take ready, 1 failed. What those cost is yours again.",
    (Status.FAILED, Status.FAILED): "“Rain” failed. What it cost is yours again.",
    (Status.DONE, Status.CANCELLED): "“Rain” is ready.",
    (Status.CANCELLED, Status.CANCELLED): "",
}


@pytest.mark.parametrize("ends", ENDS)
def test_an_order_is_told_with_its_last_take(order: Order, member: User, ends: tuple[str, str]) -> None:
    notices.choose(member, mail_finished=True)
    takes = order(takes=2, params=TITLED)
    end(takes[0], ends[0])
    assert told(member) == []
    end(takes[1], ends[1])
    assert told(member) == list(filter(None, [ENDS[ends]]))
    assert all(each.mail_at for each in Notice.objects.all())


@pytest.mark.parametrize(
    ("choice", "rows", "mails_due"),
    [({}, 0, 0), ({"browser_finished": True}, 1, 0), ({"mail_finished": True}, 1, 1)],
)
def test_only_who_wants_it(
    order: Order, member: User, owner: User, choice: dict[str, bool], rows: int, mails_due: int
) -> None:
    notices.choose(owner, mail_finished=True)
    notices.choose(member, **choice)
    bring_to(order()[0], Status.DONE)
    found = Notice.objects.all()
    assert (found.count(), found.filter(mail_at__isnull=False).count()) == (rows, mails_due)


def test_words_of_a_song_are_never_told(order: Order, member: User) -> None:
    notices.choose(member, mail_finished=True)
    task = order(params={"sound": "secret sound", "lyrics": "secret words"})[0]
    end(task, Status.DONE)
    assert told(member) == ["Your order is ready."]
    assert "secret" not in str(list(Notice.objects.values()))


def test_a_move_that_is_taken_back_tells_nothing(order: Order, member: User) -> None:
    notices.choose(member, mail_finished=True)
    task = order()[0]
    with transaction.atomic():
        end(task, Status.DONE)
        transaction.set_rollback(True)
    assert told(member) == []


@pytest.mark.django_db(transaction=True)
def test_two_takes_that_end_at_once_are_told_once(order: Order, member: User) -> None:
    notices.choose(member, mail_finished=True)
    takes = order(takes=4)
    Task.objects.update(status=Status.ARCHIVING)
    left = iter(takes)
    assert all(at_once(lambda: tasks.move(next(left).pk, Status.DONE), 4))
    assert told(member) == ["Your order is ready: 4 takes."]


# -- Credits --------------------------------------------------------------------------------------


def test_low_credits_are_told_when_the_balance_falls_below(order: Order, member: User) -> None:
    Team.objects.update_or_create(pk=1, defaults={"low_person": 90})
    order()
    assert told(member) == []  # 90 are not below
    order()
    order()
    assert told(member) == ["You have 80 credits left."]
    credits.grant(member, 50, reason="more")
    order(takes=4)
    order()
    assert told(member) == ["You have 80 credits left.", "You have 80 credits left."]


def test_who_wants_no_notice_of_low_credits_has_none(order: Order, member: User) -> None:
    Team.objects.update_or_create(pk=1, defaults={"low_person": 0})
    for _ in range(10):
        order()
    assert (told(member), credits.balance(member)) == ([], 0)


def read_balance(total: int) -> None:
    balances.record(proofs.marker_of("sandbox"), total)


@pytest.mark.parametrize(("set_by_owners", "low"), [(0, 200), (500, 500)])
def test_owners_are_told_of_a_providers_balance_once(
    owner: User, member: User, settings: Any, set_by_owners: int, low: int
) -> None:
    settings.PROVIDERS = {"sandbox": ("http://127.0.0.1:1", "key")}
    Team.objects.update_or_create(pk=1, defaults={"low_provider": set_by_owners})
    for total in (1000, low + 1, low, low - 1):
        read_balance(total)
    assert told(owner) == [f"Sandbox: {low} credits left there."]
    read_balance(5000)
    read_balance(10)
    assert len(told(owner)) == 2
    assert told(member) == []


def test_a_limit_is_told_once_a_period(owner: User, member: User, manager: User) -> None:
    limit = Limit.objects.create(user=member, period="month", action="block", credits=100, created_by=owner)
    for used in (100, 100):
        notices.limit_reached(limit, member, used, 100)
    assert told(member) == ["You have spent 100 of 100 credits this month. More than that is not ordered."]
    assert told(owner) == [
        "Mara Member has spent 100 of 100 credits this month. More than that is not ordered."
    ]
    assert told(manager) == []
    notices.limit_reached(limit, member, 200, 200)
    assert len(told(member)) == 2


def test_a_request_is_told_to_owners_and_its_answer_to_who_asked(owner: User, member: User) -> None:
    retired = User.objects.create_user("old@example.org", name="Old", role=Role.OWNER, is_active=False)
    asked = CreditRequest.objects.create(user=member, credits=50, reason="An album")
    for _ in range(2):
        notices.asked(asked)
    assert told(owner) == ["Mara Member asks for 50 credits: An album"]
    assert (told(member), told(retired)) == ([], [])
    asked.status, asked.answered_at, asked.answer = "declined", db_now(), "Next month."
    notices.answered(asked)
    asked.status, asked.entry = "granted", credits.grant(member, 30, reason="x")
    Notice.objects.filter(user=member).delete()
    notices.answered(asked)
    assert told(member) == ["You may spend 30 credits more. Next month."]


def test_a_project_that_one_left_has_no_name(owner: User, project: Project, stranger: User) -> None:
    limit = Limit.objects.create(project=project, period="day", action="warn", credits=9, created_by=owner)
    notices.limit_reached(limit, stranger, 9, 9)
    assert told(stranger) == ["A project has spent 9 of 9 credits today."]
    assert told(owner) == [f"{project} has spent 9 of 9 credits today."]


# -- Quiet hours ----------------------------------------------------------------------------------

BERLIN = "Europe/Berlin"
QUIET = [  # from, until, zone, now in UTC, and when they end in UTC; None: they are not
    ("22:00", "07:00", "UTC", "2026-05-01T23:00", "2026-05-02T07:00"),
    ("22:00", "07:00", "UTC", "2026-05-01T06:59", "2026-05-01T07:00"),
    ("22:00", "07:00", "UTC", "2026-05-01T07:00", None),
    ("22:00", "07:00", "UTC", "2026-05-01T21:59", None),
    ("22:00", "07:00", "UTC", "2026-05-01T22:00", "2026-05-02T07:00"),
    ("12:00", "13:00", "UTC", "2026-05-01T12:30", "2026-05-01T13:00"),
    ("12:00", "13:00", "UTC", "2026-05-01T13:30", None),
    ("22:00", "07:00", BERLIN, "2026-07-01T20:30", "2026-07-02T05:00"),
    ("22:00", "07:00", BERLIN, "2026-01-01T20:30", None),
    # The night in which the clock goes forward is an hour shorter, the one in which it goes back longer.
    ("22:00", "07:00", BERLIN, "2026-03-28T22:00", "2026-03-29T05:00"),
    ("22:00", "07:00", BERLIN, "2026-10-24T22:00", "2026-10-25T06:00"),
    # An end that the clock leaves out, and one that it shows twice.
    ("22:00", "02:30", BERLIN, "2026-03-28T23:00", "2026-03-29T01:30"),
    ("22:00", "02:30", BERLIN, "2026-10-24T23:00", "2026-10-25T00:30"),
    ("22:00", "02:30", BERLIN, "2026-10-25T01:10", "2026-10-25T01:30"),
    ("22:00", "07:00", "No/Such", "2026-05-01T23:00", "2026-05-02T07:00"),
]


@pytest.mark.parametrize(("start", "end", "zone", "now", "over"), QUIET)
def test_quiet_hours_by_the_clock_on_the_wall(
    start: str, end: str, zone: str, now: str, over: str | None
) -> None:
    def utc(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    found = mails.end_of_quiet(time.fromisoformat(start), time.fromisoformat(end), zone, utc(now))
    assert found == (utc(over) if over else None)


# -- Mails that are due ---------------------------------------------------------------------------


def due(user: User, *keys: str) -> list[Notice]:
    now = db_now()
    return [
        Notice.objects.create(user=user, kind=Kind.LOW_PERSON, key=key, facts={"balance": 1}, mail_at=now)
        for key in keys
    ]


def test_all_of_one_person_go_together(member: User, owner: User) -> None:
    mine, theirs = due(member, "a", "b"), due(owner, "a")
    assert [mails.claim(), mails.claim(), mails.claim()] == [mine, theirs, []]


def test_quiet_hours_put_it_off(member: User) -> None:
    [notice] = due(member, "a")
    now = db_now()
    NoticeChoice.objects.create(user=member, quiet_from=time(0, 0), quiet_until=time(23, 59, 59, 999999))
    if now.hour == 23 and now.minute == 59:
        pytest.skip("the one moment that is not quiet")
    assert mails.claim() == []
    notice.refresh_from_db()
    assert (notice.mail_tries, notice.mail_at.date()) == (0, now.date())  # type: ignore[union-attr]
    NoticeChoice.objects.update(quiet_from=None, quiet_until=None)
    Notice.objects.update(mail_at=now)
    assert mails.claim() == [notice]


def test_five_tries_each_later_than_the_last(member: User) -> None:
    [notice] = due(member, "a")
    waits = []
    for _ in range(len(mails.PAUSES)):
        before = db_now()
        assert mails.claim() == [notice]
        assert mails.claim() == []
        notice.refresh_from_db()
        assert notice.mail_at
        waits.append((notice.mail_at - before).total_seconds())
        Notice.objects.update(mail_at=before)
    assert [round(each / 60) for each in waits] == [5, 20, 60, 240, 1440]
    assert mails.claim() == []
    notice.refresh_from_db()
    assert (notice.mail_at, notice.mailed_at, notice.mail_tries) == (None, None, 5)


def test_nobody_mails_who_may_not_come_in(member: User) -> None:
    due(member, "a")
    User.objects.update(is_active=False)
    assert mails.claim() == []
    assert Notice.objects.get().mail_at is None


def test_what_one_does_not_want_any_more_is_not_mailed(member: User) -> None:
    due(member, "a")
    notices.choose(member, mail_credits=False)
    assert mails.claim() == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_it_once(member: User) -> None:
    due(member, "a", "b")
    found = at_once(mails.claim, 4)
    assert sorted(len(each) for each in found) == [0, 0, 0, 2]
