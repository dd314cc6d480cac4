from typing import Any

from django import forms

from studio.forms.fields import PlainText, form_key

MOST = 100_000
NO_REASON = {"required": "Say why: it stands in the statement for good."}
NO_NUMBER = {
    "required": "Say how many.",
    "invalid": "A whole number, please.",
    "min_value": "At least %(limit_value)s.",
    "max_value": "At most %(limit_value)s.",
}


class ByHandForm(forms.Form):
    """What an owner writes into the books of somebody. Each drawing of it counts once."""

    reason = PlainText(max_length=200, error_messages=NO_REASON)
    form_key = form_key()

    field_order = ("credits", "reason", "form_key")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for error in self.errors.pop("form_key", []):  # which belongs to no field that anybody sees
            self.add_error(None, str(error))
        return data


class GrantForm(ByHandForm):
    credits = forms.IntegerField(min_value=1, max_value=MOST, error_messages=NO_NUMBER)


class CorrectionForm(ByHandForm):
    credits = forms.IntegerField(
        label="By how many",
        min_value=-MOST,
        max_value=MOST,
        help_text="With a minus to take some away.",
        error_messages=NO_NUMBER,
    )

    def clean_credits(self) -> int:
        credits: int = self.cleaned_data["credits"]
        if not credits:
            raise forms.ValidationError("0 corrects nothing.")
        return credits
