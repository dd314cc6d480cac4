"""What allauth tells of people coming in and of their passwords: written into the trail, and a password that
came by mail proves the address."""

from typing import Any

from allauth.account import signals
from allauth.account.internal.flows.login import get_authentication_records
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import TrailEvent, User
from accounts.services import people


@receiver(signals.user_logged_in)
def on_signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    TrailEvent.objects.write(TrailEvent.What.SIGNED_IN, by=user, **_methods(request, user))


@receiver(signals.password_changed)
@receiver(signals.password_set)
@receiver(signals.password_reset)
def on_new_password(request: HttpRequest, user: User, signal: Any, **_: Any) -> None:
    how: dict[str, Any] = {"how": "mail"} if signal is signals.password_reset else {}
    TrailEvent.objects.write(TrailEvent.What.PASSWORD, by=user, **how)
    if how:
        people.prove_address(user)


def _methods(request: HttpRequest, user: User) -> dict[str, Any]:
    """How they proved who they are: {"method": "password", "second": "totp"}, as far as it is known."""
    names = [_name(record) for record in get_authentication_records(request, user)]
    return dict(zip(("method", "second"), names[-2:], strict=False))


def _name(record: dict[str, Any]) -> str:
    if record.get("method") == "socialaccount":
        return "oidc"
    if record.get("method") == "mfa":
        return "passkey" if record.get("type") == "webauthn" else str(record.get("type"))
    return str(record.get("method"))
