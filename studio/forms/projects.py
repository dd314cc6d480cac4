from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.models import Role, User
from studio.forms.fields import PlainText
from studio.models import Project, ProjectMember

MB_OF_A_GB = 1000
Access = ProjectMember.Access
NOBODY = "Choose a person."
GONE = {"invalid_choice": "This person is not in the team any more.", "required": NOBODY}


class ProjectNameForm(forms.Form):
    name = PlainText(max_length=80, error_messages={"required": "Give the project a name."})


class OpennessForm(forms.Form):
    team_access = forms.ChoiceField(
        label="Who gets in",
        choices=Project.TeamAccess.choices,
        required=False,
        error_messages={"invalid_choice": "Choose one of these."},
    )


class ProjectForm(OpennessForm, ProjectNameForm):
    """A new project."""

    field_order = ("name", "team_access")


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


class PersonField(forms.ModelChoiceField):
    """A person of the team by name. Addresses are shown only to those who look after the people."""

    shows_addresses = False

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(User.objects.none(), error_messages=GONE, empty_label="Choose", **kwargs)

    def offer(self, people: QuerySet[User], by: User) -> None:
        self.shows_addresses = by.is_manager
        self.queryset = people.filter(is_active=True).order_by("name", "pk")

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj} · {obj.email}" if self.shows_addresses else str(obj)


class MemberForm(forms.Form):
    """Somebody who is let in: chosen from the team, or named by the address that one knows."""

    user = PersonField(label="Person", required=False)
    email = forms.EmailField(label="or by e-mail address", required=False)
    access = forms.ChoiceField(label="May", choices=Access.choices, initial=Access.EDITOR)

    def __init__(self, *args: Any, project: Project, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project = project
        field = self.fields["user"]
        assert isinstance(field, PersonField)
        known = project.members.values("user")
        field.offer(User.objects.exclude(pk=project.owner_id).exclude(pk__in=known), by)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if email := data.get("email"):
            data["user"] = User.objects.filter(email=email.lower(), is_active=True).first()
            if data["user"] is None:
                self.add_error("email", "Nobody in the team has this address.")
            elif data["user"].pk == self.project.owner_id:
                self.add_error("email", "The project is theirs already.")
        elif not data.get("user") and not self.errors:
            self.add_error("user", NOBODY)
        return data


class AccessForm(forms.Form):
    """What a member may do from now on."""

    access = forms.ChoiceField(choices=Access.choices)


class HandOverForm(forms.Form):
    user = PersonField(label="New owner")

    def __init__(self, *args: Any, project: Project, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["user"]
        assert isinstance(field, PersonField)
        field.offer(User.objects.exclude(pk=project.owner_id).exclude(role=Role.GUEST), by)
