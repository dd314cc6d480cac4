"""Invitations by mail: the link is made by the job, tried a few times, and seen by nobody else."""

import re
from collections.abc import Callable
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ, Schedule

from accounts.models import Invitation, User
from accounts.services import invitations
from tests.accounts.test_invitations import ADA, TEAM, path
from tests.factories import again


@pytest.fixture
def mailed(client: Client, owner: User) -> Invitation:
    client.force_login(owner)
    client.post(TEAM, {"email": "ada@example.org", "role": "member", "days": "7"})
    client.logout()
    return Invitation.objects.get()


def link_in(mail: Any) -> str:
    [plain] = set(re.findall(r"/join/([\w-]{43})/", mail.body))
    [page, kind] = mail.alternatives[0]
    assert plain in page
    assert kind == "text/html"
    return str(plain)


def test_the_mail_brings_a_link_that_nobody_else_has_seen(
    mailed: Invitation, run_jobs: Callable[[], int], mailoutbox: list[Any], settings: Any, client: Client
) -> None:
    settings.PUBLIC_URL = "https://studio.example.org"
    queued = str([row.task for row in OrmQ.objects.all()])
    run_jobs()
    [mail] = mailoutbox
    token = link_in(mail)
    assert mail.to == ["ada@example.org"]
    assert f"https://studio.example.org/join/{token}/" in mail.body
    assert token not in queued
    assert again(mailed).mailed_at
    assert client.post(path(token), ADA).status_code == 302


def test_a_job_that_comes_twice_sends_one_mail(
    mailed: Invitation, run_jobs: Callable[[], int], mailoutbox: list[Any]
) -> None:
    run_jobs()
    invitations.mail(mailed.pk)
    assert invitations.find(link_in(*mailoutbox))


def test_mailed_again_the_older_link_is_dead(
    mailed: Invitation, run_jobs: Callable[[], int], mailoutbox: list[Any], owner: User, client: Client
) -> None:
    run_jobs()
    client.force_login(owner)
    client.post(reverse("invitation_reissue", args=[mailed.pk]), {"mail": "1"})
    run_jobs()
    old, new = (link_in(mail) for mail in mailoutbox)
    assert (invitations.find(old), invitations.find(new)) == (None, mailed)


def test_a_revoked_invitation_is_not_mailed(
    mailed: Invitation, run_jobs: Callable[[], int], mailoutbox: list[Any], owner: User
) -> None:
    invitations.revoke(mailed, by=owner)
    run_jobs()
    assert mailoutbox == []


def test_a_mail_that_is_not_taken_is_tried_again_a_few_times(
    mailed: Invitation, run_jobs: Callable[[], int], monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise SMTPServerDisconnected("no")

    monkeypatch.setattr("accounts.services.invitations.EmailMultiAlternatives.send", away)
    run_jobs()
    for tries in range(1, invitations.MAIL_TRIES + 2):
        assert Schedule.objects.filter(func=invitations.JOB).count() == min(tries, invitations.MAIL_TRIES - 1)
        invitations.mail(mailed.pk)
    assert again(mailed).mail_tries == invitations.MAIL_TRIES
    assert not re.search(r"[\w-]{43}", caplog.text)


def test_a_name_makes_no_headers(
    mailed: Invitation, run_jobs: Callable[[], int], mailoutbox: list[Any], owner: User
) -> None:
    User.objects.filter(pk=owner.pk).update(name="Olga\r\nBcc: eve@example.org" + "x" * 50)
    run_jobs()
    assert "\n" not in mailoutbox[0].subject
