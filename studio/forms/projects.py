from decimal import Decimal
from typing import Any

from django import forms

from accounts.models import User
from studio.forms.fields import PlainText
from studio.models import ProjectMember

MB_OF_A_GB = 1000


class ProjectForm(forms.Form):
    name = PlainText(max_length=80, error_messages={"required": "Give the project a name."})


class QuotaForm(forms.Form):
    limit = forms.DecimalField(
        label="Storage limit in GB",
        required=False,
        min_value=Decimal("0.1"),
        max_value=Decimal(100_000),
        decimal_places=1,
        help_text="Empty: no limit. Songs that are paid for are always kept.",
    )

    @property
    def megabytes(self) -> int | None:
        limit = self.cleaned_data["limit"]
        return None if limit is None else int(limit * MB_OF_A_GB)


class MemberForm(forms.Form):
    email = forms.EmailField(label="E-mail address")
    access = forms.ChoiceField(choices=ProjectMember.Access.choices, initial=ProjectMember.Access.EDITOR)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if email := data.get("email"):
            data["user"] = User.objects.filter(email=email.lower(), is_active=True).first()
            if data["user"] is None:
                self.add_error("email", "Nobody in the team has this address.")
        return data
