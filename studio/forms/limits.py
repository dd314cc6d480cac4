"""What owners enter about limits."""

from typing import Any

from django import forms

from accounts.models import Role, User
from studio.models import Limit, Project

MOST = 10_000_000
NO_NUMBER = {
    "required": "Say how many credits.",
    "invalid": "Enter a whole number.",
    "min_value": "At least %(limit_value)s.",
    "max_value": "At most %(limit_value)s.",
}
TEAM = ("team", "The whole team")


class HeightForm(forms.Form):
    """How high a limit is."""

    credits = forms.IntegerField(label="Credits", min_value=0, max_value=MOST, error_messages=NO_NUMBER)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credits"].widget.attrs["inputmode"] = "numeric"


class LimitForm(HeightForm):
    """A new limit: whose, for how long, and what happens there."""

    whose = forms.ChoiceField(
        label="For",
        error_messages={"required": "Choose one.", "invalid_choice": "This is gone: choose again."},
    )
    period = forms.ChoiceField(label="In", choices=Limit.Period.choices, initial=Limit.Period.MONTH)
    action = forms.ChoiceField(label="Then", choices=Limit.Action.choices, initial=Limit.Action.BLOCK)

    field_order = ("whose", "credits", "period", "action")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        spending = User.objects.filter(is_active=True).exclude(role=Role.GUEST).order_by("name", "pk")
        self.people = {f"user-{each.pk}": each for each in spending}
        self.projects = {f"project-{each.pk}": each for each in Project.objects.order_by("name", "pk")}
        whose = self.fields["whose"]
        assert isinstance(whose, forms.ChoiceField)
        whose.choices = [
            TEAM,
            ("People", [(key, str(each)) for key, each in self.people.items()]),
            ("Projects", [(key, str(each)) for key, each in self.projects.items()]),
        ]

    def limit(self) -> dict[str, Any]:
        """What `services.limits.put` takes."""
        data = self.cleaned_data
        return {
            "user": self.people.get(data["whose"]),
            "project": self.projects.get(data["whose"]),
            "credits": data["credits"],
            "period": data["period"],
            "action": data["action"],
        }
