from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.forms.sign_in import EMAIL_LABEL, OwnerForm
from accounts.models import Invitation, Role, User

DAYS = ((1, "1 day"), (7, "7 days"), (30, "30 days"))
ROLES = {
    Role.OWNER: "Owner: everything, and answers for the bill",
    Role.MANAGER: "Manager: looks after people, watches the credits",
    Role.MEMBER: "Member: makes songs",
    Role.GUEST: "Guest: listens and comments, spends nothing",
}


def role_choices(roles: tuple[str, ...]) -> list[tuple[str, str]]:
    """These roles with what they mean, those that may do least first."""
    return [(role.value, label) for role, label in reversed(ROLES.items()) if role in roles]


class InvitationForm(forms.Form):
    email = forms.EmailField(
        label=EMAIL_LABEL,
        required=False,
        widget=forms.EmailInput({"autocomplete": "off"}),
        help_text="Empty: you get a link to hand over yourself.",
    )
    role = forms.ChoiceField(initial=Role.MEMBER, error_messages={"invalid_choice": "Choose a role."})
    days = forms.TypedChoiceField(label="Good for", choices=DAYS, initial=7, coerce=int)

    def __init__(self, *args: Any, roles: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = role_choices(roles)

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        waiting = Invitation.objects.filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())
        if not email:
            return ""
        if person := User.objects.filter(email=email).first():
            there = "is in the team already" if person.is_active else "was in the team: let them in again"
            raise ValidationError(f"{person} {there}.")
        if waiting.filter(email=email).exists():
            raise ValidationError("This address has an open invitation already: see below.")
        return email


class JoinForm(OwnerForm):
    """Who comes in by an invitation. An address that it was made for stays as it is."""

    def __init__(self, *args: Any, email: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if email:
            self.fields["email"].initial = email
            self.fields["email"].disabled = True
