"""What people are told of comments and approvals: who hears of it, in which words, in how many mails."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings

from accounts.models import User
from studio import jobs
from studio.models import Clip, Comment, Guest, Notice, Project
from studio.models.clock import db_now
from studio.services import notice_words, notices, projects
from tests.mailbox import Mailbox, mailbox
from tests.services.test_notices import Kind, due, told
from tests.sharing import shared
from tests.songs import song

pytestmark = pytest.mark.django_db


@pytest.fixture
def tune(project: Project, editor: User) -> Clip:
    """Edda's, in Mara's project."""
    return song(project, "Rain", by=editor)


def remark(clip: Clip, text: str = "Louder", **who: Any) -> Comment:
    comment = Comment.objects.create(clip=clip, text=text, **who)
    notices.commented(comment)
    return comment


def guest_of(clip: Clip, maker: User, name: str = "Anna") -> dict[str, Any]:
    share, _ = shared(clip, maker, level="approve")
    return {"guest": Guest.objects.create(share=share, name=name), "share": share}


def test_who_hears_of_a_comment(
    tune: Clip, member: User, editor: User, viewer: User, stranger: User, owner: User
) -> None:
    anna = guest_of(tune, member)
    head = remark(tune, "Louder\nhere", start=42.4, **anna)
    words = "Anna (guest) said about “Rain” at 0:42: Louder here"
    assert [told(user) for user in (member, editor, viewer, owner)] == [[words], [words], [], []]
    notice = notice_words.words_of(notices.of(member), member)[0]
    assert notice.path == f"/clips/{tune.pk}/#comment-{head.pk}"
    Comment.objects.filter(pk=head.pk).update(assigned_to=viewer)
    head.refresh_from_db()
    remark(tune, "Yes", created_by=stranger, parent=head, share=head.share)  # who sees it no more
    remark(tune, "No", created_by=editor, parent=head, share=head.share)
    assert told(viewer) == [
        "Sven Stranger answered about “Rain” at 0:42: Yes",
        "Edda Editor answered about “Rain” at 0:42: No",
    ]
    assert len(told(editor)) == 2  # not what she says herself
    assert told(member) == [words]  # whose link it is, not whose thread
    assert told(stranger) == []


def test_a_comment_is_told_once_and_by_the_words_of_today(tune: Clip, editor: User, member: User) -> None:
    comment = remark(tune, "x" * 500, created_by=member)
    notices.commented(comment)
    [text] = told(editor)
    assert (text[-2:], len(text)) == ("x…", len("Mara Member said about “Rain”: ") + 140)
    Comment.objects.update(text="Softer")
    assert told(editor) == ["Mara Member said about “Rain”: Softer"]
    Comment.objects.all().delete()
    assert told(editor) == ["Somebody said something about a song that you don’t see any more."]


def test_of_a_song_that_one_sees_no_more_nothing_is_said(tune: Clip, editor: User, member: User) -> None:
    remark(tune, "secret", created_by=member)
    notices.approved(tune, by=member)
    projects.remove_member(tune.project, editor)
    assert "secret" not in str(told(editor))
    assert "Rain" not in str(told(editor))
    assert [each.path for each in notice_words.words_of(notices.of(editor), editor)] == ["", ""]


def test_who_hears_of_an_approval(tune: Clip, member: User, editor: User, viewer: User) -> None:
    anna = guest_of(tune, member)["guest"]
    for _ in range(2):  # taken back, and approved again
        notices.approved(tune, guest=anna)
    words = "Anna (guest, “For the client”) approved “Rain”."
    assert [told(user) for user in (member, editor, viewer)] == [[words], [words], []]
    notices.approved(tune, by=editor)
    notices.approved(tune, by=member)
    assert told(editor) == [words, "Mara Member approved “Rain”."]


def test_three_comments_in_ten_minutes_are_one_mail(tune: Clip, editor: User, member: User) -> None:
    with mailbox() as box, override_settings(**box_settings(box)):
        for text in "ABC":
            remark(tune, text, created_by=member)
        notices.approved(tune, by=member)
        assert len(told(editor)) == 4  # in the page at once
        jobs.mail_notices()
        assert box.mails == []
        [at] = set(Notice.objects.values_list("mail_at", flat=True))
        assert timedelta(minutes=9) < at - db_now() <= timedelta(minutes=10)
        Notice.objects.update(mail_at=db_now())
        jobs.mail_notices()
        [mail] = box.mails
        assert (mail["To"], mail["Subject"]) == (editor.email, "Studio: 4 notices")
        body = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert [line[-3:] for line in body.splitlines() if "said about" in line] == [": A", ": B", ": C"]
        remark(tune, "D", created_by=member)
        jobs.mail_notices()
        assert len(box.mails) == 1  # the next ten minutes have begun


def box_settings(box: Mailbox) -> dict[str, Any]:
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": box.port,
        "EMAIL_USE_TLS": False,
        "EMAIL_USE_SSL": False,
    }


def test_a_mail_that_waits_for_another_try_gathers_nothing(tune: Clip, editor: User, member: User) -> None:
    remark(tune, "A", created_by=member)
    Notice.objects.update(mail_at=db_now() + timedelta(days=1), mail_tries=4)
    remark(tune, "B", created_by=member)
    at = Notice.objects.latest("pk").mail_at
    assert at
    assert at < db_now() + timedelta(minutes=11)


def test_each_kind_of_mail_is_chosen_apart(tune: Clip, editor: User, member: User) -> None:
    remark(tune, created_by=member)
    due(editor, "a")
    notices.choose(editor, mail_credits=False, mail_comments=True)
    assert list(notices.of(editor).filter(mail_at__isnull=False).values_list("kind", flat=True)) == [
        "commented"
    ]
    notices.choose(editor, mail_comments=False)
    remark(tune, "B", created_by=member)
    assert not notices.of(editor).filter(mail_at__isnull=False).exists()
    assert len(told(editor)) == 3


@pytest.mark.parametrize("facts", [{}, {"comment": 10**9, "clip": 1}, {"clip": None, "guest": 1}])
def test_facts_of_another_version_say_less(member: User, facts: dict[str, Any]) -> None:
    for kind in (Kind.COMMENTED, Kind.APPROVED):
        Notice.objects.create(user=member, kind=kind, key=kind, facts=facts)
    assert all("don’t see any more" in text for text in told(member))
