"""What the page of spending and the lines behind it are asked for, in their addresses."""

import re
from datetime import date
from typing import Any

from django import forms

from accounts.models import User
from studio.models import CreditEntry
from studio.music_api.providers import PROVIDERS, label_of

MOST_MONTHS = 36
STACKS = {"person": "people", "project": "projects", "operation": "operations", "model": "models"}
ANY = ("", "Any")


class MonthField(forms.CharField):
    """As 2026-11; its value is the first of the month."""

    # Browsers that know no such field show a plain one; the title says how to fill it.
    widget = forms.TextInput(attrs={"type": "month", "title": "Such as 2026-11"})

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            if not re.fullmatch("2[0-9]{3}-[0-9]{2}", text):
                raise ValueError(text)
            return date.fromisoformat(f"{text}-01")
        except ValueError:
            raise forms.ValidationError("Write the month as 2026-11.") from None


class PeriodForm(forms.Form):
    since = MonthField(label="From", required=False)
    until = MonthField(label="To", required=False)

    def clean_until(self) -> date | None:
        until, since = self.cleaned_data["until"], self.cleaned_data.get("since")
        if until and since and until < since:
            raise forms.ValidationError("This is before the first month.")
        return until


class SpendingForm(PeriodForm):
    by = forms.ChoiceField(
        label="Stacked by",
        choices=list(STACKS.items()),
        required=False,
        error_messages={"invalid_choice": "Choose one of these."},
    )

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        since, until = given.get("since"), given.get("until")
        if since and until:
            months = (until.year - since.year) * 12 + until.month - since.month + 1
            if months > MOST_MONTHS:
                self.add_error("until", f"At most {MOST_MONTHS} months are shown at once.")
        return given


class LinesForm(PeriodForm):
    """`projects`: by id, as this person may call them."""

    person = forms.TypedChoiceField(label="Person", required=False, coerce=int, empty_value=None)
    project = forms.TypedChoiceField(label="Project", required=False, coerce=int, empty_value=None)
    operation = forms.ChoiceField(label="Operation", required=False)
    model = forms.CharField(label="Model", required=False, max_length=80)
    kind = forms.ChoiceField(label="Kind", required=False, choices=[ANY, *CreditEntry.Kind.choices])

    def __init__(self, *args: Any, projects: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = sorted(((each.pk, str(each)) for each in User.objects.only("name", "email")), key=_by_name)
        operations = {each.name: label_of(each.name) for one in PROVIDERS.values() for each in one.operations}
        choices = {
            "person": people,
            "project": sorted(projects.items(), key=_by_name),
            "operation": operations,
        }
        for name, offered in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [ANY, *(offered.items() if isinstance(offered, dict) else offered)]


def _by_name(choice: tuple[int, str]) -> str:
    return choice[1].casefold()
