"""What a person has besides the password."""

from dataclasses import dataclass, field

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts.models import User


@dataclass
class Factors:
    app: Authenticator | None = None
    passkeys: list[Authenticator] = field(default_factory=list)
    codes: Authenticator | None = None

    @property
    def codes_left(self) -> int:
        used = self.codes.data.get("used_mask", 0).bit_count() if self.codes else 0
        return int(app_settings.RECOVERY_CODE_COUNT) - used if self.codes else 0

    @property
    def are_on(self) -> bool:
        """Whether the password is not enough."""
        return bool(self.app or self.passkeys)


@transaction.atomic
def forget(user: User, *, by: User | None = None) -> int:
    """Take all of them away, for who has lost them. Nobody but whoever runs the studio does so without `by`.
    Says how many there were."""
    found = list(Authenticator.objects.filter(user=user).select_for_update())
    for each in found:
        each.removed_by = by
        each.delete()
    return len(found)


def of(user: User) -> Factors:
    """All second factors of a person, with one query."""
    found = Factors()
    for each in Authenticator.objects.filter(user=user).order_by("pk"):
        if each.type == Authenticator.Type.TOTP:
            found.app = each
        elif each.type == Authenticator.Type.WEBAUTHN:
            found.passkeys.append(each)
        else:
            found.codes = each
    return found
