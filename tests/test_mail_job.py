"""The job that mails notices, with a real mail server, one that refuses, and none at all."""

from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from django.core import mail
from django_q.models import OrmQ

from accounts.models import User
from studio import jobs
from studio.models import CreditRequest, Notice, Task
from studio.models.clock import db_now
from studio.services import mails, notices, tasks
from tests.conftest import Order
from tests.mailbox import Mailbox, mailbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(settings: Any) -> Iterator[Mailbox]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with mailbox() as box:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield box


def due(*people: User) -> None:
    for person in people:
        facts = {"balance": 7}
        Notice.objects.create(user=person, kind="low_person", key="a", facts=facts, mail_at=db_now())


def part(found: EmailMessage, kind: str) -> str:
    body = found.get_body((kind,))
    assert body
    return str(body.get_content())


HOSTILE = "Rain <script>alert(1)</script>\r\nBcc: eve@example.org\u2028Subject: x"


def test_a_mail_in_words_and_html(box: Mailbox, member: User, order: Order, settings: Any) -> None:
    settings.PUBLIC_URL = "https://studio.example"
    notices.choose(member, mail_finished=True)
    task = order(params={"sound": "folk", "title": HOSTILE})[0]
    Task.objects.update(status="archiving")
    tasks.move(task.pk, "done")
    jobs.mail_notices()
    [found] = box.mails
    assert box.recipients == [member.email]
    assert found["To"] == member.email
    assert found["Bcc"] is None
    assert len(found.get_all("Subject", [])) == 1
    assert found["Subject"].strip().startswith("Studio: “Rain <script>")
    link = f"https://studio.example/tasks/{task.pk}/"
    assert link in part(found, "plain")
    assert "<script>" not in part(found, "html")
    assert "&lt;script&gt;" in part(found, "html")
    assert f'href="{link}"' in part(found, "html")
    notice = Notice.objects.get()
    assert (notice.mail_at, notice.mail_tries) == (None, 1)
    assert notice.mailed_at
    jobs.mail_notices()
    assert len(box.mails) == 1


def test_a_word_of_another_person_makes_no_header(box: Mailbox, member: User, owner: User) -> None:
    member.name = "Mara\r\nBcc: eve@example.org"
    member.save()
    notices.asked(CreditRequest.objects.create(user=member, credits=5, reason="a\r\nBcc: eve@example.org"))
    jobs.mail_notices()
    [found] = box.mails
    assert (found["Bcc"], box.recipients) == (None, [owner.email])


def test_one_that_is_refused_keeps_nobody_waiting(box: Mailbox, member: User, owner: User) -> None:
    due(member, owner)
    box.refuse = member.email
    jobs.mail_notices()
    assert box.recipients == [owner.email]
    left = Notice.objects.get(mailed_at=None)
    assert (left.user, left.mail_tries) == (member, 1)
    assert left.mail_at
    assert left.mail_at > db_now()


def test_a_server_that_is_away_is_not_tried_for_everybody(
    box: Mailbox, member: User, owner: User, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    due(member, owner)
    settings.EMAIL_PORT = 1
    jobs.mail_notices()
    assert sorted(Notice.objects.values_list("mail_tries", flat=True)) == [0, 1]
    assert "example.org" not in caplog.text
    settings.EMAIL_PORT = box.port
    jobs.mail_notices()
    Notice.objects.filter(mailed_at=None).update(mail_at=db_now())
    jobs.mail_notices()
    assert sorted(box.recipients) == [member.email, owner.email]


def test_who_is_killed_before_it_is_noted_sends_it_again(
    member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice rather than never."""

    def killed(found: list[Notice]) -> None:
        raise SystemExit

    due(member)
    monkeypatch.setattr(mails, "sent", killed)
    with pytest.raises(SystemExit):
        jobs.mail_notices()
    monkeypatch.undo()
    Notice.objects.update(mail_at=db_now())
    jobs.mail_notices()
    assert len(mail.outbox) == 2
    assert Notice.objects.get().mailed_at


def test_the_sweep_rings_only_when_something_is_due(member: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mails, "_rung", [])
    mails.ring_due()
    assert OrmQ.objects.count() == 0
    due(member)
    for _ in range(3):
        mails.ring_due()
    assert OrmQ.objects.count() == 1
    monkeypatch.setattr(mails, "_rung", [])
    Notice.objects.update(mail_at=None)
    mails.ring_due()
    assert OrmQ.objects.count() == 1
