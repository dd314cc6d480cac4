"""How long a person stays signed in: 12 hours without doing anything, and 14 days in all.

Both times are kept in the session itself, so that looking costs no query. What was used last is written down
every ten minutes at most.
"""

from collections.abc import Callable
from typing import Any

from allauth.account import signals as allauth
from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.backends.base import SessionBase
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import origin
from accounts.models import User
from accounts.services import sessions

BEGUN, SEEN = "begun", "seen"


def middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Ends sessions whose time is over. After AuthenticationMiddleware, before anybody asks who it is."""

    def watch(request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return get_response(request)
        if SESSION_KEY in request.session and _is_over(request.session):
            logout(request)
        response = get_response(request)
        if SESSION_KEY in request.session and not _asks_by_itself(request):
            _see(request.session)
        return response

    return watch


def _is_over(session: SessionBase) -> bool:
    now = timezone.now().timestamp()
    begun, seen = session.get(BEGUN, now), session.get(SEEN, now)
    return now - begun > sessions.AT_MOST.total_seconds() or now - seen > sessions.IDLE.total_seconds()


def _asks_by_itself(request: HttpRequest) -> bool:
    """A page that was left open goes on asking what is new: nobody is there for certain."""
    return getattr(request.resolver_match, "url_name", None) in settings.SESSION_NOT_USED_BY


def _see(session: SessionBase) -> None:
    now = timezone.now()
    if now.timestamp() - session.get(SEEN, 0) < sessions.SEEN_EVERY.total_seconds():
        return
    session[SEEN] = now.timestamp()
    session.setdefault(BEGUN, now.timestamp())  # of before there were such times
    if session.session_key:
        sessions.seen(session.session_key, at=now, address=origin.address())


@receiver(user_logged_in)
def on_signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    request.session[BEGUN] = request.session[SEEN] = timezone.now().timestamp()
    if not request.session.session_key:
        request.session.save()
    if address := origin.address():
        agent = request.META.get("HTTP_USER_AGENT", "")
        sessions.begin(user, request.session.session_key or "", address=address, user_agent=agent)


@receiver(user_logged_out)
def on_signed_out(request: HttpRequest, **_: Any) -> None:
    if request.session.session_key:
        sessions.forget(request.session.session_key)


@receiver(allauth.password_changed)
@receiver(allauth.password_set)
@receiver(allauth.password_reset)
def on_new_password(request: HttpRequest, user: User, **_: Any) -> None:
    here = request.session.session_key if request.user == user else None
    sessions.end_for_new_password(user, but=here)
