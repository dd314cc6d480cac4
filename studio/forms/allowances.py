from typing import Any

from django import forms

from accounts.models import Role, User
from studio.forms.credits import MOST, NO_NUMBER

ROLES = {Role.MEMBER: "All members", Role.MANAGER: "All managers", Role.OWNER: "All owners"}


class AllowanceForm(forms.Form):
    """A rule for a role, or for one person instead."""

    whom = forms.ChoiceField(
        label="For",
        error_messages={"required": "Choose who gets it.", "invalid_choice": "Choose one of the list."},
    )
    credits = forms.IntegerField(
        label="Credits a month",
        min_value=0,
        max_value=MOST,
        help_text="0 for one person: nothing, though their role has an allowance.",
        error_messages=NO_NUMBER,
    )
    since = forms.ChoiceField(
        label="Begins",
        choices=[("next", "Next month"), ("this", "This month")],
        error_messages={"required": "Choose when it begins."},
    )
    carry_over = forms.BooleanField(
        label="What is left is kept",
        required=False,
        help_text="Otherwise what is left of a month’s allowance goes when the month ends.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {
            f"person:{user.pk}": user
            for user in User.objects.filter(is_active=True).exclude(role=Role.GUEST).order_by("name", "pk")
        }
        field = self.fields["whom"]
        assert isinstance(field, forms.ChoiceField)
        one = [(key, str(user)) for key, user in self.people.items()]
        field.choices = [("Everybody of a role", list(ROLES.items())), ("One person", one)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("whom") in ROLES and data.get("credits") == 0:
            self.add_error("credits", "At least 1. To stop a role’s allowance, end it.")
        return data

    def rule(self) -> dict[str, Any]:
        """As `allowance_rules.begin` takes it."""
        data = self.cleaned_data
        user = self.people.get(data["whom"])
        of = {"user": user} if user else {"role": data["whom"]}
        return {
            **of,
            **{n: data[n] for n in ("credits", "carry_over")},
            "next_month": data["since"] == "next",
        }
