"""How allauth does things in this studio: closed, and patient only for a while."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.userkit import filter_users_by_email
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django_q.tasks import async_task

from accounts import origin
from accounts.devices import device
from accounts.models import TrailEvent, User
from accounts.patience import throttled
from accounts.services import throttles


class ClosedSignUp(DefaultAccountAdapter):
    """People come by invitation only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return origin.of(request) or "::"  # what no server names, as behind a socket of a file

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Count the try, and only then try the password: a refused one never reaches the hasher."""
        written = credentials.get("email", "")
        # As the backend will look it up, so that each way to write an address is counted as the same person.
        found = filter_users_by_email(written, prefer_verified=True, for_login=True)
        about: User | None = found[0] if found else None
        with throttled(request):
            counted = throttles.before_password(about, written)
        user = super().authenticate(request, **credentials)
        if user is None:
            TrailEvent.objects.write(TrailEvent.What.SIGN_IN_FAILED, about=about, method="password")
        else:
            throttles.after_password(counted)
        return user

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Not allauth's own limit as well: it counts in each process for itself."""

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> Any:
        TrailEvent.objects.write(TrailEvent.What.SIGN_IN_FAILED, about=user, reason="closed")
        return super().respond_user_inactive(request, user)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Nothing else of the row: since it was read somebody may have put the person out, or changed it."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """By a job, in the transaction of the deed: no request waits for a mail server, or fails with it.

        allauth sends only notices this way, which may lie in the queue; links are made by jobs of their own.
        """
        site, agent = {"name": settings.PUBLIC_URL}, context.get("user_agent", "")
        known = {**context, "current_site": site, "device": device(agent)}
        message = self.render_mail(template_prefix, email, known)
        async_task("accounts.jobs.mail_notice", str(message.subject), str(message.body), email)

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, User):
            TrailEvent.objects.write(TrailEvent.What.SIGNED_OUT, by=request.user)
        super().logout(request)
