"""Forms of second factors: allauth's, in our words."""

from typing import Any, cast

from allauth.mfa.base import forms as base
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.exceptions import ValidationError

from accounts import mfa
from accounts.forms.codes import Counted
from accounts.models import TrailEvent, User

CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "spellcheck": "false"}
NO_PASSKEY = "That passkey was not taken. Try once more."
NO_SCRIPT = "The browser makes and uses passkeys by a script. Without scripts a code of the app does it."
NAME_LENGTH = 60


class CodeField(forms.CharField):
    def __init__(self, label: str, help_text: str = "") -> None:
        super().__init__(label=label, help_text=help_text, max_length=40, widget=forms.TextInput(CODE))


class OneUse:
    """Before a form of allauth's that takes a code: each of an app works once, in all processes together."""

    def clean_code(self) -> Any:
        code = super().clean_code()  # type: ignore[misc]
        found: Authenticator = self.authenticator  # type: ignore[attr-defined]
        if found.type == Authenticator.Type.TOTP and not mfa.spend(found, code):
            raise mfa.SecondFactors().validation_error("incorrect_code")
        return code


class CodeForm(Counted, OneUse, base.AuthenticateForm):
    code = CodeField("Code", "Of your authenticator app, or one of your recovery codes.")


class CodeAgainForm(Counted, OneUse, base.ReauthenticateForm):
    code = CodeField("Code", "Of your authenticator app, or one of your recovery codes.")


class FirstCodeForm(Counted, totp.ActivateTOTPForm):
    code = CodeField("The code that the app shows now")


class Answered:
    """Before a form of allauth's that takes what a passkey answered."""

    fields: dict[str, forms.Field]
    user: User | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"].error_messages |= {"required": NO_SCRIPT, "invalid": NO_PASSKEY}

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]
        # Whatever else its libraries stumble over in what a stranger may have written.
        except (ValidationError, ValueError, TypeError, KeyError, AttributeError):
            # At the door nobody knows whose it was, and strangers would fill the trail.
            if self.user:
                what = TrailEvent.What.SIGN_IN_FAILED
                TrailEvent.objects.write(what, about=self.user, method="passkey")
            raise ValidationError(NO_PASSKEY) from None


class PasskeySignInForm(Answered, webauthn.LoginWebAuthnForm):
    pass


class PasskeyForm(Answered, webauthn.AuthenticateWebAuthnForm):
    pass


class PasskeyAgainForm(Answered, webauthn.ReauthenticateWebAuthnForm):
    pass


class NewPasskeyForm(webauthn.AddWebAuthnForm):
    name = forms.CharField(max_length=NAME_LENGTH, help_text="Where it is kept, such as “Phone”.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"].error_messages |= {"required": NO_SCRIPT, "invalid": NO_PASSKEY}

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["passwordless"] = True  # allauth then insists that the person was there
        try:
            return cast(dict[str, Any], super().clean())
        except (ValidationError, ValueError, TypeError, KeyError, AttributeError):
            raise ValidationError(NO_PASSKEY) from None


class PasskeyNameForm(webauthn.EditWebAuthnForm):
    name = forms.CharField(max_length=NAME_LENGTH)
