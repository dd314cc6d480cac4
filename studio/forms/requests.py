"""Asking for more, and the answer."""

from typing import Any

from django import forms

from studio.forms.fields import PlainText
from studio.forms.limits import MOST, NO_NUMBER
from studio.models import Limit


def number(label: str) -> forms.IntegerField:
    widget = forms.NumberInput({"inputmode": "numeric"})
    return forms.IntegerField(
        label=label, min_value=1, max_value=MOST, error_messages=NO_NUMBER, widget=widget
    )


class AskForm(forms.Form):
    """`limits` are those that the person's orders count for: one of them may stand in the way."""

    credits = number("How many credits")
    reason = PlainText(
        label="What for",
        max_length=200,
        widget=forms.Textarea({"rows": 3}),
        help_text="The owners read this. At most 200 characters.",
        error_messages={"required": "Say what you need them for."},
    )
    limit = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, limit: Limit | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["limit"] = limit.pk if limit else None


class AnswerRequestForm(forms.Form):
    """An owner's yes or no. `limit` is what the page showed the request to be about."""

    answer = forms.ChoiceField(
        choices=[("grant", "Grant"), ("decline", "Decline")],
        error_messages={"required": "Grant or decline.", "invalid_choice": "Grant or decline."},
    )
    credits = number("Credits")
    word = PlainText(label="A word with it", required=False, max_length=200)
    limit = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("answer") == "decline":  # whatever the number says
            self.errors.pop("credits", None)
        return data
