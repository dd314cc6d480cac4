from typing import Any

from django import forms

from accounts.models import User
from studio.forms.fields import PlainText
from studio.models import ProjectMember


class ProjectForm(forms.Form):
    name = PlainText(max_length=80, error_messages={"required": "Give the project a name."})


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
