"""Signing in at the team's own OpenID Connect server, for people whom the team has let in already.

The server vouches for an e-mail address. Nothing of its own is kept, and nobody is made. The address has to
be proved here as well: else somebody could join under that of a colleague, and wait for them.
"""

from typing import Any

from allauth.account.adapter import get_adapter as account_adapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import redirect, render

from accounts.models import TrailEvent, User
from accounts.services import people

PROVIDER = "team"


class InvitedOnly(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the person by the address. Not by allauth's own way, which takes away their password."""
        if sociallogin.state.get("process") != "login":
            raise PermissionDenied
        person = _person(sociallogin.account.extra_data)
        if person is None:
            TrailEvent.objects.write(TrailEvent.What.SIGN_IN_FAILED, method="oidc")
            raise ImmediateHttpResponse(render(request, "account/signup_closed.html", status=403))
        if person.is_active and not people.has_proved(person):
            what = TrailEvent.What.SIGN_IN_FAILED
            TrailEvent.objects.write(what, about=person, method="oidc", reason="unproved")
            context = {"person": person, "name": settings.OIDC["name"]}
            raise ImmediateHttpResponse(render(request, "account/unproved.html", context, status=403))
        sociallogin.user = person

    def on_authentication_error(self, request: HttpRequest, provider: Any, **_: Any) -> None:
        raise ImmediateHttpResponse(back_to_sign_in(request))


def back_to_sign_in(request: HttpRequest) -> Any:
    name = settings.OIDC["name"]
    text = f"Signing in with {name} did not work. Try once more, or use your password."
    account_adapter(request).add_message(request, messages.ERROR, message=text)
    return redirect("account_login")


def _person(told: dict[str, Any]) -> User | None:
    """Whose address the server vouches for. What the two of its answers say has to be of the same person."""
    token, more = told.get("id_token") or {}, told.get("userinfo") or {}
    if not token.get("sub") or (more and more.get("sub") != token["sub"]):
        return None
    claims = more if more.get("email") else token
    email, verified = claims.get("email"), claims.get("email_verified")
    if not isinstance(email, str) or verified not in (True, "true"):
        return None
    return User.objects.filter(email=email.lower()).first()


class CheckedAdapter(OpenIDConnectOAuth2Adapter):
    """Also checks the signature of what came straight from the server: its address may be plain HTTP inside
    of a network."""

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        if not kwargs["response"].get("id_token"):
            raise OAuth2Error("No id_token")
        return super().complete_login(request, app, token, **kwargs)

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwtkit.verify_and_decode(
                credential=id_token,
                keys_url=self.openid_config["jwks_uri"],
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
                lookup_kid=jwtkit.lookup_kid_jwk,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise OAuth2Error("Malformed id_token") from error
        return claims
