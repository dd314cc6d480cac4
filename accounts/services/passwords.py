"""A new password by mail."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django_q.tasks import async_task

from accounts.models import User

MAIL = "account/email/password_reset_key"


def ask_for_link(email: str) -> None:
    """Does the same for every address. What lies in the queue is only what was written, and no secret."""
    async_task("accounts.jobs.mail_reset", email)


def send_link(email: str) -> None:
    """Mail a link to choose a new password to the person who has this address; nothing to nobody."""
    user = User.objects.filter(email=email.lower(), is_active=True, erased_at=None).first()
    if user:
        context = {"password_reset_url": _link(user), "current_site": {"name": settings.PUBLIC_URL}}
        subject = f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{render_to_string(f'{MAIL}_subject.txt').strip()}"
        send_mail(subject, render_to_string(f"{MAIL}_message.txt", context), None, [user.email])


def _link(user: User) -> str:
    path = reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)},
    )
    return f"{settings.PUBLIC_URL}{path}"
