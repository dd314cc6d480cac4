from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ResetPasswordForm
from allauth.core import context
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.models import TrailEvent, User
from accounts.patience import throttled
from accounts.services import passwords, throttles

EMAIL_LABEL = "E-mail address"


class SignInForm(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = EMAIL_LABEL


class NewPasswordForm(ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = EMAIL_LABEL

    def clean_email(self) -> str:
        """Looks nobody up: who has the address is found out by the job, so that all answers are alike."""
        email: str = self.cleaned_data["email"]
        with throttled(context.request):
            throttles.before_reset(email)
        return email

    def save(self, request: HttpRequest, **_: Any) -> str:
        email: str = self.cleaned_data["email"]
        passwords.ask_for_link(email)
        return email


class OtherPasswordForm(ChangePasswordForm):
    """Whoever found a screen unlocked guesses no faster here than at sign-in."""

    def clean_oldpassword(self) -> str:
        with throttled(context.request):
            counted = throttles.before_password(self.user, self.user.email)
        try:
            password: str = super().clean_oldpassword()
        except ValidationError:
            TrailEvent.objects.write(TrailEvent.What.SIGN_IN_FAILED, about=self.user, method="password")
            raise
        throttles.after_password(counted)
        return password


class OwnerForm(forms.Form):
    name = forms.CharField(max_length=80, widget=forms.TextInput({"autocomplete": "name", "autofocus": True}))
    email = forms.EmailField(label=EMAIL_LABEL, widget=forms.EmailInput({"autocomplete": "email"}))
    password = forms.CharField(
        strip=False,
        help_text="At least 10 characters.",
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def clean_name(self) -> str:
        """One line: mails begin with it."""
        return " ".join(self.cleaned_data["name"].split())

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if User.objects.filter(email=email).exists():
            raise ValidationError("Somebody has this address already.")
        return email

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if password := data.get("password"):
            try:
                validate_password(password, User(email=data.get("email", ""), name=data.get("name", "")))
            except ValidationError as error:
                self.add_error("password", error)
        return data
