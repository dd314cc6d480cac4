"""Knocking at the studio's door, from anywhere."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account import views
from allauth.account.middleware import AccountMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client, RequestFactory

from accounts import origin, patience
from accounts.models import TrailEvent, User

SIGN_IN = "/account/sign-in/"
HOME, AWAY = "203.0.113.7", "198.51.100.23"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 5, 4, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def goes_on(self, **by: float) -> None:
        self.now += timedelta(**by)


def sign_in(
    password: str = "wrong", address: str = HOME, email: str = "mara@example.org", **more: Any
) -> Any:
    return Client().post(SIGN_IN, {"login": email, "password": password}, REMOTE_ADDR=address, **more)


def knock(address: str, email: str = "mara@example.org") -> int:
    """A wrong password as the middleware and the view take it, without the page that nobody looks at."""
    form = {"login": email, "password": "wrong"}
    request = RequestFactory().post(SIGN_IN, form, REMOTE_ADDR=address)
    request.session, request.user = SessionStore(), AnonymousUser()
    through = origin.middleware(patience.middleware(AccountMiddleware(views.login)))
    return through(request).status_code


def codes(answers: list[Any]) -> list[int]:
    return [answer.status_code for answer in answers]


def tries(count: int, **more: Any) -> list[int]:
    return codes([sign_in(**more) for _ in range(count)])


def ends(what: str) -> list[User | None]:
    return [event.subject for event in TrailEvent.objects.filter(what=what)]


def addresses(network: str = "192.0.2") -> Iterator[str]:
    return (f"{network}.{number}" for number in itertools.count(1))
