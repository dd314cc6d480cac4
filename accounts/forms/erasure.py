from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import TrailEvent, User
from accounts.services import throttles

LATELY = timedelta(minutes=15)
SIGN_IN_AGAIN = (
    "You have no password here. Sign out, sign in again, and delete the account within 15 minutes."
)


class EraseForm(forms.Form):
    password = forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
        error_messages={"required": "Type your password, so that nobody else does this in your name."},
    )
    sure = forms.BooleanField(
        label="I want my account deleted. I know that it can't come back.",
        error_messages={"required": "Tick this box if you are sure."},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if not user.has_usable_password():
            del self.fields["password"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "password" not in self.fields:
            self._check_recent()
        elif not self.errors:
            self._check_password(data["password"])
        return data

    def _check_recent(self) -> None:
        if self.user.last_login is None or timezone.now() - self.user.last_login > LATELY:
            self.add_error(None, SIGN_IN_AGAIN)

    def _check_password(self, password: str) -> None:
        """Counted as a try to sign in: whoever sits down at an open window can't guess here either."""
        try:
            asked = throttles.before_password(self.user, self.user.email)
        except throttles.TooMany as refused:
            self.add_error("password", str(refused))
            return
        if self.user.check_password(password):
            throttles.after_password(asked)
        else:
            TrailEvent.objects.write(TrailEvent.What.SIGN_IN_FAILED, about=self.user, method="password")
            self.add_error("password", "This is not your password.")
