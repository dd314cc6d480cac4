"""The pages of second factors: allauth's views with our forms, answers and templates."""

import json
from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.mfa.base import views as base
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator

from accounts import mfa
from accounts.forms import second_factors as forms

Types = Authenticator.Type
in_one = method_decorator(transaction.atomic, name="post")  # with its line in the trail


def as_text(options: dict[str, Any]) -> str:
    """For the attribute that our script reads."""
    return json.dumps(options, cls=DjangoJSONEncoder)


class Refusing:
    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        response.status_code = 422
        return response


class Code(Refusing, base.AuthenticateView):
    form_class = forms.CodeForm
    webauthn_form_class = forms.PasskeyForm

    def form_valid(self, form: Any) -> HttpResponse:
        user = self.stage.login.user
        if user.is_active:
            return cast(HttpResponse, super().form_valid(form))
        self.stage.abort()  # put out since the password: also if they are let in again, they begin anew
        return cast(HttpResponse, get_adapter().respond_user_inactive(self.request, user))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        types = set(Authenticator.objects.filter(user=self.stage.login.user).values_list("type", flat=True))
        options = as_text(context["js_data"]["request_options"]) if Types.WEBAUTHN in types else ""
        return context | {"options": options, "takes_codes": types - {Types.WEBAUTHN}}


class CodeAgain(Refusing, base.ReauthenticateView):
    form_class = forms.CodeAgainForm


class PasskeySignIn(webauthn.LoginWebAuthnView):
    """A script asks for the options by GET, and posts what the passkey answered."""

    form_class = forms.PasskeySignInForm


class PasskeyAgain(webauthn.ReauthenticateWebAuthnView):
    form_class = forms.PasskeyAgainForm

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        options = as_text(context["js_data"]["request_options"])
        return {"form": self.get_form(), **context, **kwargs, "options": options}


@in_one
class AddApp(Refusing, totp.ActivateTOTPView):
    form_class = forms.FirstCodeForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        secret = context["form"].secret
        groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
        return context | {"qr": mfa.drawn(context["totp_url"]), "secret": groups}


@in_one
class RemoveApp(totp.DeactivateTOTPView):
    pass


@in_one
class AddPasskey(Refusing, webauthn.AddWebAuthnView):
    form_class = forms.NewPasskeyForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if reason := mfa.reason_against_passkeys():
            raise PermissionDenied(reason)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        # One that the device keeps and asks the person for, so that it is enough to sign in.
        options = as_text(auth.begin_registration(self.request.user, passwordless=True))
        return {"form": self.get_form(), **context, **kwargs, "options": options}


@in_one
class RenamePasskey(Refusing, webauthn.EditWebAuthnView):
    form_class = forms.PasskeyNameForm
    success_url = reverse_lazy("account_security")


@in_one
class RemovePasskey(webauthn.RemoveWebAuthnView):
    success_url = reverse_lazy("account_security")


@in_one
class NewCodes(Refusing, recovery.GenerateRecoveryCodesView):
    pass


class Codes(recovery.ViewRecoveryCodesView):
    """Shows new recovery codes, once."""
