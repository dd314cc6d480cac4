"""Second factors: a code has a million values, so nobody may try many."""

from typing import Any

from allauth.core import context
from django.core.exceptions import ValidationError

from accounts.models import TrailEvent, User
from accounts.patience import throttled
from accounts.services import throttles


class Counted:
    """Before a form of allauth's that takes a code from `user`."""

    user: User

    def clean_code(self) -> Any:
        with throttled(context.request):
            throttles.before_code(self.user)
        try:
            code = super().clean_code()  # type: ignore[misc]
        except ValidationError:
            TrailEvent.objects.write(TrailEvent.What.SIGN_IN_FAILED, about=self.user, method="code")
            raise
        throttles.after_code(self.user)
        return code
