"""Mails about what was done to an account, and requests that never wait for them."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as configured
from django.core import mail
from django.template.loader import render_to_string
from django.test import Client
from django_q.models import OrmQ

from accounts import jobs
from accounts.adapter import ClosedSignUp
from accounts.models import User
from tests import totp
from tests.accounts.test_second_factors import APP, confirm

PASSWORD, BETTER = "correct horse battery", "staple horse battery"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; visit evil.example) Firefox/140.0"


@pytest.fixture
def mara(client: Client, member: User) -> Client:
    client.post("/account/sign-in/", {"login": member.email, "password": PASSWORD})
    return client


def change_password(client: Client) -> None:
    form = {"oldpassword": PASSWORD, "password1": BETTER, "password2": BETTER}
    headers = {"User-Agent": FIREFOX}
    answer = client.post("/account/password/change/", form, headers=headers, REMOTE_ADDR="203.0.113.7")
    assert answer.status_code == 302


def test_a_new_password_is_told_by_mail(mara: Client, member: User, run_jobs: Any) -> None:
    change_password(mara)
    assert mail.outbox == []  # the request sends nothing itself
    run_jobs()
    [told] = mail.outbox
    assert (told.to, told.subject) == ([member.email], "Studio: Your password was changed")
    assert "It was done from 203.0.113.7 (Firefox on Linux) on " in told.body
    assert " UTC.\nWas it not you?" in told.body
    assert told.body.endswith(configured.PUBLIC_URL)


def test_an_app_that_comes_and_goes_is_told_by_mail(
    mara: Client, run_jobs: Any, django_capture_on_commit_callbacks: Any
) -> None:
    page = confirm(mara, APP)
    with django_capture_on_commit_callbacks(execute=True):
        mara.post(APP, {"code": totp.code(page.context["secret"])})
    mara.post(f"{APP}remove/")
    assert not Authenticator.objects.exists()
    run_jobs()
    assert [told.subject for told in mail.outbox] == [
        "Studio: An authenticator app was set up",
        "Studio: Your authenticator app was removed",
    ]


KINDS = [
    "totp_activated",
    "totp_deactivated",
    "webauthn_added",
    "webauthn_removed",
    "recovery_codes_generated",
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_about_a_factor_is_in_our_words(kind: str) -> None:
    context = {"ip": "203.0.113.7", "device": "Firefox", "current_site": {"name": "https://studio.example"}}
    words = render_to_string(f"mfa/email/{kind}_message.txt", context)
    subject = render_to_string(f"mfa/email/{kind}_subject.txt")
    assert "It was done from 203.0.113.7 (Firefox)" in words
    assert not [
        term for term in ("security key", "two-factor", "activated") if term in f"{subject}{words}".lower()
    ]


@pytest.fixture
def hanging(settings: Any) -> Iterator[None]:
    """A mail server that takes the call and says nothing."""
    assert 0 < settings.EMAIL_TIMEOUT <= 10
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.getsockname()
        settings.EMAIL_TIMEOUT = 0.1
        yield


def test_a_mail_server_that_hangs_keeps_nobody_from_a_new_password(
    hanging: None, mara: Client, member: User, run_jobs: Any, caplog: pytest.LogCaptureFixture
) -> None:
    change_password(mara)
    member.refresh_from_db()
    assert member.check_password(BETTER)
    assert OrmQ.objects.count() == 1
    run_jobs()
    assert "a mail about an account was not sent: " in caplog.text
    assert member.email not in caplog.text


def test_a_new_password_changes_nothing_else_of_the_person(member: User) -> None:
    before = User.objects.get(pk=member.pk)
    User.objects.filter(pk=member.pk).update(is_active=False, email="new@example.org")
    ClosedSignUp().set_password(before, BETTER)
    member.refresh_from_db()
    assert (member.is_active, member.email, member.check_password(BETTER)) == (False, "new@example.org", True)


def test_a_mail_that_can_t_be_made_fails_no_job(caplog: pytest.LogCaptureFixture) -> None:
    jobs.mail_notice("a\nb", "words", "mara@example.org")
    assert "not sent: BadHeaderError" in caplog.text
