from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.forms.invitations import role_choices
from accounts.forms.sign_in import EMAIL_LABEL
from accounts.models import User

TAKEN = "Somebody has this address already."


class RoleForm(forms.Form):
    role = forms.ChoiceField(
        error_messages={"required": "Choose a role.", "invalid_choice": "Choose a role."}
    )

    def __init__(self, *args: Any, roles: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = role_choices(roles)


class EmailForm(forms.Form):
    email = forms.EmailField(label=EMAIL_LABEL, widget=forms.EmailInput({"autocomplete": "off"}))

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if User.objects.filter(email=email).exclude(pk=self.person.pk).exists():
            raise ValidationError(TAKEN)
        return email
